/* SPDX-License-Identifier: Apache-2.0 */
#include "x86_step.h"

#include <errno.h>
#include <string.h>
#include <sys/user.h>

#include "x86_emulate.h"

#if HAVE_ZYDIS

/* Offsets in user_regs_struct by the number an instruction gives a register. */
static const uint16_t gpr_offset[8] = {
	offsetof(struct user_regs_struct, rax),
	offsetof(struct user_regs_struct, rcx),
	offsetof(struct user_regs_struct, rdx),
	offsetof(struct user_regs_struct, rbx),
	offsetof(struct user_regs_struct, rsp),
	offsetof(struct user_regs_struct, rbp),
	offsetof(struct user_regs_struct, rsi),
	offsetof(struct user_regs_struct, rdi),
};

static bool
uses_register(const struct x86_insn *in, unsigned number)
{
	ZydisRegister want =
	    ZydisRegisterEncode(ZYDIS_REGCLASS_GPR64, (ZyanU8)number);

	for (unsigned i = 0; i < in->insn.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];
		ZydisRegister regs[3] = { 0 };

		if (o->type == ZYDIS_OPERAND_TYPE_REGISTER) {
			regs[0] = o->reg.value;
		} else if (o->type == ZYDIS_OPERAND_TYPE_MEMORY) {
			regs[0] = o->mem.base;
			regs[1] = o->mem.index;
		}
		for (unsigned k = 0; k < 2; k++) {
			ZydisRegister r = ZydisRegisterGetLargestEnclosing(
			    ZYDIS_MACHINE_MODE_LONG_64, regs[k]);

			if (regs[k] != ZYDIS_REGISTER_NONE && r == want)
				return true;
		}
	}
	return false;
}

/* A register that the instruction does not name and ModRM can hold. */
static int
pick_register(const struct x86_insn *in)
{
	static const uint8_t choice[] = { 0, 1, 2, 3, 6, 7 };

	for (size_t i = 0; i < sizeof(choice); i++) {
		if (!uses_register(in, choice[i]))
			return choice[i];
	}
	return -1;
}

/* The extension bit of ModRM.rm off, in whichever prefix carries it. */
static bool
clear_rm_extension(const struct x86_insn *in, uint8_t *code)
{
	const ZydisDecodedInstructionRaw *raw = &in->insn.raw;

	switch (in->insn.encoding) {
	case ZYDIS_INSTRUCTION_ENCODING_LEGACY:
		if (in->insn.attributes & ZYDIS_ATTRIB_HAS_REX)
			code[raw->rex.offset] &= (uint8_t)~0x01;
		return true;
	case ZYDIS_INSTRUCTION_ENCODING_VEX:
		if (raw->vex.size == 3)
			code[raw->vex.offset + 1] |= 0x20;
		return true;
	case ZYDIS_INSTRUCTION_ENCODING_EVEX:
		code[raw->evex.offset + 1] |= 0x60;
		return true;
	default:
		return false;
	}
}

/*
 * A memory operand relative to rip: name the place through a register that
 * holds what rip would have been, so that any distance will do.
 */
static bool
relocate_memory(struct arch_step *step, const struct x86_insn *in,
		uint8_t *file)
{
	const ZydisDecodedInstructionRaw *raw = &in->insn.raw;
	uint64_t rip = step->from + step->len;
	int reg = pick_register(in);

	if (reg < 0 || raw->disp.size != 32 || in->insn.address_width != 64 ||
	    !clear_rm_extension(in, step->code))
		return false;
	step->code[raw->modrm.offset] =
	    (uint8_t)(0x80 | (step->code[raw->modrm.offset] & 0x38) | reg);
	step->borrowed = reg;
	memcpy(&step->borrowed_value, file + gpr_offset[reg], 8);
	memcpy(file + gpr_offset[reg], &rip, 8);
	return true;
}

static bool
has_rip_memory(const struct x86_insn *in)
{
	for (unsigned i = 0; i < in->insn.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];

		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    (o->mem.base == ZYDIS_REGISTER_RIP ||
		     o->mem.base == ZYDIS_REGISTER_EIP))
			return true;
	}
	return false;
}

/* The step's trap comes one instruction later then. */
static bool
loads_stack_segment(const struct x86_insn *in)
{
	return in->insn.mnemonic == ZYDIS_MNEMONIC_MOV &&
	       in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       in->op[0].reg.value == ZYDIS_REGISTER_SS;
}

static bool
is_x87(const struct x86_insn *in)
{
	return in->insn.meta.isa_set == ZYDIS_ISA_SET_X87 ||
	       in->insn.meta.isa_set == ZYDIS_ISA_SET_FCMOV;
}

/*
 * May it run elsewhere?  Not: what enters the kernel (a new thread would start
 * in the copy, an interrupted call be restarted there), far transfers,
 * transactions, what takes the instruction behind it along, what remembers
 * where it was executed, and what pushes flags (the step's trap flag among
 * them).
 */
static bool
may_copy(const struct x86_insn *in)
{
	if (loads_stack_segment(in) || is_x87(in))
		return false;
	switch (in->insn.meta.category) {
	case ZYDIS_CATEGORY_SYSCALL:
	case ZYDIS_CATEGORY_SYSRET:
	case ZYDIS_CATEGORY_SYSTEM:
	case ZYDIS_CATEGORY_INTERRUPT:
	case ZYDIS_CATEGORY_UNCOND_BR:
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET:
		break;
	default:
		return in->insn.mnemonic != ZYDIS_MNEMONIC_XBEGIN &&
		       in->insn.mnemonic != ZYDIS_MNEMONIC_PUSHFQ &&
		       in->insn.mnemonic != ZYDIS_MNEMONIC_PUSHF;
	}
	switch (in->insn.mnemonic) {
	case ZYDIS_MNEMONIC_JMP:
	case ZYDIS_MNEMONIC_CALL:
	case ZYDIS_MNEMONIC_RET:
		return in->insn.meta.branch_type != ZYDIS_BRANCH_TYPE_FAR;
	case ZYDIS_MNEMONIC_CPUID:
	case ZYDIS_MNEMONIC_RDTSC:
	case ZYDIS_MNEMONIC_RDTSCP:
		return true;
	default:
		return false;
	}
}

static bool
is_indirect_or_return(const struct x86_insn *in)
{
	bool branch = in->insn.mnemonic == ZYDIS_MNEMONIC_JMP ||
		      in->insn.mnemonic == ZYDIS_MNEMONIC_CALL;

	return in->insn.mnemonic == ZYDIS_MNEMONIC_RET ||
	       (branch && in->op[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE);
}

enum arch_step_how
x86_64_step_prepare(struct arch_step *step, const uint8_t *insn, size_t n,
		    uint64_t from, uint64_t to, uint8_t *file,
		    const struct arch_memory *mem)
{
	struct x86_insn in;

	if (!x86_decode(&in, insn, n))
		return ARCH_STEP_CANNOT;
	if (x86_emulate(&in, from, file, mem))
		return ARCH_STEP_EMULATED;
	if (to == 0 || !may_copy(&in))
		return ARCH_STEP_CANNOT;
	memset(step, 0, sizeof(*step));
	step->from = from;
	step->to = to;
	step->len = in.insn.length;
	step->borrowed = -1;
	memcpy(step->code, insn, step->len);
	step->absolute_pc = is_indirect_or_return(&in);
	step->fix_return = in.insn.mnemonic == ZYDIS_MNEMONIC_CALL;
	if (has_rip_memory(&in) && !relocate_memory(step, &in, file))
		return ARCH_STEP_CANNOT;
	memcpy(file + offsetof(struct user_regs_struct, rip), &to, 8);
	return ARCH_STEP_COPY;
}

#else

enum arch_step_how
x86_64_step_prepare(struct arch_step *step, const uint8_t *insn, size_t n,
		    uint64_t from, uint64_t to, uint8_t *file,
		    const struct arch_memory *mem)
{
	(void)step, (void)insn, (void)n, (void)from, (void)to, (void)file;
	(void)mem;
	return ARCH_STEP_CANNOT;
}

static const uint16_t gpr_offset[8];

#endif

/*
 * The return address that a call in the copy has stored becomes the one of the
 * call in its place.  Some CPUs store it also when the call then faults on its
 * target; the stack pointer is as before then.
 */
static int
mend_return(const struct arch_step *step, uint64_t slot,
	    const struct arch_memory *mem)
{
	uint64_t ret = step->from + step->len, stored;

	if (mem->read(mem->arg, slot, &stored, sizeof(stored)) < 0 ||
	    stored != step->to + step->len)
		return 0;
	return mem->write(mem->arg, slot, &ret, sizeof(ret));
}

int
x86_64_step_finish(const struct arch_step *step, uint8_t *file,
		   const struct arch_memory *mem)
{
	struct user_regs_struct regs;
	bool ran;
	int err = 0;

	memcpy(&regs, file, sizeof(regs));
	ran = regs.rip != step->to;
	if (!ran || !step->absolute_pc || regs.rip == step->to + step->len)
		regs.rip += step->from - step->to;
	if (step->fix_return)
		err = mend_return(step, ran ? regs.rsp : regs.rsp - 8, mem);
	memcpy(file, &regs, sizeof(regs));
	if (step->borrowed >= 0)
		memcpy(file + gpr_offset[step->borrowed], &step->borrowed_value,
		       8);
	return err;
}
