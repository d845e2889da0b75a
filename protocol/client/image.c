/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* Of an image, most of which is never touched; and of what is read for it. */
#define IMAGE_MAX ((uint64_t)1 << 28)
#define READ_MAX  ((uint64_t)1 << 25)
#define HEADERS	  ((size_t)4096)

static const struct elf_segment *
segment_with(const struct elf_object *elf, uint64_t vaddr)
{
	for (size_t i = 0; i < elf->n; i++) {
		const struct elf_segment *s = &elf->segments[i];

		if (s->type == PT_LOAD && vaddr >= s->vaddr &&
		    vaddr - s->vaddr < s->filesz)
			return s;
	}
	return NULL;
}

/*
 * Where the unwind tables begin.  The index points to them, as a rule by a
 * distance (0x1b), and as a rule they follow it.
 */
static uint64_t
tables_begin(struct datatarget *t, const struct elf_object *elf, uint64_t index)
{
	uint64_t tables;
	uint8_t head[8];

	if (dt_memory_read(t, index + elf->bias, head, sizeof(head)) !=
		DATATARGET_OK ||
	    head[1] != 0x1b)
		return index;
	tables =
	    index + 4 +
	    (uint64_t)(int64_t)(int32_t)(uint32_t)dt_number_le(head + 4, 4);
	return tables < index ? tables : index;
}

/* Section headers are not loaded: the file is said to have none. */
static void
forget_sections(uint8_t *h, bool is64)
{
	if (is64) {
		memset(h + offsetof(Elf64_Ehdr, e_shoff), 0, 8);
		memset(h + offsetof(Elf64_Ehdr, e_shnum), 0, 4);
	} else {
		memset(h + offsetof(Elf32_Ehdr, e_shoff), 0, 4);
		memset(h + offsetof(Elf32_Ehdr, e_shnum), 0, 4);
	}
}

static HRESULT
no_tables(struct datatarget *t)
{
	return dt_fail(t, DATATARGET_E_DATA, "an object has no unwind tables");
}

/* Reads [vaddr, end of the segment) to its place in the file. */
static HRESULT
read_part(struct datatarget *t, const struct elf_object *elf,
	  const struct elf_segment *s, uint64_t vaddr, struct image *image)
{
	uint64_t skip = vaddr - s->vaddr, size = s->filesz - skip;
	size_t got = 0;

	if (size > READ_MAX)
		size = READ_MAX;
	image->size = (size_t)(s->offset + skip + size);
	if (image->size < HEADERS)
		image->size = HEADERS;
	image->bytes = calloc(1, image->size);
	if (image->bytes == NULL)
		return dt_no_memory(t);
	return dt_memory_read_some(t, vaddr + elf->bias,
				   image->bytes + s->offset + skip,
				   (size_t)size, &got);
}

HRESULT
dt_image_read(struct datatarget *t, const struct elf_object *elf,
	      struct image *image)
{
	const struct elf_segment *index = NULL, *s;
	uint64_t begin;
	size_t got;
	HRESULT hr;

	memset(image, 0, sizeof(*image));
	for (size_t i = 0; i < elf->n && index == NULL; i++)
		if (elf->segments[i].type == PT_GNU_EH_FRAME)
			index = &elf->segments[i];
	s = index == NULL ? NULL : segment_with(elf, index->vaddr);
	if (s == NULL || s->offset > IMAGE_MAX || s->filesz > IMAGE_MAX)
		return no_tables(t);
	begin = tables_begin(t, elf, index->vaddr);
	if (begin < s->vaddr)
		begin = index->vaddr;
	hr = read_part(t, elf, s, begin, image);
	if (hr == DATATARGET_OK)
		hr = dt_memory_read_some(t, elf->header, image->bytes, HEADERS,
					 &got);
	if (hr == DATATARGET_OK) {
		forget_sections(image->bytes, elf->is64);
		return hr;
	}
	free(image->bytes);
	image->bytes = NULL;
	return hr;
}
