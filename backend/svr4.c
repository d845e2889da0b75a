/* SPDX-License-Identifier: Apache-2.0 */
#include "svr4.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "svr4_private.h"

/* Bounds of what is believed of a target's memory. */
#define LIBRARIES_MAX  65536
#define NAMESPACES_MAX 64
#define DYNAMIC_MAX    1024
#define PHDRS_MAX      256
#define AUXV_MAX       128

int
svr4_process_of(struct target *t, pid_t pid, struct svr4_process *p)
{
	const struct arch *arch = target_arch(t, pid);

	if (arch == NULL)
		return -ESRCH;
	*p = (struct svr4_process){ .t = t,
				    .pid = pid,
				    .word = arch->word_size };
	return 0;
}

int
svr4_read(struct target *t, pid_t pid, uint64_t addr, void *buf, size_t len)
{
	size_t got = 0;
	int err;

	err = target_read_memory(t, pid, addr, buf, len, &got);
	if (err < 0)
		return err;
	return got == len ? 0 : -EFAULT;
}

static uint64_t
word_at(const struct svr4_process *p, const uint8_t *bytes)
{
	uint32_t w32;
	uint64_t w64;

	if (p->word == 4) {
		memcpy(&w32, bytes, sizeof(w32));
		return w32;
	}
	memcpy(&w64, bytes, sizeof(w64));
	return w64;
}

int
svr4_read_words(const struct svr4_process *p, uint64_t addr, uint64_t *words,
		size_t n)
{
	uint8_t bytes[8 * 8];
	int err;

	err = svr4_read(p->t, p->pid, addr, bytes, n * p->word);
	if (err < 0)
		return err;
	for (size_t i = 0; i < n; i++)
		words[i] = word_at(p, bytes + i * p->word);
	return 0;
}

int
svr4_read_word(struct target *t, pid_t pid, uint64_t addr, uint64_t *value)
{
	struct svr4_process p;
	int err;

	err = svr4_process_of(t, pid, &p);
	return err < 0 ? err : svr4_read_words(&p, addr, value, 1);
}

int
svr4_read_string(struct target *t, pid_t pid, uint64_t addr, char *buf,
		 size_t cap)
{
	size_t len = 0;

	while (len < cap - 1) {
		/* Never into a page that the string may not reach. */
		size_t n = 256 - (size_t)(addr % 256);
		int err;

		if (n > cap - 1 - len)
			n = cap - 1 - len;
		err = svr4_read(t, pid, addr, buf + len, n);
		if (err < 0)
			return err;
		if (memchr(buf + len, '\0', n) != NULL)
			return 0;
		len += n;
		addr += n;
	}
	buf[len] = '\0';
	return 0;
}

/* ---- from the auxiliary vector to r_debug ------------------------------- */

struct phdrs {
	uint64_t addr;
	uint64_t entry_size;
	uint64_t n;
};

static int
find_phdrs(const struct svr4_process *p, struct phdrs *out)
{
	uint8_t auxv[AUXV_MAX * 2 * 8];
	size_t got = 0;
	int err;

	err = target_read_object(p->t, p->pid, p->pid, TARGET_OBJECT_AUXV, 0,
				 auxv, sizeof(auxv), &got);
	if (err < 0)
		return err;
	*out = (struct phdrs){ 0 };
	for (size_t at = 0; at + 2 * p->word <= got; at += 2 * p->word) {
		uint64_t type = word_at(p, auxv + at);
		uint64_t value = word_at(p, auxv + at + p->word);

		if (type == AT_PHDR)
			out->addr = value;
		else if (type == AT_PHENT)
			out->entry_size = value;
		else if (type == AT_PHNUM)
			out->n = value;
		else if (type == AT_NULL)
			break;
	}
	return out->addr == 0 ? -ENOENT : 0;
}

/* The fields that matter here, of either class. */
struct phdr {
	uint32_t type;
	uint64_t offset;
	uint64_t vaddr;
};

static int
read_phdr(const struct svr4_process *p, const struct phdrs *ph, size_t i,
	  struct phdr *out)
{
	union {
		Elf32_Phdr p32;
		Elf64_Phdr p64;
	} raw;
	int err;

	err = svr4_read(p->t, p->pid, ph->addr + i * ph->entry_size, &raw,
			p->word == 4 ? sizeof(raw.p32) : sizeof(raw.p64));
	if (err < 0)
		return err;
	if (p->word == 4)
		*out = (struct phdr){ raw.p32.p_type, raw.p32.p_offset,
				      raw.p32.p_vaddr };
	else
		*out = (struct phdr){ raw.p64.p_type, raw.p64.p_offset,
				      raw.p64.p_vaddr };
	return 0;
}

/*
 * Where the program's dynamic section lies, and its load bias.  The program
 * headers tell their own address (PT_PHDR), which gives the load bias; linkers
 * that leave that out put the headers right behind the ELF header, in the first
 * segment.
 */
static int
find_dynamic(const struct svr4_process *p, uint64_t *dynamic, uint64_t *load)
{
	size_t header = p->word == 4 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
	struct phdrs ph;
	uint64_t bias = 0;
	uint64_t vaddr = 0;
	bool found = false;
	bool exact = false;
	int err;

	err = find_phdrs(p, &ph);
	if (err < 0)
		return err;
	for (size_t i = 0; i < ph.n && i < PHDRS_MAX; i++) {
		struct phdr one;

		err = read_phdr(p, &ph, i, &one);
		if (err < 0)
			return err;
		if (one.type == PT_PHDR) {
			bias = ph.addr - one.vaddr;
			exact = true;
		} else if (one.type == PT_LOAD && one.offset == 0 && !exact) {
			bias = ph.addr - header - one.vaddr;
		} else if (one.type == PT_DYNAMIC) {
			vaddr = one.vaddr;
			found = true;
		}
	}
	*dynamic = bias + vaddr;
	*load = bias;
	return found ? 0 : -ENOENT;
}

/* `value` and where it is written. */
static int
dynamic_entry(const struct svr4_process *p, uint64_t dynamic, uint64_t tag,
	      uint64_t *value, uint64_t *location)
{
	for (size_t i = 0; i < DYNAMIC_MAX; i++) {
		uint64_t at = dynamic + i * 2 * p->word;
		uint64_t entry[2];
		int err;

		err = svr4_read_words(p, at, entry, 2);
		if (err < 0)
			return err;
		if (entry[0] == tag) {
			*value = entry[1];
			*location = at + p->word;
			return 0;
		}
		if (entry[0] == DT_NULL)
			break;
	}
	return -ENOENT;
}

int
svr4_dynamic_entry(const struct svr4_process *p, uint64_t dynamic, uint64_t tag,
		   uint64_t *value)
{
	uint64_t location;

	return dynamic_entry(p, dynamic, tag, value, &location);
}

int
svr4_debug_location(struct target *t, pid_t pid, uint64_t *addr)
{
	struct svr4_process p;
	uint64_t dynamic, load, value;
	int err;

	err = svr4_process_of(t, pid, &p);
	if (err == 0)
		err = find_dynamic(&p, &dynamic, &load);
	if (err == 0)
		err = dynamic_entry(&p, dynamic, DT_DEBUG, &value, addr);
	return err;
}

/*
 * The program's dynamic section tells, but where the dynamic linker itself was
 * started with the program as an argument: then it is the "program", and its
 * own symbol tells.
 */
static int
find_r_debug(const struct svr4_process *p, uint64_t *r_debug)
{
	struct target_library self = { .lm = 0 };
	int err;

	err = find_dynamic(p, &self.l_ld, &self.l_addr);
	if (err < 0)
		return err;
	err = svr4_dynamic_entry(p, self.l_ld, DT_DEBUG, r_debug);
	if (err == -ENOENT)
		err = svr4_symbol(p->t, p->pid, &self, "_r_debug", r_debug);
	if (err < 0)
		return err;
	return *r_debug == 0 ? -ENOENT : 0;
}

/* ---- the lists ----------------------------------------------------------- */

/* struct r_debug in words: version, map, brk, state, base, and from version 2
 * on the next one. */
enum { R_VERSION, R_MAP, R_BRK, R_STATE, R_LDBASE, R_WORDS };
/* struct link_map, its public part. */
enum { L_ADDR, L_NAME, L_LD, L_NEXT, L_PREV, L_WORDS };

static int
walk_list(const struct svr4_process *p, struct svr4_start at,
	  bool program_first, svr4_fn *fn, void *arg)
{
	for (size_t i = 0; at.lm != 0 && i < LIBRARIES_MAX; i++) {
		struct target_library lib = { .lm = at.lm, .lmid = at.lmid };
		uint64_t map[L_WORDS];
		int err;

		err = svr4_read_words(p, at.lm, map, L_WORDS);
		if (err < 0)
			return i == 0 ? err : 0;
		/* The linker is changing it, or it is no list: enough. */
		if (map[L_PREV] != at.prev)
			break;
		lib.l_addr = map[L_ADDR];
		lib.l_ld = map[L_LD];
		if (svr4_read_string(p->t, p->pid, map[L_NAME], lib.name,
				     sizeof(lib.name)) < 0)
			lib.name[0] = '\0';
		err = fn(arg, &lib, program_first && map[L_PREV] == 0);
		if (err != 0)
			return err;
		at.prev = at.lm;
		at.lm = map[L_NEXT];
	}
	return 0;
}

static int
walk_namespaces(const struct svr4_process *p, svr4_fn *fn, void *arg)
{
	uint64_t r_debug;
	uint64_t first;
	int err;

	err = find_r_debug(p, &r_debug);
	if (err < 0)
		return err;
	first = r_debug;
	for (size_t i = 0; r_debug != 0 && i < NAMESPACES_MAX; i++) {
		uint64_t r[R_WORDS];
		struct svr4_start start = { .lmid = r_debug };

		err = svr4_read_words(p, r_debug, r, R_WORDS);
		if (err < 0)
			return r_debug == first ? err : 0;
		start.lm = r[R_MAP];
		if (r_debug == first && start.lm == 0)
			return -ENOENT;
		err = walk_list(p, start, r_debug == first, fn, arg);
		if (err != 0)
			return err;
		/* The version is an int, with padding behind it. */
		if ((uint32_t)r[R_VERSION] < 2 ||
		    svr4_read_words(p, r_debug + R_WORDS * p->word, &r_debug,
				    1) < 0)
			break;
	}
	return 0;
}

int
svr4_walk(struct target *t, pid_t pid, const struct svr4_start *start,
	  svr4_fn *fn, void *arg)
{
	struct svr4_process p;
	int err;

	err = svr4_process_of(t, pid, &p);
	if (err < 0)
		return err;
	if (start != NULL && start->lm != 0)
		return walk_list(&p, *start, true, fn, arg);
	return walk_namespaces(&p, fn, arg);
}
