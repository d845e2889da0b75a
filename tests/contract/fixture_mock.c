/* SPDX-License-Identifier: Apache-2.0 */
/* The contract tests on the mock. */
#include <signal.h>
#include <stdlib.h>

#include "../../backend/mock/mock.h"
#include "fixture.h"

const char fixture_name[] = "mock";

void
fixture_open(struct fixture *f)
{
	assert_int_equal(mock_target_new(&f->t, NULL), 0);
	f->tick = MOCK_TICK;
	f->counter = MOCK_COUNTER;
	f->loaded = MOCK_LOADED;
	f->stored = MOCK_DATA + 64;
	f->constant = MOCK_RODATA;
	f->page = MOCK_DATA + 0x1000;
	f->hole = f->page + 4096;
}

void
fixture_launch(struct fixture *f, unsigned threads, pid_t *pid)
{
	const char *argv[] = { "/mock/program", NULL };
	const struct target_launch how = { .argv = argv, .envp = argv + 1 };
	struct target_event ev;
	unsigned i;

	assert_int_equal(target_launch(f->t, &how, pid), 0);
	for (i = 1; i < threads; i++)
		assert_int_equal(mock_do(f->t, *pid, MOCK_CLONE, 0, 0), 0);
	insert(f, *pid, f->tick);
	resume(f, *pid, TARGET_RESUME_CONTINUE);
	while ((ev = next_event(f)).tid != *pid)
		resume(f, ev.tid, TARGET_RESUME_CONTINUE);
	assert_int_equal(target_stop_all(f->t, *pid), 0);
	remove_it(f, *pid, f->tick);
}

void
fixture_start(struct fixture *f, unsigned threads, pid_t *pid)
{
	*pid = 5000;
	while (mock_alive(f->t, *pid))
		*pid += 100;
	assert_int_equal(mock_add_process(f->t, *pid, threads), 0);
}

void
fixture_locate(struct fixture *f, pid_t pid)
{
	(void)f;
	(void)pid;
}

void
fixture_command(struct fixture *f, pid_t pid, enum command what, int64_t value)
{
	static const enum mock_action_kind kinds[] = {
		[COMMAND_NONE] = MOCK_RUN,
		[COMMAND_RAISE] = MOCK_SIGNAL,
		[COMMAND_EXIT] = MOCK_EXIT,
		[COMMAND_DIE] = MOCK_SIGNAL,
		[COMMAND_CLONE] = MOCK_CLONE,
		[COMMAND_THREAD_EXIT] = MOCK_CLONE,
		[COMMAND_FORK] = MOCK_FORK,
		[COMMAND_VFORK] = MOCK_VFORK,
		[COMMAND_EXEC] = MOCK_EXEC,
		[COMMAND_CALL] = MOCK_SYSCALL,
		[COMMAND_STORE] = MOCK_STORE,
		[COMMAND_LOAD] = MOCK_LOAD_FROM,
	};
	uint64_t addr = what == COMMAND_STORE ? f->stored : f->loaded;

	assert_int_equal(mock_do(f->t, pid, kinds[what], value, addr), 0);
	if (what == COMMAND_THREAD_EXIT)
		mock_newborn_does(f->t, MOCK_THREAD_EXIT, 0);
	if (what == COMMAND_FORK || what == COMMAND_VFORK)
		mock_newborn_does(f->t, MOCK_EXIT, 5);
}

bool
fixture_alive(struct fixture *f, pid_t pid)
{
	return mock_alive(f->t, pid);
}

bool
fixture_traced(struct fixture *f, pid_t pid)
{
	return mock_traced(f->t, pid);
}

uint64_t
fixture_peek(struct fixture *f, pid_t pid, uint64_t addr)
{
	uint64_t value = 0;

	assert_true(mock_peek(f->t, pid, addr, &value, sizeof(value)));
	return value;
}

bool
fixture_moves(struct fixture *f, pid_t pid)
{
	uint64_t before = mock_executed(f->t, pid);

	no_event(f);
	return mock_executed(f->t, pid) != before;
}

unsigned
fixture_usr1(struct fixture *f, pid_t pid)
{
	return mock_delivered(f->t, pid, SIGUSR1);
}

void
fixture_close(struct fixture *f)
{
	(void)f;
}
