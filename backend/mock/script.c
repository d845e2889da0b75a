/* SPDX-License-Identifier: Apache-2.0 */
/* What a mock program does beyond its loop: signals, threads, fork, exec. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

int
mock_script_add(struct mock_thread *th, enum mock_action_kind kind,
		int64_t value, uint64_t addr)
{
	struct mock_action *a;

	if (th->script_len >= MOCK_SCRIPT_MAX)
		return -ENOMEM;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->kind = kind;
	a->value = value;
	a->addr = addr;
	*th->script_tail = a;
	th->script_tail = &a->next;
	th->script_len++;
	return 0;
}

int
mock_do(struct target *t, pid_t tid, enum mock_action_kind kind, int64_t value,
	uint64_t addr)
{
	struct mock_thread *th = mock_thread_find(mock_of(t), tid);

	return th ? mock_script_add(th, kind, value, addr) : -ESRCH;
}

void
mock_newborn_does(struct target *t, enum mock_action_kind kind, int64_t value)
{
	struct mock *m = mock_of(t);

	m->newborn_acts = true;
	m->newborn.kind = kind;
	m->newborn.value = value;
}

static void
drop_first(struct mock_thread *th)
{
	struct mock_action *a = th->script;

	th->script = a->next;
	if (!th->script)
		th->script_tail = &th->script;
	th->script_len--;
	free(a);
}

void
mock_script_free(struct mock_thread *th)
{
	while (th->script)
		drop_first(th);
}

void
mock_end(struct mock_process *p, enum target_event_kind kind, int value)
{
	if (p->exiting)
		return;
	p->exiting = true;
	p->end = (struct target_event){
		.kind = kind,
		.pid = p->pid,
		.tid = p->pid,
	};
	if (kind == TARGET_EVENT_EXITED)
		p->end.status = value & 0xff;
	else
		p->end.signal = value;
}

static bool
is_fatal(int signal)
{
	switch (signal) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGUSR1: /* the mock's programs have handlers for these two */
	case SIGALRM:
		return false;
	default:
		return signal <= 31;
	}
}

void
mock_deliver(struct mock *m, struct mock_thread *th, int signal)
{
	(void)m;
	th->process->delivered[signal]++;
	if (is_fatal(signal))
		mock_end(th->process, TARGET_EVENT_KILLED, signal);
}

void
mock_raise(struct mock *m, struct mock_thread *th, int signal, uint64_t addr)
{
	/* siginfo_t: si_signo, si_errno, si_code, padding, si_addr */
	int32_t head[4] = { signal, 0, 1, 0 };

	memset(th->siginfo, 0, sizeof(th->siginfo));
	memcpy(th->siginfo, head, sizeof(head));
	memcpy(th->siginfo + sizeof(head), &addr, sizeof(addr));
	if (mock_signal_in(m->pass_signals, signal) || !th->process->traced)
		mock_deliver(m, th, signal);
	else
		mock_stop_for(th, TARGET_STOP_SIGNAL, signal);
}

static bool
catches(const struct mock_process *p, int64_t nr)
{
	size_t i;

	if (!p->catch_syscalls)
		return false;
	for (i = 0; i < p->nsyscalls; i++)
		if (p->syscalls[i] == nr)
			return true;
	return p->nsyscalls == 0;
}

void
mock_syscall(struct mock *m, struct mock_thread *th, int64_t nr)
{
	(void)m;
	if (!catches(th->process, nr))
		return;
	mock_stop_for(th, TARGET_STOP_SYSCALL_ENTRY, SIGTRAP);
	th->pending.syscall = nr;
	th->in_syscall = nr;
}

static void
newborn(struct mock *m, struct mock_thread *th)
{
	if (!m->newborn_acts)
		return;
	m->newborn_acts = false;
	/* Cannot fail but for memory; the newborn then just runs. */
	(void)!mock_script_add(th, m->newborn.kind, m->newborn.value, 0);
}

static void
clone_thread(struct mock *m, struct mock_thread *th)
{
	struct mock_thread *made;

	made = mock_thread_new(m, th->process, mock_new_id(m));
	if (!made)
		return;
	memcpy(made->file, th->file, m->arch->file_size);
	newborn(m, made);
	if (th->process->traced && th->options & TARGET_THREAD_CLONE) {
		made->stopped = true;
		made->reported.kind = TARGET_EVENT_STOP;
		mock_stop_for(th, TARGET_STOP_CLONE, SIGTRAP);
		th->pending.child_pid = th->process->pid;
		th->pending.child_tid = made->tid;
		return;
	}
	made->wanted = th->process->traced;
	if (th->process->traced && m->reports & TARGET_REPORT_CLONE) {
		made->stopped = true;
		made->pending = (struct target_event){
			.kind = TARGET_EVENT_THREAD_CREATED,
			.pid = th->process->pid,
			.tid = made->tid,
		};
	}
}

static void
fork_process(struct mock *m, struct mock_thread *th, bool vfork)
{
	unsigned report = vfork ? TARGET_REPORT_VFORK : TARGET_REPORT_FORK;
	struct mock_process *child = mock_process_fork(m, th);

	if (!child)
		return;
	newborn(m, child->threads);
	if (vfork)
		th->vfork_child = child;
	if (!(m->reports & report) || !th->process->traced)
		return;
	/* No memory for the copies: the child runs without breakpoints. */
	(void)!mock_breaks_copy(th->process, child);
	child->traced = true;
	child->attached = th->process->attached;
	child->threads->stopped = true;
	child->threads->reported = (struct target_event){
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_NONE,
		.pid = child->pid,
		.tid = child->pid,
	};
	mock_stop_for(th, vfork ? TARGET_STOP_VFORK : TARGET_STOP_FORK,
		      SIGTRAP);
	th->pending.child_pid = child->pid;
	th->pending.child_tid = child->pid;
}

void
mock_vfork_done(struct mock *m, struct mock_process *child)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		for (th = p->threads; th; th = th->next) {
			if (th->vfork_child != child)
				continue;
			th->vfork_child = NULL;
			if (!p->traced || th->pending.kind ||
			    !(m->reports & TARGET_REPORT_VFORK))
				continue;
			mock_stop_for(th, TARGET_STOP_VFORK_DONE, SIGTRAP);
		}
	}
}

static void
thread_exit(struct mock *m, struct mock_thread *th, int status)
{
	struct mock_process *p = th->process;

	/* The last one takes the process with it. */
	if (p->threads == th && !th->next) {
		mock_end(p, TARGET_EVENT_EXITED, status);
		return;
	}
	th->gone = true;
	if (!p->traced || !(m->reports & TARGET_REPORT_THREAD_EXIT ||
			    th->options & TARGET_THREAD_EXIT))
		return;
	th->stopped = true;
	th->pending = (struct target_event){
		.kind = TARGET_EVENT_THREAD_EXITED,
		.pid = p->pid,
		.tid = th->tid,
		.status = status & 0xff,
	};
}

static void
exec_program(struct mock *m, struct mock_thread *th)
{
	mock_process_exec(m, th);
	if (th->process->traced && m->reports & TARGET_REPORT_EXEC)
		mock_stop_for(th, TARGET_STOP_EXEC, SIGTRAP);
}

bool
mock_script_step(struct mock *m, struct mock_thread *th)
{
	enum mock_action_kind kind = th->script->kind;
	int64_t value = th->script->value;
	uint64_t addr = th->script->addr;

	if (kind == MOCK_RUN) {
		if (th->script->value-- > 0)
			return false;
		drop_first(th);
		return false;
	}
	drop_first(th);
	switch (kind) {
	case MOCK_SIGNAL:
		if (mock_is_signal((int)value))
			mock_raise(m, th, (int)value, addr);
		break;
	case MOCK_EXIT:
		mock_end(th->process, TARGET_EVENT_EXITED, (int)value);
		break;
	case MOCK_KILLED:
		mock_end(th->process, TARGET_EVENT_KILLED, (int)value);
		break;
	case MOCK_THREAD_EXIT:
		thread_exit(m, th, (int)value);
		break;
	case MOCK_CLONE:
		clone_thread(m, th);
		break;
	case MOCK_FORK:
	case MOCK_VFORK:
		fork_process(m, th, kind == MOCK_VFORK);
		break;
	case MOCK_EXEC:
		exec_program(m, th);
		break;
	case MOCK_SYSCALL:
		mock_syscall(m, th, value);
		break;
	case MOCK_RUN:
	case MOCK_STORE:
	case MOCK_LOAD_FROM:
		break;
	}
	return true;
}
