/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a back end: processes, threads, memory, breakpoints,
 * allocation.  Knows no packet and no socket.
 *
 * target.c is the only caller of `struct target_ops`; it checks arguments once
 * for all back ends.  An optional feature is a group of functions that is there
 * or not as a whole (a NULL pointer), and what a session advertises is derived
 * from these pointers.
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

#define MUST_CHECK __attribute__((warn_unused_result))

struct arch;
struct target_ops;

struct target {
	const struct target_ops *ops;
};

/* ---- events ---------------------------------------------------------- */

enum target_event_kind {
	TARGET_EVENT_NONE,
	/* A thread stopped, for the reason given. */
	TARGET_EVENT_STOP,
	TARGET_EVENT_THREAD_CREATED, /* with TARGET_REPORT_CLONE */
	/* status; with TARGET_REPORT_THREAD_EXIT or TARGET_THREAD_EXIT */
	TARGET_EVENT_THREAD_EXITED,
	/* The process is gone and forgotten; `tid` is its leader. */
	TARGET_EVENT_EXITED, /* status: the exit code */
	TARGET_EVENT_KILLED, /* signal */
	/* Threads are left, but none that was resumed. */
	TARGET_EVENT_NO_RESUMED,
};

enum target_stop_reason {
	TARGET_STOP_NONE,	/* stopped along with others; nothing to say */
	TARGET_STOP_SIGNAL,	/* signal: not delivered yet */
	TARGET_STOP_BREAKPOINT, /* software; pc is the breakpoint's address */
	TARGET_STOP_HW_BREAKPOINT,
	TARGET_STOP_WATCHPOINT, /* addr, watch_kind, hw_index */
	TARGET_STOP_STEP,	/* a step or a range step is done */
	TARGET_STOP_REQUESTED,	/* by target_stop or target_interrupt */
	TARGET_STOP_ATTACHED,	/* first stop after attach or launch */
	TARGET_STOP_EXEC,
	TARGET_STOP_FORK, /* child_pid, child_tid: attached, stopped */
	TARGET_STOP_VFORK,
	TARGET_STOP_VFORK_DONE,
	TARGET_STOP_CLONE,	   /* THREAD_CLONE: child_tid, stopped */
	TARGET_STOP_SYSCALL_ENTRY, /* syscall */
	TARGET_STOP_SYSCALL_RETURN,
	/* addr: a page with PAGE_GUARD was touched, and is open now; the
	 * access is made when the thread goes on. */
	TARGET_STOP_GUARD,
};

enum target_breakpoint_kind {
	TARGET_BREAKPOINT_SOFTWARE,
	TARGET_BREAKPOINT_HARDWARE,
	TARGET_WATCH_WRITE,
	TARGET_WATCH_READ,
	TARGET_WATCH_ACCESS,
};

/* Watchpoints that one instruction can hit, but for the first. */
#define TARGET_ALSO_MAX 3

struct target_event {
	enum target_event_kind kind;
	enum target_stop_reason reason;
	pid_t pid;
	pid_t tid;
	/*
	 * SIGNAL, KILLED: which.  For every other stop the signal to show:
	 * SIGTRAP; SIGSEGV for GUARD; 0 for REQUESTED and NONE.
	 */
	int signal;
	int status;
	/* WATCHPOINT: the data address as inserted, and what was inserted.
	 * GUARD: the address that was touched. */
	uint64_t addr;
	enum target_breakpoint_kind watch_kind;
	unsigned hw_index;
	/* WATCHPOINT: others that the same access has hit. */
	struct target_watch_hit {
		uint64_t addr;
		enum target_breakpoint_kind kind;
	} also[TARGET_ALSO_MAX];
	unsigned nalso;
	pid_t child_pid, child_tid;
	int64_t syscall;
};

/* ---- settings of run control ----------------------------------------- */

/* What target_set_reports asks to be told; the rest is handled silently. */
enum target_report {
	TARGET_REPORT_FORK = 1,
	TARGET_REPORT_VFORK = 2, /* also VFORK_DONE */
	TARGET_REPORT_EXEC = 4,
	TARGET_REPORT_CLONE = 8,
	TARGET_REPORT_THREAD_EXIT = 16,
	TARGET_REPORT_NO_RESUMED = 32,
};

/* The same for one thread, whatever is asked for all. */
enum target_thread_option {
	/* What it clones stands, and a CLONE stop of itself tells of it. */
	TARGET_THREAD_CLONE = 1,
	TARGET_THREAD_EXIT = 2,
	TARGET_THREAD_OPTIONS = 3,
};

enum target_resume_kind {
	TARGET_RESUME_CONTINUE,
	TARGET_RESUME_STEP,
	/* Step until pc leaves [range_start, range_end), then report a STEP. */
	TARGET_RESUME_STEP_RANGE,
};

struct target_resume {
	enum target_resume_kind kind;
	int signal; /* to deliver; 0: none */
	uint64_t range_start, range_end;
};

/* ---- launching -------------------------------------------------------- */

struct target_launch {
	/* argv[0] is the program; looked up in the launch environment's PATH
	 * where it has no slash.  NULL-terminated; borrowed for the call. */
	const char *const *argv;
	const char *const *envp; /* NULL-terminated, whole environment */
	const char *cwd;	 /* NULL: ours */
	/*
	 * Run through "$SHELL -c 'exec PROG ARGS'": argv is then joined with
	 * spaces unquoted, as gdbserver does, so that globs and redirections
	 * work.  The first `wrapper` (may be NULL) comes before the program.
	 */
	bool with_shell;
	const char *const *wrapper;
	bool disable_randomization;
	/* Descriptors for the program's 0, 1, 2; -1: inherit ours. */
	int stdio[3];
	/* Makes stdio[0] the controlling terminal of a new session (a pty);
	 * otherwise the program gets a process group of its own. */
	bool new_session;
	/* The program dies with us (PTRACE_O_EXITKILL). */
	bool exit_kill;
};

/* ---- information ------------------------------------------------------ */

struct target_process_info {
	pid_t pid, ppid, pgid, sid;
	uid_t ruid, euid;
	gid_t rgid, egid;
	char exe[4096]; /* absolute path; "" if unknown */
};

/* Permissions of a mapping. */
enum {
	TARGET_MAP_READ = 1,
	TARGET_MAP_WRITE = 2,
	TARGET_MAP_EXEC = 4,
	TARGET_MAP_SHARED = 8
};

struct target_map {
	uint64_t start, end;
	unsigned prot; /* TARGET_MAP_* */
	bool mapped;   /* false: a gap */
	uint64_t offset;
	uint64_t inode;
	char name[1024]; /* "/path", "[heap]", "[rspd:allocated]", "" */
};

/* A mapping, and what decides whether a core file has it. */
struct target_dump_map {
	struct target_map map;
	uint64_t modified; /* bytes of private copies */
	uint64_t present;  /* bytes in memory or swap */
	bool excluded;	   /* by the program, or memory of a device */
	bool huge;
};

/* Loaded libraries as r_debug lists them. */
struct target_library {
	uint64_t lm; /* address of the link_map */
	uint64_t l_addr;
	uint64_t l_ld;
	uint64_t lmid; /* address of the r_debug it is listed in */
	char name[4096];
};

enum target_object {
	TARGET_OBJECT_AUXV,    /* the process's auxiliary vector, raw */
	TARGET_OBJECT_CMDLINE, /* NUL-separated */
	TARGET_OBJECT_SIGINFO, /* of the thread's last signal; writable */
	TARGET_OBJECT_STATUS,  /* of the thread: /proc's text */
	TARGET_OBJECT_COREDUMP_FILTER, /* its text, a hex number */
};

/* ---- allocation ------------------------------------------------------- */

/* Win32's own values: shared/virtual-memory.md section 2. */
enum {
	MEM_COMMIT = 0x1000,
	MEM_RESERVE = 0x2000,
	MEM_DECOMMIT = 0x4000,
	MEM_RELEASE = 0x8000,
	MEM_FREE = 0x10000,
	MEM_PRIVATE = 0x20000,
	MEM_MAPPED = 0x40000,
	MEM_RESET = 0x80000,
	MEM_TOP_DOWN = 0x100000,
	MEM_WRITE_WATCH = 0x200000,
	MEM_PHYSICAL = 0x400000,
	MEM_IMAGE = 0x1000000, /* as a type of pages */
	MEM_RESET_UNDO = 0x1000000,
	MEM_LARGE_PAGES = 0x20000000,
	PAGE_NOACCESS = 0x1,
	PAGE_READONLY = 0x2,
	PAGE_READWRITE = 0x4,
	PAGE_WRITECOPY = 0x8,
	PAGE_EXECUTE = 0x10,
	PAGE_EXECUTE_READ = 0x20,
	PAGE_EXECUTE_READWRITE = 0x40,
	PAGE_EXECUTE_WRITECOPY = 0x80,
	PAGE_GUARD = 0x100,
	PAGE_NOCACHE = 0x200,
	PAGE_WRITECOMBINE = 0x400,
};

/* A run of pages of one region with the same state and protection. */
struct target_vm_run {
	uint64_t base, size;
	uint64_t allocation_base;
	uint64_t allocation_size;
	uint32_t allocation_protect;
	uint32_t state;	  /* MEM_COMMIT or MEM_RESERVE */
	uint32_t protect; /* 0 when reserved */
	/* A copy that a fork made, or a vfork parent's. */
	bool inherited;
};

/* What lies at an address, of whomever it is: VirtualQueryEx. */
struct target_vm_info {
	uint64_t base, size;
	uint64_t allocation_base;
	uint32_t allocation_protect;
	uint32_t state; /* MEM_COMMIT, MEM_RESERVE or MEM_FREE */
	uint32_t protect;
	uint32_t type; /* MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE or 0 */
};

/* ---- the operations --------------------------------------------------- */

/*
 * Called when a software or hardware breakpoint was hit by `tid`, before
 * anything is reported; may read registers and memory of that thread.  Returns
 * true if the hit is to be reported, false to step over it and go on.
 */
typedef bool target_hit_filter(void *arg, pid_t pid, pid_t tid, uint64_t pc);

/*
 * Called after each instruction of a thread whose steps are watched, the same
 * way as a hit filter; it may end the watch.  An instruction that a breakpoint
 * or a signal comes before has not been executed.
 */
typedef void target_step_watcher(void *arg, pid_t pid, pid_t tid);

struct target_alloc_ops {
	int (*allocate)(struct target *, pid_t pid, uint64_t addr,
			uint64_t size, uint32_t type, uint32_t protection,
			uint64_t near, uint64_t *base);
	int (*release)(struct target *, pid_t pid, uint64_t addr, uint64_t size,
		       uint32_t type);
	int (*next_run)(struct target *, pid_t pid, uint64_t addr,
			struct target_vm_run *run);
	int (*protect)(struct target *, pid_t pid, uint64_t addr, uint64_t size,
		       uint32_t protection, uint32_t *old);
	int (*query)(struct target *, pid_t pid, uint64_t addr,
		     struct target_vm_info *info);
	int (*write_watch)(struct target *, pid_t pid, uint64_t addr,
			   uint64_t size, uint32_t flags, uint64_t *pages,
			   size_t cap, size_t *n);
	int (*give_back)(struct target *, pid_t pid, uint64_t *kept);
};

struct target_file_ops { /* facts that need /proc or its like */
	int (*process_info)(struct target *, pid_t pid,
			    struct target_process_info *info);
	int (*next_map)(struct target *, pid_t pid, uint64_t addr,
			struct target_map *map);
	int (*dump_maps)(struct target *, pid_t pid,
			 bool (*fn)(void *arg,
				    const struct target_dump_map *map),
			 void *arg);
	int (*pages_present)(struct target *, pid_t pid, uint64_t addr,
			     bool *present, size_t n);
	int (*read_object)(struct target *, pid_t pid, pid_t tid,
			   enum target_object object, uint64_t offset,
			   void *buf, size_t len, size_t *got);
	int (*write_object)(struct target *, pid_t pid, pid_t tid,
			    enum target_object object, uint64_t offset,
			    const void *buf, size_t len);
};

struct target_ops {
	const char *name;
	void (*free)(struct target *);
	int (*wake_fd)(struct target *);
	int (*next_event)(struct target *, struct target_event *event);

	int (*launch)(struct target *, const struct target_launch *how,
		      pid_t *pid);
	int (*attach)(struct target *, pid_t pid);
	int (*detach)(struct target *, pid_t pid, bool stay_stopped);
	int (*kill)(struct target *, pid_t pid);

	size_t (*processes)(struct target *, pid_t *pids, size_t cap);
	size_t (*threads)(struct target *, pid_t pid, pid_t *tids, size_t cap);
	pid_t (*thread_process)(struct target *, pid_t tid);
	bool (*was_attached)(struct target *, pid_t pid);
	bool (*is_stopped)(struct target *, pid_t tid);
	int (*stop_info)(struct target *, pid_t tid, struct target_event *ev);
	int (*thread_name)(struct target *, pid_t tid, char *buf, size_t cap);
	int (*thread_core)(struct target *, pid_t tid, unsigned *core);

	int (*resume)(struct target *, pid_t tid,
		      const struct target_resume *how);
	int (*resume_commit)(struct target *);
	int (*stop)(struct target *, pid_t tid);
	int (*interrupt)(struct target *, pid_t pid);
	int (*stop_all)(struct target *, pid_t pid);
	int (*signal)(struct target *, pid_t pid, int signal);
	void (*fetch_stops)(struct target *, pid_t pid);
	void (*set_reports)(struct target *, unsigned reports);
	int (*set_thread_options)(struct target *, pid_t tid, unsigned options);
	void (*set_pass_signals)(struct target *, const uint64_t set[2]);
	void (*set_detach_signals)(struct target *, const uint64_t set[2]);
	void (*set_hit_filter)(struct target *, target_hit_filter *filter,
			       void *arg);
	void (*set_step_watcher)(struct target *, target_step_watcher *watcher,
				 void *arg);
	int (*watch_steps)(struct target *, pid_t tid, bool on);
	int (*catch_syscalls)(struct target *, pid_t pid, bool on,
			      const int64_t *numbers, size_t n);

	const struct arch *(*arch)(struct target *, pid_t pid);
	int (*get_register)(struct target *, pid_t tid, unsigned reg,
			    void *buf);
	int (*set_register)(struct target *, pid_t tid, unsigned reg,
			    const void *buf);
	int (*save_registers)(struct target *, pid_t tid, void *file);
	int (*restore_registers)(struct target *, pid_t tid, const void *file);

	int (*read_memory)(struct target *, pid_t pid, uint64_t addr, void *buf,
			   size_t len, size_t *got);
	int (*write_memory)(struct target *, pid_t pid, uint64_t addr,
			    const void *buf, size_t len);

	int (*insert_breakpoint)(struct target *, pid_t pid,
				 enum target_breakpoint_kind kind,
				 uint64_t addr, uint64_t len);
	int (*remove_breakpoint)(struct target *, pid_t pid,
				 enum target_breakpoint_kind kind,
				 uint64_t addr, uint64_t len);
	/* Hardware slots; 0: none. */
	unsigned (*hw_slots)(struct target *);

	/* Optional groups. */
	const struct target_alloc_ops *alloc;
	const struct target_file_ops *files;
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
bool target_was_attached(struct target *t, pid_t pid);
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
void target_set_reports(struct target *t, unsigned reports);
/* TARGET_THREAD_* in place of what the thread had; a new thread has none. */
int target_set_thread_options(struct target *t, pid_t tid, unsigned options);
/* Signals handed to the program without a stop: bit n-1 of set is signal n. */
void target_set_pass_signals(struct target *t, const uint64_t set[2]);
/* Signals that a detach may deliver when they were reported and not resumed
 * with (QProgramSignals); all by default. */
void target_set_detach_signals(struct target *t, const uint64_t set[2]);
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
unsigned target_hw_slots(struct target *t);

/* ---- allocation (VirtualAllocEx, VirtualFreeEx) ------------------------- */

bool target_can_allocate(struct target *t);
/* Errors as in shared/virtual-memory.md section 11. */
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
int target_release(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		   uint32_t type) MUST_CHECK;
/* *old: what the first page had. */
int target_protect(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		   uint32_t protection, uint32_t *old) MUST_CHECK;
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
int target_read_object(struct target *t, pid_t pid, pid_t tid,
		       enum target_object object, uint64_t offset, void *buf,
		       size_t len, size_t *got) MUST_CHECK;
int target_write_object(struct target *t, pid_t pid, pid_t tid,
			enum target_object object, uint64_t offset,
			const void *buf, size_t len) MUST_CHECK;

#endif
