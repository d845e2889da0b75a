/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine.h"

#define ANSWER_TIMEOUT_MS 5000

struct guardian {
	struct guardian_notes *notes; /* shared with the guardian */
	int control;
	/* The pipe's only writing end.  It closes with this process, and is
	 * not closed before: that would be taken for our end. */
	int pipe_fd;
	bool lost; /* it does not answer: no new processes */
	/* Where the search for a free note begins. */
	size_t next_breakpoint, next_thread;
};

/* ---- the guardian process ------------------------------------------------ */

/* It is to see to what is noted: which processes are to be stopped. */
static void
tell(struct guardian *g)
{
	struct pollfd pfd = { .fd = g->control, .events = POLLIN };
	char c = 0;

	if (g->lost)
		return;
	if (send(g->control, &c, 1, MSG_NOSIGNAL) == 1 &&
	    poll(&pfd, 1, ANSWER_TIMEOUT_MS) == 1 &&
	    recv(g->control, &c, 1, MSG_DONTWAIT) == 1)
		return;
	g->lost = true;
}

/*
 * A grandchild: nobody's child to wait for.  Forked, not executed, so that it
 * is of the same build and sees arch tables where we do.
 */
static int
start_process(struct ptrace_target *t, struct guardian *g)
{
	int control[2], ends[2], status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
		return -errno;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		close(control[0]);
		close(control[1]);
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			guardian_main(g->notes, control[1], ends[0]);
		_exit(0);
	}
	close(control[1]);
	close(ends[0]);
	g->control = control[0];
	g->pipe_fd = ends[1];
	if (pid < 0)
		return -EAGAIN;
	return event_wait(t, pid, ANSWER_TIMEOUT_MS, &status);
}

static void
guardian_free(struct guardian *g)
{
	if (g->control >= 0)
		close(g->control);
	if (g->pipe_fd >= 0)
		close(g->pipe_fd);
	munmap(g->notes, sizeof(*g->notes));
	free(g);
}

static struct guardian *
start(struct ptrace_target *t)
{
	struct guardian *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->control = g->pipe_fd = -1;
	/* Pages that are never noted in cost nothing. */
	g->notes = mmap(NULL, sizeof(*g->notes), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (g->notes == MAP_FAILED) {
		free(g);
		return NULL;
	}
	if (start_process(t, g) == 0)
		return g;
	guardian_free(g);
	return NULL;
}

void
guardian_end(struct ptrace_target *t)
{
	if (t->guardian != NULL)
		guardian_free(t->guardian);
	t->guardian = NULL;
}

/* ---- processes ----------------------------------------------------------- */

void
guardian_watch(struct ptrace_target *t, struct process *p)
{
	struct guardian_process *note;

	if (t->guardian == NULL)
		t->guardian = start(t);
	if (t->guardian == NULL || t->guardian->lost)
		return;
	for (size_t i = 0; i < GUARDIAN_PROCESSES; i++) {
		note = &t->guardian->notes->processes[i];
		if (note->pid != 0)
			continue;
		note->arch = p->arch;
		note->stopped = false;
		note->pid = p->pid;
		p->guardian = t->guardian;
		p->note = note;
		tell(t->guardian);
		return;
	}
}

void
guardian_leave(struct process *p)
{
	if (p->note == NULL)
		return;
	p->note->pid = 0;
	tell(p->guardian);
	p->note = NULL;
	p->guardian = NULL;
}

void
guardian_stopped(struct process *p, bool stopped)
{
	if (p->note != NULL)
		p->note->stopped = stopped;
}

/* ---- breakpoints --------------------------------------------------------- */

void
guardian_breakpoint_in(struct process *p, struct breakpoint *b)
{
	struct guardian *g = p->guardian;
	struct guardian_breakpoint *note;

	if (b->note != NULL)
		memcpy(b->note->saved, b->saved, sizeof(b->saved));
	if (g == NULL || b->note != NULL)
		return;
	for (size_t i = 0; i < GUARDIAN_BREAKPOINTS; i++) {
		note = &g->notes->breakpoints[g->next_breakpoint];
		g->next_breakpoint =
		    (g->next_breakpoint + 1) % GUARDIAN_BREAKPOINTS;
		if (note->pid != 0)
			continue;
		note->addr = b->addr;
		memcpy(note->saved, b->saved, sizeof(note->saved));
		note->pid = p->pid;
		b->note = note;
		return;
	}
}

void
guardian_breakpoint_out(struct breakpoint *b)
{
	if (b->note != NULL)
		b->note->pid = 0;
	b->note = NULL;
}

/* ---- threads ------------------------------------------------------------- */

static struct guardian_thread *
thread_note(struct thread *th)
{
	struct guardian *g = th->process->guardian;
	struct guardian_thread *note;

	if (th->note != NULL || g == NULL)
		return th->note;
	for (size_t i = 0; i < GUARDIAN_THREADS; i++) {
		note = &g->notes->threads[g->next_thread];
		g->next_thread = (g->next_thread + 1) % GUARDIAN_THREADS;
		if (note->tid != 0)
			continue;
		note->cached = note->trapped = note->copy = false;
		note->tid = th->tid;
		th->note = note;
		return note;
	}
	return NULL;
}

void
guardian_trapped(struct thread *th)
{
	struct guardian_thread *note = thread_note(th);

	if (note != NULL)
		note->trapped = true;
}

void
guardian_registers(struct thread *th)
{
	const struct arch *a = th->process->arch;
	const struct arch_set *set = &a->sets[a->regs[a->pc].set];
	struct guardian_thread *note = thread_note(th);

	if (note == NULL || set->size > sizeof(note->registers))
		return;
	/* Half of it is worse than none. */
	note->cached = false;
	memcpy(note->registers, th->regs.file + set->offset, set->size);
	note->cached = true;
}

static void
release_unused(struct thread *th)
{
	if (th->note->cached || th->note->trapped || th->note->copy)
		return;
	th->note->tid = 0;
	th->note = NULL;
}

void
guardian_copy(struct thread *th, bool runs)
{
	struct guardian_thread *note = runs ? thread_note(th) : th->note;

	if (note == NULL)
		return;
	note->copy = false;
	note->step = th->step;
	note->copy = runs;
	release_unused(th);
}

void
guardian_thread_clean(struct thread *th)
{
	if (th->note == NULL)
		return;
	th->note->cached = th->note->trapped = false;
	release_unused(th);
}
