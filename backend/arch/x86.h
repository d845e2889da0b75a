/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two x86 architectures share: the layout of the register file and
 * the code that copies registers out of it and into it.
 *
 * The file is struct user_regs_struct (also for 32-bit programs: a 64-bit
 * tracer's PTRACE_GETREGS always gives this layout), then the XSAVE image in
 * the standard form.  Where a component of the image stands is known from
 * CPUID only: AMD's processors place them otherwise than Intel's.
 */
#ifndef BACKEND_ARCH_X86_H
#define BACKEND_ARCH_X86_H

#include "arch.h"

#include <sys/user.h>

enum { X86_SET_GENERAL, X86_SET_STATE, X86_SET_COUNT };

enum {
	X86_STATE_OFFSET = 256, /* user_regs_struct takes 216 */
	X86_STATE_SIZE = 16384, /* 11 KiB with all of AMX */
	X86_FILE_SIZE = X86_STATE_OFFSET + X86_STATE_SIZE,
};

/* Components of the XSAVE image: bits of XCR0 and XSTATE_BV. */
enum x86_component {
	X86_COMP_X87 = 0,
	X86_COMP_SSE = 1,
	X86_COMP_AVX = 2,  /* upper halves of ymm0-15 */
	X86_COMP_K = 5,	   /* k0-7 */
	X86_COMP_ZMM = 6,  /* upper halves of zmm0-15 */
	X86_COMP_HI16 = 7, /* zmm16-31 */
	X86_COMP_PKRU = 9,
	X86_COMP_COUNT = 32,
};

#define X86_NEEDS(comp) (1ull << (comp))
#define X86_NEEDS_AVX512                                   \
	(X86_NEEDS(X86_COMP_K) | X86_NEEDS(X86_COMP_ZMM) | \
	 X86_NEEDS(X86_COMP_HI16))

/* How a register lies in the file: arch_reg.kind. */
enum x86_kind {
	X86_GENERAL,	 /* `size` bytes at `offset` of user_regs_struct */
	X86_GENERAL_32,	 /* 4 bytes there; a write clears the upper 4 */
	X86_GENERAL_32S, /* the same, but a write extends the sign */
	X86_STATE,	 /* up to three pieces: offset, offset2, offset3 */
	X86_WORD,	 /* a piece of 16 bits, shown wider as `size` says */
	X86_FTAG,	 /* the abridged tag byte, shown as the full word */
	X86_FOP,	 /* 11 bits */
};

/*
 * `len` bytes at `off` of a component.  The components x87 and SSE are counted
 * from the start of the image, where both have fixed places.
 */
#define X86_PIECE(comp, off, len) \
	((uint32_t)(comp) << 24 | (uint32_t)(len) << 16 | (uint32_t)(off))

struct x86_layout {
	uint32_t offset[X86_COMP_COUNT]; /* 0: not on this machine */
	uint32_t size[X86_COMP_COUNT];
};

/* This machine's, read from CPUID once (it traps in a virtual machine). */
const struct x86_layout *x86_layout(void);
/* For tests of other machines' images; NULL: back to this machine's. */
void x86_layout_override(const struct x86_layout *other);

bool x86_has(const struct arch_reg *r, const uint8_t *file);
void x86_get(const struct arch_reg *r, const uint8_t *file, void *buf);
void x86_put(const struct arch_reg *r, uint8_t *file, const void *buf);

/* x87 tags: one bit per register (full or not) <-> two (and what it holds). */
uint16_t x86_ftag_full(const uint8_t *fxsave);
uint8_t x86_ftag_abridged(uint16_t full);

/* x86_general.c: what struct arch asks about the general registers. */
uint64_t x86_get_pc(const uint8_t *file);
void x86_set_pc(uint8_t *file, uint64_t pc);
uint64_t x86_get_sp(const uint8_t *file);
/* 64-bit code has its thread pointer in fs, 32-bit code in gs. */
void x86_leave_syscall(uint8_t *file);
bool x86_in_syscall(const uint8_t *file);
int64_t x86_syscall_nr(const uint8_t *file);
void x86_64_syscall_set(uint8_t *file, uint64_t insn,
			const struct arch_syscall *call);
int64_t x86_64_syscall_result(const uint8_t *file);
void x86_64_syscall_replace(uint8_t *file, const struct arch_syscall *call);
void x86_syscall_rewind(uint8_t *file);
void i386_syscall_set(uint8_t *file, uint64_t insn,
		      const struct arch_syscall *call);
int64_t i386_syscall_result(const uint8_t *file);
void i386_syscall_replace(uint8_t *file, const struct arch_syscall *call);

/* x86_hw.c */
bool x86_64_hw_ok(unsigned kind, uint64_t addr, uint64_t len);
bool i386_hw_ok(unsigned kind, uint64_t addr, uint64_t len);
int x86_hw_apply(int tid, const struct arch_hw_slot *slots);
int x86_hw_hit(int tid, const struct arch_hw_slot *slots, unsigned *hits);

/* x86_core.c */
extern const struct arch_core x86_64_core, i386_core;

/* x86_64.c: shared with i386.c. */
extern const struct arch_set x86_sets[X86_SET_COUNT];
extern const uint8_t x86_breakpoint[1];
bool x86_enters_kernel(const uint8_t *insn, size_t n);
enum { X86_INT1 = 0xf1 };

#endif
