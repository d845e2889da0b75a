/* SPDX-License-Identifier: Apache-2.0 */
/* A small architecture for tests: the same on every machine. */
#include "mock.h"

#include <errno.h>
#include <string.h>

#include "private.h"

enum { R0, R1, R2, R3, PC, SP, FLAGS, V0, REGS };

#define GENERAL(name_, generic_, id)                                         \
	{                                                                    \
		.name = name_, .size = 8, .set = 0, .gdb_type = "int64",     \
		.gdb_group = "general", .encoding = ARCH_UINT,               \
		.format = ARCH_HEX, .lldb_set = "General Purpose Registers", \
		.generic = generic_, .dwarf = id, .ehframe = id,             \
		.container = -1, .offset = 8 * id                            \
	}

static const struct arch_reg regs[REGS] = {
	[R0] = GENERAL("r0", "arg1", R0),
	[R1] = GENERAL("r1", "arg2", R1),
	[R2] = GENERAL("r2", NULL, R2),
	[R3] = GENERAL("r3", "fp", R3),
	[PC] = GENERAL("pc", "pc", PC),
	[SP] = GENERAL("sp", "sp", SP),
	[FLAGS] = GENERAL("flags", "flags", FLAGS),
	[V0] = { .name = "v0",
		 .size = 16,
		 .set = 1,
		 .gdb_type = "uint128",
		 .gdb_group = "vector",
		 .encoding = ARCH_VECTOR,
		 .format = ARCH_VECTOR_UINT8,
		 .lldb_set = "Floating Point Registers",
		 .dwarf = V0,
		 .ehframe = V0,
		 .container = -1,
		 .offset = 8 * V0 },
};

static const uint16_t core[] = { R0, R1, R2, R3, PC, SP, FLAGS };
static const uint16_t vector[] = { V0 };
static const struct arch_feature features[] = {
	{ "org.rspd.mock.core", "", core, sizeof(core) / sizeof(core[0]) },
	{ "org.rspd.mock.vector", "", vector, 1 },
};
static const struct arch_view views[ARCH_VIEW_COUNT] = {
	[ARCH_VIEW_GDB] = { features, 2, 1, "mock", "GNU/Linux" },
	[ARCH_VIEW_LLDB] = { features, 2, 0, "mock", "GNU/Linux" },
};
static const uint16_t expedite[] = { PC, SP, R3 };
static const struct arch_set sets[] = {
	{ .nt = 1, .offset = 0, .size = 8 * V0 },
	{ .nt = 2, .offset = 8 * V0, .size = 16 },
};
static const uint8_t breakpoint[] = { 0xcc };
static const uint8_t syscall_insn[] = { 0x41, 0x00 };

static uint64_t
word(const uint8_t *file, unsigned reg)
{
	uint64_t v;

	memcpy(&v, file + 8 * reg, sizeof(v));
	return v;
}

static bool
has(const uint8_t *file, unsigned reg)
{
	(void)file;
	return reg < REGS;
}

static void
get(const uint8_t *file, unsigned reg, void *buf)
{
	memcpy(buf, file + regs[reg].offset, regs[reg].size);
}

static void
put(uint8_t *file, unsigned reg, const void *buf)
{
	memcpy(file + regs[reg].offset, buf, regs[reg].size);
}

static uint64_t
get_pc(const uint8_t *file)
{
	return word(file, PC);
}

static void
set_pc(uint8_t *file, uint64_t pc)
{
	memcpy(file + 8 * PC, &pc, sizeof(pc));
}

static uint64_t
get_sp(const uint8_t *file)
{
	return word(file, SP);
}

static void
leave_syscall(uint8_t *file)
{
	(void)file;
}

static bool
in_syscall(const uint8_t *file)
{
	(void)file;
	return false;
}

static int64_t
syscall_nr(const uint8_t *file)
{
	(void)file;
	return -1;
}

static void
syscall_set(uint8_t *file, uint64_t insn_addr, const struct arch_syscall *call)
{
	memcpy(file + 8 * R0, &call->nr, sizeof(call->nr));
	set_pc(file, insn_addr);
}

static int64_t
syscall_result(const uint8_t *file)
{
	return (int64_t)word(file, R0);
}

static bool
hw_ok(unsigned kind, uint64_t addr, uint64_t len)
{
	if (kind == TARGET_BREAKPOINT_HARDWARE)
		return true;
	return (len == 1 || len == 2 || len == 4 || len == 8) &&
	       addr % len == 0;
}

static int
hw_apply(int tid, const struct arch_hw_slot *slots)
{
	(void)tid;
	(void)slots;
	return 0;
}

static int
hw_hit(int tid, const struct arch_hw_slot *slots, unsigned *hits)
{
	(void)tid;
	(void)slots;
	(void)hits;
	return 0;
}

const struct arch arch_mock = {
	.name = "mock",
	.word_size = 8,
	.user_limit = MOCK_USER_LIMIT,
	.lldb_triple = "x86_64-pc-linux-gnu",
	.elf_machine = 0,
	.regs = regs,
	.nregs = REGS,
	.views = views,
	.expedite = { expedite, expedite },
	.nexpedite = { 3, 3 },
	.sets = sets,
	.nsets = 2,
	.file_size = 8 * V0 + 16,
	.pc = PC,
	.sp = SP,
	.fp = R3,
	.breakpoint = breakpoint,
	.breakpoint_len = sizeof(breakpoint),
	.breakpoint_pc_offset = 1,
	.has = has,
	.get = get,
	.put = put,
	.get_pc = get_pc,
	.set_pc = set_pc,
	.get_sp = get_sp,
	.leave_syscall = leave_syscall,
	.in_syscall = in_syscall,
	.syscall_nr = syscall_nr,
	.syscall_set = syscall_set,
	.syscall_result = syscall_result,
	.syscall_insn = syscall_insn,
	.syscall_insn_len = sizeof(syscall_insn),
	.hw_slots = 4,
	.hw_ok = hw_ok,
	.hw_apply = hw_apply,
	.hw_hit = hw_hit,
};
