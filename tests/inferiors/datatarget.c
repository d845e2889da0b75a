/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libdatatarget reads: strings of all kinds, values of keys, variables of
 * threads, and threads that stand deep in known functions.  Prints their
 * addresses behind "ready PID".
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <uchar.h>

#include "common.h"

#define KEYS 40 /* more than one block of glibc's */
#define PAGE 4096

static struct {
	uint32_t size;
	char16_t text[8];
} bstr = { 14, u"h\u00e9llo \u4e16" };
static const char utf8[] = "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xff!";
static const char16_t utf16[] = u"wide \u4e16\U0001f600";
static const wchar_t utf32[] = L"wchar \u4e16\U0001f600";
static char *at_end; /* its NUL is the last byte before unmapped memory */
static pthread_key_t keys[KEYS];
static pthread_barrier_t started;
static char addresses[512];
__thread uint64_t variable = 7;

/* Not inlined, and with something to do after each call. */
__attribute__((noinline)) static int
innermost(int n)
{
	/* All threads are here when the program says that it is ready. */
	pthread_barrier_wait(&started);
	if (gettid() == getpid()) {
		say_ready();
		puts(addresses);
	}
	for (;;)
		pause();
	return n;
}

__attribute__((noinline)) static int
middle(int n)
{
	volatile char room[64];

	memset((void *)room, n, sizeof(room));
	return innermost(n + 1) + room[5];
}

__attribute__((noinline)) static int
outer(int n)
{
	return n > 0 ? outer(n - 1) + 1 : middle(n) + 2;
}

static void *
thread_main(void *arg)
{
	uintptr_t n = (uintptr_t)arg;

	variable = 100 + n;
	pthread_setspecific(keys[0], (void *)(0x1000 + n));
	pthread_setspecific(keys[KEYS - 1], (void *)(0x2000 + n));
	outer((int)n);
	return NULL;
}

static void
make_string_at_end(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + PAGE, PAGE) != 0)
		exit(2);
	memset(p, 'e', PAGE - 1);
	at_end = p;
}

int
main(void)
{
	pthread_t thread;

	be_an_inferior(120);
	make_string_at_end();
	for (int i = 0; i < KEYS; i++)
		if (pthread_key_create(&keys[i], NULL) != 0)
			return 2;
	pthread_barrier_init(&started, NULL, 4);
	for (uintptr_t n = 1; n <= 3; n++)
		if (pthread_create(&thread, NULL, thread_main, (void *)n) != 0)
			return 2;
	pthread_setspecific(keys[0], (void *)0x1000);
	snprintf(addresses, sizeof(addresses),
		 "bstr %p utf8 %p utf16 %p utf32 %p end %p first %u last %u\n",
		 (void *)bstr.text, (const void *)utf8, (const void *)utf16,
		 (const void *)utf32, (void *)at_end, keys[0], keys[KEYS - 1]);
	outer(4);
	return 0;
}
