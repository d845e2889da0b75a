/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every instruction is executed twice from the same state: natively at its own
 * address, and through step_prepare/step_finish.  Registers, flags and memory
 * must come out the same.
 */
/* needs: zydis */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/arch/arch.h"

#define CODE  0x10000000ull
#define COPY  0x7e0000000000ull /* far: no disp32 reaches CODE from here */
#define DATA  0x10010000ull
#define STACK (DATA + 0x800)
#define PAGE  0x1000ull

/* What must have happened: anything, a copy at least, an emulation. */
enum want { ANY, MUST_COPY, MUST_EMULATE, MUST_REFUSE };

struct sample {
	const char *text;
	const char *bytes;
	size_t len;
	enum want want;
	bool no_af; /* AF is undefined after it */
};

#define I(text, bytes, want)                                \
	{                                                   \
		text, bytes, sizeof(bytes) - 1, want, false \
	}
#define L(text, bytes, want)                               \
	{                                                  \
		text, bytes, sizeof(bytes) - 1, want, true \
	}
static const struct sample samples[] = {
	I("nop", "\x90", MUST_EMULATE),
	I("endbr64", "\xf3\x0f\x1e\xfa", MUST_EMULATE),
	I("nopw 0(%rax,%rax)", "\x66\x0f\x1f\x44\x00\x00", MUST_EMULATE),
	I("push %rbp", "\x55", MUST_EMULATE),
	I("push %r12", "\x41\x54", MUST_EMULATE),
	I("push $-2", "\x6a\xfe", MUST_EMULATE),
	I("push $0x12345678", "\x68\x78\x56\x34\x12", MUST_EMULATE),
	I("pop %rbx", "\x5b", MUST_EMULATE),
	I("pop %rsp", "\x5c", MUST_EMULATE),
	I("pushfq", "\x9c", MUST_EMULATE),
	I("mov %rsp,%rbp", "\x48\x89\xe5", MUST_EMULATE),
	I("mov %eax,%ebx", "\x89\xc3", MUST_EMULATE),
	I("mov %ax,%bx", "\x66\x89\xc3", MUST_COPY),
	I("mov $-1,%rax", "\x48\xc7\xc0\xff\xff\xff\xff", MUST_EMULATE),
	I("mov $-1,%eax", "\xb8\xff\xff\xff\xff", MUST_EMULATE),
	I("movabs", "\x48\xb8\x88\x77\x66\x55\x44\x33\x22\x11", MUST_EMULATE),
	I("mov 8(%rdi),%rax", "\x48\x8b\x47\x08", MUST_EMULATE),
	I("mov %eax,4(%rdi,%rcx,8)", "\x89\x44\xcf\x04", MUST_EMULATE),
	I("movl $7,(%rdi)", "\xc7\x07\x07\x00\x00\x00", MUST_EMULATE),
	I("movq $-7,(%rdi)", "\x48\xc7\x07\xf9\xff\xff\xff", MUST_EMULATE),
	I("movb $7,(%rdi)", "\xc6\x07\x07", MUST_COPY),
	I("mov 0x10000(%rip),%rax", "\x48\x8b\x05\x00\x00\x01\x00",
	  MUST_EMULATE),
	I("addb $1,0x10000(%rip)", "\x80\x05\x00\x00\x01\x00\x01", MUST_COPY),
	I("cmpxchg %rcx,0x10000(%rip)", "\xf0\x48\x0f\xb1\x0d\x00\x00\x01\x00",
	  MUST_COPY),
	I("movups 0x10000(%rip),%xmm9", "\x44\x0f\x10\x0d\x00\x00\x01\x00",
	  MUST_COPY),
	I("vmovups 0x10000(%rip),%ymm1", "\xc5\xfc\x10\x0d\x00\x00\x01\x00",
	  MUST_COPY),
	I("movzbl 0x10000(%rip),%r8d", "\x44\x0f\xb6\x05\x00\x00\x01\x00",
	  MUST_COPY),
	I("andn 0x10000(%rip),%rax,%rcx",
	  "\xc4\xe2\xf8\xf2\x0d\x00\x00\x01\x00", MUST_COPY),
	I("lea 0x10(%rsp,%rcx,4),%r9", "\x4c\x8d\x4c\x8c\x10", MUST_EMULATE),
	I("lea -1(%rip),%eax", "\x8d\x05\xff\xff\xff\xff", MUST_EMULATE),
	I("sub $0x20,%rsp", "\x48\x83\xec\x20", MUST_EMULATE),
	I("sub %rcx,%rax", "\x48\x29\xc8", MUST_EMULATE),
	I("sub %ecx,%eax", "\x29\xc8", MUST_EMULATE),
	I("add %rax,%rcx", "\x48\x01\xc1", MUST_EMULATE),
	I("add $-128,%eax", "\x83\xc0\x80", MUST_EMULATE),
	I("addq $1,8(%rdi)", "\x48\x83\x47\x08\x01", MUST_EMULATE),
	I("lock addl $1,(%rdi)", "\xf0\x83\x07\x01", MUST_COPY),
	I("cmp %rax,%rcx", "\x48\x39\xc1", MUST_EMULATE),
	I("cmp $5,%eax", "\x83\xf8\x05", MUST_EMULATE),
	I("cmpb $5,(%rdi)", "\x80\x3f\x05", MUST_COPY),
	L("test %eax,%eax", "\x85\xc0", MUST_EMULATE),
	L("test $1,%al", "\xa8\x01", MUST_COPY),
	L("xor %eax,%eax", "\x31\xc0", MUST_EMULATE),
	L("xor %rcx,%r8", "\x49\x31\xc8", MUST_EMULATE),
	L("and $-16,%rsp", "\x48\x83\xe4\xf0", MUST_EMULATE),
	L("or %edx,%ecx", "\x09\xd1", MUST_EMULATE),
	I("inc %eax", "\xff\xc0", MUST_COPY),
	I("jmp +5", "\xeb\x05", MUST_EMULATE),
	I("jmp -0x1000", "\xe9\x00\xf0\xff\xff", MUST_EMULATE),
	I("jmp *%rax", "\xff\xe0", MUST_COPY),
	I("jmp *0x10000(%rip)", "\xff\x25\x00\x00\x01\x00", MUST_COPY),
	I("call +0x100", "\xe8\x00\x01\x00\x00", MUST_EMULATE),
	I("call *%rax", "\xff\xd0", MUST_COPY),
	I("call *0x10000(%rip)", "\xff\x15\x00\x00\x01\x00", MUST_COPY),
	I("ret", "\xc3", MUST_EMULATE),
	I("ret $16", "\xc2\x10\x00", MUST_COPY),
	I("repz ret", "\xf3\xc3", MUST_COPY),
	I("jrcxz +4", "\xe3\x04", MUST_COPY),
	I("loop +4", "\xe2\x04", MUST_COPY),
	I("jo", "\x70\x10", MUST_EMULATE),
	I("jno", "\x71\x10", MUST_EMULATE),
	I("jb", "\x72\x10", MUST_EMULATE),
	I("jae", "\x73\x10", MUST_EMULATE),
	I("je", "\x74\x10", MUST_EMULATE),
	I("jne", "\x75\x10", MUST_EMULATE),
	I("jbe", "\x76\x10", MUST_EMULATE),
	I("ja", "\x77\x10", MUST_EMULATE),
	I("js", "\x78\x10", MUST_EMULATE),
	I("jns", "\x79\x10", MUST_EMULATE),
	I("jp", "\x7a\x10", MUST_EMULATE),
	I("jnp", "\x7b\x10", MUST_EMULATE),
	I("jl", "\x7c\x10", MUST_EMULATE),
	I("jge", "\x7d\x10", MUST_EMULATE),
	I("jle", "\x7e\x10", MUST_EMULATE),
	I("jg", "\x7f\x10", MUST_EMULATE),
	I("jle near", "\x0f\x8e\x10\x00\x00\x00", MUST_EMULATE),
	I("rep movsb", "\xf3\xa4", MUST_COPY),
	I("cpuid", "\x0f\xa2", MUST_COPY),
	I("syscall", "\x0f\x05", MUST_REFUSE),
	I("int $0x80", "\xcd\x80", MUST_REFUSE),
	I("int3", "\xcc", MUST_REFUSE),
	I("sysenter", "\x0f\x34", MUST_REFUSE),
	I("mov %eax,%ss", "\x8e\xd0", MUST_REFUSE),
	I("fadd %st(1),%st", "\xd8\xc1", MUST_REFUSE),
	I("fcmove %st(1),%st", "\xda\xc9", MUST_REFUSE),
	I("xbegin", "\xc7\xf8\x00\x00\x00\x00", MUST_REFUSE),
	I("mov %fs:0,%rax", "\x64\x48\x8b\x04\x25\x00\x00\x00\x00", MUST_COPY),
	I("xchg %rax,%rbx", "\x48\x93", MUST_COPY),
	I("leave", "\xc9", MUST_COPY),
	I("fld1", "\xd9\xe8", MUST_REFUSE),
};

static pid_t child;

static int
peek(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	(void)arg;
	return process_vm_readv(child, &local, 1, &remote, 1, 0) == (ssize_t)len
		   ? 0
		   : -EFAULT;
}

static int
poke(void *arg, uint64_t addr, const void *buf, size_t len)
{
	struct iovec local = { (void *)(uintptr_t)buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	(void)arg;
	return process_vm_writev(child, &local, 1, &remote, 1, 0) ==
		       (ssize_t)len
		   ? 0
		   : -EFAULT;
}

static const struct arch_memory memory = { peek, poke, NULL };

static int
start_child(void **state)
{
	static const uint64_t areas[] = { CODE, COPY, DATA };
	int status;

	(void)state;
	child = fork();
	if (child == 0) {
		for (size_t i = 0; i < 3; i++)
			mmap((void *)(uintptr_t)(areas[i] - PAGE), 3 * PAGE,
			     PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
			_exit(77);
		raise(SIGSTOP);
		_exit(1);
	}
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
		print_message("SKIP: ptrace is not permitted here\n");
		exit(77);
	}
	return 0;
}

static int
end_child(void **state)
{
	(void)state;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

static void
fill_data(unsigned seed)
{
	uint64_t words[2 * PAGE / 8];

	for (size_t i = 0; i < sizeof(words) / 8; i++)
		words[i] = CODE + 0x40 + (i * 3 + seed) % 64;
	assert_int_equal(poke(NULL, DATA, words, sizeof(words)), 0);
}

static void
initial(struct user_regs_struct *r, unsigned seed)
{
	static const uint64_t values[] = {
		0,
		1,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xffffffffffffffff,
		0x1234567887654321,
	};
	const size_t n = sizeof(values) / sizeof(values[0]);

	assert_int_equal(ptrace(PTRACE_GETREGS, child, 0, r), 0);
	r->orig_rax = (unsigned long long)-1;
	r->rip = CODE;
	r->rsp = STACK;
	r->rbp = STACK + 0x40;
	r->rdi = DATA + 0x100;
	r->rsi = DATA + 0x200;
	r->rcx = seed % 5;
	r->rdx = values[(seed + 3) % n];
	r->rax = seed & 1 ? CODE + 0x200 : values[seed % n];
	r->rbx = values[(seed + 1) % n];
	r->r8 = values[(seed + 5) % n];
	r->r9 = r->r12 = 5;
	r->eflags = 0x202 | (seed * 0x9d & 0x8d5) | (seed & 2 ? 0x800 : 0);
}

static int
step(void)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, 0, 0), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	return WSTOPSIG(status);
}

static int
run_native(const struct sample *s, unsigned seed, struct user_regs_struct *out,
	   uint8_t *data)
{
	uint8_t code[16];
	int sig;

	memset(code, 0x90, sizeof(code));
	memcpy(code, s->bytes, s->len);
	assert_int_equal(poke(NULL, CODE, code, sizeof(code)), 0);
	fill_data(seed);
	initial(out, seed);
	assert_int_equal(ptrace(PTRACE_SETREGS, child, 0, out), 0);
	sig = step();
	assert_int_equal(ptrace(PTRACE_GETREGS, child, 0, out), 0);
	assert_int_equal(peek(NULL, DATA, data, 2 * PAGE), 0);
	return sig;
}

static void
run_elsewhere(const struct sample *s, unsigned seed,
	      struct user_regs_struct *out, uint8_t *data,
	      enum arch_step_how *how, int *sig)
{
	static uint8_t file[65536];
	struct arch_step st;
	uint8_t int3 = 0xcc;

	assert_true(arch_x86_64.file_size <= sizeof(file));
	fill_data(seed);
	initial(out, seed);
	memcpy(file, out, sizeof(*out));
	/* What stands at CODE must not be run. */
	assert_int_equal(poke(NULL, CODE, &int3, 1), 0);
	*how = arch_x86_64.step_prepare(&st, (const uint8_t *)s->bytes, s->len,
					CODE, COPY, file, &memory);
	*sig = SIGTRAP;
	if (*how == ARCH_STEP_COPY) {
		assert_int_equal(poke(NULL, COPY, st.code, st.len), 0);
		assert_int_equal(ptrace(PTRACE_SETREGS, child, 0, file), 0);
		*sig = step();
		assert_int_equal(ptrace(PTRACE_GETREGS, child, 0, file), 0);
		assert_int_equal(arch_x86_64.step_finish(&st, file, &memory),
				 0);
	}
	memcpy(out, file, sizeof(*out));
	assert_int_equal(peek(NULL, DATA, data, 2 * PAGE), 0);
}

static void
compare(const struct sample *s, unsigned seed)
{
	static uint8_t native_data[2 * PAGE], other_data[2 * PAGE];
	struct user_regs_struct a, b;
	enum arch_step_how how;
	int sig, other_sig;

	run_elsewhere(s, seed, &b, other_data, &how, &other_sig);
	if (s->want == MUST_REFUSE) {
		assert_int_equal(how, ARCH_STEP_CANNOT);
		return;
	}
	if (s->want == MUST_EMULATE && how != ARCH_STEP_EMULATED)
		fail_msg("%s is not emulated", s->text);
	if (s->want == MUST_COPY && how != ARCH_STEP_COPY)
		fail_msg("%s is not copied", s->text);
	sig = run_native(s, seed, &a, native_data);
	a.eflags &= ~0x100ull;
	b.eflags &= ~0x100ull;
	if (s->no_af) {
		a.eflags &= ~0x10ull;
		b.eflags &= ~0x10ull;
	}
	a.orig_rax = b.orig_rax;
	if (sig != other_sig || memcmp(&a, &b, sizeof(a)) != 0)
		fail_msg("%s, seed %u: signal %d/%d rip %llx/%llx rax "
			 "%llx/%llx rsp %llx/%llx flags %llx/%llx",
			 s->text, seed, sig, other_sig, a.rip, b.rip, a.rax,
			 b.rax, a.rsp, b.rsp, a.eflags, b.eflags);
	/* A call that faults has written below the stack pointer on some
	 * processors: nobody's memory. */
	if (sig != SIGTRAP)
		memcpy(other_data + (STACK - 8 - DATA),
		       native_data + (STACK - 8 - DATA), 8);
	if (s->bytes[0] != '\x9c' &&
	    memcmp(native_data, other_data, sizeof(native_data)) != 0)
		fail_msg("%s, seed %u: memory differs", s->text, seed);
}

static void
test_all_instructions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		for (unsigned seed = 0; seed < 24; seed++)
			compare(&samples[i], seed);
	}
}

/* Without memory nothing is emulated that needs it. */
static void
test_without_memory(void **state)
{
	static uint8_t file[65536];
	struct arch_step st;
	static const uint8_t push_rbp[] = { 0x55 };
	static const uint8_t mov[] = { 0x48, 0x89, 0xe5 };

	(void)state;
	assert_int_equal(
	    arch_x86_64.step_prepare(&st, push_rbp, 1, CODE, 0, file, NULL),
	    ARCH_STEP_CANNOT);
	assert_int_equal(
	    arch_x86_64.step_prepare(&st, mov, 3, CODE, 0, file, NULL),
	    ARCH_STEP_EMULATED);
}

/* A cut or senseless instruction is refused. */
static void
test_undecodable(void **state)
{
	static uint8_t file[65536];
	struct arch_step st;
	static const uint8_t cut[] = { 0x48, 0x8b };
	static const uint8_t bad[] = { 0x06 };

	(void)state;
	assert_int_equal(
	    arch_x86_64.step_prepare(&st, cut, 2, CODE, COPY, file, &memory),
	    ARCH_STEP_CANNOT);
	assert_int_equal(
	    arch_x86_64.step_prepare(&st, bad, 1, CODE, COPY, file, &memory),
	    ARCH_STEP_CANNOT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_instructions),
		cmocka_unit_test(test_without_memory),
		cmocka_unit_test(test_undecodable),
	};

	return cmocka_run_group_tests(tests, start_child, end_child);
}
