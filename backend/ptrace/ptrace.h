/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the ptrace back end: what its files share.  Nobody outside
 * backend/ptrace/ includes this but to call target_ptrace_new.
 *
 * Model.  Every thread has a *run* state (what the kernel does with it), a
 * *wanted* state (what the session asked for) and at most one *pending* event
 * (seen by us, not yet by the session).  All-stop, non-stop, several processes
 * are presentations of this one model.
 */
#ifndef BACKEND_PTRACE_PTRACE_H
#define BACKEND_PTRACE_PTRACE_H

#include <signal.h>

#include "../arch/arch.h"
#include "../target_ops.h"

/* What the kernel does with a thread. */
enum thread_run {
	THREAD_NEW, /* seen by its parent's event only, or cloned
		     * and not yet stopped for the first time */
	THREAD_RUNNING,
	THREAD_STOPPED, /* in a ptrace-stop; ours to touch */
	THREAD_GONE,	/* exited or vanished; to be forgotten */
};

#define REGISTER_SETS_MAX 4

struct registers {
	unsigned have;	/* bit n: set n was read */
	unsigned dirty; /* bit n: set n must be written back */
	/* What the kernel gave, and wants back: note type and bytes. */
	unsigned nt[REGISTER_SETS_MAX];
	uint32_t len[REGISTER_SETS_MAX];
	uint8_t *file; /* file_size bytes, owned; NULL until needed */
	size_t file_size;
	/* The client moved pc and left alone what says which system call the
	 * thread is in: see registers_settle. */
	bool pc_put;
	uint64_t pc_read; /* as the kernel gave it */
};

struct guardian;
struct guardian_breakpoint;
struct guardian_process;
struct guardian_thread;
struct process;
struct thread {
	pid_t tid;
	/* The kernel's thread group: the process, but for who shares its
	 * memory without being of it (clone with CLONE_VM alone). */
	pid_t group;
	struct process *process;
	struct thread *next, *prev; /* of the process, oldest first */
	struct thread *hash_next;
	struct thread *queue_next; /* of those with something pending */
	struct thread *mark_next;  /* of those marked by target_resume */

	enum thread_run run;
	bool interrupt_sent; /* PTRACE_INTERRUPT under way, not yet seen */
	bool listening;	     /* PTRACE_LISTEN: in group-stop */
	bool zombie;	     /* a leader that has exited before the others */
	bool announce;	     /* new: a THREAD_CREATED event is owed */
	pid_t told_by;	     /* whose event tells of it; 0: it was there */
	unsigned options;    /* TARGET_THREAD_* */
	bool in_vfork;	     /* cannot stop until its child execs or exits */

	/* What the session wants: running with `how`, or stopped. */
	bool wanted_running;
	struct target_resume how;
	bool resume_marked;  /* target_resume called, not yet committed */
	bool stop_requested; /* target_stop: a REQUESTED event is owed */

	/* Seen but not reported; kind NONE if there is none. */
	struct target_event pending;
	bool queued;
	/* A raw status taken out of the kernel but not handled yet. */
	bool has_status;
	int status;
	/* The last one reported: stop_info. */
	struct target_event reported;
	/* Where the last reported breakpoint hit was and pc still is. */
	bool reported_at_breakpoint;

	bool in_syscall_stop;  /* between entry and return stops */
	bool stepping;	       /* last resumed with SINGLESTEP */
	uint64_t ran_from;     /* pc then, if it was known; else 0 */
	int stop_status;       /* raw, of the stop it is in */
	int stop_signal;       /* of a signal-delivery-stop not yet resumed */
	bool group_stopped;    /* in a PTRACE_EVENT_STOP with a stop signal */
	bool attached_stopped; /* it was so when we came; the user may run it */
	bool run_through;      /* resumed by the user out of that group-stop */
	int deliver;	       /* due with the next resume, unseen by the
				* session */
	uint64_t pass_once;    /* signals we sent ourselves on its behalf */
	int64_t syscall_nr;    /* of the entry stop last seen, -1: none */

	/* stepover.c: a breakpoint at pc is not to be hit but passed. */
	bool step_over;
	bool steps_watched; /* the step watcher is told of each */
	bool in_place;	    /* it steps with the breakpoint taken out */
	uint64_t step_over_pc;
	struct scratch_slot *slot; /* it runs a copied instruction: `step` */
	struct arch_step step;
	/* A signal waits until the step is made, all others are blocked. */
	int held_signal;
	uint64_t held_mask;
	bool deliver_info_valid;
	siginfo_t deliver_info; /* what `deliver` is to come with */

	struct registers regs;
	unsigned hw_generation; /* which process->hw_generation its debug
				 * registers hold */
	unsigned openings;	/* the table's at its last fault */
	char name[32];
	bool name_valid;
	struct guardian_thread *note; /* guardian.c */
};

/* A software breakpoint in a process's memory. */
struct breakpoint {
	uint64_t addr;
	struct breakpoint *next;
	uint8_t saved[8];		  /* what stood there */
	bool client;			  /* asked for by the session */
	bool inserted;			  /* is in memory now */
	struct guardian_breakpoint *note; /* guardian.c */
};

struct vm_table;
struct watch;
struct scratch;
struct process {
	pid_t pid;
	struct process *next;
	const struct arch *arch;
	bool attached; /* by attach: let go at the end, not killed */
	bool exit_kill;
	int mem_fd; /* /proc/PID/mem, -1 until needed */
	struct thread *threads, *threads_last;
	size_t nthreads;
	bool gone;	     /* unlinked, to be freed */
	bool leaving;	     /* detached, but for threads yet to stop */
	bool killing;	     /* its end is no news */
	unsigned execs_left; /* launch: until it is the program itself */
	int exit_status;     /* launch: raw, of one that ended before */
	/* Nested pauses by the engine itself: nothing is resumed meanwhile. */
	unsigned paused;
	struct thread *stepper; /* steps in place: the others wait */
	unsigned vforks;	/* vfork children under way */
	bool lent;		/* and in our memory: breakpoints out */
	struct scratch *scratch;

	struct breakpoint *breakpoints;
	/* watch.c: what the client inserted, and the slots it takes. */
	struct watch *watches;
	bool ever_inserted; /* one was in memory once */
	struct arch_hw_slot hw[ARCH_HW_SLOTS_MAX];
	unsigned hw_generation; /* 0: no slot was ever used */

	/* How often one of its threads was let go: what was learnt of the
	 * process may have changed since. */
	unsigned runs;
	/* inject.c: an address with a syscall instruction; 0: not yet found.
	 * Forgotten at exec. */
	uint64_t syscall_gate;
	unsigned gate_runs; /* p->runs when it was seen to be there */
	/* inject.c: the thread found able to carry a call, and p->runs then. */
	pid_t checked_tid;
	unsigned checked_runs;
	/* vm.c: table of regions; copied at fork, dropped at exec. */
	struct vm_table *vm;
	struct process *vfork_parent; /* shares memory until exec or exit */
	/* guardian.c: NULL where it is to die with us. */
	struct guardian *guardian;
	struct guardian_process *note;

	bool catch_syscalls;
	int64_t *syscalls; /* sorted; empty: all */
	size_t nsyscalls;
};

struct orphan;
struct notice;
/* event.c: does it pay to look again and again for what is expected? */
struct patience {
	unsigned vain, skipped;
};

struct ptrace_target {
	struct target base;
	struct process *processes; /* oldest first */
	int signal_fd;		   /* SIGCHLD */
	int event_fd;		   /* something is queued: see wake */
	int timer_fd;		   /* leader.c */
	bool watching_leader;
	int wake_fd; /* epoll over all three */
	/* task.c: where the last name was read.  A thread that is stepped is
	 * asked for its name each time. */
	int name_fd;
	pid_t name_tid;
	bool woken;
	bool collecting;
	volatile sig_atomic_t in_seize; /* the tid that seize.c is about */
	bool look_again; /* statuses may be left whose signal is eaten */
	/* Let go since we looked, and perhaps back at once: a tid, -1 if there
	 * are several, or 0. */
	pid_t soon;
	struct patience looks, waits;
	struct thread *queue, **queue_tail; /* pending, oldest first */
	struct thread *marked, **marked_tail;
	struct notice *notices, **notices_tail; /* events of who is gone */
	struct orphan *orphans;	     /* stops of tids not known yet */
	size_t nstatus;		     /* threads with has_status */
	struct thread *dead_threads; /* unlinked, to be freed */
	struct process *dead_processes;
	int tty_fd;	 /* where a launched program is in the */
	pid_t tty_owner; /* foreground, and whose turn it was before */
	pid_t tty_user;
	unsigned reports;
	uint64_t pass_signals[2];
	uint64_t detach_signals[2];
	target_hit_filter *hit_filter;
	void *hit_filter_arg;
	target_step_watcher *step_watcher;
	void *step_watcher_arg;
	struct guardian *guardian;   /* NULL: not needed yet */
	struct thread *by_tid[1024]; /* hash */
};

/*
 * Makes the back end.  SIGCHLD must be blocked (this does it) and must stay so
 * in the calling thread; launch restores the mask in the child.
 */
int target_ptrace_new(struct target **t);

/* ---- thread.c, process.c: the tables ------------------------------------ */

struct thread *thread_find(struct ptrace_target *t, pid_t tid);
/* NULL: no memory. */
struct thread *thread_add(struct ptrace_target *t, struct process *p,
			  pid_t tid);
/* A child that nobody was told of yet: the thread whose event does; or NULL. */
struct thread *thread_parent_to_tell(struct ptrace_target *t,
				     const struct thread *child);
/* Forgets it, with all that is queued for it. */
void thread_remove(struct ptrace_target *t, struct thread *th);
/* The thread has got another tid (exec). */
void thread_rename(struct ptrace_target *t, struct thread *th, pid_t tid);

struct process *process_find(struct ptrace_target *t, pid_t pid);
struct process *process_add(struct ptrace_target *t, pid_t pid,
			    const struct arch *arch);
/* With its threads; touches neither the kernel's state nor memory. */
void process_remove(struct ptrace_target *t, struct process *p);
struct thread *process_leader(struct process *p);

/* ---- fork.c ---- */

/*
 * A vfork child runs, or its memory is looked at: the breakpoints of its
 * parent, whose memory it is, are out until the vfork is over.  Of any other
 * process nothing comes of it.
 */
void vfork_child_used(struct process *child);

/* ---- event.c: the only caller of waitpid --------------------------------- */

/*
 * Waits until one thread is in a ptrace-stop or gone, and returns its raw
 * status.  For injected calls and steps that the engine makes itself; what it
 * sees of other threads is queued for event handling, never dropped.
 * -ESRCH: it is gone.  -ETIMEDOUT: not within timeout_ms.
 */
int event_wait_thread(struct ptrace_target *t, struct thread *th,
		      int timeout_ms, int *status);
/*
 * Gives a status back that the waiter cannot make sense of: it is handled as
 * if it had just come.  The thread must not be resumed after it.
 */
void event_return_status(struct ptrace_target *t, struct thread *th,
			 int status);
/*
 * Does all that there is, one process, stand, and is to?  Then only a kill can
 * change anything, and that ends every thread.
 */
bool event_all_stand(const struct ptrace_target *t);
/*
 * As event_wait_thread, where all stand: the signal that tells of the stop need
 * not make anybody look.  If the thread is still there after this, so are the
 * others, or a new signal tells; if not, somebody is to look again.
 */
int event_wait_alone(struct ptrace_target *t, struct thread *th, int timeout_ms,
		     int *status);
void event_look_again(struct ptrace_target *t);

/* ---- stop.c ---- */

/*
 * Stops every thread of a process for work of the engine's own (an injected
 * call, a step in place); what the session wants of them does not change.
 * -ETIMEDOUT: some thread cannot stop; it is then not paused.  Nests.
 */
int process_pause(struct ptrace_target *t, struct process *p);
/* Those that are to run go on. */
void process_unpause(struct ptrace_target *t, struct process *p);

/* ---- registers.c: cache per stop ---------------------------------------- */

/* The file with at least regset `set` read; NULL and -errno in *err. */
uint8_t *registers_get(struct thread *th, unsigned set, int *err);
/* Call after changing the file. */
void registers_dirty(struct thread *th, unsigned set);
/* Before the thread runs: write back what is dirty, forget the cache. */
int registers_flush(struct thread *th);
/* Forget without writing (the thread is gone, or exec'd). */
void registers_drop(struct thread *th);
/* The same, and free the memory: before the thread itself is freed. */
void registers_free(struct thread *th);
/*
 * A thread that the client moved elsewhere is no longer in the system call it
 * was stopped in: without this the kernel would restart that call at the new
 * place.  Done when pc is final, so that moving it to and fro has no effect;
 * not done to a whole state that is put back.  registers_flush does it; who
 * reads the file to run something else on the thread calls it before.
 */
void registers_settle(struct thread *th);
int registers_pc(struct thread *th, uint64_t *pc);
/* 0 where it was not read since the thread stopped. */
uint64_t registers_known_pc(const struct thread *th);
int registers_set_pc(struct thread *th, uint64_t pc);
/* The operations of struct target_ops. */
int ptrace_get_register(struct target *, pid_t tid, unsigned reg, void *buf);
int ptrace_set_register(struct target *, pid_t tid, unsigned reg,
			const void *buf);
int ptrace_save_registers(struct target *, pid_t tid, void *file);
int ptrace_restore_registers(struct target *, pid_t tid, const void *file);

/* ---- memory.c ----------------------------------------------------------- */

/*
 * Raw memory of a process, breakpoints and all.  Reads: process_vm_readv
 * first, /proc/PID/mem for what it refuses; *got may be short.  Writes are
 * whole or fail.  Work on running processes too.
 */
int memory_read(struct process *p, uint64_t addr, void *buf, size_t len,
		size_t *got);
int memory_write(struct process *p, uint64_t addr, const void *buf, size_t len);
/* A few bytes in a page that is most likely not writable. */
int memory_write_code(struct process *p, uint64_t addr, const void *buf,
		      size_t len);
/* The operations: as the client sees memory (breakpoints shadowed). */
int ptrace_read_memory(struct target *, pid_t pid, uint64_t addr, void *buf,
		       size_t len, size_t *got);
int ptrace_write_memory(struct target *, pid_t pid, uint64_t addr,
			const void *buf, size_t len);
/* The process has got another address space (exec), or is gone. */
void memory_drop(struct process *p);
/* A thread that has the address space: not a leader that has exited. */
pid_t memory_tid(const struct process *p);

/* ---- breakpoint.c: software breakpoints ---- */

/* Replace breakpoint bytes in a buffer read from `addr`; keep them in memory
 * under a write (updates what is saved, gives the bytes to write). */
void breakpoints_shadow(struct process *p, uint64_t addr, uint8_t *buf,
			size_t len);
void breakpoints_under_write(struct process *p, uint64_t addr, uint8_t *buf,
			     size_t len);
struct breakpoint *breakpoint_at(struct process *p, uint64_t addr);
/* Memory [addr, addr+len) is gone: forget breakpoints in it, write nothing. */
void breakpoints_forget(struct process *p, uint64_t addr, uint64_t len);

/* ---- watch.c: hardware slots ---- */

int watch_insert(struct process *p, enum target_breakpoint_kind kind,
		 uint64_t addr, uint64_t len);
int watch_remove(struct process *p, enum target_breakpoint_kind kind,
		 uint64_t addr, uint64_t len);
/* Bring a stopped thread's debug registers up to date (before it runs). */
int watch_sync(struct thread *th);
/* Clear them (before detach), whatever they hold. */
int watch_clear(struct thread *th);
/* After a SIGTRAP: fills reason, addr, watch_kind, hw_index and the others
 * that were hit; 1 if it was one of ours. */
int watch_hit(struct thread *th, struct target_event *ev);
/* The same where the machine does not say which: 1 if one only is in use. */
int watch_hit_only(struct thread *th, struct target_event *ev);
/* A fork's child has what its parent had (the kernel gives it none). */
int watch_copy(const struct process *from, struct process *to);
/* Forget all (exec, exit): the kernel has cleared the registers. */
void watch_drop(struct process *p);

/* ---- task.c: what the kernel says of a thread ---------------------------- */

/* Its name into th->name. */
int task_read_name(struct ptrace_target *t, struct thread *th);
/* The processor that it ran on last; reads the name with it. */
int task_read_core(struct thread *th, unsigned *core);

/* ---- inject.c ---- */

/*
 * Runs one system call in a stopped thread of a process all of whose threads
 * are stopped.  Returns 0 if it was made (*ret: value or -errno, as the kernel
 * gives it); -ESRCH if the thread died, -EACCES if its seccomp filter is in
 * the way, another -errno if it could not be made.  Registers, mask, handlers,
 * a pending restart: all as before, whatever the outcome.
 */
int inject_syscall(struct ptrace_target *t, struct thread *th,
		   const struct arch_syscall *call, int64_t *ret);
/*
 * Out of the stop of a fork, clone or exec, in which the result of that call
 * is still to be written: the registers are then what the program goes on with.
 */
int inject_leave_event(struct ptrace_target *t, struct thread *th);
/* A thread of the process that can carry a call now; NULL if none. */
struct thread *inject_carrier(struct process *p);

/* ---- vm.c: the table of regions ---- */

extern const struct target_alloc_ops ptrace_alloc_ops;
int vm_copy(struct process *from, struct process *to); /* fork */
void vm_drop(struct process *p);		       /* exec, exit */
/*
 * How much of [addr, addr + len) may be read and written: up to the first
 * page of ours that is reserved only, which /proc/PID/mem would not mind.
 */
size_t vm_accessible(struct process *p, uint64_t addr, size_t len);

/* ---- vm_watch.c, vm_fault.c ---- */

/* A forked child, stopped: its pages are watched anew, none is written. */
int vm_watch_copied(struct ptrace_target *t, struct process *child);
/* The debugger has stored something there. */
void vm_watch_wrote(struct process *p, uint64_t addr, size_t len);
/* Around stores that do not count (breakpoints): if it was clean before, make
 * it so after. */
bool vm_watch_is_clean(struct process *p, uint64_t addr);
void vm_watch_clean(struct process *p, uint64_t addr);

enum vm_fault {
	VM_FAULT_NONE,	/* the program's own */
	VM_FAULT_GUARD, /* a guard page, open now: to be reported */
	VM_FAULT_OVER,	/* it will not happen again */
};
/* A thread stopped by SIGSEGV; *addr: what it was about.  Stops the process for
 * a moment: the caller makes an event, or not, and then calls process_go. */
enum vm_fault vm_fault(struct ptrace_target *t, struct thread *th,
		       uint64_t *addr);
/* Of a thread that stopped only after vm_let_go. */
bool vm_fault_is_over(struct thread *th);
/* Before a detach, all threads stopped: pages get the protection that they
 * have without us.  Returns how many bytes do not. */
uint64_t vm_let_go(struct ptrace_target *t, struct process *p);
/* A child that has stopped at its fork, and is not kept. */
void vm_let_child_go(struct ptrace_target *t, struct process *p,
		     struct process *child);
/* Are there pages whose faults we have to handle? */
bool vm_needs_us(struct process *p);

/* ---- procfs.c: facts ---- */

extern const struct target_file_ops ptrace_file_ops;
/* siginfo.c, as read_object and write_object. */
int siginfo_read(struct target *t, pid_t tid, uint64_t offset, void *buf,
		 size_t len, size_t *got);
int siginfo_write(struct target *t, pid_t tid, uint64_t offset, const void *buf,
		  size_t len);

/* dump.c */
int ptrace_dump_maps(struct target *t, pid_t pid,
		     bool (*fn)(void *arg, const struct target_dump_map *map),
		     void *arg);
int ptrace_pages_present(struct target *t, pid_t pid, uint64_t addr,
			 bool *present, size_t n);
/* One numeric field of /proc/PID/status ("TracerPid:"), -errno. */
int procfs_status_field(pid_t tid, const char *key, long *value);
int procfs_state(pid_t tid, char *state); /* R S D T t Z X */
/* It has ended, waited for or not. */
bool procfs_is_dead(pid_t tid);
struct procfs_thread {
	long group, tracer;	   /* 0: none */
	char state;		   /* R S D T t Z X */
	long seccomp;		   /* mode: 0 none, 1 strict, 2 filter */
	uint64_t blocked, ignored; /* signals: bit n-1 */
};
int procfs_thread_facts(pid_t tid, struct procfs_thread *facts);
int procfs_personality(pid_t tid, unsigned long *personality);
/* The arch of a process's present executable. */
const struct arch *procfs_arch(pid_t pid);

#endif
