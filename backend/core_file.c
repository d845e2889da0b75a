/* SPDX-License-Identifier: Apache-2.0 */
#include "core_file_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One step: so much memory is read, or looked at for being there at all. */
#define STEP_BYTES ((size_t)4 << 20)
#define READ_BYTES ((size_t)1 << 20)
#define LOOK_PAGES ((size_t)1 << 16)

/* ---- memory -------------------------------------------------------------- */

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
			err = core_write(c->fd, data + at, n, offset + at);
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

/* ---- life ---------------------------------------------------------------- */

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
	err = core_find_segments(c);
	if (err == 0)
		err = core_lay_out(c);
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
