/* SPDX-License-Identifier: Apache-2.0 */
#include "x86_emulate.h"

#if HAVE_ZYDIS

#include <string.h>
#include <sys/user.h>

enum {
	CF = 1 << 0,
	PF = 1 << 2,
	AF = 1 << 4,
	ZF = 1 << 6,
	SF = 1 << 7,
	TF = 1 << 8,
	OF = 1 << 11,
};
#define ARITHMETIC_FLAGS ((uint64_t)(CF | PF | AF | ZF | SF | OF))

struct machine {
	const struct x86_insn *in;
	uint64_t next; /* address of the instruction behind */
	struct user_regs_struct r;
	const struct arch_memory *mem;
};

bool
x86_decode(struct x86_insn *in, const uint8_t *code, size_t n)
{
	ZydisDecoder decoder;

	return ZYAN_SUCCESS(ZydisDecoderInit(&decoder,
					     ZYDIS_MACHINE_MODE_LONG_64,
					     ZYDIS_STACK_WIDTH_64)) &&
	       ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, n, &in->insn,
						   in->op));
}

static unsigned long long *
gpr(struct machine *m, unsigned number)
{
	struct user_regs_struct *r = &m->r;
	unsigned long long *const table[16] = {
		&r->rax, &r->rcx, &r->rdx, &r->rbx, &r->rsp, &r->rbp,
		&r->rsi, &r->rdi, &r->r8,  &r->r9,  &r->r10, &r->r11,
		&r->r12, &r->r13, &r->r14, &r->r15,
	};

	return table[number & 15];
}

/* A general register of 64 or 32 bits, or NULL. */
static unsigned long long *
whole_register(struct machine *m, ZydisRegister reg)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(reg);

	if (class != ZYDIS_REGCLASS_GPR64 && class != ZYDIS_REGCLASS_GPR32)
		return NULL;
	return gpr(m, (unsigned)ZydisRegisterGetId(reg));
}

static uint64_t
cut(uint64_t value, unsigned bits)
{
	return bits == 64 ? value : value & 0xffffffff;
}

static bool
address_of(struct machine *m, const ZydisDecodedOperand *o, uint64_t *addr)
{
	const unsigned long long *reg;
	uint64_t a = (uint64_t)o->mem.disp.value;

	if (m->in->insn.address_width != 64)
		return false;
	if (o->mem.base == ZYDIS_REGISTER_RIP) {
		a += m->next;
	} else if (o->mem.base != ZYDIS_REGISTER_NONE) {
		reg = whole_register(m, o->mem.base);
		if (reg == NULL)
			return false;
		a += *reg;
	}
	if (o->mem.index != ZYDIS_REGISTER_NONE) {
		reg = whole_register(m, o->mem.index);
		if (reg == NULL)
			return false;
		a += *reg * o->mem.scale;
	}
	*addr = a;
	return true;
}

/* Operand `i` as a value of 32 or 64 bits. */
static bool
load(struct machine *m, unsigned i, uint64_t *value)
{
	const ZydisDecodedOperand *o = &m->in->op[i];
	const unsigned long long *reg;
	uint64_t addr;
	uint64_t v = 0;

	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		reg = whole_register(m, o->reg.value);
		if (reg == NULL)
			return false;
		*value = cut(*reg, o->size);
		return true;
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		*value = o->imm.value.u;
		return true;
	case ZYDIS_OPERAND_TYPE_MEMORY:
		if (m->mem == NULL || (o->size != 64 && o->size != 32) ||
		    o->mem.segment == ZYDIS_REGISTER_FS ||
		    o->mem.segment == ZYDIS_REGISTER_GS ||
		    !address_of(m, o, &addr) ||
		    m->mem->read(m->mem->arg, addr, &v, o->size / 8) != 0)
			return false;
		*value = v;
		return true;
	default:
		return false;
	}
}

static bool
store(struct machine *m, unsigned i, uint64_t value)
{
	const ZydisDecodedOperand *o = &m->in->op[i];
	unsigned long long *reg;
	uint64_t addr;

	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER) {
		reg = whole_register(m, o->reg.value);
		if (reg == NULL)
			return false;
		*reg = cut(value, o->size);
		return true;
	}
	return o->type == ZYDIS_OPERAND_TYPE_MEMORY && m->mem != NULL &&
	       (o->size == 64 || o->size == 32) &&
	       o->mem.segment != ZYDIS_REGISTER_FS &&
	       o->mem.segment != ZYDIS_REGISTER_GS && address_of(m, o, &addr) &&
	       m->mem->write(m->mem->arg, addr, &value, o->size / 8) == 0;
}

static bool
push(struct machine *m, uint64_t value)
{
	if (m->mem == NULL ||
	    m->mem->write(m->mem->arg, m->r.rsp - 8, &value, 8) != 0)
		return false;
	m->r.rsp -= 8;
	return true;
}

static bool
pop(struct machine *m, uint64_t *value)
{
	if (m->mem == NULL ||
	    m->mem->read(m->mem->arg, m->r.rsp, value, 8) != 0)
		return false;
	m->r.rsp += 8;
	return true;
}

/* The flags that every result decides. */
static uint64_t
result_flags(uint64_t result, unsigned bits)
{
	uint64_t flags = 0;

	if (cut(result, bits) == 0)
		flags |= ZF;
	if (result >> (bits - 1) & 1)
		flags |= SF;
	if (!__builtin_parity((unsigned)(result & 0xff)))
		flags |= PF;
	return flags;
}

static void
set_flags(struct machine *m, uint64_t flags)
{
	m->r.eflags = (m->r.eflags & ~ARITHMETIC_FLAGS) | flags;
}

static uint64_t
add(struct machine *m, uint64_t a, uint64_t b, unsigned bits)
{
	uint64_t sum = cut(a + b, bits);
	uint64_t flags = result_flags(sum, bits) | ((a ^ b ^ sum) & AF);

	if (sum < a)
		flags |= CF;
	if ((~(a ^ b) & (a ^ sum)) >> (bits - 1) & 1)
		flags |= OF;
	set_flags(m, flags);
	return sum;
}

static uint64_t
subtract(struct machine *m, uint64_t a, uint64_t b, unsigned bits)
{
	uint64_t rest = cut(a - b, bits);
	uint64_t flags = result_flags(rest, bits) | ((a ^ b ^ rest) & AF);

	if (a < b)
		flags |= CF;
	if (((a ^ b) & (a ^ rest)) >> (bits - 1) & 1)
		flags |= OF;
	set_flags(m, flags);
	return rest;
}

static bool
arithmetic(struct machine *m)
{
	unsigned bits = m->in->op[0].size;
	uint64_t a, b, result;

	if ((m->in->insn.attributes & ZYDIS_ATTRIB_HAS_LOCK) ||
	    (bits != 64 && bits != 32) || !load(m, 0, &a) || !load(m, 1, &b))
		return false;
	b = cut(b, bits);
	switch (m->in->insn.mnemonic) {
	case ZYDIS_MNEMONIC_ADD:
		return store(m, 0, add(m, a, b, bits));
	case ZYDIS_MNEMONIC_SUB:
		return store(m, 0, subtract(m, a, b, bits));
	case ZYDIS_MNEMONIC_CMP:
		subtract(m, a, b, bits);
		return true;
	case ZYDIS_MNEMONIC_TEST:
		set_flags(m, result_flags(a & b, bits));
		return true;
	case ZYDIS_MNEMONIC_AND:
		result = a & b;
		break;
	case ZYDIS_MNEMONIC_OR:
		result = a | b;
		break;
	default:
		result = a ^ b;
		break;
	}
	set_flags(m, result_flags(result, bits));
	return store(m, 0, result);
}

static bool
condition_holds(ZydisMnemonic mnemonic, uint64_t f)
{
	bool less = !(f & SF) != !(f & OF);

	switch (mnemonic) {
	case ZYDIS_MNEMONIC_JO:
		return f & OF;
	case ZYDIS_MNEMONIC_JNO:
		return !(f & OF);
	case ZYDIS_MNEMONIC_JB:
		return f & CF;
	case ZYDIS_MNEMONIC_JNB:
		return !(f & CF);
	case ZYDIS_MNEMONIC_JZ:
		return f & ZF;
	case ZYDIS_MNEMONIC_JNZ:
		return !(f & ZF);
	case ZYDIS_MNEMONIC_JBE:
		return f & (CF | ZF);
	case ZYDIS_MNEMONIC_JNBE:
		return !(f & (CF | ZF));
	case ZYDIS_MNEMONIC_JS:
		return f & SF;
	case ZYDIS_MNEMONIC_JNS:
		return !(f & SF);
	case ZYDIS_MNEMONIC_JP:
		return f & PF;
	case ZYDIS_MNEMONIC_JNP:
		return !(f & PF);
	case ZYDIS_MNEMONIC_JL:
		return less;
	case ZYDIS_MNEMONIC_JNL:
		return !less;
	case ZYDIS_MNEMONIC_JLE:
		return less || (f & ZF);
	default: /* JNLE */
		return !less && !(f & ZF);
	}
}

/* jmp, call, jcc to an address that the instruction itself names. */
static bool
branch(struct machine *m, bool taken)
{
	const ZydisDecodedOperand *o = &m->in->op[0];

	if (o->type != ZYDIS_OPERAND_TYPE_IMMEDIATE || !o->imm.is_relative ||
	    m->in->insn.operand_width == 16)
		return false;
	if (taken)
		m->r.rip = m->next + o->imm.value.u;
	return true;
}

static bool
call(struct machine *m)
{
	return branch(m, true) && push(m, m->next);
}

static bool
ret(struct machine *m)
{
	uint64_t target;

	if (m->in->insn.length != 1 || !pop(m, &target))
		return false;
	m->r.rip = target;
	return true;
}

static bool
move(struct machine *m)
{
	uint64_t value;

	return load(m, 1, &value) && store(m, 0, value);
}

static bool
push_operand(struct machine *m)
{
	uint64_t value;

	return m->in->insn.operand_width == 64 &&
	       m->in->op[0].type != ZYDIS_OPERAND_TYPE_MEMORY &&
	       load(m, 0, &value) && push(m, value);
}

static bool
pop_operand(struct machine *m)
{
	uint64_t value;

	return m->in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       m->in->op[0].size == 64 && pop(m, &value) && store(m, 0, value);
}

static bool
lea(struct machine *m)
{
	uint64_t addr;

	return address_of(m, &m->in->op[1], &addr) && store(m, 0, addr);
}

static bool
execute(struct machine *m)
{
	ZydisMnemonic mnemonic = m->in->insn.mnemonic;

	switch (mnemonic) {
	case ZYDIS_MNEMONIC_NOP:
	case ZYDIS_MNEMONIC_ENDBR64:
		return true;
	case ZYDIS_MNEMONIC_PUSH:
		return push_operand(m);
	case ZYDIS_MNEMONIC_POP:
		return pop_operand(m);
	case ZYDIS_MNEMONIC_MOV:
		return move(m);
	case ZYDIS_MNEMONIC_LEA:
		return lea(m);
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_TEST:
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR:
		return arithmetic(m);
	case ZYDIS_MNEMONIC_PUSHFQ:
		return push(m, m->r.eflags & ~(uint64_t)TF);
	case ZYDIS_MNEMONIC_JMP:
		return branch(m, true);
	case ZYDIS_MNEMONIC_CALL:
		return call(m);
	case ZYDIS_MNEMONIC_RET:
		return ret(m);
	case ZYDIS_MNEMONIC_JCXZ:
	case ZYDIS_MNEMONIC_JECXZ:
	case ZYDIS_MNEMONIC_JRCXZ:
	case ZYDIS_MNEMONIC_JKZD:
	case ZYDIS_MNEMONIC_JKNZD:
		return false;
	default:
		return m->in->insn.meta.category == ZYDIS_CATEGORY_COND_BR &&
		       mnemonic >= ZYDIS_MNEMONIC_JB &&
		       mnemonic <= ZYDIS_MNEMONIC_JZ &&
		       branch(m, condition_holds(mnemonic, m->r.eflags));
	}
}

bool
x86_emulate(const struct x86_insn *in, uint64_t from, uint8_t *file,
	    const struct arch_memory *mem)
{
	struct machine m = { .in = in,
			     .next = from + in->insn.length,
			     .mem = mem };

	memcpy(&m.r, file, sizeof(m.r));
	m.r.rip = m.next;
	if (!execute(&m))
		return false;
	memcpy(file, &m.r, sizeof(m.r));
	return true;
}

#endif
