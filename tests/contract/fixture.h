/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the contract tests need of a back end beyond backend/target.h: a
 * program with a known loop, and ways to make it do things.
 *
 * The program calls `tick` again and again, which increments the 8 bytes at
 * `counter`, and reads the 8 bytes at `loaded` on every lap.  One fixture file
 * is linked with the tests: fixture_mock.c or fixture_ptrace.c.
 */
#ifndef TESTS_CONTRACT_FIXTURE_H
#define TESTS_CONTRACT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../backend/arch/arch.h"
#include "../../backend/target.h"

/* What the main thread of a stopped program is told to do next. */
enum command {
	COMMAND_NONE,
	COMMAND_RAISE,	     /* a signal to itself */
	COMMAND_EXIT,	     /* the process ends with this code */
	COMMAND_DIE,	     /* of this signal */
	COMMAND_CLONE,	     /* a thread that runs on */
	COMMAND_THREAD_EXIT, /* a thread that ends at once */
	COMMAND_FORK,	     /* a child that ends by itself, code 5 */
	COMMAND_VFORK,
	COMMAND_EXEC,  /* of itself */
	COMMAND_CALL,  /* a system call without arguments */
	COMMAND_STORE, /* this value to the 8 bytes at `stored` */
	COMMAND_LOAD,  /* from the 8 bytes at `loaded` */
};

struct fixture {
	struct target *t;
	/* Addresses in the program. */
	uint64_t tick; /* code that is run on each lap */
	uint64_t counter, loaded, stored;
	uint64_t constant; /* 8 bytes, not writable by the program */
	uint64_t page;	   /* last writable page before a hole */
	uint64_t hole;	   /* page + 4096: nothing is mapped here */
	void *own;	   /* the fixture file's */
};

/* ---- the fixture file's ------------------------------------------------- */

extern const char fixture_name[];
/* Makes f->t. */
void fixture_open(struct fixture *f);
/* Starts the program by target_launch with this many threads and brings it to
 * where the main thread stands at `tick`; all threads are stopped. */
void fixture_launch(struct fixture *f, unsigned threads, pid_t *pid);
/* The same program, undebugged. */
void fixture_start(struct fixture *f, unsigned threads, pid_t *pid);
/* Fills in addresses that depend on the process. */
void fixture_locate(struct fixture *f, pid_t pid);
void fixture_command(struct fixture *f, pid_t pid, enum command what,
		     int64_t value);
/* Of a process that is not debugged (any more). */
bool fixture_alive(struct fixture *f, pid_t pid);
bool fixture_traced(struct fixture *f, pid_t pid);
uint64_t fixture_peek(struct fixture *f, pid_t pid, uint64_t addr);
/* Gives such a process time to run; does `counter` move? */
bool fixture_moves(struct fixture *f, pid_t pid);
/* How often the program's handler ran for SIGUSR1. */
unsigned fixture_usr1(struct fixture *f, pid_t pid);
/* Ends what it started; after target_free. */
void fixture_close(struct fixture *f);

/* ---- fixture.c: for all tests ------------------------------------------- */

int setup(void **state);
int teardown(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* The main thread, `pid` itself on Linux. */
pid_t launched(struct fixture *f, unsigned threads);
/* The next event; fails the test if there is none within 10 s. */
struct target_event next_event(struct fixture *f);
/* Is there one in that time? */
bool event_within(struct fixture *f, struct target_event *ev, int64_t ms);
/* Fails if there is an event within a moment. */
void no_event(struct fixture *f);
void resume(struct fixture *f, pid_t tid, enum target_resume_kind kind);
void resume_with(struct fixture *f, pid_t tid, int signal);
/* Every thread of the process. */
void resume_all(struct fixture *f, pid_t pid);
/* Resumes one thread and gives its next event. */
struct target_event run(struct fixture *f, pid_t tid,
			enum target_resume_kind kind);
/* The next stop with this reason; others on the way fail the test. */
struct target_event stop_for(struct fixture *f, enum target_stop_reason reason);
uint64_t pc_of(struct fixture *f, pid_t pid, pid_t tid);
void set_pc(struct fixture *f, pid_t pid, pid_t tid, uint64_t pc);
uint64_t read_word(struct fixture *f, pid_t pid, uint64_t addr);
void write_word(struct fixture *f, pid_t pid, uint64_t addr, uint64_t value);
void insert(struct fixture *f, pid_t pid, uint64_t addr);
void remove_it(struct fixture *f, pid_t pid, uint64_t addr);

/* ---- the groups --------------------------------------------------------- */

int contract_alloc(void);
int contract_breakpoints(void);
int contract_facts(void);
int contract_memory(void);
int contract_processes(void);
int contract_registers(void);
int contract_run(void);
int contract_signals(void);
int contract_threads(void);
int contract_watch(void);

#endif
