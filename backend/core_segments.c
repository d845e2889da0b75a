/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a process' memory goes into its core file (core(5)). */
#include "core_file_private.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
read_filter(const struct core_file *c)
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

int
core_find_segments(struct core_file *c)
{
	int err;

	c->filter = read_filter(c);
	err = target_dump_maps(c->t, c->pid, add_segment, c);
	return err < 0 ? err : c->err;
}
