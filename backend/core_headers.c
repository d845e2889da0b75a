/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF headers of a core file, and where everything lies in it. */
#include "core_file_private.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void
put_program_header(struct core_buffer *b, uint32_t type, uint32_t flags,
		   uint64_t offset, uint64_t addr, uint64_t file_size,
		   uint64_t memory_size, uint64_t align)
{
	core_put_number(b, type, 4);
	if (b->word == 8)
		core_put_number(b, flags, 4);
	core_put_word(b, offset);
	core_put_word(b, addr);
	core_put_word(b, 0);
	core_put_word(b, file_size);
	core_put_word(b, memory_size);
	if (b->word == 4)
		core_put_number(b, flags, 4);
	core_put_word(b, align);
}

static size_t
program_header_size(unsigned word)
{
	return word == 8 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static size_t
file_header_size(unsigned word)
{
	return word == 8 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t
section_header_size(unsigned word)
{
	return word == 8 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

/* A count that does not fit goes into the first section header. */
static void
put_file_header(const struct core_file *c, struct core_buffer *b, size_t n)
{
	const uint8_t ident[EI_NIDENT] = {
		ELFMAG0,
		ELFMAG1,
		ELFMAG2,
		ELFMAG3,
		b->word == 8 ? ELFCLASS64 : ELFCLASS32,
		ELFDATA2LSB,
		EV_CURRENT,
	};
	size_t head = file_header_size(b->word);
	bool many = n >= PN_XNUM;

	core_put(b, ident, sizeof(ident));
	core_put_number(b, ET_CORE, 2);
	core_put_number(b, c->arch->elf_machine, 2);
	core_put_number(b, EV_CURRENT, 4);
	core_put_word(b, 0);
	core_put_word(b, head);
	core_put_word(b, many ? head + n * program_header_size(b->word) : 0);
	core_put_number(b, 0, 4);
	core_put_number(b, head, 2);
	core_put_number(b, program_header_size(b->word), 2);
	core_put_number(b, many ? PN_XNUM : n, 2);
	core_put_number(b, many ? section_header_size(b->word) : 0, 2);
	core_put_number(b, many ? 1 : 0, 2);
	core_put_number(b, 0, 2);
}

static void
put_count_section(struct core_buffer *b, size_t n)
{
	core_put_number(b, 0, 4); /* name, type, flags, address, offset */
	core_put_number(b, SHT_NULL, 4);
	core_put_word(b, 0);
	core_put_word(b, 0);
	core_put_word(b, 0);
	core_put_word(b, 1); /* size: the count of sections */
	core_put_number(b, 0, 4);
	core_put_number(b, n, 4); /* info: the count of program headers */
	core_put_word(b, 0);
	core_put_word(b, 0);
}

static uint32_t
segment_flags(unsigned prot)
{
	return (prot & TARGET_MAP_READ ? PF_R : 0u) |
	       (prot & TARGET_MAP_WRITE ? PF_W : 0u) |
	       (prot & TARGET_MAP_EXEC ? PF_X : 0u);
}

static int
write_headers(struct core_file *c, uint64_t notes, uint64_t notes_len)
{
	struct core_buffer b = { .word = c->arch->word_size };
	size_t n = c->nsegments + 1;
	uint64_t at = 0;
	int err;

	put_file_header(c, &b, n);
	put_program_header(&b, PT_NOTE, 0, notes, 0, notes_len, 0, 4);
	for (size_t i = 0; i < c->nsegments; i++) {
		const struct core_segment *s = &c->segments[i];

		put_program_header(&b, PT_LOAD, segment_flags(s->prot),
				   s->offset, s->start, s->file_size,
				   s->end - s->start, c->page);
	}
	if (n >= PN_XNUM)
		put_count_section(&b, n);
	err = core_flush(c, &b, &at);
	free(b.data);
	return err;
}

static uint64_t
headers_size(const struct core_file *c)
{
	unsigned word = c->arch->word_size;
	size_t n = c->nsegments + 1;

	return file_header_size(word) + n * program_header_size(word) +
	       (n >= PN_XNUM ? section_header_size(word) : 0);
}

int
core_lay_out(struct core_file *c)
{
	uint64_t notes = headers_size(c), len, at;
	int err;

	err = core_write_notes(c, notes, &len);
	if (err < 0)
		return err;
	at = notes + len;
	at += (c->page - at % c->page) % c->page;
	for (size_t i = 0; i < c->nsegments; i++) {
		c->segments[i].offset = at;
		at += c->segments[i].file_size;
	}
	c->size = at;
	err = write_headers(c, notes, len);
	if (err == 0 && ftruncate(c->fd, (off_t)c->size) < 0)
		err = -errno;
	return err;
}
