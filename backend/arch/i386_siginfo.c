/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel gives a 64-bit tracer its own siginfo, also of a 32-bit program;
 * clients read what the program's handler would see.
 */
#include "i386_siginfo.h"

#include <signal.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Codes below come with what the sender said, those up to here from the
 * kernel: each signal has its own. */
#define CODE_KERNEL 0x80

/* One member: where it lies in our layout and in the program's. */
struct member {
	uint8_t from, size;
	uint8_t to, to_size;
	bool is_signed;
};

static const struct member head[] = {
	{ 0, 4, 0, 4, false }, /* si_signo */
	{ 4, 4, 4, 4, false }, /* si_errno */
	{ 8, 4, 8, 4, false }, /* si_code */
};

/* Of a process: its id, user, and the value that it sent; timers alike. */
static const struct member sent[] = {
	{ 16, 4, 12, 4, false },
	{ 20, 4, 16, 4, false },
	{ 24, 8, 20, 4, false },
};

/* si_pid, si_uid, si_status, si_utime, si_stime */
static const struct member child[] = {
	{ 16, 4, 12, 4, false }, { 20, 4, 16, 4, false },
	{ 24, 4, 20, 4, false }, { 32, 8, 24, 4, true },
	{ 40, 8, 28, 4, true },
};

/* si_addr, si_addr_lsb */
static const struct member fault[] = {
	{ 16, 8, 12, 4, false },
	{ 24, 2, 16, 2, false },
};

static const struct member fault_bounds[] = {
	{ 16, 8, 12, 4, false },
	{ 32, 8, 20, 4, false },
	{ 40, 8, 24, 4, false },
};

static const struct member fault_key[] = {
	{ 16, 8, 12, 4, false },
	{ 32, 4, 20, 4, false },
};

/* si_band, si_fd */
static const struct member io[] = {
	{ 16, 8, 12, 4, true },
	{ 24, 4, 16, 4, false },
};

/* si_call_addr, si_syscall, si_arch */
static const struct member refused[] = {
	{ 16, 8, 12, 4, false },
	{ 24, 4, 16, 4, false },
	{ 28, 4, 20, 4, false },
};

static const struct layout {
	int sig, code; /* code 0: any other */
	const struct member *members;
	size_t n;
} layouts[] = {
	{ SIGSEGV, SEGV_BNDERR, fault_bounds, COUNT(fault_bounds) },
	{ SIGSEGV, SEGV_PKUERR, fault_key, COUNT(fault_key) },
	{ SIGSEGV, 0, fault, COUNT(fault) },
	{ SIGILL, 0, fault, COUNT(fault) },
	{ SIGFPE, 0, fault, COUNT(fault) },
	{ SIGBUS, 0, fault, COUNT(fault) },
	{ SIGTRAP, 0, fault, COUNT(fault) },
	{ SIGCHLD, 0, child, COUNT(child) },
	{ SIGPOLL, 0, io, COUNT(io) },
	{ SIGSYS, 0, refused, COUNT(refused) },
};

static const struct layout others = { 0, 0, sent, COUNT(sent) };

static const struct layout *
layout_of(int sig, int code)
{
	/* Any signal can be asked for in place of SIGIO (F_SETSIG). */
	if (code == SI_SIGIO)
		sig = SIGPOLL;
	else if (code <= 0 || code >= CODE_KERNEL)
		return &others;
	for (size_t i = 0; i < COUNT(layouts); i++)
		if (layouts[i].sig == sig &&
		    (layouts[i].code == code || layouts[i].code == 0))
			return &layouts[i];
	return &others;
}

/* Little-endian, as the machine is. */
static void
move(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size,
     bool is_signed)
{
	bool negative = is_signed && (from[from_size - 1] & 0x80) != 0;

	memset(to, negative ? 0xff : 0, to_size);
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static void
out(const struct member *m, size_t n, const uint8_t *native, uint8_t *program)
{
	for (size_t i = 0; i < n; i++)
		move(native + m[i].from, m[i].size, program + m[i].to,
		     m[i].to_size, m[i].is_signed);
}

static void
in(const struct member *m, size_t n, const uint8_t *program, uint8_t *native)
{
	for (size_t i = 0; i < n; i++)
		move(program + m[i].to, m[i].to_size, native + m[i].from,
		     m[i].size, m[i].is_signed);
}

static const struct layout *
layout_in(const uint8_t *info)
{
	int sig, code;

	memcpy(&sig, info, sizeof(sig));
	memcpy(&code, info + 8, sizeof(code));
	return layout_of(sig, code);
}

void
i386_siginfo_get(const void *native, void *program)
{
	const struct layout *l = layout_in(native);

	memset(program, 0, ARCH_SIGINFO_SIZE);
	out(head, COUNT(head), native, program);
	out(l->members, l->n, native, program);
}

void
i386_siginfo_put(void *native, const void *program)
{
	const struct layout *l = layout_in(program);

	in(head, COUNT(head), program, native);
	in(l->members, l->n, program, native);
}
