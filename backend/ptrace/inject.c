/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one system call inside a stopped thread.
 *
 * It goes through a syscall instruction that is there already, so that no code
 * is written (but where there is none at all).  Normally one single step does
 * it.  The trap that ends a step is forced on the thread, though, and would
 * reset the handler of a SIGTRAP that the program blocks or ignores: then, and
 * when a signal comes between, the call is followed from its entry to its exit
 * with all signals blocked.  A signal that came between is put back into its
 * queue by the kernel itself, siginfo and all: it does so with one that is
 * blocked when it is delivered.
 */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "inject.h"

enum {
	GENERAL_MAX = 1024,
	TIMEOUT_MS = 30000,
	STOPS_MAX = 256, /* signals that may come between */
	SYSCALL_STOP = SIGTRAP | 0x80,
};

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

struct injection {
	struct ptrace_target *t;
	struct thread *th;
	const struct arch *a;
	unsigned set; /* of the general registers */
	size_t size;
	uint8_t saved[GENERAL_MAX]; /* as they were */
	uint8_t now[GENERAL_MAX];   /* as the kernel has them */
	struct inject_gate gate;
	bool lost;     /* the gate cannot be executed (any more) */
	bool alone;    /* nothing else runs, or is to */
	bool by_entry; /* followed from entry to exit */
	bool entered;
	bool masked;
	uint64_t mask; /* as it was */
	struct inject_check check;
	bool group;	 /* a group-stop to go back to */
	bool stop_again; /* a SIGSTOP that came between */
	int signal;	 /* it stopped with, and is to stop with again */
};

/* ---- the kernel ------------------------------------------------------- */

static int
regs_read(struct injection *i)
{
	const struct arch_set *s = &i->a->sets[i->set];
	struct iovec iov = { i->now, i->size };
	long ret;

	if (s->get_request != 0)
		ret = ptrace((enum __ptrace_request)s->get_request, i->th->tid,
			     0, i->now);
	else
		ret = ptrace(PTRACE_GETREGSET, i->th->tid, s->nt, &iov);
	return ret < 0 ? -errno : 0;
}

static int
regs_write(struct injection *i, uint8_t *regs)
{
	const struct arch_set *s = &i->a->sets[i->set];
	struct iovec iov = { regs, i->size };
	long ret;

	if (s->set_request != 0)
		ret = ptrace((enum __ptrace_request)s->set_request, i->th->tid,
			     0, regs);
	else
		ret = ptrace(PTRACE_SETREGSET, i->th->tid, s->nt, &iov);
	return ret < 0 ? -errno : 0;
}

/* Block all signals, all but SIGTRAP where a step's trap is still due. */
static void
mask_set(struct injection *i, bool but_trap)
{
	uint64_t all = UINT64_MAX;

	if (but_trap)
		all &= ~(1ull << (SIGTRAP - 1));
	if (!i->masked && ptrace(PTRACE_GETSIGMASK, i->th->tid, sizeof(i->mask),
				 &i->mask) < 0)
		return;
	i->masked =
	    ptrace(PTRACE_SETSIGMASK, i->th->tid, sizeof(all), &all) == 0;
}

static void
mask_restore(struct injection *i)
{
	if (i->masked)
		(void)ptrace(PTRACE_SETSIGMASK, i->th->tid, sizeof(i->mask),
			     &i->mask);
	i->masked = false;
}

/* ---- following the call ----------------------------------------------- */

static bool
past_gate(const struct injection *i)
{
	return i->a->get_pc(i->now) == i->gate.addr + i->a->syscall_insn_len;
}

/*
 * A signal came between.  Blocked, the one that is given back here goes into
 * its queue again; only SIGSTOP cannot be blocked.
 */
static int
put_signal_back(struct injection *i, int signal)
{
	bool trap_due = !i->by_entry && past_gate(i);

	mask_set(i, trap_due);
	i->by_entry = !trap_due;
	if (signal != SIGSTOP)
		return signal;
	i->stop_again = true;
	return 0;
}

/* The program has protected or replaced the gate. */
static bool
gate_faults(struct injection *i, int signal)
{
	siginfo_t info;

	return (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL) &&
	       !i->entered && i->a->get_pc(i->now) == i->gate.addr &&
	       ptrace(PTRACE_GETSIGINFO, i->th->tid, 0, &info) == 0 &&
	       info.si_code > 0;
}

/*
 * What a stop means for the call: 1, it is done; 0, it goes on (with a signal
 * in *signal); -errno.
 */
static int
judge(struct injection *i, int status, int *signal)
{
	int event = status >> 16, sig = WSTOPSIG(status);
	int err;

	*signal = 0;
	if (event == PTRACE_EVENT_STOP) {
		/* An interrupt that was under way, or a stop signal. */
		if (sig == SIGTRAP)
			i->th->interrupt_sent = false;
		else
			i->group = true;
		return 0;
	}
	if (event != 0)
		return 0;
	err = regs_read(i);
	if (err < 0)
		return err;
	if (sig == SYSCALL_STOP) {
		if (i->entered)
			return 1;
		i->entered = true;
		return 0;
	}
	if (sig == SIGTRAP && !i->by_entry && past_gate(i))
		return 1;
	i->lost = gate_faults(i, sig);
	if (i->lost)
		return -EFAULT;
	*signal = put_signal_back(i, sig);
	return 0;
}

static int
next_stop(struct injection *i, int *status)
{
	int err = i->alone ? event_wait_alone(i->t, i->th, TIMEOUT_MS, status)
			   : event_wait_thread(i->t, i->th, TIMEOUT_MS, status);

	if (err == 0)
		i->th->stop_status = *status;
	/* It hangs in the kernel: nothing can be put right any more. */
	if (err == -ETIMEDOUT)
		i->th->run = THREAD_RUNNING;
	return err == -ETIMEDOUT ? -ESRCH : err;
}

static int
follow(struct injection *i)
{
	int status, signal = i->signal, err;

	for (unsigned n = 0; n < STOPS_MAX; n++) {
		if (ptrace(i->by_entry ? PTRACE_SYSCALL : PTRACE_SINGLESTEP,
			   i->th->tid, 0, signal) < 0)
			return -errno;
		err = next_stop(i, &status);
		if (err < 0)
			return err;
		err = judge(i, status, &signal);
		if (err != 0)
			return err < 0 ? err : 0;
	}
	return -EBUSY;
}

/* Runs on to the next stop, which is to be at a call's entry or exit. */
static int
to_syscall_stop(struct injection *i)
{
	int status, err;

	for (unsigned n = 0; n < STOPS_MAX; n++) {
		if (ptrace(PTRACE_SYSCALL, i->th->tid, 0, 0) < 0)
			return -errno;
		err = next_stop(i, &status);
		if (err < 0)
			return err;
		if (WSTOPSIG(status) == SYSCALL_STOP)
			return 0;
		if (status >> 16 == PTRACE_EVENT_STOP)
			i->th->interrupt_sent = false;
	}
	return -EBUSY;
}

/* ---- before and after ------------------------------------------------- */

/*
 * A thread that has stopped with a signal which the client has yet to decide
 * about is to stand in that same stop again: the signal waits in its queue
 * meanwhile.  (The siginfo of SIGSTOP, which cannot wait, is no loss.)
 */
static int
signal_of_stop(const struct thread *th)
{
	bool ours = th->stop_signal == SIGTRAP &&
		    th->pending.reason != TARGET_STOP_SIGNAL &&
		    th->reported.reason != TARGET_STOP_SIGNAL;

	return ours || th->stop_signal == SIGSTOP ? 0 : th->stop_signal;
}

/* Let it be delivered again, and nothing else before it. */
static void
signal_restore(struct injection *i)
{
	uint64_t others = UINT64_MAX;
	int status;

	if (i->signal == 0)
		return;
	others &= ~(1ull << (i->signal - 1));
	(void)ptrace(PTRACE_SETSIGMASK, i->th->tid, sizeof(others), &others);
	do {
		if (ptrace(PTRACE_CONT, i->th->tid, 0, 0) < 0 ||
		    event_wait_thread(i->t, i->th, TIMEOUT_MS, &status) < 0)
			return;
	} while (status >> 16 == PTRACE_EVENT_STOP);
	i->th->stop_status = status;
}

/* Back into the group-stop which the process is still in. */
static void
group_restore(struct injection *i)
{
	int status;

	if (!i->group)
		return;
	if (ptrace(PTRACE_INTERRUPT, i->th->tid, 0, 0) < 0 ||
	    ptrace(PTRACE_CONT, i->th->tid, 0, 0) < 0 ||
	    event_wait_thread(i->t, i->th, TIMEOUT_MS, &status) < 0)
		return;
	i->th->stop_status = status;
	i->th->group_stopped =
	    status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP;
	if (status >> 16 != PTRACE_EVENT_STOP)
		event_return_status(i->t, i->th, status);
}

/* Nothing was in the way of the call, and nothing waits for the thread. */
static bool
restores_itself(const struct injection *i)
{
	return i->alone && !i->by_entry && i->signal == 0 && !i->masked &&
	       !i->group && i->check.sequence == 0;
}

static int
restore(struct injection *i)
{
	int err;

	/* What the cache has is written before the thread runs again. */
	if (restores_itself(i)) {
		registers_dirty(i->th, i->set);
		return 0;
	}
	err = regs_write(i, i->saved);

	signal_restore(i);
	mask_restore(i);
	if (i->check.sequence != 0)
		(void)memory_write(i->th->process, i->check.sequence_at,
				   &i->check.sequence,
				   sizeof(i->check.sequence));
	if (err < 0)
		return err;
	/* What the client changed and was not written yet, is now. */
	i->th->regs.dirty &= ~(1u << i->set);
	if (i->stop_again)
		(void)syscall(SYS_tgkill, i->th->group, i->th->tid, SIGSTOP);
	group_restore(i);
	return 0;
}

/* The registers in full, and nothing of the old place to come back to. */
static int
save(struct injection *i)
{
	const struct arch_set *s = &i->a->sets[i->set];
	const uint8_t *file;
	int err;

	if (s->offset != 0 || s->size > GENERAL_MAX)
		return -EOPNOTSUPP;
	file = registers_get(i->th, i->set, &err);
	if (file == NULL)
		return err;
	registers_settle(i->th);
	i->size = s->size;
	memcpy(i->saved, file, i->size);
	memcpy(i->now, file, i->size);
	return 0;
}

/* ---- the ways of a call ----------------------------------------------- */

static int
through_gate(struct injection *i, const struct arch_syscall *call)
{
	int err, restored;

	i->group = i->th->group_stopped;
	i->signal = signal_of_stop(i->th);
	i->by_entry |= i->signal != 0;
	i->a->syscall_set(i->now, i->gate.addr, call);
	err = regs_write(i, i->now);
	if (err < 0)
		return err;
	if (i->by_entry)
		mask_set(i, false);
	err = follow(i);
	if (err == -ESRCH)
		return err;
	restored = restore(i);
	return err < 0 ? err : restored;
}

static int
open_and_close_gate(struct injection *i, const struct arch_syscall *call)
{
	int err = inject_gate_open(i->th, &i->gate);

	if (err < 0)
		return err;
	err = through_gate(i, call);
	inject_gate_close(i->th, &i->gate);
	return err;
}

static int
by_gate(struct injection *i, const struct arch_syscall *call)
{
	int err = open_and_close_gate(i, call);

	if (!i->lost)
		return err;
	i->lost = false;
	inject_gate_forget(i->th->process);
	memcpy(i->now, i->saved, i->size);
	return open_and_close_gate(i, call);
}

/*
 * The thread stands at the entry of a call of its own: ours takes that one's
 * place, and then it enters its own once more.
 */
static int
by_replacement(struct injection *i, const struct arch_syscall *call)
{
	uint8_t again[GENERAL_MAX];
	int err;

	memcpy(again, i->saved, i->size);
	i->a->syscall_rewind(again);
	i->a->syscall_replace(i->now, call);
	err = regs_write(i, i->now);
	if (err < 0)
		return err;
	mask_set(i, false);
	err = to_syscall_stop(i);
	if (err == 0)
		err = regs_read(i);
	if (err == 0)
		err = regs_write(i, again);
	if (err == 0)
		err = to_syscall_stop(i);
	if (err == -ESRCH)
		return err;
	mask_restore(i);
	if (regs_write(i, i->saved) == 0)
		i->th->regs.dirty &= ~(1u << i->set);
	return err;
}

/*
 * In the stop of a fork, clone or exec the thread is inside that call, whose
 * result is still to be written: let it come out first.
 */
static int
leave_event(struct injection *i)
{
	int event = i->th->stop_status >> 16, err;

	if (event == 0 || event == PTRACE_EVENT_STOP)
		return 0;
	if (event == PTRACE_EVENT_VFORK)
		return -EBUSY;
	err = registers_flush(i->th);
	return err < 0 ? err : to_syscall_stop(i);
}

int
inject_leave_event(struct ptrace_target *t, struct thread *th)
{
	struct injection i = { .t = t, .th = th, .a = th->process->arch };

	return leave_event(&i);
}

int
inject_syscall(struct ptrace_target *t, struct thread *th,
	       const struct arch_syscall *call, int64_t *ret)
{
	struct injection i = { .t = t, .th = th, .a = th->process->arch };
	int err;

	if (th->run != THREAD_STOPPED || th->listening || th->has_status)
		return -EBUSY;
	i.set = i.a->regs[i.a->pc].set;
	err = inject_check(th, &i.check);
	if (err < 0)
		return err;
	i.by_entry = i.check.no_trap;
	err = leave_event(&i);
	i.alone = !th->in_syscall_stop && event_all_stand(t);
	if (err == 0)
		err = save(&i);
	if (err == 0)
		err = th->in_syscall_stop ? by_replacement(&i, call)
					  : by_gate(&i, call);
	if (i.check.suspended && err != -ESRCH)
		inject_seccomp_resume(th);
	if (err < 0) {
		if (err == -ESRCH)
			registers_drop(th);
		/* The signal that tells why may be eaten. */
		event_look_again(t);
		return err;
	}
	*ret = i.a->syscall_result(i.now);
	return 0;
}
