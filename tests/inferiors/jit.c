/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaces its own code: a page at CODE_AT is called once per lap, and is
 * given other code, or none, as `wish` says.  Prints what the calls returned.
 *
 *	jit
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common.h"

#define CODE_AT ((uint8_t *)0x20000000)

/* mov $1, %eax; ret and xor %eax, %eax; add $2, %eax; ret */
static const uint8_t one[] = { 0xb8, 1, 0, 0, 0, 0xc3 };
static const uint8_t two[] = { 0x31, 0xc0, 0x83, 0xc0, 2, 0xc3 };

/* 'm': a new page with `two`; 'w': written over; 'u': no page; 'q': end. */
volatile int wish;

static void
map(const uint8_t *code, size_t n)
{
	uint8_t *p = mmap(CODE_AT, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p != CODE_AT)
		_exit(3);
	memcpy(p, code, n);
}

/* Where the client changes its wish. */
void
lap(void)
{
}

static void
child(void)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0)
		_exit(5);
	if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 5)
		_exit(4);
}

static int
call(void)
{
	return ((int (*)(void))(uintptr_t)CODE_AT)();
}

int
main(void)
{
	int here = 1;

	be_an_inferior(120);
	map(one, sizeof(one));
	say_ready();
	for (;;) {
		lap();
		switch (wish) {
		case 'q':
			return 0;
		case 'm':
			munmap(CODE_AT, 4096);
			map(two, sizeof(two));
			here = 1;
			break;
		case 'w':
			memcpy(CODE_AT, two, sizeof(two));
			break;
		case 'u':
			munmap(CODE_AT, 4096);
			here = 0;
			break;
		}
		wish = 0;
		child();
		printf("%d\n", here ? call() : 0);
	}
}
