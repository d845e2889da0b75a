/* SPDX-License-Identifier: Apache-2.0 */
/* What a target takes and gives: events, settings, facts, allocation. */
#ifndef BACKEND_TARGET_TYPES_H
#define BACKEND_TARGET_TYPES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

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

/* Win32's own values; docs/allocation.md says what they do here. */
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

/* ---- what a target calls ---------------------------------------------- */

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

#endif
