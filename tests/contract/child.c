/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../backend/ptrace/ptrace.h"
#include "child.h"

void
sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		continue;
}

int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || target_ptrace_new(&f->t) < 0)
		return -1;
	f->shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f->shared == MAP_FAILED)
		return -1;
	*state = f;
	return 0;
}

int
teardown(void **state)
{
	struct fixture *f = *state;

	target_free(f->t);
	if (f->pid > 0) {
		(void)kill(f->pid, SIGKILL);
		(void)waitpid(f->pid, NULL, __WALL);
	}
	(void)munmap(f->shared, 4096);
	free(f);
	return 0;
}

void
until(volatile int *flag)
{
	for (int i = 0; i < TIMEOUT_MS && !*flag; i++)
		sleep_ms(1);
	assert_true(*flag);
}

void
start(struct fixture *f, program *run)
{
	sigset_t none;

	f->pid = fork();
	assert_return_code(f->pid, errno);
	if (f->pid == 0) {
		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		run(f->shared);
		_exit(0);
	}
	until(&f->shared->ready);
}

void
attach(struct fixture *f)
{
	assert_int_equal(target_attach(f->t, f->pid), 0);
}

void
next(struct fixture *f, struct target_event *ev)
{
	struct pollfd fd = { target_wake_fd(f->t), POLLIN, 0 };

	while (target_next_event(f->t, ev) == 0)
		assert_true(poll(&fd, 1, TIMEOUT_MS) > 0);
}

void
resume(struct fixture *f, int sig)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE,
				     .signal = sig };

	assert_int_equal(target_resume(f->t, f->pid, &how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
}

void
use(struct fixture *f)
{
	struct target_event ev;
	uint64_t base;

	assert_int_equal(target_allocate(f->t, f->pid, 0, 0x3000, BOTH,
					 PAGE_READWRITE, &base),
			 0);
	assert_int_equal(base % 0x10000, 0);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(target_next_event(f->t, &ev), 0);
	assert_true(target_is_stopped(f->t, f->pid));
}

void
ends(struct fixture *f)
{
	struct target_event ev;

	resume(f, 0);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 0);
	f->pid = 0;
}
