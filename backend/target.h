/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a back end: processes, threads, memory, breakpoints,
 * allocation.  Knows no packet and no socket.
 *
 * target.c is the only caller of `struct target_ops` (target_ops.h); it checks
 * arguments once for all back ends.  An optional feature is a group of
 * functions that is there or not as a whole (a NULL pointer); the target_can_
 * and target_has_ calls say which, and what a session advertises is derived
 * from them.
 *
 * Conventions.  Functions return 0 or a negative errno; results go through
 * out-parameters, written on success only.  Common errors: -ESRCH, no such
 * process or thread (or it is gone); -EBUSY, it runs; -EFAULT, no such memory;
 * -EOPNOTSUPP, this back end cannot.  Signals are Linux's own numbers.
 * Addresses of the target are uint64_t.  One thread may use a target: the one
 * that made it (ptrace binds tracees to a thread).
 */
#ifndef BACKEND_TARGET_H
#define BACKEND_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target_types.h"

#define MUST_CHECK __attribute__((warn_unused_result))

struct arch;
struct target_ops;

struct target {
	const struct target_ops *ops;
};

/* ---- life ------------------------------------------------------------- */

/*
 * Frees the target: what was launched is killed, what was attached detached,
 * both as target_kill and target_detach do it.  Takes NULL.
 */
void target_free(struct target *t);

/* A descriptor that polls readable when target_next_event may have work. */
int target_wake_fd(struct target *t);

/*
 * Collects what the kernel has to tell, handles what is internal, and gives
 * the next event to report: returns 1 and fills *event, or 0 when there is
 * none.  The thread of a stop event is then stopped and reported; other
 * threads go on until target_stop_all or target_stop.  Events that are not
 * fetched stay queued; a queued stop is dropped when it is stale (its
 * breakpoint was removed) and given when its thread is resumed otherwise.
 *
 * With event NULL it only collects and handles, gives nothing, and returns 1
 * if an event is queued: for a session that has to drain the wake descriptor
 * while it cannot tell its client anything.  A REQUESTED stop that was not
 * fetched is dropped by target_stop_all: it was asked for in vain.
 */
int target_next_event(struct target *t, struct target_event *event);

/*
 * Starts a program; on success it stands stopped before its first instruction
 * (all execs of shell and wrapper done), every thread of it known.  The start
 * is no event: stop_info gives TARGET_STOP_ATTACHED.  Errors: the errno of the
 * exec that failed; -ECHILD: it ended before it got that far (the exit status
 * is then in *pid as a positive number).
 */
int target_launch(struct target *t, const struct target_launch *how,
		  pid_t *pid) MUST_CHECK;
/*
 * Attaches to all threads of a process and stops them, without a trace in the
 * process.  No event, as with launch.  Errors: -ESRCH (also zombies), -EPERM
 * (also: it is ourselves, or traced by another), -EINVAL (pid <= 0).
 */
int target_attach(struct target *t, pid_t pid) MUST_CHECK;
/*
 * Lets a process go as if it had never been traced: breakpoints out, debug
 * registers clear, unreported signals delivered.  It runs on, except that a
 * group-stopped process stays so; `stay_stopped` leaves it group-stopped.  Its
 * children that no event has told of yet go with it.  One that has ended, and
 * whose end was not told yet, is let go by forgetting that event.
 */
int target_detach(struct target *t, pid_t pid, bool stay_stopped);
/* The same, but kills and reaps; no event follows. */
int target_kill(struct target *t, pid_t pid);

/* ---- who is there ----------------------------------------------------- */

/* Fill up to `cap` ids in order of creation; return how many there are. */
size_t target_processes(struct target *t, pid_t *pids, size_t cap);
/* pid 0: of all processes.  A child is listed once its event was told. */
size_t target_threads(struct target *t, pid_t pid, pid_t *tids, size_t cap);
/* 0: no such thread. */
pid_t target_thread_process(struct target *t, pid_t tid);
/* false: it was launched, or is not there; a child is as its parent. */
bool target_was_attached(struct target *t, pid_t pid);
/* false also for a thread that is not there. */
bool target_is_stopped(struct target *t, pid_t tid);
/* Why a stopped thread stopped last; kind NONE: along with others. */
int target_stop_info(struct target *t, pid_t tid, struct target_event *event);
/* At most cap - 1 bytes, NUL-terminated. */
int target_thread_name(struct target *t, pid_t tid, char *buf, size_t cap);
/* The processor that it ran on last. */
int target_thread_core(struct target *t, pid_t tid, unsigned *core);

/* ---- running ---------------------------------------------------------- */

/*
 * Marks a stopped thread to be resumed; target_resume_commit then lets all
 * marked ones go (a step over a breakpoint may have to come first).  A thread
 * that stands on a software breakpoint whose hit it has reported, with pc
 * untouched since, steps over it; otherwise it hits it.
 */
int target_resume(struct target *t, pid_t tid,
		  const struct target_resume *how) MUST_CHECK;
int target_resume_commit(struct target *t);
/* Asks a running thread to stop; a REQUESTED event follows. */
int target_stop(struct target *t, pid_t tid) MUST_CHECK;
/* The same for whichever running thread of the process can stop soonest
 * (pid 0: of any process); the target's signals are not involved. */
int target_interrupt(struct target *t, pid_t pid) MUST_CHECK;
/*
 * Stops every running thread of a process (pid 0: of all) before it returns.
 * This makes no events; real ones that came meanwhile are queued.  A thread
 * that cannot stop now (a vfork parent) is left stopping.
 */
int target_stop_all(struct target *t, pid_t pid);
/* Sends a signal to the process as kill(2) does: it is reported like any other
 * when a thread that runs takes it. */
int target_signal(struct target *t, pid_t pid, int signal) MUST_CHECK;
/*
 * Queued stops of stopped threads (pid 0: of all processes) become what
 * stop_info gives, as if they had been fetched: for a client that is told of
 * all stops at once.
 */
void target_fetch_stops(struct target *t, pid_t pid);
/* TARGET_REPORT_* in place of what was set; none at first. */
void target_set_reports(struct target *t, unsigned reports);
/* TARGET_THREAD_* in place of what the thread had; a new thread has none. */
int target_set_thread_options(struct target *t, pid_t tid, unsigned options);
/* Signals handed to the program without a stop: bit n-1 of set is signal n. */
void target_set_pass_signals(struct target *t, const uint64_t set[2]);
/* Signals that a detach may deliver when they were reported and not resumed
 * with (QProgramSignals); all by default. */
void target_set_detach_signals(struct target *t, const uint64_t set[2]);
/* One at a time; NULL: none.  `arg` is borrowed until the next call. */
void target_set_hit_filter(struct target *t, target_hit_filter *filter,
			   void *arg);
void target_set_step_watcher(struct target *t, target_step_watcher *watcher,
			     void *arg);
/*
 * Tells the step watcher of each instruction of a thread, from where it stands
 * now.  What the session is told of the thread is the same as without.  An exec
 * ends it.
 */
int target_watch_steps(struct target *t, pid_t tid, bool on);
bool target_can_catch_syscalls(struct target *t);
/* Report syscalls of a process: all with n == 0. */
int target_catch_syscalls(struct target *t, pid_t pid, bool on,
			  const int64_t *numbers, size_t n);

/* ---- registers (of a stopped thread; ids are the arch's) ---------------- */

/* May change when a process execs. */
const struct arch *target_arch(struct target *t, pid_t pid);
/* `buf` has arch_reg.size bytes; -ENODATA: not available on this machine. */
int target_get_register(struct target *t, pid_t tid, unsigned reg,
			void *buf) MUST_CHECK;
int target_set_register(struct target *t, pid_t tid, unsigned reg,
			const void *buf) MUST_CHECK;
/* The whole file, arch.file_size bytes, incl. what no view shows. */
int target_save_registers(struct target *t, pid_t tid, void *file) MUST_CHECK;
int target_restore_registers(struct target *t, pid_t tid,
			     const void *file) MUST_CHECK;

/* ---- memory (breakpoints are not seen in it) ---------------------------- */

/* *got < len: the rest is not readable.  -EFAULT: nothing is. */
int target_read_memory(struct target *t, pid_t pid, uint64_t addr, void *buf,
		       size_t len, size_t *got) MUST_CHECK;
/* All or nothing, as far as can be known before. */
int target_write_memory(struct target *t, pid_t pid, uint64_t addr,
			const void *buf, size_t len) MUST_CHECK;

/* ---- breakpoints -------------------------------------------------------- */

/*
 * A second insertion of the same is no error and counts once.  `len`: bytes
 * watched; for breakpoints the protocol's "kind" (0 or 1 on x86).
 * -EOPNOTSUPP: never on this machine; -ENOSPC: no slot or alignment left.
 */
int target_insert_breakpoint(struct target *t, pid_t pid,
			     enum target_breakpoint_kind kind, uint64_t addr,
			     uint64_t len) MUST_CHECK;
/* -ENOENT: there is none. */
int target_remove_breakpoint(struct target *t, pid_t pid,
			     enum target_breakpoint_kind kind, uint64_t addr,
			     uint64_t len) MUST_CHECK;
/* Hardware breakpoints and watchpoints that there can be at once; 0: none. */
unsigned target_hw_slots(struct target *t);

/* ---- allocation (VirtualAllocEx, VirtualFreeEx) ------------------------- */

bool target_can_allocate(struct target *t);
/*
 * `type` and `protection` are Win32's; *base is where the region begins.
 * Errors, their order and their Win32 names: docs/allocation.md, "Errors".
 */
int target_allocate(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		    uint32_t type, uint32_t protection,
		    uint64_t *base) MUST_CHECK;
/*
 * The same at an address of the back end's choice, all of it within 2 GiB of
 * `near` (not 0), as close to it as can be.
 */
int target_allocate_near(struct target *t, pid_t pid, uint64_t near,
			 uint64_t size, uint32_t type, uint32_t protection,
			 uint64_t *base) MUST_CHECK;
/*
 * `type` is MEM_DECOMMIT or MEM_RELEASE.  A release takes the base of a region
 * and size 0, and gives all of it back.
 */
int target_release(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		   uint32_t type) MUST_CHECK;
/* *old: what the first page had. */
int target_protect(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		   uint32_t protection, uint32_t *old) MUST_CHECK;
/* Of the run of like pages that begins at the page of `addr`, whoever mapped
 * it. */
int target_query(struct target *t, pid_t pid, uint64_t addr,
		 struct target_vm_info *info) MUST_CHECK;
/*
 * The pages of a watched region in the range that were written, ascending; with
 * flags 1 they count as not written from then on.  At most `cap` (not 0) of
 * them are given, and touched: if there are `cap`, ask on from behind the last.
 */
int target_write_watch(struct target *t, pid_t pid, uint64_t addr,
		       uint64_t size, uint32_t flags, uint64_t *pages,
		       size_t cap, size_t *n) MUST_CHECK;
/*
 * Before a detach, which does it by itself: pages get the protection that they
 * have without us, as nobody will handle the faults of guard pages, nor of
 * pages that are watched.  *kept: how many bytes could not be given it.
 */
int target_give_back(struct target *t, pid_t pid, uint64_t *kept) MUST_CHECK;
/* The run that holds `addr` or the next one after it; -ENOENT: no more. */
int target_next_vm_run(struct target *t, pid_t pid, uint64_t addr,
		       struct target_vm_run *run);

/* ---- facts -------------------------------------------------------------- */

/* All of what follows, or -EOPNOTSUPP from each. */
bool target_has_facts(struct target *t);

int target_process_info(struct target *t, pid_t pid,
			struct target_process_info *info) MUST_CHECK;
/*
 * What lies at `addr`: the mapping that holds it from its start, or the gap
 * (mapped false) from `addr` to the next mapping.  -EFAULT: beyond user space.
 */
int target_next_map(struct target *t, pid_t pid, uint64_t addr,
		    struct target_map *map) MUST_CHECK;
/* Calls `fn` for all mappings, ascending, until it returns false. */
int target_dump_maps(struct target *t, pid_t pid,
		     bool (*fn)(void *arg, const struct target_dump_map *map),
		     void *arg) MUST_CHECK;
/* Which of `n` pages from `addr` on are in memory or swap: what is not, of
 * anonymous memory, is zero and was never touched. */
int target_pages_present(struct target *t, pid_t pid, uint64_t addr,
			 bool *present, size_t n) MUST_CHECK;
/* *got < len: it ends there; 0 behind its end. */
int target_read_object(struct target *t, pid_t pid, pid_t tid,
		       enum target_object object, uint64_t offset, void *buf,
		       size_t len, size_t *got) MUST_CHECK;
/* All or nothing.  -EOPNOTSUPP for what is not writable. */
int target_write_object(struct target *t, pid_t pid, pid_t tid,
			enum target_object object, uint64_t offset,
			const void *buf, size_t len) MUST_CHECK;

#endif
