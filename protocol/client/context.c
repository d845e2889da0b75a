/* SPDX-License-Identifier: Apache-2.0 */
/* GetThreadContext: registers packed into Win32's CONTEXT of x86-64. */
#include "private.h"

#include <string.h>

#define AT(field)   offsetof(struct datatarget_context, field)
#define SIZE(field) sizeof(((struct datatarget_context *)0)->field)
#define FIELD(name, field)                   \
	{                                    \
		name, AT(field), SIZE(field) \
	}

_Static_assert(sizeof(struct datatarget_xmm_save_area) == 512, "FXSAVE");
_Static_assert(sizeof(struct datatarget_context) == 0x4d0, "CONTEXT");
_Static_assert(AT(ContextFlags) == 0x30 && AT(SegCs) == 0x38 &&
		   AT(EFlags) == 0x44 && AT(Dr0) == 0x48 && AT(Rax) == 0x78 &&
		   AT(R8) == 0xb8 && AT(Rip) == 0xf8 && AT(FltSave) == 0x100 &&
		   AT(VectorRegister) == 0x300 &&
		   AT(LastExceptionFromRip) == 0x4c8,
	       "CONTEXT");

struct field {
	const char *name;
	size_t offset, size;
};

static const struct field control[] = {
	FIELD("ss", SegSs), FIELD("rsp", Rsp),	     FIELD("cs", SegCs),
	FIELD("rip", Rip),  FIELD("eflags", EFlags),
};
static const struct field integer[] = {
	FIELD("rax", Rax), FIELD("rcx", Rcx), FIELD("rdx", Rdx),
	FIELD("rbx", Rbx), FIELD("rbp", Rbp), FIELD("rsi", Rsi),
	FIELD("rdi", Rdi), FIELD("r8", R8),   FIELD("r9", R9),
	FIELD("r10", R10), FIELD("r11", R11), FIELD("r12", R12),
	FIELD("r13", R13), FIELD("r14", R14), FIELD("r15", R15),
};
static const struct field segments[] = {
	FIELD("ds", SegDs),
	FIELD("es", SegEs),
	FIELD("fs", SegFs),
	FIELD("gs", SegGs),
};
static const struct field floating[] = {
	FIELD("mxcsr", MxCsr),
	FIELD("mxcsr", FltSave.MxCsr),
	FIELD("fctrl", FltSave.ControlWord),
	FIELD("fstat", FltSave.StatusWord),
	FIELD("fop", FltSave.ErrorOpcode),
	FIELD("fioff", FltSave.ErrorOffset),
	FIELD("fiseg", FltSave.ErrorSelector),
	FIELD("fooff", FltSave.DataOffset),
	FIELD("foseg", FltSave.DataSelector),
};

struct packing {
	struct datatarget *t;
	const struct registers *regs;
	struct datatarget_context *to;
};

static void
put(const struct packing *p, const struct field *f, uint64_t value)
{
	uint8_t *at = (uint8_t *)p->to + f->offset;
	uint32_t v32 = (uint32_t)value;
	uint16_t v16 = (uint16_t)value;

	if (f->size == sizeof(v16))
		memcpy(at, &v16, sizeof(v16));
	else if (f->size == sizeof(v32))
		memcpy(at, &v32, sizeof(v32));
	else
		memcpy(at, &value, sizeof(value));
}

static bool
put_all(const struct packing *p, const struct field *fields, size_t n)
{
	uint64_t value;

	for (size_t i = 0; i < n; i++) {
		if (!dt_registers_number(p->t, p->regs, fields[i].name, &value))
			return false;
		put(p, &fields[i], value);
	}
	return true;
}
#define PUT_ALL(p, fields) put_all(p, fields, sizeof(fields) / sizeof(*fields))

/* Two bits for each register, 3: empty; the context has one, 0: empty. */
static uint8_t
abridged(uint64_t tags)
{
	unsigned out = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((tags >> 2 * i & 3) != 3)
			out |= 1u << i;
	return (uint8_t)out;
}

static bool
put_vector(const struct packing *p, const char *name,
	   struct datatarget_m128 *to)
{
	uint8_t bytes[16];

	if (!dt_registers_bytes(p->t, p->regs, name, bytes, sizeof(bytes)))
		return false;
	to->Low = dt_number_le(bytes, 8);
	to->High = (int64_t)dt_number_le(bytes + 8, 8);
	return true;
}

static bool
put_floating(const struct packing *p)
{
	static const char *const st[] = { "st0", "st1", "st2", "st3",
					  "st4", "st5", "st6", "st7" };
	static const char *const xmm[] = { "xmm0",  "xmm1",  "xmm2",  "xmm3",
					   "xmm4",  "xmm5",  "xmm6",  "xmm7",
					   "xmm8",  "xmm9",  "xmm10", "xmm11",
					   "xmm12", "xmm13", "xmm14", "xmm15" };
	uint64_t tags;

	if (!PUT_ALL(p, floating) ||
	    !dt_registers_number(p->t, p->regs, "ftag", &tags))
		return false;
	p->to->FltSave.TagWord = abridged(tags);
	for (size_t i = 0; i < 8; i++)
		if (!put_vector(p, st[i], &p->to->FltSave.FloatRegisters[i]))
			return false;
	for (size_t i = 0; i < 16; i++)
		if (!put_vector(p, xmm[i], &p->to->FltSave.XmmRegisters[i]))
			return false;
	return true;
}

static void
fill(const struct packing *p, uint32_t flags)
{
	uint32_t done = DATATARGET_CONTEXT_AMD64;

	if ((flags & DATATARGET_CONTEXT_CONTROL & 0xff) && PUT_ALL(p, control))
		done |= DATATARGET_CONTEXT_CONTROL;
	if ((flags & DATATARGET_CONTEXT_INTEGER & 0xff) && PUT_ALL(p, integer))
		done |= DATATARGET_CONTEXT_INTEGER;
	if ((flags & DATATARGET_CONTEXT_SEGMENTS & 0xff) &&
	    PUT_ALL(p, segments))
		done |= DATATARGET_CONTEXT_SEGMENTS;
	if ((flags & DATATARGET_CONTEXT_FLOATING_POINT & 0xff) &&
	    put_floating(p))
		done |= DATATARGET_CONTEXT_FLOATING_POINT;
	p->to->ContextFlags = done;
}

HRESULT
datatarget_get_thread_context(struct datatarget *t, DWORD thread_id,
			      uint32_t context_flags, uint32_t context_size,
			      void *context)
{
	struct datatarget_context c;
	struct registers regs;
	struct packing p = { .t = t, .regs = &regs, .to = &c };
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (context == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (context_size < sizeof(c))
		return dt_fail(t, DATATARGET_E_BUFFER, "a context is %zu bytes",
			       sizeof(c));
	if ((context_flags & ~(uint32_t)DATATARGET_CONTEXT_ALL) != 0 ||
	    (context_flags & DATATARGET_CONTEXT_AMD64) == 0)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "context flags 0x%x are not known",
			       context_flags);
	hr = dt_registers_read(t, thread_id, &regs);
	if (hr != DATATARGET_OK)
		return hr;
	if (dt_describe_is_amd64(t)) {
		memset(&c, 0, sizeof(c));
		fill(&p, context_flags);
		memcpy(context, &c, sizeof(c));
	} else {
		hr = dt_fail(t, DATATARGET_E_NOTIMPL,
			     "contexts are those of x86-64, the program is %s",
			     t->description.architecture);
	}
	dt_registers_free(&regs);
	return hr;
}
