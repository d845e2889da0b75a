/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the engine proper share: events, resuming, stopping,
 * stepping over, life and death.  ptrace.h has what the others call too.
 *
 * Lifetime.  A thread or process that is gone is unlinked at once but freed
 * only by reclaim(), which top-level operations call before they start: a
 * pointer stays good for the whole of one operation (run tells THREAD_GONE).
 */
#ifndef BACKEND_PTRACE_ENGINE_H
#define BACKEND_PTRACE_ENGINE_H

#include "classify.h"
#include "ptrace.h"

/* How long a thread is given to stop before it is left to itself. */
#define STOP_TIMEOUT_MS 5000

static inline bool
signal_in(const uint64_t set[2], int signal)
{
	return signal > 0 && signal <= 128 &&
	       (set[(signal - 1) / 64] >> ((signal - 1) % 64) & 1) != 0;
}

/* The target behind the interface. */
static inline struct ptrace_target *
ptrace_of(struct target *t)
{
	return (struct ptrace_target *)(void *)t;
}

/* ---- process.c, thread.c ------------------------------------------------- */

/* Not one that is on its way out by a detach. */
struct process *process_visible(struct ptrace_target *t, pid_t pid);
void reclaim(struct ptrace_target *t);

/* ---- queue.c: what is to be reported ------------------------------------- */

void wake(struct ptrace_target *t);
void unwake(struct ptrace_target *t);
void queue_add(struct ptrace_target *t, struct thread *th);
void queue_remove(struct ptrace_target *t, struct thread *th);
void mark_remove(struct ptrace_target *t, struct thread *th);
/* The thread has stopped for a reason to report. */
void thread_pend(struct ptrace_target *t, struct thread *th,
		 enum target_stop_reason reason, int signal);
void thread_pend_event(struct ptrace_target *t, struct thread *th,
		       const struct target_event *ev);
/* Forget a pending event; the thread may then go on. */
void thread_unpend(struct ptrace_target *t, struct thread *th);
/* An event of somebody who is gone. */
void notice_add(struct ptrace_target *t, const struct target_event *ev);
/* pid 0: all.  True: the end of a process was among them. */
bool notice_drop(struct ptrace_target *t, pid_t pid);
void ptrace_fetch_stops(struct target *t, pid_t pid);
bool queue_has_event(struct ptrace_target *t);
/* 1 and the next event to report, or 0. */
int queue_take(struct ptrace_target *t, struct target_event *ev);

/* ---- event.c ------------------------------------------------------------- */

int ptrace_next_event(struct target *t, struct target_event *ev);
/* As event_wait_thread, but an exit is a status like any other. */
int event_wait(struct ptrace_target *t, pid_t tid, int timeout_ms, int *status);
/* Handles events until a process that is being killed is gone. */
int event_wait_end(struct ptrace_target *t, struct process *p, int timeout_ms);
/* A status that was given back (ptrace.h); false: there is none. */
bool event_take_status(struct ptrace_target *t, struct thread *th, int *status);
/* Waits for all that have ended but in_seize, and gives their statuses back. */
void event_keep_ends(struct ptrace_target *t);

/* ---- orphan.c: stops of threads which no parent has announced yet ---------
 */

void orphan_add(struct ptrace_target *t, pid_t tid, int status);
bool orphan_take(struct ptrace_target *t, pid_t tid, int *status);
/* The one after that (0: the first), or 0. */
pid_t orphan_next(const struct ptrace_target *t, pid_t after);
void orphans_free(struct ptrace_target *t);

/* ---- handle.c: what a status means -------------------------------------- */

void event_handle(struct ptrace_target *t, struct thread *th, int status);
/* It was killed under our hands: its exit is still to come. */
void thread_lost(struct thread *th);
/* An instruction was executed: tells the step watcher. */
void step_seen(struct ptrace_target *t, struct thread *th);
/* An instruction was executed by the thread's own step, or for it. */
void step_done(struct ptrace_target *t, struct thread *th);

/* ---- trap.c: traps of breakpoints, debug registers and the program ------- */

/* A breakpoint instruction was executed. */
void trap_breakpoint(struct ptrace_target *t, struct thread *th);
/* What a debug register has told of. */
void trap_slot(struct ptrace_target *t, struct thread *th,
	       const struct target_event *ev);
/* True: a debug register was behind the trap, and that was dealt with. */
bool trap_debug_register(struct ptrace_target *t, struct thread *th);
/* Is the breakpoint instruction before pc one of the program's own? */
bool trap_is_programs(struct process *p, uint64_t pc);
/* Is there an instruction before pc that traps without being a breakpoint? */
bool trap_insn_before(struct process *p, uint64_t pc);
/*
 * A trap of the program's own that looks like one of ours: by the instruction
 * under a breakpoint, or by one that it was to be stepped over.
 */
bool trap_is_own(struct thread *th, enum wait_kind kind, int si_code);

/* ---- fork.c, exit.c ---------------------------------------------------- */

void fork_event(struct ptrace_target *t, struct thread *th,
		enum wait_kind kind);
void vfork_done_event(struct ptrace_target *t, struct thread *th);
/* Forgets the threads that an exec has ended; the one that is left. */
struct thread *exec_survivor(struct ptrace_target *t, struct thread *leader);
void exec_event(struct ptrace_target *t, struct thread *th);
/* Those that shared a dead process's memory go on without us; or, if it was
 * killed, no more. */
void sharers_detach(struct ptrace_target *t, struct process *dead);
void orphans_detach(struct ptrace_target *t, struct process *dead);
/* Is the end of the whole process on its way? */
bool is_ending(const struct process *p);
/* Does the session want to know of this thread's end? */
static inline bool
thread_end_is_told(const struct ptrace_target *t, const struct thread *th)
{
	return (t->reports & TARGET_REPORT_THREAD_EXIT) != 0 ||
	       (th->options & TARGET_THREAD_EXIT) != 0;
}
/* Is any thread to run? */
bool any_wanted(const struct ptrace_target *t);
void exit_event(struct ptrace_target *t, struct thread *th, int status);
/*
 * A vfork child leaves its parent's memory: what it had inserted there is the
 * parent's from now on.  gdb takes the two for one memory and does not insert
 * it again.
 */
void vfork_share_ends(struct process *child);
/* A vfork is over: the parent's breakpoints back in. */
void vfork_over(struct ptrace_target *t, struct process *p);

/* ---- resume.c ---------------------------------------------------------- */

/* Lets the kernel run a stopped thread. */
void thread_run(struct ptrace_target *t, struct thread *th, int request);
/* The same as the session wants it, if it does and nothing is in the way. */
void thread_go(struct ptrace_target *t, struct thread *th);
void process_go(struct ptrace_target *t, struct process *p);
int ptrace_resume(struct target *t, pid_t tid, const struct target_resume *how);
int ptrace_resume_commit(struct target *t);

/* ---- leader.c ---------------------------------------------------------- */

/* Something changed in what is to run: from now on look, if there is need. */
void leader_watch(struct ptrace_target *t);
void leader_look(struct ptrace_target *t);

/* ---- stop.c ------------------------------------------------------------ */

void thread_interrupt(struct thread *th);
/*
 * Waits until every thread has stopped (p NULL: of all processes), except for
 * those that cannot; they stop as soon as they could run.
 */
void threads_stop(struct ptrace_target *t, struct process *p);
int ptrace_stop(struct target *t, pid_t tid);
int ptrace_interrupt(struct target *t, pid_t pid);
int ptrace_stop_all(struct target *t, pid_t pid);
int ptrace_signal(struct target *t, pid_t pid, int signal);
/* An interrupt's thread died before it stopped: ask another. */
void interrupt_again(struct ptrace_target *t, struct process *p);

/* ---- stepover.c ------------------------------------------------------- */

/* True: the thread steps over a breakpoint, or waits for its turn to. */
bool stepover_start(struct ptrace_target *t, struct thread *th);
/*
 * The thread has stopped: puts right what the step over left.  True: the
 * process's other threads were held for it and may go.
 */
bool stepover_stopped(struct thread *th, enum wait_kind kind);
/* It is gone, or its program is. */
bool stepover_gone(struct thread *th);

/* ---- scratch.c: where copied instructions run -------------------------- */

/*
 * A place for the copy of the instruction at `addr`; makes the page at need,
 * for which the process is stopped for a moment.  0: there is none to be had,
 * or the thread is gone.
 */
uint64_t scratch_take(struct ptrace_target *t, struct thread *th,
		      uint64_t addr);
/* Brings the code there; what is there already is not written again. */
int scratch_write(struct thread *th, const uint8_t *code, size_t len);
void scratch_give(struct thread *th);
/* The process's memory is gone. */
void scratch_drop(struct process *p);
/* Takes the page out of a stopped process. */
void scratch_unmap(struct ptrace_target *t, struct process *p);

/* ---- breakpoint.c ------------------------------------------------------ */

void breakpoints_drop(struct process *p);
/* All out of memory and in again; the client's list stays. */
void breakpoints_lift(struct process *p);
void breakpoints_lower(struct process *p);
int breakpoint_lift(struct process *p, struct breakpoint *b);
int breakpoint_lower(struct process *p, struct breakpoint *b);
/* For a child with a copy of the memory. */
int breakpoints_copy(struct process *from, struct process *to);
/* Take the bytes out of a child's copy of the memory. */
void breakpoints_clean(struct process *p, struct process *child);
int ptrace_insert_breakpoint(struct target *t, pid_t pid,
			     enum target_breakpoint_kind kind, uint64_t addr,
			     uint64_t len);
int ptrace_remove_breakpoint(struct target *t, pid_t pid,
			     enum target_breakpoint_kind kind, uint64_t addr,
			     uint64_t len);

/* ---- seize.c ----------------------------------------------------------- */

/*
 * Seizes and interrupts all threads of a process, old and new; waits for no
 * stop.  -ESRCH: it has ended.  -EPERM: it is not for us.
 */
int seize_all(struct ptrace_target *t, struct process *p);

/* ---- attach.c, launch.c, detach.c -------------------------------------- */

#define TRACE_OPTIONS                                                       \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC)

int ptrace_launch(struct target *t, const struct target_launch *how,
		  pid_t *pid);
int ptrace_attach(struct target *t, pid_t pid);
int ptrace_detach(struct target *t, pid_t pid, bool stay_stopped);
int ptrace_kill(struct target *t, pid_t pid);
/* A thread of a leaving process has stopped at last. */
void detach_thread(struct ptrace_target *t, struct thread *th);
/* Forgets a leaving process when nothing is left to wait for. */
void detach_check_end(struct ptrace_target *t, struct process *p);
/* Hands a launched program's terminal back. */
void launch_ended(struct ptrace_target *t, pid_t pid);

#endif
