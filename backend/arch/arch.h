/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one architecture is: its registers, how clients number and describe
 * them, and the few facts the engine needs.  Data and small functions, no
 * #ifdef, no ptrace call but in hw_*: one const struct arch each.
 *
 * A *register file* is one flat block of bytes in the arch's own layout (on
 * x86-64: struct user_regs_struct, then the XSAVE image as PTRACE_GETREGSET
 * gives it).  The engine fills and writes back its *sets* (regsets).
 */
#ifndef BACKEND_ARCH_ARCH_H
#define BACKEND_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How lldb shows and reads a register; also the words of its protocol. */
enum arch_encoding { ARCH_UINT, ARCH_SINT, ARCH_IEEE754, ARCH_VECTOR };
enum arch_format {
	ARCH_HEX,
	ARCH_DECIMAL,
	ARCH_FLOAT,
	ARCH_BINARY,
	ARCH_VECTOR_UINT8,
	ARCH_VECTOR_SINT8,
	ARCH_VECTOR_UINT16,
	ARCH_VECTOR_UINT32,
	ARCH_VECTOR_FLOAT32,
	ARCH_VECTOR_UINT128
};

#define ARCH_NO_NUMBER (-1)

struct arch_reg {
	const char *name;
	const char *alt_name;  /* lldb: "arg1" for rdi; or NULL */
	uint16_t size;	       /* bytes on the wire */
	uint8_t set;	       /* which regset holds it (dirty tracking) */
	const char *gdb_type;  /* "int64", "i387_ext", ... */
	const char *gdb_group; /* "general", "float", ... or NULL */
	enum arch_encoding encoding;
	enum arch_format format;
	const char *lldb_set;	/* "General Purpose Registers" */
	const char *generic;	/* "pc", "sp", "fp", "flags", "arg1", NULL */
	int16_t dwarf, ehframe; /* or ARCH_NO_NUMBER */
	/* Part of another register (eax of rax): its id, else -1; and the
	 * byte of it where the part begins (1 for ah). */
	int16_t container;
	uint16_t part;
	/* Ids invalidated by a write, -1 ends; or NULL. */
	const int16_t *invalidates;
	/* The arch's own knowledge of where it lies; opaque to others. */
	uint16_t kind;
	uint32_t offset, offset2, offset3;
	uint64_t needs; /* XCR0 bits and the like; 0: always there */
};

/* A group of registers under one gdb feature name. */
struct arch_feature {
	const char *name;     /* "org.gnu.gdb.i386.core" */
	const char *types;    /* xml of the types its registers use, or "" */
	const uint16_t *regs; /* ids, in order */
	size_t nregs;
};

/*
 * How one family of clients sees the registers: features in order; the client
 * numbers them as they come.  Registers that this machine lacks are left out
 * (with their whole feature, where all are).
 */
enum arch_view_kind { ARCH_VIEW_GDB, ARCH_VIEW_LLDB, ARCH_VIEW_COUNT };
struct arch_view {
	const struct arch_feature *features;
	size_t nfeatures;
	/* So many of them are known to who reads no description; 0: all. */
	size_t nplain;
	const char *gdb_arch; /* <architecture>; "i386:x86-64" */
	const char *osabi;    /* "GNU/Linux" */
};

/* A regset: PTRACE_GETREGSET note type and where it stands in the file. */
struct arch_set {
	unsigned nt; /* NT_PRSTATUS, NT_X86_XSTATE */
	/* Tried where the kernel or machine does not know `nt`; 0: none. */
	unsigned nt_old;
	/* Where not 0: the ptrace requests that move it whole in one layout,
	 * whatever mode the thread is in; used instead of a note type. */
	int get_request, set_request;
	uint32_t offset;
	uint32_t size; /* the most it can take */
};

/* The registers of a system call, as an injected call must set them. */
struct arch_syscall {
	uint64_t nr;
	uint64_t args[6];
};

/* State of one thread's or process's debug registers. */
#define ARCH_HW_SLOTS_MAX 16
struct arch_hw_slot {
	bool used;
	uint8_t kind; /* enum target_breakpoint_kind */
	uint8_t len;
	uint64_t addr;
};

/*
 * How the instruction under a breakpoint is executed while the breakpoint stays
 * in: emulated on the register file and memory, or copied elsewhere, stepped
 * there, and its result mended.
 */
enum arch_step_how {
	ARCH_STEP_CANNOT,   /* only in place */
	ARCH_STEP_EMULATED, /* done: the file is as after it, pc included */
	ARCH_STEP_COPY,	    /* write `code` to `to`, step once, finish */
};

#define ARCH_STEP_CODE_MAX 16
struct arch_step {
	uint64_t from; /* where the instruction stands */
	uint64_t to;   /* where its copy runs */
	uint8_t code[ARCH_STEP_CODE_MAX];
	size_t len; /* of the instruction and of its copy */
	/* The arch's own notes for step_finish. */
	bool absolute_pc; /* pc is set by value, not relative to it */
	bool fix_return;  /* it pushed the address behind the copy */
	int borrowed;	  /* register that held pc's place, or -1 */
	uint64_t borrowed_value;
};

/*
 * Memory of the process for step_prepare and step_finish; honours protections.
 * NULL instead of it: memory is not to be touched (a watchpoint could miss it).
 */
struct arch_memory {
	int (*read)(void *arg, uint64_t addr, void *buf, size_t len);
	int (*write)(void *arg, uint64_t addr, const void *buf, size_t len);
	void *arg;
};

/*
 * Registers of a thread in a core file: the general ones, as struct
 * elf_prstatus has them, and notes that are pieces of the register file as it
 * is.
 */
#define ARCH_CORE_NOTES_MAX 4
struct arch_core {
	uint32_t general_size;
	void (*general)(const uint8_t *file, void *out);
	uint32_t id_size; /* bytes of a user id in struct elf_prpsinfo */
	struct arch_core_note {
		const char *owner; /* "CORE", "LINUX" */
		uint32_t type;	   /* NT_* */
		uint32_t offset, size;
		uint32_t (*machine_size)(void); /* instead of `size` */
	} notes[ARCH_CORE_NOTES_MAX];
	size_t nnotes;
};

/* siginfo_t, whoever's. */
#define ARCH_SIGINFO_SIZE 128

struct arch {
	const char *name;	 /* "x86_64", "i386" */
	unsigned word_size;	 /* 8 or 4 */
	uint64_t user_limit;	 /* first address that is not the target's */
	const char *lldb_triple; /* "x86_64-pc-linux-gnu" */
	unsigned elf_machine;	 /* EM_X86_64 */

	const struct arch_reg *regs;
	size_t nregs;
	const struct arch_view *views; /* [ARCH_VIEW_COUNT] */
	/* Ids in the order in which lldb wants them in a stop reply; gdb's. */
	const uint16_t *expedite[ARCH_VIEW_COUNT];
	size_t nexpedite[ARCH_VIEW_COUNT];
	const struct arch_set *sets;
	size_t nsets;
	size_t file_size;
	const struct arch_core *core; /* NULL: no core files */
	uint16_t pc, sp, fp;	      /* register ids */
	/* The one that says which system call the thread is in: whoever
	 * writes it decides himself whether the call is restarted. */
	uint16_t syscall_reg;
	/* The thread pointer, from which thread-local storage is found; its
	 * value is 0 before it is set up.  0: this arch has none known. */
	uint16_t tp;

	/* Software breakpoints. */
	const uint8_t *breakpoint;
	size_t breakpoint_len;
	/* The same in a form that only programs use; len 0: there is none. */
	uint8_t breakpoint_long[4];
	size_t breakpoint_long_len;
	/* Another instruction that traps, and leaves no reason; len 0: none. */
	uint8_t trap_insn[4];
	size_t trap_insn_len;
	/* How far pc is behind a breakpoint's address when it has trapped. */
	size_t breakpoint_pc_offset;

	/* Is the register there on this machine, given the file's own state? */
	bool (*has)(const uint8_t *file, unsigned reg);
	/* Copy one register out of a file and into it. */
	void (*get)(const uint8_t *file, unsigned reg, void *buf);
	void (*put)(uint8_t *file, unsigned reg, const void *buf);

	uint64_t (*get_pc)(const uint8_t *file);
	void (*set_pc)(uint8_t *file, uint64_t pc);
	uint64_t (*get_sp)(const uint8_t *file);
	/*
	 * After the client moved pc: the thread is no longer in the system
	 * call it was stopped in, so the kernel must not restart it.
	 */
	void (*leave_syscall)(uint8_t *file);
	/* Was the file taken inside a system call that may be restarted? */
	bool (*in_syscall)(const uint8_t *file);
	int64_t (*syscall_nr)(const uint8_t *file);

	/*
	 * From the siginfo that ptrace gives to the one that the program knows,
	 * and back, where what the program's has no place for stays as it was.
	 * NULL: they are the same.
	 */
	void (*siginfo_get)(const void *native, void *program);
	void (*siginfo_put)(void *native, const void *program);

	/* Injected calls: registers in, result out (value or -errno). */
	void (*syscall_set)(uint8_t *file, uint64_t insn_addr,
			    const struct arch_syscall *call);
	int64_t (*syscall_result)(const uint8_t *file);
	/* The same in place of the call at whose entry the thread stands. */
	void (*syscall_replace)(uint8_t *file, const struct arch_syscall *call);
	/* From a call's entry back to before its instruction. */
	void (*syscall_rewind)(uint8_t *file);
	/* The bytes of the instruction, to look for and to patch in. */
	const uint8_t *syscall_insn;
	size_t syscall_insn_len;
	/* Is it a system call, in whatever form? */
	bool (*enters_kernel)(const uint8_t *insn, size_t n);
	/* Numbers of the calls that the back end injects. */
	struct {
		int mmap, munmap, mprotect, madvise, mremap, userfaultfd, close;
	} nr;

	/*
	 * Optional, both or none.  `insn` has the n (>= 1) bytes at `from`,
	 * breakpoints out.  EMULATED and COPY change the file's first set (the
	 * general registers; COPY: pc is then `to`), CANNOT changes nothing.
	 * Without `to` (0) no copy is made.  step_finish mends the file
	 * whenever the thread has stopped after a COPY, for whatever reason,
	 * also when the instruction did not run (pc is then `from` again);
	 * returns 0 or the error of `mem`.
	 */
	enum arch_step_how (*step_prepare)(struct arch_step *step,
					   const uint8_t *insn, size_t n,
					   uint64_t from, uint64_t to,
					   uint8_t *file,
					   const struct arch_memory *mem);
	int (*step_finish)(const struct arch_step *step, uint8_t *file,
			   const struct arch_memory *mem);

	/* Hardware slots: may this be watched with one slot? */
	unsigned hw_slots;
	bool (*hw_ok)(unsigned kind, uint64_t addr, uint64_t len);
	/* Write all slots to the debug registers of a ptrace-stopped thread;
	 * 0 or -errno. */
	int (*hw_apply)(int tid, const struct arch_hw_slot *slots);
	/* Which slots made the thread's last SIGTRAP: 1 and a bit for each in
	 * *hits, 0 for none, or -errno.  Clears the machine's record of it. */
	int (*hw_hit)(int tid, const struct arch_hw_slot *slots,
		      unsigned *hits);
};

extern const struct arch arch_x86_64;
extern const struct arch arch_i386;

/* NULL: a machine (ELF e_machine, class) that rspd does not know. */
const struct arch *arch_of(unsigned elf_machine, bool elf64);
/* What uname(2) calls `machine`; NULL: none of ours. */
const struct arch *arch_of_machine(const char *machine);
/* Is it what a triple's first word says? */
bool arch_is_called(const struct arch *a, const char *word, size_t len);

/*
 * The ids of a view's registers that this machine has (`file` decides), in
 * the client's numbering: ids[n] is register n.  Returns the count.
 */
size_t arch_view_ids(const struct arch *a, enum arch_view_kind view,
		     const uint8_t *file, uint16_t *ids, size_t cap);
/* How many of them, the first ones, a client knows without a description. */
size_t arch_view_plain(const struct arch *a, enum arch_view_kind view,
		       const uint8_t *file);
/*
 * Where each of these registers begins in the client's `g` packet: one after
 * the other, parts inside their container (which has no part of its own).
 * Returns the packet's size in bytes.
 */
size_t arch_view_offsets(const struct arch *a, const uint16_t *ids, size_t n,
			 uint32_t *offsets);

#endif
