/* SPDX-License-Identifier: Apache-2.0 */
#include "x86.h"

#include <cpuid.h>
#include <string.h>

enum {
	FX_FCW = 0,
	FX_FSW = 2,
	FX_FTW = 4,
	FX_MXCSR = 24,
	FX_ST = 32,
	FX_XMM = 160,
	FX_SIZE = 512,
	FX_XCR0 = 464,	 /* software bytes: what the kernel enabled */
	XSTATE_BV = 512, /* the header's first word */
	CPUID_XSTATE = 0xd,
	FCW_INIT = 0x37f,
	MXCSR_INIT = 0x1f80,
};

/*
 * Only what registers are in: a virtual machine leaves for its host at each
 * CPUID, which takes tens of microseconds.
 */
static void
layout_read(struct x86_layout *l)
{
	static const unsigned used[] = { X86_COMP_AVX, X86_COMP_K, X86_COMP_ZMM,
					 X86_COMP_HI16, X86_COMP_PKRU };
	unsigned size, offset, c, d, i;

	if (__get_cpuid_max(0, NULL) < CPUID_XSTATE)
		return;
	for (size_t n = 0; n < sizeof(used) / sizeof(used[0]); n++) {
		i = used[n];
		__cpuid_count(CPUID_XSTATE, i, size, offset, c, d);
		if (size == 0 || size > X86_STATE_SIZE ||
		    offset > X86_STATE_SIZE - size)
			continue;
		l->offset[i] = offset;
		l->size[i] = size;
	}
}

/*
 * The one piece of file-scope state here: constant in effect, as the machine
 * does not change under a process.
 */
static struct {
	bool read;
	struct x86_layout machine;
	const struct x86_layout *override;
} layout;

const struct x86_layout *
x86_layout(void)
{
	if (layout.override != NULL)
		return layout.override;
	if (!layout.read) {
		layout_read(&layout.machine);
		layout.read = true;
	}
	return &layout.machine;
}

void
x86_layout_override(const struct x86_layout *other)
{
	layout.override = other;
}

static uint64_t
load_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint16_t
load_u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void
store_u16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* ---- components --------------------------------------------------------- */

/* What the kernel enabled.  A mere FXSAVE image has nothing there. */
static uint64_t
xcr0(const uint8_t *state)
{
	uint64_t bits = load_u64(state + FX_XCR0);

	return bits != 0 ? bits
			 : X86_NEEDS(X86_COMP_X87) | X86_NEEDS(X86_COMP_SSE);
}

static bool
is_fxsave(const uint8_t *state)
{
	return load_u64(state + FX_XCR0) == 0;
}

static bool
in_use(const uint8_t *state, unsigned comp)
{
	return is_fxsave(state) ||
	       (load_u64(state + XSTATE_BV) & X86_NEEDS(comp)) != 0;
}

/* MXCSR belongs to SSE and to AVX: it is in its initial state if both are. */
static bool
mxcsr_in_use(const uint8_t *state)
{
	return in_use(state, X86_COMP_SSE) || in_use(state, X86_COMP_AVX);
}

static void
mxcsr_init(uint8_t *state)
{
	uint32_t init = MXCSR_INIT;

	memcpy(state + FX_MXCSR, &init, sizeof(init));
}

/* Write out the values which the clear bit stands for. */
static void
component_init(uint8_t *state, unsigned comp)
{
	const struct x86_layout *l = x86_layout();

	switch (comp) {
	case X86_COMP_X87:
		memset(state, 0, FX_MXCSR);
		store_u16(state + FX_FCW, FCW_INIT);
		memset(state + FX_ST, 0, FX_XMM - FX_ST);
		break;
	case X86_COMP_SSE:
		memset(state + FX_XMM, 0, (size_t)16 * 16);
		break;
	default:
		memset(state + l->offset[comp], 0, l->size[comp]);
		break;
	}
}

/* From its initial state into use: its bytes count from now on. */
static void
component_use(uint8_t *state, unsigned comp)
{
	uint64_t bv;

	if (in_use(state, comp))
		return;
	if ((comp == X86_COMP_SSE || comp == X86_COMP_AVX) &&
	    !mxcsr_in_use(state))
		mxcsr_init(state);
	component_init(state, comp);
	bv = load_u64(state + XSTATE_BV) | X86_NEEDS(comp);
	memcpy(state + XSTATE_BV, &bv, sizeof(bv));
}

/* ---- pieces ------------------------------------------------------------- */

static unsigned
piece_comp(uint32_t piece)
{
	return piece >> 24;
}

static size_t
piece_len(uint32_t piece)
{
	return piece >> 16 & 0xff;
}

static size_t
piece_offset(uint32_t piece)
{
	return x86_layout()->offset[piece_comp(piece)] + (piece & 0xffff);
}

static bool
is_mxcsr(uint32_t piece)
{
	return piece == X86_PIECE(X86_COMP_SSE, FX_MXCSR, 4);
}

/* A piece of the legacy area as it is after FNINIT. */
static void
initial_get(size_t off, size_t len, uint8_t *buf)
{
	uint8_t init[FX_SIZE] = { 0 };

	store_u16(init + FX_FCW, FCW_INIT);
	store_u16(init + FX_MXCSR, MXCSR_INIT);
	memcpy(buf, init + off, len);
}

static void
piece_get(const uint8_t *state, uint32_t piece, uint8_t *buf)
{
	unsigned comp = piece_comp(piece);
	size_t off = piece_offset(piece), len = piece_len(piece);

	if (in_use(state, comp) || (is_mxcsr(piece) && mxcsr_in_use(state)))
		memcpy(buf, state + off, len);
	else if (comp == X86_COMP_X87 || comp == X86_COMP_SSE)
		initial_get(off, len, buf);
	else
		memset(buf, 0, len);
}

static void
piece_put(uint8_t *state, uint32_t piece, const uint8_t *buf)
{
	component_use(state, piece_comp(piece));
	memcpy(state + piece_offset(piece), buf, piece_len(piece));
}

/* ---- x87 tags ----------------------------------------------------------- */

enum { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

/* What a register of 80 bits holds, as FSTENV would say. */
static unsigned
tag_of(const uint8_t st[10])
{
	uint64_t mantissa = load_u64(st);
	unsigned exponent = load_u16(st + 8) & 0x7fff;

	if (exponent == 0)
		return mantissa == 0 ? TAG_ZERO : TAG_SPECIAL;
	if (exponent == 0x7fff || mantissa >> 63 == 0)
		return TAG_SPECIAL;
	return TAG_VALID;
}

uint16_t
x86_ftag_full(const uint8_t *fxsave)
{
	unsigned top = load_u16(fxsave + FX_FSW) >> 11 & 7;
	unsigned full = 0;

	/* Tags are by physical register, the image by distance from the top. */
	for (unsigned phys = 0; phys < 8; phys++) {
		const uint8_t *st =
		    fxsave + FX_ST + (size_t)((phys - top) & 7) * 16;
		unsigned tag = TAG_EMPTY;

		if (fxsave[FX_FTW] & 1u << phys)
			tag = tag_of(st);
		full |= tag << 2 * phys;
	}
	return (uint16_t)full;
}

uint8_t
x86_ftag_abridged(uint16_t full)
{
	unsigned abridged = 0;

	for (unsigned phys = 0; phys < 8; phys++) {
		if (((unsigned)full >> 2 * phys & 3u) != TAG_EMPTY)
			abridged |= 1u << phys;
	}
	return (uint8_t)abridged;
}

/* ---- registers -------------------------------------------------------- */

bool
x86_has(const struct arch_reg *r, const uint8_t *file)
{
	const uint8_t *state = file + X86_STATE_OFFSET;
	const struct x86_layout *l = x86_layout();

	if ((xcr0(state) & r->needs) != r->needs)
		return false;
	for (unsigned c = X86_COMP_AVX;
	     c < X86_COMP_COUNT && r->needs >> c != 0; c++) {
		if (r->needs & X86_NEEDS(c) && l->offset[c] == 0)
			return false;
	}
	return true;
}

/* The 16 bits behind one of the x87 words. */
static uint16_t
word_get(const struct arch_reg *r, const uint8_t *state)
{
	uint8_t word[2];

	if (r->kind == X86_FTAG)
		return in_use(state, X86_COMP_X87) ? x86_ftag_full(state)
						   : 0xffff;
	piece_get(state, r->offset, word);
	return r->kind == X86_FOP ? load_u16(word) & 0x7ff : load_u16(word);
}

static void
word_put(const struct arch_reg *r, uint8_t *state, uint16_t v)
{
	uint8_t word[2];

	if (r->kind == X86_FTAG) {
		component_use(state, X86_COMP_X87);
		state[FX_FTW] = x86_ftag_abridged(v);
		return;
	}
	store_u16(word, r->kind == X86_FOP ? v & 0x7ff : v);
	piece_put(state, r->offset, word);
}

void
x86_get(const struct arch_reg *r, const uint8_t *file, void *buf)
{
	const uint8_t *state = file + X86_STATE_OFFSET;
	const uint32_t pieces[] = { r->offset, r->offset2, r->offset3 };
	uint8_t *out = buf;
	uint16_t word;

	switch ((enum x86_kind)r->kind) {
	case X86_GENERAL:
	case X86_GENERAL_32:
	case X86_GENERAL_32S:
		memcpy(out, file + r->offset, r->size);
		break;
	case X86_STATE:
		for (size_t i = 0; i < 3 && pieces[i] != 0; i++) {
			piece_get(state, pieces[i], out);
			out += piece_len(pieces[i]);
		}
		break;
	case X86_WORD:
	case X86_FTAG:
	case X86_FOP:
		word = word_get(r, state);
		memset(out, 0, r->size);
		memcpy(out, &word, sizeof(word));
		break;
	}
}

void
x86_put(const struct arch_reg *r, uint8_t *file, const void *buf)
{
	uint8_t *state = file + X86_STATE_OFFSET;
	const uint32_t pieces[] = { r->offset, r->offset2, r->offset3 };
	const uint8_t *in = buf;
	uint8_t *upper;

	switch ((enum x86_kind)r->kind) {
	case X86_GENERAL:
		memcpy(file + r->offset, in, r->size);
		break;
	case X86_GENERAL_32:
	case X86_GENERAL_32S:
		memcpy(file + r->offset, in, 4);
		upper = file + r->offset + 4;
		memset(upper,
		       r->kind == X86_GENERAL_32S && in[3] >> 7 ? 0xff : 0, 4);
		break;
	case X86_STATE:
		for (size_t i = 0; i < 3 && pieces[i] != 0; i++) {
			piece_put(state, pieces[i], in);
			in += piece_len(pieces[i]);
		}
		break;
	case X86_WORD:
	case X86_FTAG:
	case X86_FOP:
		word_put(r, state, load_u16(in));
		break;
	}
}
