/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program without any library, for x86-64 and i386, that has no instruction
 * in a file's mapping by which a system call could be made: it copies its only
 * one to memory of its own, wipes it out, and unmaps the vDSO.
 *
 *	bare [THREADS]
 *
 * Prints "ready"; each thread sleeps a millisecond again and again, and looks
 * whether the code is still what it was; the first stores where `probe` says.
 *When the debugger has made `stop` not 0, prints PASS and ends.
 */
typedef unsigned long word;
typedef word call_fn(word nr, word a, word b, word c, word d, word e, word f);

#define THREADS_MAX 16
#define STACK_WORDS 2048

#ifdef __x86_64__
enum { MMAP = 9, MUNMAP = 11, MPROTECT = 10, NANOSLEEP = 35, CLONE = 56 };
enum { WRITE = 1, EXIT_GROUP = 231, ALARM = 37, SAVED = 0 };
__asm__(".text\n"
	".globl _start, call6, call6_end\n"
	"_start: mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call begin\n"
	"call6:	mov %rdi, %rax\n"
	"	mov %rsi, %rdi\n"
	"	mov %rdx, %rsi\n"
	"	mov %rcx, %rdx\n"
	"	mov %r8, %r10\n"
	"	mov %r9, %r8\n"
	"	mov 8(%rsp), %r9\n"
	"	syscall\n"
	"	ret\n"
	"call6_end:\n");
#define CALL_BYTES 0x0f, 0x05
#else
enum { MMAP = 192, MUNMAP = 91, MPROTECT = 125, NANOSLEEP = 162, CLONE = 120 };
enum { WRITE = 4, EXIT_GROUP = 252, ALARM = 27, SAVED = 4 };
__asm__(".text\n"
	".globl _start, call6, call6_end\n"
	"_start: mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call begin\n"
	"call6:	push %ebx\n"
	"	push %esi\n"
	"	push %edi\n"
	"	push %ebp\n"
	"	mov 20(%esp), %eax\n"
	"	mov 24(%esp), %ebx\n"
	"	mov 28(%esp), %ecx\n"
	"	mov 32(%esp), %edx\n"
	"	mov 36(%esp), %esi\n"
	"	mov 40(%esp), %edi\n"
	"	mov 44(%esp), %ebp\n"
	"	int $0x80\n"
	"	pop %ebp\n"
	"	pop %edi\n"
	"	pop %esi\n"
	"	pop %ebx\n"
	"	ret\n"
	"call6_end:\n");
#define CALL_BYTES 0xcd, 0x80
#endif

extern unsigned char call6[], call6_end[], __executable_start[], etext[];

volatile int stop;
volatile word probe; /* the first thread stores there, and makes it 0 */
volatile word loops[THREADS_MAX + 1];
static volatile word ended;
static word stacks[THREADS_MAX][STACK_WORDS];
static volatile word next_thread;
static call_fn *call;
/* Not in the code, where these bytes would be found. */
static volatile unsigned char bytes[] = { CALL_BYTES };
/* VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */
static volatile word clone_flags = 0x50f00;
static word code_sum;

static word
sum_of_code(void)
{
	word sum = 0;

	for (const unsigned char *p = __executable_start; p < etext; p++)
		sum = sum * 31 + *p;
	return sum;
}

static void
say(const char *text, word len)
{
	call(WRITE, 1, (word)text, len, 0, 0, 0);
}

static void
fail(void)
{
	say("FAIL\n", 5);
	call(EXIT_GROUP, 1, 0, 0, 0, 0, 0);
}

static void
work(word which)
{
	long pause[2] = { 0, 1000000 };

	while (!stop) {
		if (call(NANOSLEEP, (word)pause, 0, 0, 0, 0, 0) != 0 ||
		    sum_of_code() != code_sum)
			fail();
		if (which == 0 && probe != 0) {
			*(volatile char *)probe = 1;
			probe = 0;
		}
		loops[which]++;
	}
}

static void
thread(void)
{
	long pause[2] = { 1000, 0 };

	work(__atomic_add_fetch(&next_thread, 1, __ATOMIC_SEQ_CST));
	__atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
	for (;;)
		call(NANOSLEEP, (word)pause, 0, 0, 0, 0, 0);
}

/* Its first way is out of call6, by the return address on its new stack. */
static void
start_thread(word i)
{
	word *top = &stacks[i][STACK_WORDS - 16];

	top[SAVED] = (word)thread;
	call(CLONE, clone_flags, (word)top, 0, 0, 0, 0);
}

/* The one instruction that is left is in no file's mapping. */
static void
wipe_out(void)
{
	word page = (word)call6 & ~(word)4095;
	word size = (((word)call6_end + 4095) & ~(word)4095) - page;
	unsigned char *to;

	call = (call_fn *)call6;
	to = (unsigned char *)call(MMAP, 0, 4096, 7, 0x22, (word)-1, 0);
	for (word i = 0; call6 + i < call6_end; i++)
		to[i] = call6[i];
	call = (call_fn *)to;
	if (call(MPROTECT, page, size, 7, 0, 0, 0) != 0)
		fail();
	for (unsigned char *p = call6; p + 1 < call6_end; p++) {
		if (p[0] == bytes[0] && p[1] == bytes[1])
			p[0] = p[1] = 0x90;
	}
	call(MPROTECT, page, size, 5, 0, 0, 0);
}

static void
unmap_vdso(const word *auxv)
{
	for (; auxv[0] != 0; auxv += 2) {
		if (auxv[0] == 33) /* AT_SYSINFO_EHDR */
			call(MUNMAP, auxv[1], 8192, 0, 0, 0, 0);
	}
}

/* `stack`: argc, argv, NULL, envp, NULL, auxv. */
__attribute__((used)) void
begin(const word *stack)
{
	const word *auxv = stack + 1 + stack[0] + 1;
	word threads = 0;
	long pause[2] = { 0, 1000000 };

	if (stack[0] > 1) {
		for (const char *p = (const char *)stack[2]; *p; p++)
			threads = threads * 10 + (word)(*p - '0');
	}
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	while (*auxv++ != 0)
		continue;
	wipe_out();
	unmap_vdso(auxv);
	call(ALARM, 120, 0, 0, 0, 0, 0);
	code_sum = sum_of_code();
	for (word i = 0; i < threads; i++)
		start_thread(i);
	say("ready\n", 6);
	work(0);
	while (ended < threads)
		call(NANOSLEEP, (word)pause, 0, 0, 0, 0, 0);
	say("PASS\n", 5);
	call(EXIT_GROUP, 0, 0, 0, 0, 0, 0);
	__builtin_unreachable();
}
