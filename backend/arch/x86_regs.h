/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of x86 as lists, from which ids, tables and views are made.
 * Families are counted (xmm0 to xmm31), so that each is one line.
 */
#ifndef BACKEND_ARCH_X86_REGS_H
#define BACKEND_ARCH_X86_REGS_H

/* Lists are kept in columns by hand. */
/* clang-format off */

#define X86_0_3(X)   X(0) X(1) X(2) X(3)
#define X86_0_7(X)   X86_0_3(X) X(4) X(5) X(6) X(7)
#define X86_8_15(X)  X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define X86_0_15(X)  X86_0_7(X) X86_8_15(X)
#define X86_16_31(X)                                                         \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)                      \
	X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define X86_0_31(X)  X86_0_15(X) X86_16_31(X)

/*
 * ID, name, its parts of 32, 16 and 8 bits, gdb's type, DWARF's number,
 * lldb's generic name, id of the part for bits 8 to 15 or -1.  In the order in which gdb numbers them.
 */
#define X86_64_GENERAL(X)                                                    \
	X(RAX, rax, eax, ax, al, "int64", 0, NULL, RAX_H)                    \
	X(RBX, rbx, ebx, bx, bl, "int64", 3, NULL, RBX_H)                    \
	X(RCX, rcx, ecx, cx, cl, "int64", 2, "arg4", RCX_H)                  \
	X(RDX, rdx, edx, dx, dl, "int64", 1, "arg3", RDX_H)                  \
	X(RSI, rsi, esi, si, sil, "int64", 4, "arg2", -1)                    \
	X(RDI, rdi, edi, di, dil, "int64", 5, "arg1", -1)                    \
	X(RBP, rbp, ebp, bp, bpl, "data_ptr", 6, "fp", -1)                   \
	X(RSP, rsp, esp, sp, spl, "data_ptr", 7, "sp", -1)                   \
	X(R8, r8, r8d, r8w, r8l, "int64", 8, "arg5", -1)                     \
	X(R9, r9, r9d, r9w, r9l, "int64", 9, "arg6", -1)                     \
	X(R10, r10, r10d, r10w, r10l, "int64", 10, NULL, -1)                 \
	X(R11, r11, r11d, r11w, r11l, "int64", 11, NULL, -1)                 \
	X(R12, r12, r12d, r12w, r12l, "int64", 12, NULL, -1)                 \
	X(R13, r13, r13d, r13w, r13l, "int64", 13, NULL, -1)                 \
	X(R14, r14, r14d, r14w, r14l, "int64", 14, NULL, -1)                 \
	X(R15, r15, r15d, r15w, r15l, "int64", 15, NULL, -1)                 

/* Those with a part for bits 8 to 15. */
#define X86_HIGH_BYTES(X)                                                    \
	X(RAX, ah, rax) X(RBX, bh, rbx) X(RCX, ch, rcx) X(RDX, dh, rdx)

/*
 * The same of 32-bit programs: ID, name, its part of 16 bits, field, gdb's
 * type, DWARF's number, lldb's generic name and other name,
 * what its smallest parts are.
 */
#define I386_GENERAL(X)                                                      \
	X(EAX, eax, ax, rax, "int32", 0, NULL, NULL, BYTES)                 \
	X(ECX, ecx, cx, rcx, "int32", 1, NULL, NULL, BYTES)                 \
	X(EDX, edx, dx, rdx, "int32", 2, NULL, NULL, BYTES)                 \
	X(EBX, ebx, bx, rbx, "int32", 3, NULL, NULL, BYTES)                 \
	X(ESP, esp, sp, rsp, "data_ptr", 4, "sp", "sp", WORDS)              \
	X(EBP, ebp, bp, rbp, "data_ptr", 5, "fp", "fp", WORDS)              \
	X(ESI, esi, si, rsi, "int32", 6, NULL, NULL, WORDS)                 \
	X(EDI, edi, di, rdi, "int32", 7, NULL, NULL, WORDS)                 

/* Those with parts of 8 bits. */
#define I386_BYTES(X)                                                        \
	X(EAX, ah, al, rax) X(EBX, bh, bl, rbx)                              \
	X(ECX, ch, cl, rcx) X(EDX, dh, dl, rdx)

/* ID, field, DWARF's number; in gdb's order. */
#define X86_SEGMENTS(X)                                                      \
	X(CS, cs, 51) X(SS, ss, 52) X(DS, ds, 53) X(ES, es, 50)              \
	X(FS, fs, 54) X(GS, gs, 55)

/* ID, name, kind, piece's offset in the FXSAVE image, bytes there. */
#define X86_CONTROL(X)                                                       \
	X(FCTRL, "fctrl", X86_WORD, 0, 2)                                    \
	X(FSTAT, "fstat", X86_WORD, 2, 2)                                    \
	X(FTAG, "ftag", X86_FTAG, 4, 2)                                      \
	X(FISEG, "fiseg", X86_STATE, 12, 4)                                  \
	X(FIOFF, "fioff", X86_STATE, 8, 4)                                   \
	X(FOSEG, "foseg", X86_STATE, 20, 4)                                  \
	X(FOOFF, "fooff", X86_STATE, 16, 4)                                  \
	X(FOP, "fop", X86_FOP, 6, 2)

/* Pieces of the vector registers. */
#define X86_PIECE_ST(n)	   X86_PIECE(X86_COMP_X87, 32 + 16 * (n), 10)
#define X86_PIECE_MM(n)	   X86_PIECE(X86_COMP_X87, 32 + 16 * (n), 8)
#define X86_PIECE_MXCSR	   X86_PIECE(X86_COMP_SSE, 24, 4)
#define X86_PIECE_MXCSRMASK X86_PIECE(X86_COMP_SSE, 28, 4)
#define X86_PIECE_XMM(n)   X86_PIECE(X86_COMP_SSE, 160 + 16 * (n), 16)
#define X86_PIECE_YMMH(n)  X86_PIECE(X86_COMP_AVX, 16 * (n), 16)
#define X86_PIECE_ZMMH(n)  X86_PIECE(X86_COMP_ZMM, 32 * (n), 32)
#define X86_PIECE_XMMX(n)  X86_PIECE(X86_COMP_HI16, 64 * ((n) - 16), 16)
#define X86_PIECE_YMMXH(n) X86_PIECE(X86_COMP_HI16, 64 * ((n) - 16) + 16, 16)
#define X86_PIECE_ZMMXH(n) X86_PIECE(X86_COMP_HI16, 64 * ((n) - 16) + 32, 32)
#define X86_PIECE_ZMMX(n)  X86_PIECE(X86_COMP_HI16, 64 * ((n) - 16), 64)
#define X86_PIECE_K(n)	   X86_PIECE(X86_COMP_K, 8 * (n), 8)
#define X86_PIECE_PKRU	   X86_PIECE(X86_COMP_PKRU, 0, 4)

/* lldb's sets. */
#define X86_LLDB_GENERAL "General Purpose Registers"
#define X86_LLDB_FLOAT	 "Floating Point Registers"
#define X86_LLDB_AVX	 "Advanced Vector Extensions"
#define X86_LLDB_AVX512	 "Advanced Vector Extensions 512"
#define X86_LLDB_PKEYS	 "Memory Protection Keys"

/*
 * Row of a table: where, how shown.  Designated initialisers after it may
 * complete the row.
 */
#define X86_ROW(NAME, SIZE, SET, KIND, OFFSET)                               \
	.name = NAME, .size = SIZE, .set = SET, .kind = KIND,                \
	.offset = OFFSET

/* A register that is no part of another; DWARF's number of it or X86_NONE. */
#define X86_NONE     ARCH_NO_NUMBER
#define X86_WHOLE(N) .container = -1, .dwarf = (N), .ehframe = (N)

#define X86_UINT_HEX .encoding = ARCH_UINT, .format = ARCH_HEX
#define X86_VECTOR8  .encoding = ARCH_VECTOR, .format = ARCH_VECTOR_UINT8

/* clang-format on */

#endif
