/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF objects as they lie in the target's memory.  What is read there is not
 * believed: every number is bounded before use.
 */
#include "private.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#define SPAN_MAX     ((uint64_t)1 << 40)
#define DYNAMIC_MAX  512
#define CHAIN_MAX    4096
#define BLOOM_MAX    ((uint64_t)1 << 24)
#define NAME_MAX_LEN 64

static HRESULT
not_elf(struct datatarget *t, uint64_t at)
{
	return dt_fail(t, DATATARGET_E_DATA, "no ELF object at 0x%" PRIx64, at);
}

/* ---- program headers ----------------------------------------------------- */

static void
take_segment(const uint8_t *at, bool is64, struct elf_segment *s)
{
	s->type = (uint32_t)dt_number_le(at, 4);
	if (is64) {
		s->offset = dt_number_le(at + 8, 8);
		s->vaddr = dt_number_le(at + 16, 8);
		s->filesz = dt_number_le(at + 32, 8);
		s->memsz = dt_number_le(at + 40, 8);
	} else {
		s->offset = dt_number_le(at + 4, 4);
		s->vaddr = dt_number_le(at + 8, 4);
		s->filesz = dt_number_le(at + 16, 4);
		s->memsz = dt_number_le(at + 20, 4);
	}
}

/* What the loaded segments span, and the bias. */
static bool
place(struct elf_object *elf)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < elf->n; i++) {
		const struct elf_segment *s = &elf->segments[i];

		if (s->type != PT_LOAD)
			continue;
		if (s->memsz > SPAN_MAX || s->filesz > s->memsz ||
		    s->vaddr > UINT64_MAX - s->memsz)
			return false;
		low = s->vaddr < low ? s->vaddr : low;
		high = s->vaddr + s->memsz > high ? s->vaddr + s->memsz : high;
	}
	low &= ~(uint64_t)0xfff;
	if (low >= high || high - low > SPAN_MAX)
		return false;
	elf->bias = elf->header - low;
	elf->start = elf->header;
	elf->end = elf->header + (high - low);
	return elf->end > elf->start;
}

HRESULT
dt_elf_read(struct datatarget *t, uint64_t header, struct elf_object *elf)
{
	uint8_t h[64], table[ELF_SEGMENTS_MAX * sizeof(Elf64_Phdr)];
	size_t size, n;
	uint64_t offset;
	HRESULT hr = dt_memory_read(t, header, h, sizeof(h));

	if (hr != DATATARGET_OK)
		return hr;
	memset(elf, 0, sizeof(*elf));
	if (memcmp(h, ELFMAG, SELFMAG) != 0 || h[EI_DATA] != ELFDATA2LSB ||
	    (h[EI_CLASS] != ELFCLASS64 && h[EI_CLASS] != ELFCLASS32))
		return not_elf(t, header);
	elf->is64 = h[EI_CLASS] == ELFCLASS64;
	elf->header = header;
	offset = elf->is64 ? dt_number_le(h + 32, 8) : dt_number_le(h + 28, 4);
	n = (size_t)dt_number_le(h + (elf->is64 ? 56 : 44), 2);
	size = elf->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	if (dt_number_le(h + (elf->is64 ? 54 : 42), 2) != size || n == 0 ||
	    n > ELF_SEGMENTS_MAX || offset > SPAN_MAX)
		return not_elf(t, header);
	hr = dt_memory_read(t, header + offset, table, n * size);
	if (hr != DATATARGET_OK)
		return hr;
	for (size_t i = 0; i < n; i++)
		take_segment(table + i * size, elf->is64, &elf->segments[i]);
	elf->n = n;
	return place(elf) ? DATATARGET_OK : not_elf(t, header);
}

/* Linkers put the program headers right behind the ELF header. */
HRESULT
dt_elf_read_program(struct datatarget *t, const struct auxv *auxv,
		    struct elf_object *elf)
{
	uint64_t header = sizeof(Elf64_Ehdr);

	if (auxv->phent == sizeof(Elf32_Phdr))
		header = sizeof(Elf32_Ehdr);
	if (auxv->phdr < header)
		return not_elf(t, auxv->phdr);
	return dt_elf_read(t, auxv->phdr - header, elf);
}

/* ---- symbols ------------------------------------------------------------- */

struct symbols {
	uint64_t hash, table, strings;
};

/* glibc adds the bias to these in memory, others leave them alone. */
static uint64_t
in_memory(const struct elf_object *elf, uint64_t value)
{
	return value >= elf->start && value < elf->end ? value
						       : value + elf->bias;
}

static HRESULT
find_symbols(struct datatarget *t, const struct elf_object *elf,
	     struct symbols *s)
{
	uint8_t dyn[DYNAMIC_MAX * sizeof(Elf64_Dyn)];
	const struct elf_segment *seg = NULL;
	size_t size, got;
	HRESULT hr;

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < elf->n && seg == NULL; i++)
		if (elf->segments[i].type == PT_DYNAMIC)
			seg = &elf->segments[i];
	if (seg == NULL || !elf->is64)
		return DATATARGET_OK;
	size = seg->memsz < sizeof(dyn) ? (size_t)seg->memsz : sizeof(dyn);
	hr = dt_memory_read_some(t, seg->vaddr + elf->bias, dyn, size, &got);
	if (hr != DATATARGET_OK)
		return hr;
	for (size_t i = 0; i + sizeof(Elf64_Dyn) <= got;
	     i += sizeof(Elf64_Dyn)) {
		uint64_t tag = dt_number_le(dyn + i, 8);
		uint64_t value = in_memory(elf, dt_number_le(dyn + i + 8, 8));

		if (tag == DT_NULL)
			break;
		if (tag == DT_GNU_HASH)
			s->hash = value;
		else if (tag == DT_SYMTAB)
			s->table = value;
		else if (tag == DT_STRTAB)
			s->strings = value;
	}
	return DATATARGET_OK;
}

static uint32_t
gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (; *name != '\0'; name++)
		h = h * 33 + (uint8_t)*name;
	return h;
}

static HRESULT
read_u32(struct datatarget *t, uint64_t addr, uint32_t *value)
{
	uint8_t bytes[4];
	HRESULT hr = dt_memory_read(t, addr, bytes, sizeof(bytes));

	if (hr == DATATARGET_OK)
		*value = (uint32_t)dt_number_le(bytes, sizeof(bytes));
	return hr;
}

/* DATATARGET_FALSE: it has another name, or is not defined here. */
static HRESULT
check_symbol(struct datatarget *t, const struct elf_object *elf,
	     const struct symbols *s, uint32_t index, const char *name,
	     uint64_t *addr)
{
	uint8_t sym[sizeof(Elf64_Sym)], text[NAME_MAX_LEN];
	size_t len = strlen(name) + 1;
	HRESULT hr;

	hr = dt_memory_read(t, s->table + (uint64_t)index * sizeof(sym), sym,
			    sizeof(sym));
	if (hr == DATATARGET_OK && len <= sizeof(text))
		hr = dt_memory_read(t, s->strings + dt_number_le(sym, 4), text,
				    len);
	if (hr != DATATARGET_OK)
		return hr;
	if (len > sizeof(text) || memcmp(text, name, len) != 0 ||
	    dt_number_le(sym + 6, 2) == SHN_UNDEF)
		return DATATARGET_FALSE;
	*addr = dt_number_le(sym + 8, 8) + elf->bias;
	return DATATARGET_OK;
}

/*
 * DT_GNU_HASH: nbuckets, first symbol, words and shift of the filter; the
 * filter, 8 bytes a word; the buckets; and a hash for each symbol, whose lowest
 * bit marks the end of a chain.
 */
HRESULT
dt_elf_symbol(struct datatarget *t, const struct elf_object *elf,
	      const char *name, uint64_t *addr)
{
	uint32_t hash = gnu_hash(name), index, nbuckets, first, words, h = 0;
	uint64_t buckets, chains;
	struct symbols s;
	uint8_t head[16];
	HRESULT hr = find_symbols(t, elf, &s);

	if (hr != DATATARGET_OK)
		return hr;
	if (s.hash == 0 || s.table == 0 || s.strings == 0)
		return DATATARGET_FALSE;
	hr = dt_memory_read(t, s.hash, head, sizeof(head));
	if (hr != DATATARGET_OK)
		return hr;
	nbuckets = (uint32_t)dt_number_le(head, 4);
	first = (uint32_t)dt_number_le(head + 4, 4);
	words = (uint32_t)dt_number_le(head + 8, 4);
	if (nbuckets == 0 || words > BLOOM_MAX)
		return not_elf(t, elf->header);
	buckets = s.hash + sizeof(head) + (uint64_t)words * 8;
	chains = buckets + (uint64_t)nbuckets * 4;
	hr = read_u32(t, buckets + (uint64_t)(hash % nbuckets) * 4, &index);
	for (unsigned i = 0; hr == DATATARGET_OK && (h & 1) == 0;
	     i++, index++) {
		if (index < first || i == CHAIN_MAX)
			return DATATARGET_FALSE;
		hr = read_u32(t, chains + (uint64_t)(index - first) * 4, &h);
		if (hr != DATATARGET_OK || (h | 1) != (hash | 1))
			continue;
		hr = check_symbol(t, elf, &s, index, name, addr);
		if (hr != DATATARGET_FALSE)
			return hr;
		hr = DATATARGET_OK;
	}
	return hr == DATATARGET_OK ? DATATARGET_FALSE : hr;
}
