/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call injected by allocation leaves as it was: signals, dispositions,
 * masks, interrupted calls, the kind of stop.  On ptrace only: the programs
 * are children of this one, which share a page with it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../backend/arch/arch.h"
#include "../../backend/ptrace/ptrace.h"
#include "child.h"

/* ---- interrupted calls ------------------------------------------------ */

static void
sleeper(struct shared *s)
{
	struct timespec ts = { 0, 300 * 1000000 };

	s->ready = 1;
	s->result = syscall(SYS_nanosleep, &ts, NULL);
}

static void
a_sleep_goes_on(void **state)
{
	struct fixture *f = *state;

	start(f, sleeper);
	sleep_ms(20);
	attach(f);
	use(f);
	use(f);
	ends(f);
	assert_int_equal(f->shared->result, 0);
}

/* ---- SIGTRAP's disposition -------------------------------------------- */

static void
trap_ignorer(struct shared *s)
{
	struct sigaction now;

	(void)signal(SIGTRAP, SIG_IGN);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	(void)sigaction(SIGTRAP, NULL, &now);
	s->result = now.sa_handler == SIG_IGN;
}

static void
an_ignored_trap_stays_ignored(void **state)
{
	struct fixture *f = *state;

	start(f, trap_ignorer);
	attach(f);
	use(f);
	f->shared->go = 1;
	ends(f);
	assert_int_equal(f->shared->result, 1);
}

static struct shared *of_handler;

static void
count(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	of_handler->value = info->si_value.sival_int;
	of_handler->code = info->si_code;
	of_handler->hits++;
}

static void
handle(struct shared *s, int sig)
{
	struct sigaction act = { .sa_sigaction = count,
				 .sa_flags = SA_SIGINFO };

	of_handler = s;
	(void)sigaction(sig, &act, NULL);
}

static void
trap_blocker(struct shared *s)
{
	sigset_t set, now;

	handle(s, SIGTRAP);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTRAP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	(void)sigprocmask(SIG_BLOCK, NULL, &now);
	s->value = sigismember(&now, SIGTRAP);
	(void)raise(SIGTRAP);
	s->result = s->hits;
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
a_blocked_trap_stays_blocked(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;

	start(f, trap_blocker);
	attach(f);
	use(f);
	f->shared->go = 1;
	resume(f, 0);
	/* Its own, unblocked in the end. */
	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_SIGNAL);
	assert_int_equal(ev.signal, SIGTRAP);
	assert_int_equal(f->shared->value, 1);
	use(f);
	resume(f, SIGTRAP);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	f->pid = 0;
	assert_int_equal(f->shared->result, 0);
	assert_int_equal(f->shared->hits, 1);
}

/* ---- signals that wait ------------------------------------------------ */

static void
waiter(struct shared *s)
{
	handle(s, SIGUSR1);
	handle(s, SIGUSR2);
	handle(s, SIGTRAP);
	handle(s, SIGRTMIN + 3);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
}

static void
queue_signal(struct fixture *f, int sig, int value)
{
	union sigval v = { .sival_int = value };

	assert_int_equal(sigqueue(f->pid, sig, v), 0);
}

static int
signal_value(struct fixture *f)
{
	siginfo_t info;
	size_t got;

	assert_int_equal(target_read_object(f->t, f->pid, f->pid,
					    TARGET_OBJECT_SIGINFO, 0, &info,
					    sizeof(info), &got),
			 0);
	assert_int_equal(got, sizeof(info));
	return info.si_value.sival_int;
}

static void
assert_stops_with(struct fixture *f, int sig, int value)
{
	struct target_event ev;

	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_SIGNAL);
	assert_int_equal(ev.signal, sig);
	assert_int_equal(signal_value(f), value);
}

/* They arrive while the program is stopped and a call is made. */
static void
pending_signals_come_once(void **state)
{
	static const int signals[] = { SIGTRAP, SIGUSR1, SIGUSR2 };
	struct fixture *f = *state;
	struct target_event ev;

	start(f, waiter);
	attach(f);
	queue_signal(f, SIGUSR2, 102);
	queue_signal(f, SIGUSR1, 101);
	queue_signal(f, SIGRTMIN + 3, 103);
	queue_signal(f, SIGTRAP, 100);
	use(f);
	use(f);
	for (int i = 0; i < 3; i++) {
		int value = signals[i] == SIGTRAP   ? 100
			    : signals[i] == SIGUSR1 ? 101
						    : 102;

		resume(f, i == 0 ? 0 : signals[i - 1]);
		assert_stops_with(f, signals[i], value);
		use(f);
		assert_int_equal(signal_value(f), value);
	}
	resume(f, SIGUSR2);
	assert_stops_with(f, SIGRTMIN + 3, 103);
	f->shared->go = 1;
	resume(f, SIGRTMIN + 3);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	f->pid = 0;
	assert_int_equal(f->shared->hits, 4);
	assert_int_equal(f->shared->code, SI_QUEUE);
}

/* A signal that the client lets through arrives with all it carries. */
static void
a_stops_signal_keeps_its_siginfo(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;

	start(f, waiter);
	attach(f);
	resume(f, 0);
	queue_signal(f, SIGUSR1, 77);
	assert_stops_with(f, SIGUSR1, 77);
	use(f);
	assert_int_equal(signal_value(f), 77);
	f->shared->go = 1;
	resume(f, SIGUSR1);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	f->pid = 0;
	assert_int_equal(f->shared->hits, 1);
	assert_int_equal(f->shared->value, 77);
	assert_int_equal(f->shared->code, SI_QUEUE);
}

static void
crasher(struct shared *s)
{
	volatile int *volatile bad = (volatile int *)8;

	/* Not cmocka's. */
	(void)signal(SIGSEGV, SIG_DFL);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	*bad = 1;
}

static void
a_fault_stays_a_fault(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	siginfo_t info;
	size_t got;

	start(f, crasher);
	attach(f);
	f->shared->go = 1;
	resume(f, 0);
	next(f, &ev);
	assert_int_equal(ev.signal, SIGSEGV);
	use(f);
	assert_int_equal(target_read_object(f->t, f->pid, f->pid,
					    TARGET_OBJECT_SIGINFO, 0, &info,
					    sizeof(info), &got),
			 0);
	assert_int_equal(info.si_code, SEGV_MAPERR);
	assert_ptr_equal(info.si_addr, (void *)8);
	resume(f, SIGSEGV);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_KILLED);
	assert_int_equal(ev.signal, SIGSEGV);
	f->pid = 0;
}

/* ---- restartable sequences -------------------------------------------- */

/* What the kernel looks at when the thread comes back from it. */
struct sequence {
	uint32_t version, flags;
	uint64_t start, length, abort;
};

extern const unsigned char loop_start[], loop_end[], loop_abort[];
/* 0x53053053: the mark that glibc registers on x86. */
__asm__(".pushsection .text\n"
	".global loop_start, loop_end, loop_abort\n"
	"loop_start: pause\n"
	"	jmp loop_start\n"
	"loop_end: nop\n"
	"	.byte 0x0f, 0xb9, 0x3d\n"
	"	.long 0x53053053\n"
	"loop_abort:\n"
	"	mov %rdi, 8(%rsi)\n"
	"	jmp loop_start\n"
	".popsection\n");

static void
sequencer(struct shared *s)
{
	static struct sequence cs __attribute__((aligned(32)));
	char *rseq;

	__asm__("mov %%fs:0, %0" : "=r"(rseq));
	rseq += __rseq_offset;

	cs.start = (uintptr_t)loop_start;
	cs.length = (uint64_t)(loop_end - loop_start);
	cs.abort = (uintptr_t)loop_abort;
	s->result = (int64_t)(uintptr_t)(rseq + 8);
	s->ready = 1;
	__asm__ volatile("mov %0, 8(%1)\n"
			 "jmp loop_start"
			 :
			 : "D"(&cs), "S"(rseq)
			 : "memory");
	__builtin_unreachable();
}

static void
a_restartable_sequence_restarts(void **state)
{
	struct fixture *f = *state;
	uint64_t before = 0, after = 0;
	size_t got;

	if (__rseq_size == 0)
		skip();
	start(f, sequencer);
	/* Most of its time it is there. */
	for (int i = 0; i < 100 && before == 0; i++) {
		sleep_ms(5);
		attach(f);
		assert_int_equal(target_read_memory(
				     f->t, f->pid, (uint64_t)f->shared->result,
				     &before, sizeof(before), &got),
				 0);
		if (before == 0)
			assert_int_equal(target_detach(f->t, f->pid, false), 0);
	}
	assert_true(before != 0);
	use(f);
	assert_int_equal(target_read_memory(f->t, f->pid,
					    (uint64_t)f->shared->result, &after,
					    sizeof(after), &got),
			 0);
	assert_int_equal(before, after);
	assert_int_equal(target_kill(f->t, f->pid), 0);
	f->pid = 0;
}

/* ---- kinds of stops --------------------------------------------------- */

static void
forker(struct shared *s)
{
	pid_t child;

	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	child = fork();
	if (child == 0)
		_exit(7);
	s->result = waitpid(child, (int *)(uintptr_t)&s->value, 0) == child;
}

static void
a_fork_comes_to_its_end(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };
	uint64_t base;

	start(f, forker);
	attach(f);
	target_set_reports(f->t, TARGET_REPORT_FORK);
	f->shared->go = 1;
	resume(f, 0);
	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_FORK);
	use(f);
	/* The child can carry one as well. */
	assert_int_equal(target_allocate(f->t, ev.child_pid, 0, 0x1000, BOTH,
					 PAGE_READWRITE, &base),
			 0);
	assert_int_equal(target_resume(f->t, ev.child_tid, &how), 0);
	resume(f, 0);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 7);
	next(f, &ev);
	if (ev.reason == TARGET_STOP_SIGNAL && ev.signal == SIGCHLD) {
		resume(f, SIGCHLD);
		next(f, &ev);
	}
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	f->pid = 0;
	assert_int_equal(f->shared->result, 1);
	assert_true(WIFEXITED(f->shared->value));
}

static void
caller(struct shared *s)
{
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	s->result = syscall(SYS_getppid);
	s->value = (int)syscall(SYS_getppid);
}

/* Stopped at the entry of a call: that call is made after all. */
static void
an_entered_call_is_made(void **state)
{
	struct fixture *f = *state;
	const int64_t nr = SYS_getppid;
	struct target_event ev;
	uint8_t before[32768], after[32768];
	int err;

	start(f, caller);
	attach(f);
	err = target_catch_syscalls(f->t, f->pid, true, &nr, 1);
	assert_int_equal(err, 0);
	assert_true(target_arch(f->t, f->pid)->file_size <= sizeof(before));
	f->shared->go = 1;
	for (int i = 0; i < 4; i++) {
		resume(f, 0);
		next(f, &ev);
		assert_int_equal(ev.reason, i % 2 == 0
						? TARGET_STOP_SYSCALL_ENTRY
						: TARGET_STOP_SYSCALL_RETURN);
		assert_int_equal(ev.syscall, nr);
		assert_int_equal(target_save_registers(f->t, f->pid, before),
				 0);
		use(f);
		assert_int_equal(target_save_registers(f->t, f->pid, after), 0);
		assert_memory_equal(before, after,
				    target_arch(f->t, f->pid)->file_size);
	}
	ends(f);
	assert_int_equal(f->shared->result, getpid());
	assert_int_equal(f->shared->value, getpid());
}

static void
a_stopped_process_stays_stopped(void **state)
{
	struct fixture *f = *state;
	char st;

	start(f, waiter);
	assert_int_equal(kill(f->pid, SIGSTOP), 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(procfs_state(f->pid, &st), 0);
		if (st == 'T')
			break;
		sleep_ms(1);
	}
	attach(f);
	use(f);
	use(f);
	assert_int_equal(target_detach(f->t, f->pid, false), 0);
	sleep_ms(50);
	assert_int_equal(procfs_state(f->pid, &st), 0);
	assert_int_equal(st, 'T');
	f->shared->go = 1;
	assert_int_equal(kill(f->pid, SIGCONT), 0);
	assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
	f->pid = 0;
}

/* ---- filters ---------------------------------------------------------- */

/* Nothing but what the program itself does any more. */
static void
filtered(struct shared *s)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { 4, code };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	s->value = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
}

static void
strict(struct shared *s)
{
	s->value = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	s->ready = 1;
	while (!s->go)
		continue;
	(void)syscall(SYS_exit, 0);
}

static void
a_filter_kills_nobody(void **state)
{
	struct fixture *f = *state;
	uint64_t base;
	int err;

	start(f, filtered);
	if (f->shared->value != 0)
		skip();
	attach(f);
	err = target_allocate(f->t, f->pid, 0, 0x1000, BOTH, PAGE_READWRITE,
			      &base);
	assert_true(err == 0 || err == -EACCES);
	if (err == 0)
		assert_int_equal(
		    target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	f->shared->go = 1;
	ends(f);
}

static void
strict_mode_is_an_error(void **state)
{
	struct fixture *f = *state;
	uint64_t base;

	start(f, strict);
	if (f->shared->value != 0)
		skip();
	attach(f);
	assert_int_equal(target_allocate(f->t, f->pid, 0, 0x1000, BOTH,
					 PAGE_READWRITE, &base),
			 -EACCES);
	f->shared->go = 1;
	ends(f);
}

/* ---- death ------------------------------------------------------------ */

static void
a_dead_program_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	uint64_t base;

	start(f, waiter);
	attach(f);
	assert_int_equal(kill(f->pid, SIGKILL), 0);
	sleep_ms(20);
	assert_true(target_allocate(f->t, f->pid, 0, 0x1000, BOTH,
				    PAGE_READWRITE, &base) < 0);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_KILLED);
	assert_int_equal(ev.signal, SIGKILL);
	f->pid = 0;
}

/* ---- what the program does to its own memory -------------------------- */

static void
unmapper(struct shared *s)
{
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	(void)munmap((void *)(uintptr_t)s->result, 4096);
	(void)mmap((void *)(uintptr_t)s->result, 4096, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	s->done = 1;
	while (s->go == 1)
		sleep_ms(1);
	*(volatile int *)(uintptr_t)s->result = 5;
}

/* What the program has replaced is its own, and not to be unmapped. */
static void
a_replaced_region_is_let_alone(void **state)
{
	struct fixture *f = *state;
	uint64_t base;

	start(f, unmapper);
	attach(f);
	assert_int_equal(target_allocate(f->t, f->pid, 0, 0x4000, BOTH,
					 PAGE_READWRITE, &base),
			 0);
	f->shared->result = (int64_t)base;
	f->shared->go = 1;
	resume(f, 0);
	until(&f->shared->done);
	assert_int_equal(target_stop_all(f->t, f->pid), 0);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE),
			 -EINVAL);
	f->shared->go = 2;
	ends(f);
}

/* ---- 32-bit programs --------------------------------------------------- */

#ifdef I386_PROGRAM

/* Fixed by the linker's defaults, and checked by what runs there. */
static uint64_t
find_code(struct fixture *f, const uint8_t *code, size_t len)
{
	struct target_map map;
	uint8_t buf[4096];
	uint64_t at;
	size_t got;

	for (at = 0x8048000; at < 0x8060000; at = map.end) {
		if (target_next_map(f->t, f->pid, at, &map) < 0 || !map.mapped)
			continue;
		for (uint64_t page = map.start; page < map.end; page += 4096) {
			if (target_read_memory(f->t, f->pid, page, buf,
					       sizeof(buf), &got) < 0)
				continue;
			for (size_t i = 0; i + len <= got; i++) {
				if (memcmp(buf + i, code, len) == 0)
					return page + i;
			}
		}
	}
	return 0;
}

static void
launch_i386(struct fixture *f)
{
	const char *const argv[] = { I386_PROGRAM, NULL };
	const char *const envp[] = { NULL };
	const struct target_launch how = { .argv = argv,
					   .envp = envp,
					   .stdio = { -1, -1, -1 } };

	if (target_launch(f->t, &how, &f->pid) < 0)
		skip();
	assert_string_equal(target_arch(f->t, f->pid)->name, "i386");
}

static void
run_for(struct fixture *f, long ms)
{
	resume(f, 0);
	sleep_ms(ms);
	assert_int_equal(target_stop_all(f->t, f->pid), 0);
}

static void
a_32_bit_program_can_carry_a_call(void **state)
{
	/* cd 80: the int $0x80 before `slept`; a3: what comes after it. */
	static const uint8_t after_sleep[] = { 0xcd, 0x80, 0xa3 };
	struct fixture *f = *state;
	struct target_event ev;
	uint8_t before[32768], after[32768];
	uint64_t base, addr, result;
	uint32_t word;
	size_t got, size;

	launch_i386(f);
	use(f);
	addr = find_code(f, after_sleep, sizeof(after_sleep));
	assert_true(addr != 0);
	assert_int_equal(
	    target_read_memory(f->t, f->pid, addr + 3, &word, 4, &got), 0);
	result = word;
	run_for(f, 10);
	/* In its sleep, which must go on after all this. */
	size = target_arch(f->t, f->pid)->file_size;
	assert_true(size <= sizeof(before));
	assert_int_equal(target_save_registers(f->t, f->pid, before), 0);
	assert_true(target_arch(f->t, f->pid)->in_syscall(before));
	assert_int_equal(target_allocate(f->t, f->pid, 0, 0x3000, BOTH,
					 PAGE_READWRITE, &base),
			 0);
	assert_true(base < UINT32_MAX);
	use(f);
	assert_int_equal(target_save_registers(f->t, f->pid, after), 0);
	assert_memory_equal(before, after, size);
	assert_int_equal(target_insert_breakpoint(f->t, f->pid,
						  TARGET_BREAKPOINT_SOFTWARE,
						  addr + 2, 1),
			 0);
	for (int i = 0; i < 3; i++) {
		resume(f, 0);
		next(f, &ev);
		assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
		use(f);
	}
	assert_int_equal(
	    target_read_memory(f->t, f->pid, result, &word, 4, &got), 0);
	assert_int_equal(word, 0);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(target_kill(f->t, f->pid), 0);
	f->pid = 0;
}

#else

static void
a_32_bit_program_can_carry_a_call(void **state)
{
	(void)state;
	skip();
}

#endif

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_sleep_goes_on),
		TEST(an_ignored_trap_stays_ignored),
		TEST(a_blocked_trap_stays_blocked),
		TEST(pending_signals_come_once),
		TEST(a_stops_signal_keeps_its_siginfo),
		TEST(a_fault_stays_a_fault),
		TEST(a_restartable_sequence_restarts),
		TEST(a_fork_comes_to_its_end),
		TEST(an_entered_call_is_made),
		TEST(a_stopped_process_stays_stopped),
		TEST(a_filter_kills_nobody),
		TEST(strict_mode_is_an_error),
		TEST(a_dead_program_is_an_error),
		TEST(a_replaced_region_is_let_alone),
		TEST(a_32_bit_program_can_carry_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
