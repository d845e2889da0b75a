/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ptrace back end under programs that do one thing as fast as they can
 * (tests/inferiors/storm.c).  usage: engine_storm MODE HOW
 *   count    each call of work() is hit exactly once (by a filter)
 *   watch    each call's write is told by a watchpoint exactly once
 *   stop     stopped and resumed at random, with steps and interrupts
 *   detach   attached and detached again and again, breakpoints inserted
 * The program checks itself; its exit code must be 0.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../backend/ptrace/ptrace.h"

#define FAIL(...)                                               \
	do {                                                    \
		fprintf(stderr, "engine_storm:%d: ", __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		exit(1);                                        \
	} while (0)

struct test {
	struct target *t;
	pid_t pid;
	uint64_t work, work_count;
	uint64_t hits, events;
	int out; /* the program's standard output */
};

/* It may fail: the process can be gone at any moment. */
static void
allow(int err)
{
	if (err < 0 && err != -ESRCH && err != -EINVAL && err != -ENOENT &&
	    err != -EFAULT)
		FAIL("%s", strerror(-err));
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint64_t
symbol(const char *name)
{
	static const uint8_t *file;
	const Elf64_Ehdr *eh;
	const Elf64_Shdr *sh;
	const Elf64_Sym *sym;
	struct stat st;
	unsigned i;
	int fd;

	if (file == NULL) {
		fd = open(STORM_PROGRAM, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0)
			FAIL("no %s", STORM_PROGRAM);
		file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			    fd, 0);
		close(fd);
	}
	eh = (const void *)file;
	sh = (const void *)(file + eh->e_shoff);
	for (i = 0; sh[i].sh_type != SHT_SYMTAB; i++)
		if (i == eh->e_shnum)
			FAIL("no symbols");
	sym = (const void *)(file + sh[i].sh_offset);
	for (;; sym++)
		if (strcmp((const char *)file + sh[sh[i].sh_link].sh_offset +
			       sym->st_name,
			   name) == 0)
			return sym->st_value;
}

static bool
count_hits(void *arg, pid_t pid, pid_t tid, uint64_t pc)
{
	struct test *test = arg;

	(void)pid;
	(void)tid;
	if (pc != test->work)
		FAIL("hit at %#llx", (unsigned long long)pc);
	test->hits++;
	return false;
}

static void
resume_all(struct test *test)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };
	static pid_t tids[20000];
	size_t n = target_threads(test->t, 0, tids, 20000);

	for (size_t i = 0; i < n; i++)
		if (target_is_stopped(test->t, tids[i]) &&
		    target_resume(test->t, tids[i], &how) == -EINVAL)
			FAIL("resume");
	target_resume_commit(test->t);
}

static bool
next(struct test *test, struct target_event *ev, int timeout_ms)
{
	struct pollfd p = { .fd = target_wake_fd(test->t), .events = POLLIN };
	double end = now() + timeout_ms / 1000.0;
	int left;

	while (target_next_event(test->t, ev) == 0) {
		left = (int)((end - now()) * 1000);
		if (left < 0)
			return false;
		poll(&p, 1, left);
	}
	test->events++;
	return true;
}

static void
check_end(struct test *test, const struct target_event *ev)
{
	uint64_t calls = 0;
	char text[64] = "";

	if (ev->kind != TARGET_EVENT_EXITED || ev->status != 0)
		FAIL("ended with kind %d status %d signal %d", ev->kind,
		     ev->status, ev->signal);
	if (read(test->out, text, sizeof(text) - 1) > 0)
		calls = strtoull(text, NULL, 10);
	printf("%llu calls, %llu hits, %llu events\n",
	       (unsigned long long)calls, (unsigned long long)test->hits,
	       (unsigned long long)test->events);
	if (target_processes(test->t, NULL, 0) != 0)
		FAIL("a process is left");
}

static int
signal_of(const struct target_event *ev)
{
	return ev->reason == TARGET_STOP_SIGNAL ? ev->signal : 0;
}

static void
run_on(struct test *test, const struct target_event *ev,
       enum target_resume_kind kind)
{
	struct target_resume how = {
		.kind = kind,
		.signal = signal_of(ev),
		.range_start = test->work,
		.range_end = test->work + 9,
	};
	int err = target_resume(test->t, ev->tid, &how);

	if (err < 0 && err != -ESRCH)
		FAIL("resume: %s", strerror(-err));
	target_resume_commit(test->t);
}

/* Every call is seen, and none twice. */
static void
run_count(struct test *test, bool exact)
{
	struct target_event ev;
	uint64_t calls;
	char text[64] = "";

	target_set_hit_filter(test->t, count_hits, test);
	resume_all(test);
	for (;;) {
		if (!next(test, &ev, 20000))
			FAIL("silence");
		if (ev.kind != TARGET_EVENT_STOP)
			break;
		if (ev.reason == TARGET_STOP_WATCHPOINT &&
		    ev.addr == test->work_count)
			test->hits++;
		else if (ev.reason != TARGET_STOP_SIGNAL ||
			 ev.signal == SIGTRAP)
			FAIL("stop for %d signal %d", ev.reason, ev.signal);
		run_on(test, &ev, TARGET_RESUME_CONTINUE);
	}
	if (read(test->out, text, sizeof(text) - 1) <= 0)
		FAIL("no output; kind %d status %d signal %d", ev.kind,
		     ev.status, ev.signal);
	calls = strtoull(text, NULL, 10);
	printf("%llu calls, %llu hits, %llu events\n",
	       (unsigned long long)calls, (unsigned long long)test->hits,
	       (unsigned long long)test->events);
	if (ev.kind != TARGET_EVENT_EXITED || ev.status != 0)
		FAIL("ended with kind %d status %d signal %d", ev.kind,
		     ev.status, ev.signal);
	if (exact && calls != test->hits)
		FAIL("missed some");
}

/* A reported event is answered in one of many ways. */
static void
run_stop(struct test *test)
{
	struct target_event ev;
	uint64_t last_pc;
	unsigned dice;

	resume_all(test);
	for (;;) {
		dice = (unsigned)rand() % 16;
		if (!next(test, &ev, dice == 0 ? 20 : 20000)) {
			if (dice != 0)
				FAIL("silence");
			allow(target_interrupt(test->t, 0));
			continue;
		}
		if (ev.kind == TARGET_EVENT_EXITED ||
		    ev.kind == TARGET_EVENT_KILLED)
			break;
		if (ev.kind != TARGET_EVENT_STOP)
			continue;
		if (!target_is_stopped(test->t, ev.tid))
			FAIL("%d is not stopped", ev.tid);
		if (ev.reason == TARGET_STOP_BREAKPOINT) {
			test->hits++;
			if (target_get_register(
				test->t, ev.tid,
				target_arch(test->t, ev.pid)->pc,
				&last_pc) == 0 &&
			    last_pc != test->work)
				FAIL("hit at %#llx",
				     (unsigned long long)last_pc);
		} else if (ev.signal == SIGTRAP &&
			   ev.reason == TARGET_STOP_SIGNAL) {
			FAIL("SIGTRAP out of nowhere");
		}
		if (dice < 4)
			target_stop_all(test->t, 0);
		if (dice == 1 || dice == 8)
			allow(target_remove_breakpoint(
			    test->t, ev.pid, TARGET_BREAKPOINT_SOFTWARE,
			    test->work, 1));
		if (dice == 2 || dice == 9)
			allow(target_stop(test->t, ev.tid));
		if (dice == 3)
			allow(target_interrupt(test->t, ev.pid));
		run_on(test, &ev,
		       dice % 3 == 0   ? TARGET_RESUME_STEP
		       : dice % 3 == 1 ? TARGET_RESUME_STEP_RANGE
				       : TARGET_RESUME_CONTINUE);
		if (dice == 1 || dice == 8)
			allow(target_insert_breakpoint(
			    test->t, ev.pid, TARGET_BREAKPOINT_SOFTWARE,
			    test->work, 1));
		if (dice < 4)
			resume_all(test);
	}
	check_end(test, &ev);
}

/*
 * The program as a stranger's child: that one waits for it, and writes first
 * its pid and at its end its status to *fd.
 */
static pid_t
start_free(char **argv, int *fd)
{
	int out[2], status;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		FAIL("pipe");
	if (fork() == 0) {
		pid = fork();
		if (pid == 0) {
			execv(argv[0], argv);
			_exit(127);
		}
		(void)!write(out[1], &pid, sizeof(pid));
		waitpid(pid, &status, 0);
		(void)!write(out[1], &status, sizeof(status));
		_exit(0);
	}
	close(out[1]);
	if (read(out[0], &pid, sizeof(pid)) != sizeof(pid))
		FAIL("no program");
	*fd = out[0];
	return pid;
}

/* Its exit, and nothing else, must come to its parent. */
static void
run_detach(struct test *test, int fd)
{
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	struct target_event ev;
	unsigned rounds = 0;
	int err, status;

	while (poll(&ended, 1, 2) == 0) {
		/* As any user does when the wake descriptor asks for it. */
		target_next_event(test->t, NULL);
		err = target_attach(test->t, test->pid);
		if (err == -ESRCH)
			continue;
		if (err < 0)
			FAIL("attach: %s", strerror(-err));
		allow(target_insert_breakpoint(test->t, test->pid,
					       TARGET_BREAKPOINT_SOFTWARE,
					       test->work, 1));
		resume_all(test);
		for (int i = rand() % 20; i > 0; i--) {
			if (!next(test, &ev, 10))
				continue;
			if (ev.kind != TARGET_EVENT_STOP)
				break;
			if (ev.reason == TARGET_STOP_BREAKPOINT)
				test->hits++;
			if (i % 2 == 0)
				run_on(test, &ev, TARGET_RESUME_CONTINUE);
		}
		rounds++;
		target_detach(test->t, test->pid, false);
	}
	if (read(fd, &status, sizeof(status)) != sizeof(status) || status != 0)
		FAIL("status %#x", (unsigned)status);
	printf("%u rounds, %llu hits\n", rounds,
	       (unsigned long long)test->hits);
}

static void
start_traced(struct test *test, const char *const *argv, bool watch)
{
	struct target_launch how = {
		.argv = argv,
		.envp = (const char *const *)(uintptr_t)environ,
		.stdio = { -1, -1, -1 },
		.disable_randomization = true,
		.exit_kill = true,
	};
	int out[2], err;

	if (pipe2(out, O_CLOEXEC) < 0)
		FAIL("pipe");
	how.stdio[1] = out[1];
	test->out = out[0];
	err = target_launch(test->t, &how, &test->pid);
	if (err < 0)
		FAIL("launch: %s", strerror(-err));
	close(out[1]);
	err = target_insert_breakpoint(
	    test->t, test->pid,
	    watch ? TARGET_WATCH_WRITE : TARGET_BREAKPOINT_SOFTWARE,
	    watch ? test->work_count : test->work, watch ? 8 : 1);
	if (err < 0)
		FAIL("insert: %s", strerror(-err));
}

int
main(int argc, char **argv)
{
	struct test test = { 0 };
	const char *seconds = argc > 3 ? argv[3] : "2";
	const char *program[] = { STORM_PROGRAM, argc > 1 ? argv[1] : NULL,
				  seconds, argc > 4 ? argv[4] : NULL, NULL };
	int fd;
	bool exec = argc > 1 && strcmp(argv[1], "execs") == 0;

	if (argc < 3)
		return 2;
	srand(argc > 5 ? (unsigned)atoi(argv[5]) : 1);
	test.work = symbol("work");
	test.work_count = symbol("work_count");
	if (target_ptrace_new(&test.t) < 0)
		FAIL("new");
	if (strcmp(argv[2], "detach") == 0) {
		test.pid = start_free((char **)(uintptr_t)program, &fd);
		run_detach(&test, fd);
	} else {
		bool watch = strcmp(argv[2], "watch") == 0;

		start_traced(&test, program, watch);
		if (watch || strcmp(argv[2], "count") == 0)
			run_count(&test, !exec && strcmp(argv[1], "vforks"));
		else
			run_stop(&test);
	}
	target_free(test.t);
	return 0;
}
