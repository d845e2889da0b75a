/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the mock share. */
#ifndef BACKEND_MOCK_PRIVATE_H
#define BACKEND_MOCK_PRIVATE_H

#include "../target_ops.h"
#include "mock.h"

#define MOCK_PAGE	 4096u
#define MOCK_GRANULARITY 0x10000u
/* Bounds, so that no client makes the mock grow without end. */
#define MOCK_PAGES_MAX	 4096u /* of all processes: 16 MiB */
#define MOCK_THREADS_MAX 256u
#define MOCK_REGIONS_MAX 1024u
#define MOCK_SCRIPT_MAX	 4096u
#define MOCK_BREAKS_MAX	 4096u

struct mock_action {
	enum mock_action_kind kind;
	int64_t value;
	uint64_t addr;
	struct mock_action *next;
};

struct mock_thread {
	pid_t tid;
	struct mock_process *process;
	struct mock_thread *next;
	bool stopped;	  /* else it runs */
	bool wanted;	  /* the session resumed it */
	bool marked;	  /* target_resume, not yet committed */
	bool stop_wanted; /* target_stop, target_interrupt */
	bool in_filter;	  /* stands while the session's filter looks */
	bool steps_watched;
	bool gone;	  /* exited; freed when that was dealt with */
	unsigned options; /* TARGET_THREAD_* */
	struct target_resume how, next_how;
	struct target_event pending, reported;
	uint64_t at_break; /* pc of the reported hit; valid if hit */
	bool hit;
	int deliver;	    /* signal to deliver at the next instruction */
	int64_t in_syscall; /* entered and reported, -1: none */
	struct mock_process *vfork_child;
	uint64_t executed;
	struct mock_action *script, **script_tail;
	size_t script_len;
	uint8_t siginfo[128];
	uint8_t *file;
};

struct mock_mapping {
	uint64_t start, end;
	unsigned prot;
	uint64_t offset, inode;
	const char *name;
};

struct mock_page {
	uint64_t addr;
	bool written;
	struct mock_page *next;
	uint8_t bytes[MOCK_PAGE];
};

struct mock_break {
	enum target_breakpoint_kind kind;
	uint64_t addr, len;
	struct mock_break *next;
};

/* Committed or reserved pages of one region: runs in order, without gaps. */
struct mock_run {
	uint64_t base, size;
	uint32_t state, protect;
	struct mock_run *next;
};

struct mock_region {
	uint64_t base, size;
	uint32_t protect;
	bool watched;
	struct mock_run *runs;
	struct mock_region *next;
};

#define MOCK_BUCKETS 64u
struct mock_process {
	pid_t pid, ppid;
	struct mock_process *next;
	bool traced, attached;
	bool exiting; /* its end is queued */
	struct target_event end;
	struct mock_thread *threads;
	struct mock_mapping maps[5];
	struct mock_page *pages[MOCK_BUCKETS];
	struct mock_break *breaks;
	struct mock_region *regions;
	bool catch_syscalls;
	int64_t *syscalls;
	size_t nsyscalls;
	char *exe;
	unsigned delivered[65];
};

struct mock {
	struct target base;
	struct target_ops ops;
	struct mock_options options;
	const struct arch *arch;
	struct mock_process *processes;
	int wake_fd;
	pid_t next_id;
	int launch_error;
	unsigned reports;
	uint64_t pass_signals[2], detach_signals[2];
	target_hit_filter *filter;
	void *filter_arg;
	target_step_watcher *watcher;
	void *watcher_arg;
	size_t npages, nthreads;
	bool newborn_acts;
	struct mock_action newborn; /* kind and value */
};

static inline struct mock *
mock_of(struct target *t)
{
	return (struct mock *)t;
}

/* ---- process.c ---------------------------------------------------------- */

struct mock_process *mock_process_find(struct mock *m, pid_t pid);
/* Only traced ones; NULL. */
struct mock_process *mock_process_traced(struct mock *m, pid_t pid);
struct mock_thread *mock_thread_find(struct mock *m, pid_t tid);
struct mock_process *mock_process_new(struct mock *m, pid_t pid,
				      const char *exe);
struct mock_thread *mock_thread_new(struct mock *m, struct mock_process *p,
				    pid_t tid);
void mock_thread_free(struct mock *m, struct mock_thread *th);
void mock_process_free(struct mock *m, struct mock_process *p);
/* A copy with one thread, a copy of `th`; NULL: no memory or too many. */
struct mock_process *mock_process_fork(struct mock *m, struct mock_thread *th);
/* Back to the beginning of a program, with one thread. */
void mock_process_exec(struct mock *m, struct mock_thread *th);
pid_t mock_new_id(struct mock *m);
bool mock_is_signal(int signal);
bool mock_signal_in(const uint64_t set[2], int signal);
void mock_wake(struct mock *m);

int mock_launch(struct target *, const struct target_launch *how, pid_t *pid);
int mock_attach(struct target *, pid_t pid);
int mock_detach(struct target *, pid_t pid, bool stay_stopped);
int mock_kill(struct target *, pid_t pid);

/* ---- memory.c ----------------------------------------------------------- */

int mock_memory_init(struct mock *m, struct mock_process *p);
int mock_memory_copy(struct mock *m, struct mock_process *from,
		     struct mock_process *to);
void mock_memory_free(struct mock *m, struct mock_process *p);
/* Zeroes [addr, addr + len), whole pages. */
void mock_memory_drop(struct mock *m, struct mock_process *p, uint64_t addr,
		      uint64_t len);
/* Was the page stored to?  Forgets it then, with `reset`. */
bool mock_memory_written(struct mock_process *p, uint64_t page, bool reset);
/* The mapping that holds addr: program's own or allocated; false: none. */
bool mock_map_at(struct mock_process *p, uint64_t addr,
		 struct mock_mapping *map);
/* Start of the first mapping after addr; the user limit if there is none. */
uint64_t mock_map_after(struct mock *m, struct mock_process *p, uint64_t addr);
/* With protections (need: TARGET_MAP_*), as the program itself. */
bool mock_access(struct mock *m, struct mock_process *p, uint64_t addr,
		 void *buf, size_t len, unsigned need);
int mock_read_memory(struct target *, pid_t pid, uint64_t addr, void *buf,
		     size_t len, size_t *got);
int mock_write_memory(struct target *, pid_t pid, uint64_t addr,
		      const void *buf, size_t len);

/* ---- breakpoint.c ------------------------------------------------------- */

struct mock_break *mock_break_at(struct mock_process *p, uint64_t pc);
/* A watchpoint that an access touches, and its number; NULL. */
struct mock_break *mock_watch_at(struct mock_process *p, uint64_t addr,
				 uint64_t len, bool write, unsigned *index);
int mock_breaks_copy(struct mock_process *from, struct mock_process *to);
void mock_breaks_free(struct mock_process *p);
/* Forget software breakpoints in memory that is gone. */
void mock_breaks_forget(struct mock_process *p, uint64_t addr, uint64_t len);
int mock_insert_breakpoint(struct target *, pid_t pid,
			   enum target_breakpoint_kind kind, uint64_t addr,
			   uint64_t len);
int mock_remove_breakpoint(struct target *, pid_t pid,
			   enum target_breakpoint_kind kind, uint64_t addr,
			   uint64_t len);

/* ---- cpu.c -------------------------------------------------------------- */

/* One instruction, or one action of the script.  Leaves an event in
 * th->pending (and stops th) or in the process's `end`. */
void mock_cpu_step(struct mock *m, struct mock_thread *th);
/* The thread stops with this reason; it is not yet reported. */
void mock_stop_for(struct mock_thread *th, enum target_stop_reason reason,
		   int signal);

/* ---- script.c ----------------------------------------------------------- */

/* Appends to a script; 0 or -ENOMEM. */
int mock_script_add(struct mock_thread *th, enum mock_action_kind kind,
		    int64_t value, uint64_t addr);
/* Carries out one action.  Returns true if the thread's turn is over. */
bool mock_script_step(struct mock *m, struct mock_thread *th);
void mock_script_free(struct mock_thread *th);
void mock_syscall(struct mock *m, struct mock_thread *th, int64_t nr);
void mock_end(struct mock_process *p, enum target_event_kind kind, int value);
/* A signal arrives: stops the thread, or goes to the program. */
void mock_raise(struct mock *m, struct mock_thread *th, int signal,
		uint64_t addr);
/* The program receives a signal. */
void mock_deliver(struct mock *m, struct mock_thread *th, int signal);
void mock_vfork_done(struct mock *m, struct mock_process *child);

/* ---- run.c -------------------------------------------------------------- */

int mock_next_event(struct target *, struct target_event *event);
int mock_resume(struct target *, pid_t tid, const struct target_resume *how);
int mock_resume_commit(struct target *);
int mock_stop(struct target *, pid_t tid);
int mock_interrupt(struct target *, pid_t pid);
int mock_stop_all(struct target *, pid_t pid);
int mock_signal(struct target *, pid_t pid, int signal);
void mock_fetch_stops(struct target *, pid_t pid);

/* ---- alloc.c ------------------------------------------------------------ */

extern const struct target_alloc_ops mock_alloc_ops;

/* ---- regions.c ---------------------------------------------------------- */

struct vm_request;
/* As the request wants it; it is in no process yet.  NULL: no memory. */
struct mock_region *mock_region_new(const struct vm_request *r, uint64_t base,
				    uint64_t size);
void mock_region_free(struct mock_region *r);
/* The one that holds addr, or NULL. */
struct mock_region *mock_region_at(struct mock_process *p, uint64_t addr);
/* -ENOMEM. */
int mock_region_set(struct mock_region *r, uint64_t start, uint64_t end,
		    uint32_t state, uint32_t protect);
const struct mock_run *mock_run_at(const struct mock_process *p, uint64_t addr,
				   const struct mock_region **region);
int mock_regions_copy(struct mock_process *from, struct mock_process *to);
void mock_regions_free(struct mock_process *p);

/* ---- facts.c ------------------------------------------------------------ */

extern const struct target_file_ops mock_file_ops;

#endif
