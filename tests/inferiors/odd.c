/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes instructions that are hard to step over, each at a place of its own
 * (`at_NAME`), and prints for each what came of it: registers, flags, and the
 * signal with the address that it told.
 *
 *	odd [threads [NAME]]	`threads`: another one runs meanwhile
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "common.h"

#define RESULTS 10

/* Named by the instructions below. */
uint64_t odd_result[RESULTS], odd_stack, odd_data[8], odd_target;
uint16_t odd_ss;
uint64_t odd_area[64];

/*
 * The instruction under `at_NAME`, what is to be before and after.  Registers
 * are as known; all that it changes is stored.  Where a signal comes, its
 * handler goes on at `after_NAME`.
 */
#define ODD(name, before, insn, after)                                         \
	void odd_##name(void);                                                 \
	extern const char at_##name[], after_##name[];                         \
	__asm__(                                                               \
	    ".text\n.globl odd_" #name ", at_" #name ", after_" #name "\n"     \
	    "odd_" #name ":\n"                                                 \
	    "\tpush %rbx; push %rbp; push %r12; push %r13; push %r14\n"        \
	    "\tpush %r15\n\tmov %rsp, odd_stack(%rip)\n"                       \
	    "\tmov $0x11, %eax; mov $0x22, %ecx; mov $0x33, %edx\n"            \
	    "\tmov $0x44, %ebx; mov $0x55, %ebp; mov $0x66, %esi\n"            \
	    "\tmov $0x77, %edi; mov $0x88, %r8d; mov $0x99, %r9d\n"            \
	    "\tcmp %eax, %eax\n"                                               \
	    "\t" before "\n"                                                   \
	    "at_" #name ": " insn "\n"                                         \
	    "after_" #name ":\n\t" after "\n"                                  \
	    "\tmov %rax, odd_result(%rip); mov %rcx, odd_result+8(%rip)\n"     \
	    "\tmov %rdx, odd_result+16(%rip); mov %rbx, odd_result+24(%rip)\n" \
	    "\tmov %rsi, odd_result+32(%rip); mov %rdi, odd_result+40(%rip)\n" \
	    "\tmov %r8, odd_result+48(%rip); mov %rbp, odd_result+56(%rip)\n"  \
	    "\tmov %rsp, odd_result+64(%rip); pushf; pop %rax\n"               \
	    "\tmov %rax, odd_result+72(%rip)\n"                                \
	    "\tmov odd_stack(%rip), %rsp; cld\n"                               \
	    "\tpop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"   \
	    "\tret\n");

#define COUNT_ONLY "mov $1, %eax; mov $1, %ecx; mov $1, %edx; mov $1, %r11d"
#define LIST(X)                                                                \
	X(getpid, "mov $39, %eax", "syscall", COUNT_ONLY)                      \
	X(int80, "mov $20, %eax", "int $0x80", COUNT_ONLY)                     \
	X(int3, "", "int3", "")                                                \
	X(int3_long, "", ".byte 0xcd, 0x03", "")                               \
	X(int1, "", ".byte 0xf1", "")                                          \
	X(int4, "", "int $4", "")                                              \
	X(pushf, "", "pushf", "pop %rax")                                      \
	X(popf, "push $0x8d5", "popf", "")                                     \
	X(popf_step, "pushf; orl $0x100, (%rsp)", "popf",                      \
	  "pushf; andl $~0x100, (%rsp); popf")                                 \
	X(iretq,                                                               \
	  "mov %rsp, %r10; mov %ss, %eax; push %rax; push %r10; pushf\n"       \
	  "mov %cs, %eax; push %rax; lea 1f(%rip), %rax; push %rax\n"          \
	  "mov $5, %eax; mov $0, %r10",                                        \
	  "iretq", "inc %eax; 1: inc %edx")                                    \
	X(rep_movsb,                                                           \
	  "lea odd_area(%rip), %rsi; lea odd_area+99(%rip), %rdi; mov $99, "   \
	  "%ecx",                                                              \
	  "rep movsb", "mov $1, %edi; mov $1, %esi")                           \
	X(rep_stosq, "lea odd_area(%rip), %rdi; mov $9, %ecx", "rep stosq",    \
	  "mov odd_area+64(%rip), %rsi; mov $1, %edi")                         \
	X(repne_scasb, "lea odd_area(%rip), %rdi; mov $9, %ecx; mov $1, %al",  \
	  "repne scasb", "mov $1, %edi")                                       \
	X(move_ss, "mov %ss, %eax", "mov %eax, %ss",                           \
	  "inc %edx; mov $1, %eax; inc %edx")                                  \
	X(move_ss_memory, "mov %ss, odd_ss(%rip)", "mov odd_ss(%rip), %ss",    \
	  "inc %edx; mov $1, %eax; inc %edx")                                  \
	X(cpuid, "xor %eax, %eax; xor %ecx, %ecx", "cpuid", "")                \
	X(rdtsc, "", "rdtsc", COUNT_ONLY)                                      \
	X(hlt, "", "hlt", "")                                                  \
	X(ud2, "", "ud2", "")                                                  \
	X(divide, "xor %ecx, %ecx", "div %ecx", "")                            \
	X(null, "xor %ecx, %ecx", "mov (%rcx), %rax", "")                      \
	X(non_canonical, "mov %rsp, %rcx; bts $62, %rcx", "lock incq (%rcx)",  \
	  "mov $1, %ecx")                                                      \
	X(jump_nowhere, "mov %rsp, %rcx; bts $62, %rcx", "jmp *%rcx",          \
	  "mov $1, %ecx")                                                      \
	X(jump_null, "xor %ecx, %ecx", "jmp *%rcx", "")                        \
	X(call_null, "xor %ecx, %ecx", "call *%rcx",                           \
	  "pop %rdx; lea after_call_null(%rip), %rcx; sub %rcx, %rdx\n"        \
	  "mov $1, %ecx")                                                      \
	X(vsyscall, "xor %edi, %edi; mov $0xffffffffff600400, %rax",           \
	  "call *%rax", COUNT_ONLY)                                            \
	X(call_next, "", "call after_call_next",                               \
	  "pop %rax; lea after_call_next(%rip), %rcx; sub %rcx, %rax\n"        \
	  "mov $1, %ecx")                                                      \
	X(call_memory, "lea 1f(%rip), %rax; mov %rax, odd_target(%rip)",       \
	  "call *odd_target(%rip)",                                            \
	  "inc %esi; jmp 2f; 1: inc %edx; ret; 2: mov $1, %eax")               \
	X(call_stack, "lea 1f(%rip), %rax; push %rax", "call *(%rsp)",         \
	  "inc %esi; jmp 2f; 1: inc %edx; ret; 2: mov $1, %eax")               \
	X(jump_memory, "lea 1f(%rip), %rax; mov %rax, odd_target(%rip)",       \
	  "jmp *odd_target(%rip)", "inc %esi; 1: inc %edx; mov $1, %eax")      \
	X(return_pop, "push $1; push $2; lea 1f(%rip), %rax; push %rax",       \
	  "ret $8", "inc %esi; 1: inc %edx; pop %rax")                         \
	X(rep_return, "lea 1f(%rip), %rax; push %rax", "rep ret",              \
	  "inc %esi; 1: inc %edx; mov $1, %eax")                               \
	X(push_stack, "", "push %rsp", "pop %rax; sub %rsp, %rax")             \
	X(pop_stack, "push $1; push %rsp", "pop %rsp", "pop %rax")             \
	X(push_memory, "movq $77, odd_data(%rip)", "push odd_data(%rip)",      \
	  "pop %rax")                                                          \
	X(pop_memory, "push $78", "pop odd_data(%rip)",                        \
	  "mov odd_data(%rip), %rax")                                          \
	X(pop_through_stack, "push $79; push $80", "pop (%rsp)", "pop %rax")   \
	X(enter, "mov %rsp, %rbp", "enter $32, $1", "mov $1, %ebp")            \
	X(leave, "mov %rsp, %rbp; push %rax", "leave", "mov $1, %ebp")         \
	X(xadd, "movq $5, odd_data(%rip)", "lock xadd %rax, odd_data(%rip)",   \
	  "mov odd_data(%rip), %rcx")                                          \
	X(cmpxchg16b,                                                          \
	  "mov %rax, odd_data+16(%rip); mov %rdx, odd_data+24(%rip)",          \
	  "lock cmpxchg16b odd_data+16(%rip)", "mov odd_data+16(%rip), %r8")   \
	X(load_byte_high, "movb $9, odd_data(%rip)",                           \
	  "mov odd_data(%rip), %ah", "")                                       \
	X(load_r15, "movq $9, odd_data(%rip); mov $3, %r15d",                  \
	  "imul odd_data(%rip), %r15", "mov %r15, %r8")                        \
	X(multiply, "movq $9, odd_data(%rip)", "mulq odd_data(%rip)", "")      \
	X(compare_immediate, "movq $9, odd_data(%rip)",                        \
	  "cmpw $0x1234, odd_data(%rip)", "")                                  \
	X(sse, "movq %rax, odd_data(%rip)", "movdqu odd_data(%rip), %xmm9",    \
	  "movq %xmm9, %rcx")                                                  \
	X(loop, "mov $2, %ecx", "loop at_loop", "")                            \
	X(loop_out, "mov $2, %ecx", "loop 1f", "inc %edx; 1: inc %edx")        \
	X(jrcxz, "xor %ecx, %ecx", "jrcxz 1f", "inc %edx; 1: inc %edx")        \
	X(xlat, "lea odd_area(%rip), %rbx", "xlat", "mov $1, %ebx")            \
	X(environment, "fninit; fld1", "fadd %st(0), %st",                     \
	  "sub $64, %rsp; fnstenv (%rsp); mov 12(%rsp), %eax\n"                \
	  "lea at_environment(%rip), %rcx; test %eax, %eax; jz 1f\n"           \
	  "sub %ecx, %eax; 1: mov $1, %ecx; fninit")                           \
	X(x87_fault,                                                           \
	  "fninit; fldz; push $0x37b; fldcw (%rsp); pop %rax; fld1\n"          \
	  "fdiv %st(1), %st",                                                  \
	  "fwait", "fninit")                                                   \
	X(long_nop, "",                                                        \
	  ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0", \
	  "")                                                                  \
	X(pause, "", "pause", "")                                              \
	X(load_fs, "", "mov %fs:0, %rax", "sub %fs:0, %rax")                   \
	X(cli, "", "cli", "")                                                  \
	X(in, "", "in %dx, %al", "")                                           \
	X(fork, "mov $57, %eax", "syscall",                                    \
	  "mov %eax, %eax; test %eax, %eax; jnz 1f\n"                          \
	  "mov $7, %edi; mov $231, %eax; syscall\n"                            \
	  "1: mov %rax, odd_data+32(%rip); cmp %eax, %eax; " COUNT_ONLY)       \
	X(vfork, "mov $58, %eax", "syscall",                                   \
	  "mov %eax, %eax; test %eax, %eax; jnz 1f\n"                          \
	  "mov $7, %edi; mov $231, %eax; syscall\n"                            \
	  "1: mov %rax, odd_data+32(%rip); cmp %eax, %eax; " COUNT_ONLY)       \
	X(fork_int80, "mov $2, %eax", "int $0x80",                             \
	  "mov %eax, %eax; test %eax, %eax; jnz 1f\n"                          \
	  "mov $7, %edi; mov $231, %eax; syscall\n"                            \
	  "1: mov %rax, odd_data+32(%rip); cmp %eax, %eax; " COUNT_ONLY)       \
	X(sleep_int80,                                                         \
	  "xor %ecx, %ecx; mov $162, %eax; lea odd_sleep(%rip), %rbx",         \
	  "int $0x80", "mov $1, %ebx")

uint32_t odd_sleep[2] = { 0, 10000000 };

LIST(ODD)

static const struct odd {
	const char *name;
	void (*run)(void);
	const char *at, *after;
} odds[] = {
#define ROW(name, before, insn, after) \
	{ #name, odd_##name, at_##name, after_##name },
	LIST(ROW)
};

static const struct odd *current;
static volatile int got_signal, got_code, got_traps;
static volatile int64_t got_addr, got_pc;

/* Counted from the instruction, if it is about that. */
static int64_t
near(int64_t addr)
{
	int64_t at = (int64_t)(intptr_t)current->at;

	return addr >= at && addr < at + 64 ? addr - at : addr;
}

static void
on_signal(int signal, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	greg_t *pc = &u->uc_mcontext.gregs[REG_RIP];

	got_signal = signal;
	got_code = info->si_code;
	got_pc = near(*pc);
	got_addr = near((int64_t)(intptr_t)info->si_addr);
	if (signal == SIGTRAP) {
		got_traps++;
		return;
	}
	*pc = (greg_t)(intptr_t)current->after;
}

static void
run(const struct odd *odd)
{
	int status = 0;
	pid_t child;

	current = odd;
	got_signal = got_code = got_traps = 0;
	got_addr = got_pc = 0;
	for (unsigned i = 0; i < sizeof(odd_area); i++)
		((uint8_t *)odd_area)[i] = (uint8_t)(i * 7);
	memset(odd_data, 0, sizeof(odd_data));
	odd->run();
	child = (pid_t)odd_data[4];
	if (child > 0 && waitpid(child, &status, 0) != child)
		status = -1;
	printf("%s:", odd->name);
	for (unsigned i = 0; i < RESULTS; i++)
		printf(" %lx", (long)(i == 8 ? odd_result[i] - odd_stack
					     : odd_result[i]));
	printf(" signal %d/%d code %d addr %lx pc %lx child %x area %lx\n",
	       got_signal, got_traps, got_code, (long)got_addr, (long)got_pc,
	       (unsigned)status, (long)(odd_area[3] ^ odd_area[20]));
}

static void *
other_thread(void *arg)
{
	volatile uint64_t n = 0;

	for (;;)
		n++;
	return arg;
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGTRAP, SIGSEGV, SIGILL, SIGFPE,
				       SIGBUS };
	/* The kernel takes the handler of a blocked SIGTRAP away when it
	 * forces one: the handler could not be stepped. */
	struct sigaction sa = { .sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO | SA_NODEFER };
	pthread_t id;

	be_an_inferior(170);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
	if (argc > 1 && !strcmp(argv[1], "threads") &&
	    pthread_create(&id, NULL, other_thread, NULL))
		return 2;
	for (unsigned i = 0; i < sizeof(odds) / sizeof(odds[0]); i++)
		if (argc < 3 || !strcmp(argv[2], odds[i].name))
			run(&odds[i]);
	return 0;
}
