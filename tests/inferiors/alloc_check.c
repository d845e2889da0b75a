/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Touches memory for a test: writes `probe`, `probe_value` and then
 * `probe_kind` from the debugger, lets the program go to `probed`, and reads
 * `probe_fault` (the address that faulted, or 0) and `probe_value`.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "common.h"

enum { NOTHING, READ, WRITE, CALL };

volatile uint64_t probe, probe_value, probe_fault;
volatile int probe_kind;
static sigjmp_buf out;

static void
on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	probe_fault = (uint64_t)(uintptr_t)info->si_addr;
	siglongjmp(out, 1);
}

static void
touch(void)
{
	volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)probe;

	probe_fault = 0;
	if (sigsetjmp(out, 1))
		return;
	switch (probe_kind) {
	case READ:
		probe_value = *at;
		break;
	case WRITE:
		*at = (uint8_t)probe_value;
		break;
	case CALL:
		probe_value = ((uint64_t(*)(void))(uintptr_t)probe)();
		break;
	default:
		break;
	}
}

void
probed(void)
{
	probe_kind = NOTHING;
}

int
main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault,
				    .sa_flags = SA_SIGINFO };

	be_an_inferior(120);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	say_ready();
	for (;;) {
		if (probe_kind != NOTHING)
			touch();
		probed();
		usleep(1000);
	}
}
