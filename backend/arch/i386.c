/* SPDX-License-Identifier: Apache-2.0 */
/* 32-bit programs under a 64-bit kernel: the file's layout is x86-64's. */
#include "i386_siginfo.h"
#include "x86.h"
#include "x86_regs.h"
#include "x86_types.h"

#include <elf.h>

#define FIELD(name) offsetof(struct user_regs_struct, name)

/* ---- ids -------------------------------------------------------------- */

enum {
#define X(id, ...) id, id##_W,
	I386_GENERAL(X)
#undef X
#define X(id, ...) id##_H, id##_B,
	    I386_BYTES(X)
#undef X
		EIP,
	EFLAGS,
#define X(id, ...) id,
	X86_SEGMENTS(X)
#undef X
/* lldb shows these with 16 bits. */
#define X(id, ...) id, id##_16,
	    X86_CONTROL(X)
#undef X
#define X(n) ST##n, MM##n, XMM##n, YMM##n, YMMH##n, ZMM##n, ZMMH##n, K##n,
		X86_0_7(X)
#undef X
		    MXCSR,
	MXCSRMASK,
	ORIG_EAX,
	GS_BASE,
	PKRU,
	REG_COUNT
};

/* ---- what a write changes besides ------------------------------------- */

/* What shares bytes with a register that has parts of 8 bits, and with one
 * whose smallest part has 16. */
#define BYTES_OF(id, h, b, f) \
	static const int16_t BYTES_##id[] = { id, id##_W, id##_H, id##_B, -1 };
#define WORDS_OF(id) static const int16_t WORDS_##id[] = { id, id##_W, -1 };
I386_BYTES(BYTES_OF)
WORDS_OF(ESP)
WORDS_OF(EBP)
WORDS_OF(ESI)
WORDS_OF(EDI)
#define X(n) static const int16_t slot_##n[] = { ST##n, MM##n, -1 };
X86_0_7(X)
#undef X
#define X(n) static const int16_t vector_##n[] = { XMM##n, YMM##n, ZMM##n, -1 };
X86_0_7(X)
#undef X

/* ---- the table -------------------------------------------------------- */

#define GENERAL(NAME, SIZE, KIND, OFFSET)                                 \
	X86_ROW(NAME, SIZE, X86_SET_GENERAL, KIND, OFFSET), X86_UINT_HEX, \
	    .lldb_set = X86_LLDB_GENERAL
#define STATE(NAME, SIZE, PIECE) \
	X86_ROW(NAME, SIZE, X86_SET_STATE, X86_STATE, PIECE)
#define CONTROL(NAME, SIZE, KIND, OFF, LEN)                              \
	X86_ROW(NAME, SIZE, X86_SET_STATE, KIND,                         \
		X86_PIECE(X86_COMP_X87, OFF, LEN)),                      \
	    X86_UINT_HEX, .lldb_set = X86_LLDB_FLOAT, .gdb_type = "int", \
			  .gdb_group = "float"
#define NEEDS_AVX .needs = X86_NEEDS(X86_COMP_AVX)
#define NEEDS_512 .needs = X86_NEEDS_AVX512
#define PART(ID, LIST)                                               \
	.container = (ID), .invalidates = (LIST), .dwarf = X86_NONE, \
	.ehframe = X86_NONE
/* lldb knows these by one of its two numbers only, or by two. */
#define NUMBERS(DWARF, EHFRAME) \
	.container = -1, .dwarf = (DWARF), .ehframe = (EHFRAME)

/* Rows are kept together by hand. */
/* clang-format off */
static const struct arch_reg regs[REG_COUNT] = {
#define X(ID, r, w, f, TYPE, N, GENERIC, ALT, PARTS)                         \
	[ID] = { GENERAL(#r, 4, ID == EAX ? X86_GENERAL_32S : X86_GENERAL_32,\
			 FIELD(f)),                                          \
		 .gdb_type = TYPE, X86_WHOLE(N), .generic = GENERIC,         \
		 .alt_name = ALT },                                          \
	[ID##_W] = { GENERAL(#w, 2, X86_GENERAL, FIELD(f)),                  \
		     PART(ID, PARTS##_##ID) },
	I386_GENERAL(X)
#undef X
#define X(ID, h, b, f)                                                       \
	[ID##_H] = { GENERAL(#h, 1, X86_GENERAL, FIELD(f) + 1), .part = 1,   \
		     PART(ID, BYTES_##ID) },                              \
	[ID##_B] = { GENERAL(#b, 1, X86_GENERAL, FIELD(f)),                  \
		     PART(ID, BYTES_##ID) },
	I386_BYTES(X)
#undef X
	[EIP] = { GENERAL("eip", 4, X86_GENERAL_32, FIELD(rip)),
		  .gdb_type = "code_ptr", X86_WHOLE(8), .generic = "pc",
		  .alt_name = "pc" },
	[EFLAGS] = { GENERAL("eflags", 4, X86_GENERAL_32, FIELD(eflags)),
		     .gdb_type = "i386_eflags", X86_WHOLE(9),
		     .generic = "flags", .alt_name = "flags" },
	/* 51 is 41 here, and so on. */
#define X(ID, f, N)                                                          \
	[ID] = { GENERAL(#f, 4, X86_GENERAL_32, FIELD(f)),                   \
		 .gdb_type = "int32", NUMBERS(N - 10, X86_NONE) },
	X86_SEGMENTS(X)
#undef X
	[ORIG_EAX] = { GENERAL("orig_eax", 4, X86_GENERAL_32S,
			       FIELD(orig_rax)),
		       .gdb_type = "int", X86_WHOLE(X86_NONE) },
	/* In no client's view. */
	[GS_BASE] = { GENERAL("gs_base", 4, X86_GENERAL_32, FIELD(gs_base)),
		      X86_WHOLE(X86_NONE) },

#define X(ID, NAME, KIND, OFF, LEN)                                          \
	[ID] = { CONTROL(NAME, 4, KIND, OFF, LEN), X86_WHOLE(X86_NONE) },
	X86_CONTROL(X)
#undef X
	[FCTRL_16] = { CONTROL("fctrl", 2, X86_WORD, 0, 2),
		       NUMBERS(37, X86_NONE) },
	[FSTAT_16] = { CONTROL("fstat", 2, X86_WORD, 2, 2),
		       NUMBERS(38, X86_NONE) },
	[FTAG_16] = { CONTROL("ftag", 2, X86_FTAG, 4, 2), X86_WHOLE(X86_NONE) },
	[FOP_16] = { CONTROL("fop", 2, X86_FOP, 6, 2), X86_WHOLE(X86_NONE) },
	[FISEG_16] = { CONTROL("fiseg", 4, X86_STATE, 12, 4),
		       X86_WHOLE(X86_NONE) },
	[FIOFF_16] = { CONTROL("fioff", 4, X86_STATE, 8, 4),
		       X86_WHOLE(X86_NONE) },
	[FOSEG_16] = { CONTROL("foseg", 4, X86_STATE, 20, 4),
		       X86_WHOLE(X86_NONE) },
	[FOOFF_16] = { CONTROL("fooff", 4, X86_STATE, 16, 4),
		       X86_WHOLE(X86_NONE) },
	[MXCSR] = { STATE("mxcsr", 4, X86_PIECE_MXCSR), X86_UINT_HEX,
		    .gdb_type = "i386_mxcsr", .gdb_group = "vector",
		    .lldb_set = X86_LLDB_FLOAT, NUMBERS(39, X86_NONE) },
	[MXCSRMASK] = { STATE("mxcsrmask", 4, X86_PIECE_MXCSRMASK),
			X86_UINT_HEX, .lldb_set = X86_LLDB_FLOAT,
			X86_WHOLE(X86_NONE) },
#define X(n)                                                                 \
	[ST##n] = { STATE("st" #n, 10, X86_PIECE_ST(n)), X86_VECTOR8,        \
		    .gdb_type = "i387_ext", .lldb_set = X86_LLDB_FLOAT,      \
		    NUMBERS(11 + n, 12 + n) },                               \
	[MM##n] = { STATE("mm" #n, 8, X86_PIECE_MM(n)), X86_UINT_HEX,        \
		    .lldb_set = X86_LLDB_FLOAT, .dwarf = 29 + n,             \
		    .ehframe = 29 + n, .container = ST##n,                   \
		    .invalidates = slot_##n },                               \
	[XMM##n] = { STATE("xmm" #n, 16, X86_PIECE_XMM(n)), X86_VECTOR8,     \
		     .gdb_type = "vec128", .lldb_set = X86_LLDB_FLOAT,       \
		     X86_WHOLE(21 + n), .invalidates = vector_##n },         \
	[YMMH##n] = { STATE("ymm" #n "h", 16, X86_PIECE_YMMH(n)),            \
		      X86_VECTOR8, .gdb_type = "uint128", NEEDS_AVX,         \
		      X86_WHOLE(X86_NONE) },                                 \
	[YMM##n] = { STATE("ymm" #n, 32, X86_PIECE_XMM(n)),                  \
		     .offset2 = X86_PIECE_YMMH(n), X86_VECTOR8, NEEDS_AVX,   \
		     .lldb_set = X86_LLDB_AVX, NUMBERS(21 + n, X86_NONE),    \
		     .invalidates = vector_##n },                            \
	[ZMMH##n] = { STATE("zmm" #n "h", 32, X86_PIECE_ZMMH(n)),            \
		      X86_VECTOR8, .gdb_type = "v2ui128", NEEDS_512,         \
		      X86_WHOLE(X86_NONE) },                                 \
	[ZMM##n] = { STATE("zmm" #n, 64, X86_PIECE_XMM(n)),                  \
		     .offset2 = X86_PIECE_YMMH(n),                           \
		     .offset3 = X86_PIECE_ZMMH(n), X86_VECTOR8, NEEDS_512,   \
		     .lldb_set = X86_LLDB_AVX512, X86_WHOLE(X86_NONE),       \
		     .invalidates = vector_##n },                            \
	[K##n] = { STATE("k" #n, 8, X86_PIECE_K(n)), X86_UINT_HEX,           \
		   .gdb_type = "uint64", NEEDS_512,                          \
		   .lldb_set = X86_LLDB_AVX512, X86_WHOLE(X86_NONE) },
	X86_0_7(X)
#undef X
	[PKRU] = { STATE("pkru", 4, X86_PIECE_PKRU), X86_UINT_HEX,
		   .gdb_type = "uint32", .lldb_set = X86_LLDB_PKEYS,
		   .needs = X86_NEEDS(X86_COMP_PKRU), X86_WHOLE(X86_NONE) },
};
/* clang-format on */

/* ---- views ------------------------------------------------------------ */

#define ID_ONLY(ID, ...) ID,
#define ST_ID(n)	 ST##n,
#define MM_ID(n)	 MM##n,
#define XMM_ID(n)	 XMM##n,
#define YMM_ID(n)	 YMM##n,
#define YMMH_ID(n)	 YMMH##n,
#define ZMM_ID(n)	 ZMM##n,
#define ZMMH_ID(n)	 ZMMH##n,
#define K_ID(n)		 K##n,

#define LLDB_GENERAL                                                         \
	EAX, EBX, ECX, EDX, EDI, ESI, EBP, ESP, EIP, EFLAGS, CS, FS, GS, SS, \
	    DS, ES

/* clang-format off */
static const uint16_t gdb_core[] = {
	I386_GENERAL(ID_ONLY) EIP, EFLAGS, X86_SEGMENTS(ID_ONLY)
	X86_0_7(ST_ID) X86_CONTROL(ID_ONLY)
};
static const uint16_t gdb_sse[] = { X86_0_7(XMM_ID) MXCSR };
static const uint16_t gdb_linux[] = { ORIG_EAX };
static const uint16_t gdb_avx[] = { X86_0_7(YMMH_ID) };
static const uint16_t gdb_avx512[] = { X86_0_7(K_ID) X86_0_7(ZMMH_ID) };
static const uint16_t pkeys[] = { PKRU };

static const uint16_t lldb_general[] = {
	LLDB_GENERAL,
	EAX_W, EBX_W, ECX_W, EDX_W, EDI_W, ESI_W, EBP_W, ESP_W,
	EAX_H, EBX_H, ECX_H, EDX_H, EAX_B, EBX_B, ECX_B, EDX_B,
};
static const uint16_t lldb_float[] = {
	FCTRL_16, FSTAT_16, FTAG_16, FOP_16, FISEG_16, FIOFF_16, FOSEG_16,
	FOOFF_16, MXCSR, MXCSRMASK,
	X86_0_7(ST_ID) X86_0_7(MM_ID) X86_0_7(XMM_ID)
};
static const uint16_t lldb_avx[] = { X86_0_7(YMM_ID) };
static const uint16_t lldb_avx512[] = { X86_0_7(ZMM_ID) X86_0_7(K_ID) };
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FEATURE(NAME, XML, LIST)             \
	{                                    \
		NAME, XML, LIST, COUNT(LIST) \
	}

static const struct arch_feature gdb_features[] = {
	FEATURE("org.gnu.gdb.i386.core", x86_types_eflags, gdb_core),
	FEATURE("org.gnu.gdb.i386.sse", x86_types_sse, gdb_sse),
	FEATURE("org.gnu.gdb.i386.linux", "", gdb_linux),
	FEATURE("org.gnu.gdb.i386.avx", "", gdb_avx),
	FEATURE("org.gnu.gdb.i386.avx512", x86_types_avx512, gdb_avx512),
	FEATURE("org.gnu.gdb.i386.pkeys", "", pkeys),
};

static const struct arch_feature lldb_features[] = {
	FEATURE("rspd.x86.general", "", lldb_general),
	FEATURE("rspd.x86.float", "", lldb_float),
	FEATURE("rspd.x86.avx", "", lldb_avx),
	FEATURE("rspd.x86.avx512", "", lldb_avx512),
	FEATURE("rspd.x86.pkeys", "", pkeys),
};

static const struct arch_view views[ARCH_VIEW_COUNT] = {
	[ARCH_VIEW_GDB] = { gdb_features, COUNT(gdb_features), 3, "i386",
			    "GNU/Linux" },
	[ARCH_VIEW_LLDB] = { lldb_features, COUNT(lldb_features), 0, "i386",
			     NULL },
};

static const uint16_t gdb_expedite[] = { EBP, ESP, EIP };
static const uint16_t lldb_expedite[] = { LLDB_GENERAL };

/* ---- the architecture ------------------------------------------------- */

static const uint8_t syscall_insn[] = { 0xcd, 0x80 };

static bool
has(const uint8_t *file, unsigned reg)
{
	return x86_has(&regs[reg], file);
}

static void
get(const uint8_t *file, unsigned reg, void *buf)
{
	x86_get(&regs[reg], file, buf);
}

static void
put(uint8_t *file, unsigned reg, const void *buf)
{
	x86_put(&regs[reg], file, buf);
}

const struct arch arch_i386 = {
	.name = "i386",
	.word_size = 4,
	.user_limit = 0xffffe000,
	.lldb_triple = "i386-pc-linux-gnu",
	.elf_machine = EM_386,
	.regs = regs,
	.nregs = REG_COUNT,
	.views = views,
	.expedite = { gdb_expedite, lldb_expedite },
	.nexpedite = { COUNT(gdb_expedite), COUNT(lldb_expedite) },
	.sets = x86_sets,
	.nsets = X86_SET_COUNT,
	.file_size = X86_FILE_SIZE,
	.core = &i386_core,
	.pc = EIP,
	.sp = ESP,
	.fp = EBP,
	.syscall_reg = ORIG_EAX,
	.tp = GS_BASE,
	.breakpoint = x86_breakpoint,
	.breakpoint_len = sizeof(x86_breakpoint),
	.breakpoint_pc_offset = sizeof(x86_breakpoint),
	.breakpoint_long = { 0xcd, 0x03 },
	.breakpoint_long_len = 2,
	.trap_insn = { X86_INT1 },
	.trap_insn_len = 1,
	.has = has,
	.get = get,
	.put = put,
	.get_pc = x86_get_pc,
	.set_pc = x86_set_pc,
	.get_sp = x86_get_sp,
	.leave_syscall = x86_leave_syscall,
	.in_syscall = x86_in_syscall,
	.syscall_nr = x86_syscall_nr,
	.siginfo_get = i386_siginfo_get,
	.siginfo_put = i386_siginfo_put,
	.syscall_set = i386_syscall_set,
	.syscall_result = i386_syscall_result,
	.syscall_replace = i386_syscall_replace,
	.syscall_rewind = x86_syscall_rewind,
	.syscall_insn = syscall_insn,
	.syscall_insn_len = sizeof(syscall_insn),
	.enters_kernel = x86_enters_kernel,
	.nr = { .mmap = 192, /* mmap2: the offset counts pages */
		.munmap = 91,
		.mprotect = 125,
		.madvise = 219,
		.userfaultfd = 374,
		.close = 6,
		.mremap = 163 },
	.hw_slots = 4,
	.hw_ok = i386_hw_ok,
	.hw_apply = x86_hw_apply,
	.hw_hit = x86_hw_hit,
};
