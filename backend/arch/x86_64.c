/* SPDX-License-Identifier: Apache-2.0 */
#include "x86.h"
#include "x86_regs.h"
#include "x86_step.h"
#include "x86_types.h"

#include <elf.h>
#include <string.h>
#include <sys/ptrace.h>

#define FIELD(name) offsetof(struct user_regs_struct, name)

/* ---- ids -------------------------------------------------------------- */

/* Both clients' registers; what they see otherwise is there twice (FS of 32
 * bits for gdb, FS_64 for lldb). */
enum {
#define X(id, ...) id, id##_D, id##_W, id##_B,
	X86_64_GENERAL(X)
#undef X
#define X(id, ...) id##_H,
	    X86_HIGH_BYTES(X)
#undef X
		RIP,
	EFLAGS,
	RFLAGS,
#define X(id, ...) id, id##_64,
	X86_SEGMENTS(X)
#undef X
#define X(id, ...) id, id##_16,
	    X86_CONTROL(X)
#undef X
		FIP,
	FDP,
#define X(n) ST##n, MM##n,
	X86_0_7(X)
#undef X
#define X(n) XMM##n, YMMH##n, ZMMH##n,
	    X86_0_31(X)
#undef X
#define X(n) YMM##n,
		X86_0_15(X)
#undef X
#define X(n) ZMM##n,
		    X86_0_31(X)
#undef X
			MXCSR,
	MXCSRMASK,
	ORIG_RAX,
	FS_BASE,
	GS_BASE,
#define X(n) K##n,
	X86_0_7(X)
#undef X
	    PKRU,
	REG_COUNT
};

/* ---- what a write changes besides ------------------------------------- */

#define X(ID, r, d, w, b, TYPE, N, GENERIC, HIGH)                        \
	static const int16_t parts_of_##ID[] = { ID,	 ID##_D, ID##_W, \
						 ID##_B, HIGH,	 -1 };
X86_64_GENERAL(X)
#undef X
#define X(n) static const int16_t slot_##n[] = { ST##n, MM##n, -1 };
X86_0_7(X)
#undef X
#define X(n) static const int16_t vector_##n[] = { XMM##n, YMM##n, ZMM##n, -1 };
X86_0_15(X)
#undef X
static const int16_t parts_of_FIP[] = { FIP, FIOFF_16, FISEG_16, -1 };
static const int16_t parts_of_FDP[] = { FDP, FOOFF_16, FOSEG_16, -1 };

/* ---- the table -------------------------------------------------------- */

#define GENERAL(NAME, SIZE, OFFSET)                                \
	X86_ROW(NAME, SIZE, X86_SET_GENERAL, X86_GENERAL, OFFSET), \
	    X86_UINT_HEX, .lldb_set = X86_LLDB_GENERAL
#define STATE(NAME, SIZE, PIECE) \
	X86_ROW(NAME, SIZE, X86_SET_STATE, X86_STATE, PIECE)
#define CONTROL(NAME, SIZE, KIND, OFF, LEN)                              \
	X86_ROW(NAME, SIZE, X86_SET_STATE, KIND,                         \
		X86_PIECE(X86_COMP_X87, OFF, LEN)),                      \
	    X86_UINT_HEX, .lldb_set = X86_LLDB_FLOAT, .gdb_type = "int", \
			  .gdb_group = "float"
#define NEEDS_AVX .needs = X86_NEEDS(X86_COMP_AVX)
#define NEEDS_512 .needs = X86_NEEDS_AVX512
#define PART_OF(ID)                                                         \
	.container = (ID), .invalidates = parts_of_##ID, .dwarf = X86_NONE, \
	.ehframe = X86_NONE

/* Rows are kept together by hand. */
/* clang-format off */
static const struct arch_reg regs[REG_COUNT] = {
#define X(ID, r, d, w, b, TYPE, N, GENERIC, HIGH)                            \
	[ID] = { GENERAL(#r, 8, FIELD(r)), .gdb_type = TYPE, X86_WHOLE(N),       \
		 .generic = GENERIC },                                       \
	[ID##_D] = { GENERAL(#d, 4, FIELD(r)), PART_OF(ID) },                \
	[ID##_W] = { GENERAL(#w, 2, FIELD(r)), PART_OF(ID) },                \
	[ID##_B] = { GENERAL(#b, 1, FIELD(r)), PART_OF(ID) },
	X86_64_GENERAL(X)
#undef X
#define X(ID, h, r)                                                          \
	[ID##_H] = { GENERAL(#h, 1, FIELD(r) + 1), PART_OF(ID), .part = 1 },
	X86_HIGH_BYTES(X)
#undef X
	[RIP] = { GENERAL("rip", 8, FIELD(rip)), .gdb_type = "code_ptr",
		  X86_WHOLE(16), .generic = "pc" },
	[EFLAGS] = { GENERAL("eflags", 4, FIELD(eflags)),
		     .gdb_type = "i386_eflags", X86_WHOLE(X86_NONE) },
	[RFLAGS] = { GENERAL("rflags", 8, FIELD(eflags)), X86_WHOLE(49),
		     .generic = "flags" },
#define X(ID, f, N)                                                          \
	[ID] = { GENERAL(#f, 4, FIELD(f)), .gdb_type = "int32", X86_WHOLE(X86_NONE) },            \
	[ID##_64] = { GENERAL(#f, 8, FIELD(f)), X86_WHOLE(N) },
	X86_SEGMENTS(X)
#undef X
	[ORIG_RAX] = { GENERAL("orig_rax", 8, FIELD(orig_rax)),
		       .gdb_type = "int", X86_WHOLE(X86_NONE) },
	[FS_BASE] = { GENERAL("fs_base", 8, FIELD(fs_base)),
		      .gdb_type = "int", X86_WHOLE(58), .generic = "tp" },
	[GS_BASE] = { GENERAL("gs_base", 8, FIELD(gs_base)),
		      .gdb_type = "int", X86_WHOLE(59) },

#define X(ID, NAME, KIND, OFF, LEN)                                          \
	[ID] = { CONTROL(NAME, 4, KIND, OFF, LEN), X86_WHOLE(X86_NONE) },
	X86_CONTROL(X)
#undef X
	[FCTRL_16] = { CONTROL("fctrl", 2, X86_WORD, 0, 2), X86_WHOLE(65) },
	[FSTAT_16] = { CONTROL("fstat", 2, X86_WORD, 2, 2), X86_WHOLE(66) },
	[FTAG_16] = { CONTROL("ftag", 2, X86_FTAG, 4, 2), X86_WHOLE(X86_NONE) },
	[FOP_16] = { CONTROL("fop", 2, X86_FOP, 6, 2), X86_WHOLE(X86_NONE) },
	[FIOFF_16] = { CONTROL("fioff", 4, X86_STATE, 8, 4), PART_OF(FIP) },
	[FISEG_16] = { CONTROL("fiseg", 4, X86_STATE, 12, 4), PART_OF(FIP),
		       .part = 4 },
	[FOOFF_16] = { CONTROL("fooff", 4, X86_STATE, 16, 4), PART_OF(FDP) },
	[FOSEG_16] = { CONTROL("foseg", 4, X86_STATE, 20, 4), PART_OF(FDP),
		       .part = 4 },
	[FIP] = { CONTROL("fip", 8, X86_STATE, 8, 8), X86_WHOLE(X86_NONE) },
	[FDP] = { CONTROL("fdp", 8, X86_STATE, 16, 8), X86_WHOLE(X86_NONE) },
	[MXCSR] = { STATE("mxcsr", 4, X86_PIECE_MXCSR), X86_UINT_HEX,
		    .gdb_type = "i386_mxcsr", .gdb_group = "vector",
		    .lldb_set = X86_LLDB_FLOAT, X86_WHOLE(64) },
	[MXCSRMASK] = { STATE("mxcsrmask", 4, X86_PIECE_MXCSRMASK),
			X86_UINT_HEX, .lldb_set = X86_LLDB_FLOAT, X86_WHOLE(X86_NONE) },
#define X(n)                                                                 \
	[ST##n] = { STATE("st" #n, 10, X86_PIECE_ST(n)), X86_VECTOR8,        \
		    .gdb_type = "i387_ext", .lldb_set = X86_LLDB_FLOAT,      \
		    X86_WHOLE(33 + n) },                                         \
	[MM##n] = { STATE("mm" #n, 8, X86_PIECE_MM(n)), X86_UINT_HEX,        \
		    .lldb_set = X86_LLDB_FLOAT, .dwarf = 41 + n,             \
		    .ehframe = 41 + n, .container = ST##n,                   \
		    .invalidates = slot_##n },
	X86_0_7(X)
#undef X
#define X(n)                                                                 \
	[XMM##n] = { STATE("xmm" #n, 16, X86_PIECE_XMM(n)), X86_VECTOR8,     \
		     .gdb_type = "vec128", .lldb_set = X86_LLDB_FLOAT,       \
		     X86_WHOLE(17 + n), .invalidates = vector_##n },             \
	[YMMH##n] = { STATE("ymm" #n "h", 16, X86_PIECE_YMMH(n)),            \
		      X86_VECTOR8, .gdb_type = "uint128", NEEDS_AVX, X86_WHOLE(X86_NONE) },       \
	[YMM##n] = { STATE("ymm" #n, 32, X86_PIECE_XMM(n)),                  \
		     .offset2 = X86_PIECE_YMMH(n), X86_VECTOR8, NEEDS_AVX,   \
		     .lldb_set = X86_LLDB_AVX, X86_WHOLE(67 + n),                \
		     .invalidates = vector_##n },                            \
	[ZMMH##n] = { STATE("zmm" #n "h", 32, X86_PIECE_ZMMH(n)),            \
		      X86_VECTOR8, .gdb_type = "v2ui128", NEEDS_512, X86_WHOLE(X86_NONE) },       \
	[ZMM##n] = { STATE("zmm" #n, 64, X86_PIECE_XMM(n)),                  \
		     .offset2 = X86_PIECE_YMMH(n),                           \
		     .offset3 = X86_PIECE_ZMMH(n), X86_VECTOR8, NEEDS_512,   \
		     .lldb_set = X86_LLDB_AVX512,                            \
		     .invalidates = vector_##n, X86_WHOLE(X86_NONE) },
	X86_0_15(X)
#undef X
#define X(n)                                                                 \
	[XMM##n] = { STATE("xmm" #n, 16, X86_PIECE_XMMX(n)), X86_VECTOR8,    \
		     .gdb_type = "vec128", NEEDS_512, X86_WHOLE(X86_NONE) },                      \
	[YMMH##n] = { STATE("ymm" #n "h", 16, X86_PIECE_YMMXH(n)),           \
		      X86_VECTOR8, .gdb_type = "uint128", NEEDS_512, X86_WHOLE(X86_NONE) },       \
	[ZMMH##n] = { STATE("zmm" #n "h", 32, X86_PIECE_ZMMXH(n)),           \
		      X86_VECTOR8, .gdb_type = "v2ui128", NEEDS_512, X86_WHOLE(X86_NONE) },       \
	[ZMM##n] = { STATE("zmm" #n, 64, X86_PIECE_ZMMX(n)), X86_VECTOR8,    \
		     NEEDS_512, .lldb_set = X86_LLDB_AVX512, X86_WHOLE(X86_NONE) },
	X86_16_31(X)
#undef X
#define X(n)                                                                 \
	[K##n] = { STATE("k" #n, 8, X86_PIECE_K(n)), X86_UINT_HEX,           \
		   .gdb_type = "uint64", NEEDS_512,                          \
		   .lldb_set = X86_LLDB_AVX512, X86_WHOLE(118 + n) },
	X86_0_7(X)
#undef X
	[PKRU] = { STATE("pkru", 4, X86_PIECE_PKRU), X86_UINT_HEX,
		   .gdb_type = "uint32", .lldb_set = X86_LLDB_PKEYS,
		   .needs = X86_NEEDS(X86_COMP_PKRU), X86_WHOLE(X86_NONE) },
};
/* clang-format on */

/* ---- gdb's view ------------------------------------------------------- */

#define ID_ONLY(ID, ...) ID,
#define XMM_ID(n)	 XMM##n,
#define YMMH_ID(n)	 YMMH##n,
#define ZMMH_ID(n)	 ZMMH##n,
#define ST_ID(n)	 ST##n,
#define K_ID(n)		 K##n,

static const uint16_t gdb_core[] = { X86_64_GENERAL(ID_ONLY) RIP, EFLAGS,
				     X86_SEGMENTS(ID_ONLY) X86_0_7(ST_ID)
					 X86_CONTROL(ID_ONLY) };
static const uint16_t gdb_sse[] = { X86_0_15(XMM_ID) MXCSR };
static const uint16_t gdb_linux[] = { ORIG_RAX };
static const uint16_t gdb_segments[] = { FS_BASE, GS_BASE };
static const uint16_t gdb_avx[] = { X86_0_15(YMMH_ID) };
static const uint16_t gdb_avx512[] = { X86_16_31(XMM_ID) X86_16_31(YMMH_ID)
					   X86_0_7(K_ID) X86_0_31(ZMMH_ID) };
static const uint16_t gdb_pkeys[] = { PKRU };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FEATURE(NAME, XML, LIST)             \
	{                                    \
		NAME, XML, LIST, COUNT(LIST) \
	}

static const struct arch_feature gdb_features[] = {
	FEATURE("org.gnu.gdb.i386.core", x86_types_eflags, gdb_core),
	FEATURE("org.gnu.gdb.i386.sse", x86_types_sse, gdb_sse),
	FEATURE("org.gnu.gdb.i386.linux", "", gdb_linux),
	FEATURE("org.gnu.gdb.i386.segments", "", gdb_segments),
	FEATURE("org.gnu.gdb.i386.avx", "", gdb_avx),
	FEATURE("org.gnu.gdb.i386.avx512", x86_types_avx512, gdb_avx512),
	FEATURE("org.gnu.gdb.i386.pkeys", "", gdb_pkeys),
};

/* ---- lldb's view ------------------------------------------------------ */

#define LLDB_WORDS                                                          \
	RAX, RBX, RCX, RDX, RDI, RSI, RBP, RSP, R8, R9, R10, R11, R12, R13, \
	    R14, R15
#define LLDB_GENERAL                                                           \
	LLDB_WORDS, RIP, RFLAGS, CS_64, FS_64, GS_64, SS_64, FS_BASE, GS_BASE, \
	    DS_64, ES_64
#define LLDB_PARTS(S)                                                    \
	RAX_##S, RBX_##S, RCX_##S, RDX_##S, RDI_##S, RSI_##S, RBP_##S,   \
	    RSP_##S, R8_##S, R9_##S, R10_##S, R11_##S, R12_##S, R13_##S, \
	    R14_##S, R15_##S
#define MM_ID(n)  MM##n,
#define YMM_ID(n) YMM##n,
#define ZMM_ID(n) ZMM##n,

static const uint16_t lldb_general[] = { LLDB_GENERAL,	LLDB_PARTS(D),
					 LLDB_PARTS(W), RAX_H,
					 RBX_H,		RCX_H,
					 RDX_H,		LLDB_PARTS(B) };
static const uint16_t lldb_float[] = { FCTRL_16,
				       FSTAT_16,
				       FTAG_16,
				       FOP_16,
				       FISEG_16,
				       FIOFF_16,
				       FIP,
				       FOSEG_16,
				       FOOFF_16,
				       FDP,
				       MXCSR,
				       MXCSRMASK,
				       X86_0_7(ST_ID) X86_0_7(MM_ID)
					   X86_0_15(XMM_ID) };
static const uint16_t lldb_avx[] = { X86_0_15(YMM_ID) };
static const uint16_t lldb_avx512[] = { X86_0_31(ZMM_ID) X86_0_7(K_ID) };
static const uint16_t lldb_pkeys[] = { PKRU };

/* lldb does not look at these names. */
static const struct arch_feature lldb_features[] = {
	FEATURE("rspd.x86.general", "", lldb_general),
	FEATURE("rspd.x86.float", "", lldb_float),
	FEATURE("rspd.x86.avx", "", lldb_avx),
	FEATURE("rspd.x86.avx512", "", lldb_avx512),
	FEATURE("rspd.x86.pkeys", "", lldb_pkeys),
};

static const struct arch_view views[ARCH_VIEW_COUNT] = {
	[ARCH_VIEW_GDB] = { gdb_features, COUNT(gdb_features), 4, "i386:x86-64",
			    "GNU/Linux" },
	[ARCH_VIEW_LLDB] = { lldb_features, COUNT(lldb_features), 0, "x86_64",
			     NULL },
};

static const uint16_t gdb_expedite[] = { RBP, RSP, RIP };
static const uint16_t lldb_expedite[] = { LLDB_GENERAL };

/* ---- the architecture ------------------------------------------------- */

const struct arch_set x86_sets[X86_SET_COUNT] = {
	[X86_SET_GENERAL] = { .nt = NT_PRSTATUS,
			      .get_request = PTRACE_GETREGS,
			      .set_request = PTRACE_SETREGS,
			      .size = sizeof(struct user_regs_struct) },
	[X86_SET_STATE] = { .nt = NT_X86_XSTATE,
			    .nt_old = NT_PRFPREG,
			    .offset = X86_STATE_OFFSET,
			    .size = X86_STATE_SIZE },
};

const uint8_t x86_breakpoint[1] = { 0xcc };

bool
x86_enters_kernel(const uint8_t *insn, size_t n)
{
	static const uint8_t calls[][2] = {
		{ 0x0f, 0x05 }, /* syscall */
		{ 0x0f, 0x34 }, /* sysenter */
		{ 0xcd, 0x80 }, /* int $0x80 */
	};

	for (size_t i = 0; n >= 2 && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (memcmp(insn, calls[i], 2) == 0)
			return true;
	return false;
}

static const uint8_t syscall_insn[] = { 0x0f, 0x05 };

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

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.word_size = 8,
	.user_limit = 0x7ffffffff000,
	.lldb_triple = "x86_64-pc-linux-gnu",
	.elf_machine = EM_X86_64,
	.regs = regs,
	.nregs = REG_COUNT,
	.views = views,
	.expedite = { gdb_expedite, lldb_expedite },
	.nexpedite = { COUNT(gdb_expedite), COUNT(lldb_expedite) },
	.sets = x86_sets,
	.nsets = X86_SET_COUNT,
	.file_size = X86_FILE_SIZE,
	.core = &x86_64_core,
	.pc = RIP,
	.sp = RSP,
	.fp = RBP,
	.syscall_reg = ORIG_RAX,
	.tp = FS_BASE,
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
	.syscall_set = x86_64_syscall_set,
	.syscall_result = x86_64_syscall_result,
	.syscall_replace = x86_64_syscall_replace,
	.syscall_rewind = x86_syscall_rewind,
	.syscall_insn = syscall_insn,
	.syscall_insn_len = sizeof(syscall_insn),
	.enters_kernel = x86_enters_kernel,
	.nr = { .mmap = 9,
		.munmap = 11,
		.mprotect = 10,
		.madvise = 28,
		.userfaultfd = 323,
		.close = 3,
		.mremap = 25 },
	.step_prepare = x86_64_step_prepare,
	.step_finish = x86_64_step_finish,
	.hw_slots = 4,
	.hw_ok = x86_64_hw_ok,
	.hw_apply = x86_hw_apply,
	.hw_hit = x86_hw_hit,
};
