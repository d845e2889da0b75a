/* SPDX-License-Identifier: Apache-2.0 */
#include "tls.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "svr4.h"

/* The modules that one program has, generously. */
#define MODULES_MAX 0x10000

struct place {
	struct target *t;
	pid_t pid;
	unsigned word;
	uint64_t tp; /* the thread pointer: address of the control block */
};

static int
thread_pointer(struct target *t, const struct arch *arch, pid_t tid,
	       uint64_t *tp)
{
	int err;

	if (arch->tp == 0)
		return -EOPNOTSUPP;
	*tp = 0;
	err = target_get_register(t, tid, arch->tp, tp);
	if (err < 0)
		return err;
	/* The libc has not set the thread up yet. */
	return *tp == 0 ? -ENODATA : 0;
}

static int
word(const struct place *p, uint64_t addr, uint64_t *value)
{
	return svr4_read_word(p->t, p->pid, addr, value);
}

/* ---- the offsets of fields that glibc exports --------------------------- */

struct field {
	const struct place *p;
	const char *symbol;
	uint64_t addr;
};

/* In libc since glibc 2.34, in libpthread before. */
static int
look_for_field(void *arg, const struct target_library *lib, bool main)
{
	struct field *f = arg;

	(void)main;
	if (strstr(lib->name, "libc.so") == NULL &&
	    strstr(lib->name, "libpthread") == NULL)
		return 0;
	return svr4_symbol(f->p->t, f->p->pid, lib, f->symbol, &f->addr) == 0;
}

/* Reads the field of a struct at `base`: {size in bits, count, offset} says
 * where it is. */
static int
read_field(const struct place *p, const char *symbol, uint64_t base,
	   uint64_t *value)
{
	struct field f = { .p = p, .symbol = symbol };
	uint32_t desc[3];
	int err;

	err = svr4_walk(p->t, p->pid, NULL, look_for_field, &f);
	if (err != 1)
		return err < 0 ? err : -ENOENT;
	err = svr4_read(p->t, p->pid, f.addr, desc, sizeof(desc));
	if (err < 0)
		return err;
	if (desc[0] != p->word * 8 || desc[2] > 0x10000)
		return -ENOENT;
	return word(p, base + desc[2], value);
}

/* ---- the block ---- */

static uint64_t
all_ones(const struct place *p)
{
	return p->word == 8 ? UINT64_MAX : UINT32_MAX;
}

/*
 * The dtv is the control block's second word: pairs of words, of which [-1]
 * holds the count and [module] the address of that module's block.
 */
static int
dynamic_block(const struct place *p, uint64_t module, uint64_t *block)
{
	uint64_t pair = 2 * p->word;
	uint64_t dtv;
	uint64_t count;
	int err;

	err = word(p, p->tp + p->word, &dtv);
	if (err == 0 && dtv == 0)
		err = -ENODATA;
	if (err == 0)
		err = word(p, dtv - pair, &count);
	if (err < 0)
		return err;
	if (module > count)
		return -ENODATA;
	err = word(p, dtv + module * pair, block);
	if (err < 0)
		return err;
	return *block == 0 || *block == all_ones(p) ? -ENODATA : 0;
}

/* A module that was there at start lies at a fixed distance below the control
 * block, in every thread, whether it has used it yet or not. */
static int
static_block(const struct place *p, uint64_t lm, uint64_t *block)
{
	uint64_t offset;
	int err;

	err = read_field(p, "_thread_db_link_map_l_tls_offset", lm, &offset);
	if (err < 0)
		return err;
	if (offset == 0 || offset == all_ones(p))
		return -ENODATA;
	*block = p->tp - offset;
	return 0;
}

/* Of a static program that is position independent there is a link map. */
static int
look_for_others(void *arg, const struct target_library *lib, bool main)
{
	const uint64_t *lm = arg;

	if (main)
		return lib->lm != *lm;
	return strstr(lib->name, "vdso") == NULL;
}

static bool
is_static_program(const struct place *p, uint64_t lm)
{
	return svr4_walk(p->t, p->pid, NULL, look_for_others, &lm) == 0;
}

int
target_tls_address(struct target *t, pid_t pid, pid_t tid, uint64_t lm,
		   uint64_t offset, uint64_t *addr)
{
	const struct arch *arch = target_arch(t, pid);
	struct place p = { .t = t, .pid = pid };
	uint64_t module = 1;
	uint64_t block;
	int err;

	if (arch == NULL)
		return -ESRCH;
	p.word = arch->word_size;
	err = thread_pointer(t, arch, tid, &p.tp);
	if (err == 0 && lm != 0)
		err = read_field(&p, "_thread_db_link_map_l_tls_modid", lm,
				 &module);
	/* Such a program has one module, and its libc exports nothing. */
	if (err == -ENOENT && is_static_program(&p, lm))
		err = 0;
	if (err < 0)
		return err;
	if (module == 0 || module > MODULES_MAX)
		return -ENODATA;
	err = dynamic_block(&p, module, &block);
	if (err == -ENODATA && lm != 0)
		err = static_block(&p, lm, &block);
	if (err < 0)
		return err;
	*addr = (block + offset) & all_ones(&p);
	return 0;
}

int
target_thread_handle(struct target *t, pid_t pid, pid_t tid, uint64_t *handle)
{
	const struct arch *arch = target_arch(t, pid);

	if (arch == NULL)
		return -ESRCH;
	return thread_pointer(t, arch, tid, handle);
}
