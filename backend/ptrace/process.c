/* SPDX-License-Identifier: Apache-2.0 */
/* The table of processes. */
#include "ptrace.h"

#include <stdlib.h>

#include "engine.h"
#include "guardian.h"

struct process *
process_find(struct ptrace_target *t, pid_t pid)
{
	struct process *p;

	for (p = t->processes; p != NULL; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

struct process *
process_visible(struct ptrace_target *t, pid_t pid)
{
	struct process *p = process_find(t, pid);

	return p != NULL && !p->leaving ? p : NULL;
}

struct process *
process_add(struct ptrace_target *t, pid_t pid, const struct arch *arch)
{
	struct process *p = calloc(1, sizeof(*p)), **at;

	if (p == NULL)
		return NULL;
	p->pid = pid;
	p->arch = arch;
	p->mem_fd = -1;
	for (at = &t->processes; *at != NULL; at = &(*at)->next)
		continue;
	*at = p;
	return p;
}

void
process_remove(struct ptrace_target *t, struct process *p)
{
	struct process **at, *other;

	while (p->threads != NULL)
		thread_remove(t, p->threads);
	breakpoints_drop(p);
	scratch_drop(p);
	watch_drop(p);
	vm_drop(p);
	memory_drop(p);
	guardian_leave(p);
	free(p->syscalls);
	p->syscalls = NULL;
	for (other = t->processes; other != NULL; other = other->next)
		if (other->vfork_parent == p)
			other->vfork_parent = NULL;
	for (at = &t->processes; *at != NULL && *at != p; at = &(*at)->next)
		continue;
	*at = p->next;
	p->gone = true;
	p->next = t->dead_processes;
	t->dead_processes = p;
}

void
reclaim(struct ptrace_target *t)
{
	struct process *p;
	struct thread *th;

	while ((th = t->dead_threads) != NULL) {
		t->dead_threads = th->queue_next;
		registers_free(th);
		free(th);
	}
	while ((p = t->dead_processes) != NULL) {
		t->dead_processes = p->next;
		free(p);
	}
}

struct thread *
process_leader(struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next)
		if (th->tid == p->pid)
			return th;
	return NULL;
}
