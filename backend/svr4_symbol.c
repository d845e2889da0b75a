/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic symbols, looked up in a library's GNU hash table in memory. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "svr4_private.h"

/* What DT_GNU_HASH leads to; addresses in the process. */
struct symbols {
	uint64_t symtab;
	uint64_t strtab;
	uint64_t hash;
	uint32_t nbuckets;
	uint32_t first;
	uint32_t bloom_words;
};

/* glibc relocates these pointers in place, musl does not. */
static int
dynamic_pointer(const struct svr4_process *p, const struct target_library *lib,
		uint64_t tag, uint64_t *value)
{
	int err;

	err = svr4_dynamic_entry(p, lib->l_ld, tag, value);
	if (err == 0 && *value < lib->l_addr)
		*value += lib->l_addr;
	return err;
}

static int
open_symbols(const struct svr4_process *p, const struct target_library *lib,
	     struct symbols *s)
{
	uint32_t head[4];
	int err;

	err = dynamic_pointer(p, lib, DT_SYMTAB, &s->symtab);
	if (err == 0)
		err = dynamic_pointer(p, lib, DT_STRTAB, &s->strtab);
	if (err == 0)
		err = dynamic_pointer(p, lib, DT_GNU_HASH, &s->hash);
	if (err == 0)
		err = svr4_read(p->t, p->pid, s->hash, head, sizeof(head));
	if (err < 0)
		return err;
	s->nbuckets = head[0];
	s->first = head[1];
	s->bloom_words = head[2];
	return s->nbuckets == 0 ? -ENOENT : 0;
}

static int
read_symbol(const struct svr4_process *p, const struct symbols *s,
	    uint32_t index, const char *name, uint64_t *value)
{
	union {
		Elf32_Sym s32;
		Elf64_Sym s64;
	} sym;
	size_t size = p->word == 4 ? sizeof(sym.s32) : sizeof(sym.s64);
	char found[256];
	uint64_t string;
	int err;

	err = svr4_read(p->t, p->pid, s->symtab + index * size, &sym, size);
	if (err < 0)
		return err;
	string = s->strtab + (p->word == 4 ? sym.s32.st_name : sym.s64.st_name);
	err = svr4_read_string(p->t, p->pid, string, found, sizeof(found));
	if (err < 0)
		return err;
	if (strcmp(found, name) != 0)
		return -ENOENT;
	*value = p->word == 4 ? sym.s32.st_value : sym.s64.st_value;
	return *value == 0 ? -ENOENT : 0;
}

static uint32_t
gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (; *name != '\0'; name++)
		h = h * 33 + (uint8_t)*name;
	return h;
}

int
svr4_symbol(struct target *t, pid_t pid, const struct target_library *lib,
	    const char *name, uint64_t *addr)
{
	uint32_t hash = gnu_hash(name);
	struct svr4_process p;
	struct symbols s;
	uint64_t buckets;
	uint32_t index;
	int err;

	err = svr4_process_of(t, pid, &p);
	if (err == 0)
		err = open_symbols(&p, lib, &s);
	if (err < 0)
		return err;
	buckets = s.hash + 16 + (uint64_t)s.bloom_words * p.word;
	err = svr4_read(t, pid, buckets + (uint64_t)(hash % s.nbuckets) * 4,
			&index, sizeof(index));
	if (err < 0)
		return err;
	for (size_t i = 0; index >= s.first && i < 4096; i++, index++) {
		uint64_t chain = buckets + (uint64_t)s.nbuckets * 4 +
				 (uint64_t)(index - s.first) * 4;
		uint64_t value;
		uint32_t h;

		err = svr4_read(t, pid, chain, &h, sizeof(h));
		if (err < 0)
			return err;
		if ((h | 1) == (hash | 1) &&
		    read_symbol(&p, &s, index, name, &value) == 0) {
			*addr = lib->l_addr + value;
			return 0;
		}
		if (h & 1)
			break;
	}
	return -ENOENT;
}
