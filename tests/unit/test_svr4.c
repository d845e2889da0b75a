/* SPDX-License-Identifier: Apache-2.0 */
/* needs: target */
/* The dynamic linker's lists and thread-local storage, in memory made up here:
 * well-formed, and as a hostile program would have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend/arch/arch.h"
#include "backend/svr4.h"
#include "backend/target_ops.h"
#include "backend/tls.h"

#define BASE 0x10000u
#define SIZE 0x4000u

/* Where things lie. */
enum {
	PHDRS = BASE + 0x40,
	DYNAMIC = BASE + 0x200,
	R_DEBUG = BASE + 0x400,
	R_DEBUG2 = BASE + 0x480,
	MAPS = BASE + 0x500, /* 0x80 each */
	NAMES = BASE + 0x900,
	LIBC_DYNAMIC = BASE + 0xa00,
	SYMBOLS = BASE + 0xb00,
	STRINGS = BASE + 0xc00,
	HASH = BASE + 0xd00,
	FIELDS = BASE + 0xe00,
	TCB = BASE + 0x1000,
	DTV = BASE + 0x1100,
};

struct fake {
	struct target base;
	struct target_ops ops;
	struct target_file_ops files;
	uint64_t fs_base;
	uint8_t memory[SIZE];
	unsigned reads;
};

static struct fake fake;

static int
read_memory(struct target *t, pid_t pid, uint64_t addr, void *buf, size_t len,
	    size_t *got)
{
	(void)t;
	(void)pid;
	fake.reads++;
	if (addr < BASE || addr - BASE >= SIZE)
		return -EFAULT;
	*got =
	    SIZE - (addr - BASE) < len ? (size_t)(SIZE - (addr - BASE)) : len;
	memcpy(buf, fake.memory + (addr - BASE), *got);
	return 0;
}

static int
read_object(struct target *t, pid_t pid, pid_t tid, enum target_object object,
	    uint64_t offset, void *buf, size_t len, size_t *got)
{
	const uint64_t auxv[] = { AT_PHDR,  PHDRS, AT_PHENT, sizeof(Elf64_Phdr),
				  AT_PHNUM, 3,	   AT_NULL,  0 };

	(void)t;
	(void)pid;
	(void)tid;
	(void)offset;
	assert_int_equal(object, TARGET_OBJECT_AUXV);
	assert_true(len >= sizeof(auxv));
	memcpy(buf, auxv, sizeof(auxv));
	*got = sizeof(auxv);
	return 0;
}

static const struct arch *
arch(struct target *t, pid_t pid)
{
	(void)t;
	(void)pid;
	return &arch_x86_64;
}

static pid_t
thread_process(struct target *t, pid_t tid)
{
	(void)t;
	return tid;
}

static int
get_register(struct target *t, pid_t tid, unsigned reg, void *buf)
{
	(void)t;
	(void)tid;
	assert_int_equal(reg, arch_x86_64.tp);
	memcpy(buf, &fake.fs_base, sizeof(fake.fs_base));
	return 0;
}

static void
put(uint64_t addr, const void *data, size_t len)
{
	assert_true(addr >= BASE && addr - BASE + len <= SIZE);
	memcpy(fake.memory + (addr - BASE), data, len);
}

static void
words(uint64_t addr, size_t n, ...)
{
	va_list ap;

	va_start(ap, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t w = va_arg(ap, uint64_t);

		put(addr + 8 * i, &w, 8);
	}
	va_end(ap);
}

#define W(x) ((uint64_t)(x))

static uint64_t
map_at(unsigned i)
{
	return MAPS + 0x80u * i;
}

static void
put_map(unsigned i, uint64_t next, uint64_t prev, const char *name)
{
	uint64_t at = NAMES + 0x40u * i;

	put(at, name, strlen(name) + 1);
	words(map_at(i), 5, W(0x1000 * i), at,
	      i == 1 ? W(LIBC_DYNAMIC) : W(0x5000 + i), next, prev);
}

/* The program, libc, another library; in a second namespace one more. */
static void
build(void)
{
	Elf64_Phdr phdrs[3] = {
		{ .p_type = PT_PHDR, .p_vaddr = 0x40 },
		{ .p_type = PT_LOAD },
		{ .p_type = PT_DYNAMIC, .p_vaddr = 0x200 },
	};

	memset(&fake, 0, sizeof(fake));
	fake.files.read_object = read_object;
	fake.ops.read_memory = read_memory;
	fake.ops.arch = arch;
	fake.ops.thread_process = thread_process;
	fake.ops.get_register = get_register;
	fake.ops.files = &fake.files;
	fake.base.ops = &fake.ops;
	put(PHDRS, phdrs, sizeof(phdrs));
	words(DYNAMIC, 6, W(DT_NEEDED), W(1), W(DT_DEBUG), W(R_DEBUG),
	      W(DT_NULL), W(0));
	words(R_DEBUG, 6, W(2), map_at(0), W(0), W(0), W(0), W(R_DEBUG2));
	words(R_DEBUG2, 6, W(2), map_at(3), W(0), W(0), W(0), W(0));
	put_map(0, map_at(1), 0, "");
	put_map(1, map_at(2), map_at(0), "/lib/libc.so.6");
	put_map(2, 0, map_at(1), "/lib/libother.so");
	put_map(3, 0, 0, "/lib/second.so");
}

struct seen {
	unsigned n;
	unsigned main;
	char names[256];
	uint64_t lmid;
};

static int
see(void *arg, const struct target_library *lib, bool main)
{
	struct seen *s = arg;

	s->n++;
	s->main += main;
	s->lmid = lib->lmid;
	if (s->n < 10) {
		strcat(s->names, lib->name);
		strcat(s->names, ";");
	}
	return 0;
}

static int
walk(struct seen *s, const struct svr4_start *start)
{
	memset(s, 0, sizeof(*s));
	return svr4_walk(&fake.base, 1, start, see, s);
}

static void
test_lists(void **state)
{
	struct svr4_start start = { map_at(1), map_at(0), R_DEBUG };
	struct seen s;

	(void)state;
	build();
	assert_int_equal(walk(&s, NULL), 0);
	assert_string_equal(s.names,
			    ";/lib/libc.so.6;/lib/libother.so;/lib/second.so;");
	assert_int_equal(s.main, 1);
	assert_int_equal(s.lmid, R_DEBUG2);
	assert_int_equal(walk(&s, &start), 0);
	assert_string_equal(s.names, "/lib/libc.so.6;/lib/libother.so;");
	assert_int_equal(s.main, 0);
	/* The list has changed since the client saw it. */
	start.prev = map_at(2);
	assert_int_equal(walk(&s, &start), 0);
	assert_int_equal(s.n, 0);
	start.lm = 0xdead0000;
	assert_int_equal(walk(&s, &start), -EFAULT);
	/* Version 1 has no second list. */
	words(R_DEBUG, 1, W(1));
	assert_int_equal(walk(&s, NULL), 0);
	assert_int_equal(s.n, 3);
}

static void
test_debug_location(void **state)
{
	uint64_t at;

	(void)state;
	build();
	/* Also while nothing is written there yet. */
	words(DYNAMIC, 4, W(DT_NEEDED), W(1), W(DT_DEBUG), W(0));
	assert_int_equal(svr4_debug_location(&fake.base, 1, &at), 0);
	assert_int_equal(at, DYNAMIC + 24);
	words(DYNAMIC, 2, W(DT_NULL), W(0));
	assert_int_equal(svr4_debug_location(&fake.base, 1, &at), -ENOENT);
	words(PHDRS + 2 * sizeof(Elf64_Phdr), 1, W(PT_NULL));
	words(PHDRS, 1, W(PT_NULL));
	words(PHDRS + sizeof(Elf64_Phdr), 1, W(PT_NULL));
	assert_int_equal(svr4_debug_location(&fake.base, 1, &at), -ENOENT);
}

static void
test_not_yet(void **state)
{
	struct seen s;

	(void)state;
	build();
	words(R_DEBUG, 2, W(2), W(0));
	assert_int_equal(walk(&s, NULL), -ENOENT);
	words(DYNAMIC, 4, W(DT_NEEDED), W(1), W(DT_DEBUG), W(0));
	assert_int_equal(walk(&s, NULL), -ENOENT);
	words(DYNAMIC, 2, W(DT_NULL), W(0));
	assert_int_equal(walk(&s, NULL), -ENOENT);
}

static void
test_hostile(void **state)
{
	struct seen s;

	(void)state;
	build();
	/* A list that goes round: the way back gives it away. */
	words(map_at(2) + 24, 1, map_at(1));
	assert_int_equal(walk(&s, NULL), 0);
	assert_int_equal(s.n, 4);
	/* One that is its own predecessor, for ever. */
	build();
	words(map_at(1) + 24, 1, map_at(1));
	words(map_at(1) + 32, 1, map_at(0));
	assert_int_equal(walk(&s, NULL), 0);
	assert_true(s.n <= 4);
	/* Namespaces that go round. */
	build();
	words(R_DEBUG2 + 40, 1, W(R_DEBUG));
	assert_int_equal(walk(&s, NULL), 0);
	assert_true(s.n <= 64 * 3);
	/* Pointers to nowhere. */
	build();
	words(map_at(0) + 24, 1, W(0xdead0000));
	words(map_at(0) + 8, 1, W(0xdead0000));
	assert_int_equal(walk(&s, NULL), 0);
	assert_int_equal(s.n, 2);
	words(DYNAMIC + 24, 1, W(0xdead0000));
	assert_int_equal(walk(&s, NULL), -EFAULT);
	/* A dynamic section without an end. */
	build();
	for (uint64_t at = DYNAMIC; at < BASE + SIZE; at += 16)
		words(at, 2, W(DT_NEEDED), W(1));
	assert_true(walk(&s, NULL) < 0);
}

/* A name up to the last byte of memory, and one without an end. */
static void
test_names(void **state)
{
	char name[8];

	(void)state;
	build();
	put(BASE + SIZE - 3, "ab", 3);
	assert_int_equal(svr4_read_string(&fake.base, 1, BASE + SIZE - 3, name,
					  sizeof(name)),
			 0);
	assert_string_equal(name, "ab");
	put(BASE + SIZE - 3, "abc", 3);
	assert_int_equal(svr4_read_string(&fake.base, 1, BASE + SIZE - 3, name,
					  sizeof(name)),
			 -EFAULT);
	put(NAMES, "abcdefghijk", 12);
	assert_int_equal(
	    svr4_read_string(&fake.base, 1, NAMES, name, sizeof(name)), 0);
	assert_string_equal(name, "abcdefg");
}

/* ---- symbols and thread-local storage ---- */

static uint32_t
gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (; *name != '\0'; name++)
		h = h * 33 + (uint8_t)*name;
	return h;
}

/* One bucket with both symbols, of libc, loaded at 0x1000. */
static void
build_symbols(void)
{
	static const char modid[] = "_thread_db_link_map_l_tls_modid";
	static const char offset[] = "_thread_db_link_map_l_tls_offset";
	const Elf64_Sym sym[3] = {
		[1] = { .st_name = 1, .st_value = FIELDS - 0x1000 },
		[2] = { .st_name = 0x40, .st_value = FIELDS + 16 - 0x1000 },
	};
	const uint32_t hash[] = {
		1, 1, 1, 0, 0, 0, 1, gnu_hash(modid) & ~1U, gnu_hash(offset) | 1
	};
	const uint32_t fields[] = { 64, 1, 64, 0, 64, 1, 72, 0 };

	put(SYMBOLS, sym, sizeof(sym));
	put(STRINGS + 1, modid, sizeof(modid));
	put(STRINGS + 0x40, offset, sizeof(offset));
	put(HASH, hash, sizeof(hash));
	put(FIELDS, fields, sizeof(fields));
	words(LIBC_DYNAMIC, 8, W(DT_SYMTAB), W(SYMBOLS), W(DT_STRTAB),
	      W(STRINGS), W(DT_GNU_HASH), W(HASH), W(DT_NULL), W(0));
	/* Module 2, in the static block 0x100 below the control block. */
	words(map_at(2) + 64, 2, W(2), W(0x100));
	fake.fs_base = TCB;
	words(TCB, 2, W(TCB), W(DTV + 16));
	/* Count 3; generation; module 1; 2: not used yet; 3: none. */
	words(DTV, 10, W(3), W(0), W(1), W(0), W(0x7000), W(0), UINT64_MAX,
	      W(0), W(0x9000), W(0));
}

static int
tls(uint64_t lm, uint64_t offset, uint64_t *addr)
{
	*addr = 0;
	return target_tls_address(&fake.base, 1, 1, lm, offset, addr);
}

static void
test_tls(void **state)
{
	uint64_t addr;

	(void)state;
	build();
	build_symbols();
	assert_int_equal(tls(0, 8, &addr), 0);
	assert_int_equal(addr, 0x7008);
	assert_int_equal(tls(map_at(2), 4, &addr), 0);
	assert_int_equal(addr, TCB - 0x100 + 4);
	/* Dynamic, and not used yet. */
	words(map_at(2) + 72, 1, UINT64_MAX);
	assert_int_equal(tls(map_at(2), 4, &addr), -ENODATA);
	words(map_at(2) + 64, 1, W(3));
	assert_int_equal(tls(map_at(2), 4, &addr), 0);
	assert_int_equal(addr, 0x9004);
	words(map_at(2) + 64, 1, W(4));
	assert_int_equal(tls(map_at(2), 4, &addr), -ENODATA);
	words(map_at(2) + 64, 1, UINT64_MAX);
	assert_int_equal(tls(map_at(2), 4, &addr), -ENODATA);
	assert_int_equal(tls(0xdead0000, 4, &addr), -EFAULT);
	fake.fs_base = 0;
	assert_int_equal(tls(0, 8, &addr), -ENODATA);
	fake.fs_base = 0xdead0000;
	assert_int_equal(tls(0, 8, &addr), -EFAULT);
}

static void
test_symbols_hostile(void **state)
{
	const uint32_t none[] = { 0, 1, 1, 0 };
	const uint32_t wild[] = { 0xffffffff, 1, 0xffffffff, 0 };
	uint64_t addr;

	(void)state;
	build();
	build_symbols();
	put(HASH, none, sizeof(none));
	assert_int_equal(tls(map_at(2), 4, &addr), -ENOENT);
	put(HASH, wild, sizeof(wild));
	assert_true(tls(map_at(2), 4, &addr) < 0);
	/* No libc among the libraries. */
	build();
	build_symbols();
	put_map(1, map_at(2), map_at(0), "/lib/musl.so");
	assert_int_equal(tls(map_at(2), 4, &addr), -ENOENT);
	/* A field of another size than a word, or far away. */
	build();
	build_symbols();
	put(FIELDS, (const uint32_t[]){ 32, 1, 64 }, 12);
	assert_int_equal(tls(map_at(2), 4, &addr), -ENOENT);
	put(FIELDS, (const uint32_t[]){ 64, 1, 0x80000000 }, 12);
	assert_int_equal(tls(map_at(2), 4, &addr), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_debug_location),
		cmocka_unit_test(test_not_yet),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_symbols_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
