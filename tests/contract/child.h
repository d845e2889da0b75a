/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests on ptrace alone whose programs are children of the test itself: they
 * run a function of it and share a page with it.
 */
#ifndef TESTS_CONTRACT_CHILD_H
#define TESTS_CONTRACT_CHILD_H

#include "../../backend/target.h"

enum { TIMEOUT_MS = 10000, BOTH = MEM_RESERVE | MEM_COMMIT };

struct shared {
	volatile int ready, go, done;
	volatile int hits, value, code;
	volatile int64_t result;
};

struct fixture {
	struct target *t;
	struct shared *shared;
	pid_t pid;
};

typedef void program(struct shared *s);

int setup(void **state);
int teardown(void **state);
void sleep_ms(long ms);
/* Waits for what the program writes. */
void until(volatile int *flag);
/* Forks; the child calls `run` and exits with 0. */
void start(struct fixture *f, program *run);
void attach(struct fixture *f);
/* What happens to the program next. */
void next(struct fixture *f, struct target_event *ev);
void resume(struct fixture *f, int sig);
/* One injected call of each kind; nothing visible may come of it. */
void use(struct fixture *f);
/* Lets it go on to its end, with status 0. */
void ends(struct fixture *f);

#endif
