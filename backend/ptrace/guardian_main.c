/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guardian.h"

/* How often it is tried, a millisecond apart, to get hold of a thread. */
#define TRIES 5000

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* ---- while the server lives ---------------------------------------------- */

struct armed {
	pid_t pid;
	int fd;
};

/*
 * Another open file of the pipe, since each has one owner for its signals.
 * Whoever may not be signalled is not watched.
 */
static int
arm(int pipe_fd, pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipe_fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 &&
	    (fcntl(fd, F_SETOWN, pid) < 0 || fcntl(fd, F_SETSIG, SIGSTOP) < 0 ||
	     fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
look(const struct guardian_notes *notes, int pipe_fd, struct armed *armed)
{
	for (size_t i = 0; i < GUARDIAN_PROCESSES; i++) {
		pid_t pid = notes->processes[i].pid;

		if (armed[i].pid == pid)
			continue;
		if (armed[i].pid != 0 && armed[i].fd >= 0)
			close(armed[i].fd);
		armed[i].pid = pid;
		armed[i].fd = pid != 0 ? arm(pipe_fd, pid) : -1;
	}
}

/* Returns when the server is gone, or has no more use for us. */
static void
serve(const struct guardian_notes *notes, int control, int pipe_fd,
      struct armed *armed)
{
	ssize_t n;
	char c;

	for (;;) {
		n = read(control, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		look(notes, pipe_fd, armed);
		if (write(control, &c, 1) != 1)
			return;
	}
}

/*
 * All are stopped as soon as the pipe has no writer.  No more then: with each
 * reading end that closes, the others would be signalled again.  Whoever was
 * let go, but not yet out of here, has been stopped for nothing.
 */
static void
disarm(const struct guardian_notes *notes, int pipe_fd,
       const struct armed *armed)
{
	struct pollfd pfd = { .fd = pipe_fd };

	while (poll(&pfd, 1, -1) < 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < GUARDIAN_PROCESSES; i++) {
		if (armed[i].pid == 0 || armed[i].fd < 0)
			continue;
		(void)!fcntl(armed[i].fd, F_SETFL, O_NONBLOCK);
		if (notes->processes[i].pid != armed[i].pid)
			kill(armed[i].pid, SIGCONT);
	}
}

/* ---- afterwards: one thread ---------------------------------------------- */

/* The server may still be about to let it go. */
static bool
seize(pid_t tid)
{
	for (unsigned i = 0; i < TRIES; i++) {
		if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0)
			return ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0;
		if (errno != EPERM)
			return false;
		nap();
	}
	return false;
}

static bool
wait_stop(pid_t tid, int *status)
{
	for (unsigned i = 0; i < TRIES; i++) {
		pid_t got = waitpid(tid, status, WNOHANG | __WALL);

		if (got == tid)
			return WIFSTOPPED(*status);
		if (got < 0 && errno != EINTR)
			return false;
		nap();
	}
	return false;
}

static int
copy_read(void *arg, uint64_t addr, void *buf, size_t len)
{
	size_t got;

	return memory_read(arg, addr, buf, len, &got) == 0 && got == len
		   ? 0
		   : -EFAULT;
}

static int
copy_write(void *arg, uint64_t addr, const void *buf, size_t len)
{
	return memory_write(arg, addr, buf, len);
}

static bool
is_in_copy(const struct arch_step *step, uint64_t pc)
{
	return pc >= step->to && pc <= step->to + step->len;
}

/* A hit that the server had not looked at yet: pc is behind it. */
static void
leave_breakpoint(const struct guardian_notes *notes, const struct thread *th,
		 uint8_t *file)
{
	const struct arch *a = th->process->arch;
	uint64_t addr = a->get_pc(file) - a->breakpoint_pc_offset;

	for (size_t i = 0; i < GUARDIAN_BREAKPOINTS; i++) {
		const struct guardian_breakpoint *b = &notes->breakpoints[i];

		if (b->pid == th->process->pid && b->addr == addr)
			a->set_pc(file, addr);
	}
}

/* The registers as the server would have written them. */
static void
mend_registers(const struct guardian_notes *notes, struct thread *th,
	       const struct guardian_thread *note)
{
	const struct arch *a = th->process->arch;
	const struct arch_set *set = &a->sets[a->regs[a->pc].set];
	struct arch_memory mem = { copy_read, copy_write, th->process };
	uint8_t *file;
	int err;

	file = registers_get(th, a->regs[a->pc].set, &err);
	if (file == NULL)
		return;
	if (note->cached)
		memcpy(file + set->offset, note->registers, set->size);
	else if (note->trapped)
		leave_breakpoint(notes, th, file);
	if (note->copy && is_in_copy(&note->step, a->get_pc(file)))
		(void)!a->step_finish(&note->step, file, &mem);
	registers_dirty(th, a->regs[a->pc].set);
}

static const struct guardian_thread *
find_note(const struct guardian_notes *notes, pid_t tid)
{
	for (size_t i = 0; i < GUARDIAN_THREADS; i++)
		if (notes->threads[i].tid == tid)
			return &notes->threads[i];
	return NULL;
}

/* A detach clears the trap flag that a step has left. */
static void
mend_thread(const struct guardian_notes *notes, struct process *p, pid_t tid,
	    int status)
{
	const struct guardian_thread *note = find_note(notes, tid);
	/* Any generation of debug registers but "never set". */
	struct thread th = {
		.tid = tid, .group = p->pid, .process = p, .hw_generation = 1
	};
	bool by_event = status >> 16 != 0;

	watch_clear(&th);
	if (note != NULL)
		mend_registers(notes, &th, note);
	registers_flush(&th);
	registers_free(&th);
	ptrace(PTRACE_DETACH, tid, NULL, by_event ? 0 : WSTOPSIG(status));
}

/* ---- afterwards: one process --------------------------------------------- */

static void
mend_memory(const struct guardian_notes *notes, struct process *p)
{
	size_t len = p->arch->breakpoint_len, got;

	for (size_t i = 0; i < GUARDIAN_BREAKPOINTS; i++) {
		const struct guardian_breakpoint *b = &notes->breakpoints[i];
		uint8_t now[sizeof(b->saved)];

		if (b->pid == p->pid &&
		    memory_read(p, b->addr, now, len, &got) == 0 &&
		    got == len && memcmp(now, p->arch->breakpoint, len) == 0)
			(void)!memory_write_code(p, b->addr, b->saved, len);
	}
}

/* Each is held until all are in order; a new one can only be stopped, too. */
struct held {
	pid_t tid;
	int status;
};

static size_t
hold_all(pid_t pid, struct held **all)
{
	size_t n = 0, cap = 0;
	struct dirent *entry;
	char path[32];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct held *more;

		if (tid <= 0 || !seize(tid))
			continue;
		if (n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			more = realloc(*all, cap * sizeof(**all));
			if (more == NULL)
				break;
			*all = more;
		}
		(*all)[n].tid = tid;
		if (wait_stop(tid, &(*all)[n].status))
			n++;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void
mend_process(const struct guardian_notes *notes,
	     const struct guardian_process *note)
{
	struct process p = { .pid = note->pid,
			     .arch = note->arch,
			     .mem_fd = -1 };
	struct held *all = NULL;
	size_t n;

	mend_memory(notes, &p);
	n = hold_all(p.pid, &all);
	for (size_t i = 0; i < n; i++)
		mend_thread(notes, &p, all[i].tid, all[i].status);
	free(all);
	memory_drop(&p);
	if (!note->stopped)
		kill(p.pid, SIGCONT);
}

/* ---- the process --------------------------------------------------------- */

/* Nothing of the server's but the two descriptors, at 3 and 4. */
static void
forget_server(int control, int pipe_fd)
{
	int null_fd = open("/dev/null", O_RDWR);
	int a = fcntl(control, F_DUPFD, 10), b = fcntl(pipe_fd, F_DUPFD, 10);

	for (int fd = 0; fd < 3; fd++)
		dup2(null_fd, fd);
	dup2(a, 3);
	dup2(b, 4);
	close_range(5, ~0u, 0);
	setsid();
	for (int sig = 1; sig < SIGRTMIN; sig++)
		if (sig != SIGCHLD)
			signal(sig, SIG_IGN);
	prctl(PR_SET_NAME, "rspd-guardian");
	(void)!chdir("/");
}

_Noreturn void
guardian_main(struct guardian_notes *notes, int control, int pipe_fd)
{
	static struct armed armed[GUARDIAN_PROCESSES];

	forget_server(control, pipe_fd);
	serve(notes, 3, 4, armed);
	disarm(notes, 4, armed);
	for (size_t i = 0; i < GUARDIAN_PROCESSES; i++)
		if (notes->processes[i].pid != 0)
			mend_process(notes, &notes->processes[i]);
	_exit(0);
}
