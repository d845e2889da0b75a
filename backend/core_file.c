/* SPDX-License-Identifier: Apache-2.0 */
#include "core_file_private.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One step: so much memory is read, or looked at for being there at all. */
#define STEP_BYTES ((size_t)4 << 20)
#define READ_BYTES ((size_t)1 << 20)
#define LOOK_PAGES ((size_t)1 << 16)
/* More mappings than any kernel allows unless told to. */
#define SEGMENTS_MAX ((size_t)1 << 20)
/* The kernel's own limit for NT_FILE. */
#define FILES_MAX ((size_t)4 << 20)

/* Bits of coredump_filter; what it is where it cannot be read. */
enum {
	FILTER_ANON_PRIVATE = 1,
	FILTER_ANON_SHARED = 2,
	FILTER_FILE_PRIVATE = 4,
	FILTER_FILE_SHARED = 8,
	FILTER_ELF_HEADERS = 16,
	FILTER_HUGE_PRIVATE = 32,
	FILTER_HUGE_SHARED = 64,
	FILTER_DEFAULT = 0x33,
};

/* ---- bytes
 * -------------------------------------------------------------------- */

void
core_put(struct core_buffer *b, const void *data, size_t len)
{
	if (b->err < 0 || len == 0)
		return;
	if (b->cap - b->len < len) {
		size_t cap = 2 * (b->len + len) + 256;
		uint8_t *grown = realloc(b->data, cap);

		if (grown == NULL) {
			b->err = -ENOMEM;
			return;
		}
		b->data = grown;
		b->cap = cap;
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void
core_put_number(struct core_buffer *b, uint64_t value, unsigned size)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	core_put(b, bytes, size);
}

void
core_put_word(struct core_buffer *b, uint64_t value)
{
	core_put_number(b, value, b->word);
}

void
core_align(struct core_buffer *b, size_t align)
{
	static const uint8_t zeros[16];

	core_put(b, zeros, (align - b->len % align) % align);
}

static int
write_all(int fd, const void *data, size_t len, uint64_t offset)
{
	const uint8_t *at = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, at, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

int
core_flush(struct core_file *c, struct core_buffer *b, uint64_t *offset)
{
	int err = b->err;

	if (err == 0)
		err = write_all(c->fd, b->data, b->len, *offset);
	*offset += b->len;
	b->len = 0;
	return err;
}

/* ---- which memory
 * --------------------------------------------------------------- */

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

static bool
is_elf(struct core_file *c, uint64_t addr)
{
	uint8_t magic[SELFMAG];
	size_t got;

	return target_read_memory(c->t, c->pid, addr, magic, sizeof(magic),
				  &got) == 0 &&
	       got == sizeof(magic) && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* As the kernel decides it (core(5)). */
static uint64_t
bytes_of(struct core_file *c, const struct target_dump_map *d)
{
	const struct target_map *m = &d->map;
	uint64_t whole = m->end - m->start;
	bool shared = m->prot & TARGET_MAP_SHARED, file = m->inode != 0;
	unsigned bit;

	if (strcmp(m->name, "[vdso]") == 0)
		return whole;
	/* Nothing that a debugger could read there. */
	if (d->excluded || m->start >= c->arch->user_limit)
		return 0;
	if (d->huge)
		bit = shared ? FILTER_HUGE_SHARED : FILTER_HUGE_PRIVATE;
	else if (shared && file && !ends_with(m->name, " (deleted)"))
		bit = FILTER_FILE_SHARED;
	else if (shared)
		bit = FILTER_ANON_SHARED;
	else if (d->modified > 0)
		bit = FILTER_ANON_PRIVATE;
	else if (file)
		bit = FILTER_FILE_PRIVATE;
	else
		return 0;
	if (c->filter & bit)
		return whole;
	if ((c->filter & FILTER_ELF_HEADERS) && file && !shared &&
	    m->offset == 0 && (m->prot & TARGET_MAP_READ) &&
	    is_elf(c, m->start))
		return c->page;
	return 0;
}

static void
note_file(struct core_file *c, const struct target_map *m)
{
	if (m->name[0] != '/' || c->file_names.len > FILES_MAX)
		return;
	c->nfiles++;
	core_put_word(&c->files, m->start);
	core_put_word(&c->files, m->end);
	core_put_word(&c->files, m->offset / c->page);
	core_put(&c->file_names, m->name, strlen(m->name) + 1);
}

static bool
add_segment(void *arg, const struct target_dump_map *d)
{
	struct core_file *c = arg;
	const struct target_map *m = &d->map;
	struct core_segment *s;

	if (m->start >= c->arch->user_limit)
		return true;
	if (c->nsegments == c->cap) {
		size_t cap = c->cap == 0 ? 256 : 2 * c->cap;

		s = cap > SEGMENTS_MAX
			? NULL
			: reallocarray(c->segments, cap, sizeof(*s));
		if (s == NULL) {
			c->err = -ENOMEM;
			return false;
		}
		c->segments = s;
		c->cap = cap;
	}
	c->segments[c->nsegments++] = (struct core_segment){
		.start = m->start,
		.end = m->end,
		.prot = m->prot,
		.file_size = bytes_of(c, d),
		.sparse = m->inode == 0 && !(m->prot & TARGET_MAP_SHARED) &&
			  strcmp(m->name, "[vdso]") != 0,
	};
	note_file(c, m);
	return true;
}

static unsigned
read_filter(struct core_file *c)
{
	char text[32];
	size_t n;

	if (target_read_object(c->t, c->pid, c->pid,
			       TARGET_OBJECT_COREDUMP_FILTER, 0, text,
			       sizeof(text) - 1, &n) < 0)
		return FILTER_DEFAULT;
	text[n] = '\0';
	return (unsigned)strtoul(text, NULL, 16);
}

/* ---- headers
 * --------------------------------------------------------------------- */

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

static int
lay_out(struct core_file *c)
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

/* ---- memory
 * ---------------------------------------------------------------------- */

static bool
is_zero(const uint8_t *p, size_t len)
{
	return p[0] == 0 && memcmp(p, p + 1, len - 1) == 0;
}

/* Pages of zeros stay holes. */
static int
write_pages(struct core_file *c, const uint8_t *data, size_t len,
	    uint64_t offset)
{
	size_t at = 0, n;
	int err = 0;

	while (at < len && err == 0) {
		for (n = 0; at + n < len; n += c->page) {
			if (is_zero(data + at + n, c->page))
				break;
		}
		if (n > 0)
			err = write_all(c->fd, data + at, n, offset + at);
		at += n + c->page;
	}
	return err;
}

/* What cannot be read is left a hole. */
static int
copy_memory(struct core_file *c, uint64_t addr, size_t len, uint64_t offset)
{
	uint8_t *buf = malloc(READ_BYTES);
	int err = buf == NULL ? -ENOMEM : 0;

	for (size_t at = 0, got; at < len && err == 0; at += got) {
		size_t want = len - at < READ_BYTES ? len - at : READ_BYTES;

		err = target_read_memory(c->t, c->pid, addr + at, buf, want,
					 &got);
		if (err == -ESRCH)
			break;
		if (err < 0)
			got = 0;
		got -= got % c->page;
		err = write_pages(c, buf, got, offset + at);
		if (got < want)
			got += c->page;
	}
	free(buf);
	return err;
}

/* Runs of present pages among `n`; *copied grows by their bytes. */
static int
copy_present(struct core_file *c, uint64_t addr, uint64_t offset,
	     const bool *present, size_t n, size_t *looked)
{
	size_t i = 0, copied = 0;
	int err = 0;

	while (i < n && copied < STEP_BYTES && err == 0) {
		size_t run = 0;

		while (i + run < n && present[i + run] &&
		       copied + run * c->page < STEP_BYTES)
			run++;
		if (run > 0)
			err = copy_memory(c, addr + i * c->page, run * c->page,
					  offset + i * c->page);
		copied += run * c->page;
		i += run > 0 ? run : 1;
	}
	*looked = i;
	return err;
}

static int
step_sparse(struct core_file *c, const struct core_segment *s, size_t *looked)
{
	uint64_t left = (s->file_size - c->done) / c->page;
	size_t n = left < LOOK_PAGES ? (size_t)left : LOOK_PAGES;
	bool *present = calloc(n, sizeof(*present));
	int err;

	if (present == NULL)
		return -ENOMEM;
	err =
	    target_pages_present(c->t, c->pid, s->start + c->done, present, n);
	if (err != -ESRCH) {
		/* Not told: then all of it is read. */
		if (err < 0)
			memset(present, true, n * sizeof(*present));
		err = copy_present(c, s->start + c->done, s->offset + c->done,
				   present, n, looked);
	}
	free(present);
	return err;
}

int
core_file_step(struct core_file *c)
{
	struct core_segment *s;
	size_t pages = 0;
	uint64_t left;
	int err;

	while (c->segment < c->nsegments &&
	       c->done == c->segments[c->segment].file_size) {
		c->segment++;
		c->done = 0;
	}
	if (c->segment == c->nsegments)
		return 0;
	s = &c->segments[c->segment];
	left = s->file_size - c->done;
	if (s->sparse) {
		err = step_sparse(c, s, &pages);
	} else {
		pages =
		    (left < STEP_BYTES ? (size_t)left : STEP_BYTES) / c->page;
		err = copy_memory(c, s->start + c->done, pages * c->page,
				  s->offset + c->done);
	}
	c->done += pages * c->page;
	return err < 0 ? err : 1;
}

/* ---- life
 * ------------------------------------------------------------------------- */

int
core_file_begin(struct core_file **out, struct target *t, pid_t pid, pid_t tid,
		int fd)
{
	const struct arch *arch = target_arch(t, pid);
	struct core_file *c;
	int err;

	if (arch == NULL)
		return -ESRCH;
	if (arch->core == NULL)
		return -EOPNOTSUPP;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->t = t;
	c->arch = arch;
	c->pid = pid;
	c->tid = tid;
	c->fd = fd;
	c->page = (uint64_t)sysconf(_SC_PAGESIZE);
	c->files.word = c->file_names.word = arch->word_size;
	c->filter = read_filter(c);
	err = target_dump_maps(t, pid, add_segment, c);
	if (err == 0)
		err = c->err < 0 ? c->err : lay_out(c);
	if (err < 0)
		core_file_end(c);
	else
		*out = c;
	return err;
}

uint64_t
core_file_size(const struct core_file *c)
{
	return c->size;
}

void
core_file_end(struct core_file *c)
{
	if (c == NULL)
		return;
	free(c->segments);
	free(c->files.data);
	free(c->file_names.data);
	free(c);
}
