/* SPDX-License-Identifier: Apache-2.0 */
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- one line --------------------------------------------------------- */

struct cursor {
	const char *at, *end;
};

static bool
skip(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

int
maps_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

static bool
number(struct cursor *c, unsigned base, uint64_t *v)
{
	const char *start = c->at;
	int digit;

	*v = 0;
	while (c->at < c->end) {
		digit = maps_digit(*c->at);
		if (digit < 0 || (unsigned)digit >= base)
			break;
		*v = *v * base + (unsigned)digit;
		c->at++;
	}
	return c->at != start;
}

static bool
permissions(struct cursor *c, unsigned *prot)
{
	static const unsigned bits[] = { TARGET_MAP_READ, TARGET_MAP_WRITE,
					 TARGET_MAP_EXEC };

	if (c->end - c->at < 4)
		return false;
	*prot = 0;
	for (size_t i = 0; i < 3; i++) {
		if (c->at[i] != '-')
			*prot |= bits[i];
	}
	if (c->at[3] == 's')
		*prot |= TARGET_MAP_SHARED;
	c->at += 4;
	return true;
}

/* "\012" and its like, as the kernel writes a newline in a name. */
static bool
escape(const struct cursor *c, char *ch)
{
	unsigned v = 0;

	if (c->end - c->at < 4 || c->at[0] != '\\')
		return false;
	for (size_t i = 1; i < 4; i++) {
		if (c->at[i] < '0' || c->at[i] > '7')
			return false;
		v = v * 8 + (unsigned)(c->at[i] - '0');
	}
	*ch = (char)v;
	return true;
}

static void
name(struct cursor *c, char *out, size_t cap)
{
	size_t n = 0;
	char ch;

	while (skip(c, ' '))
		continue;
	while (c->at < c->end && n + 1 < cap) {
		if (escape(c, &ch)) {
			out[n++] = ch;
			c->at += 4;
		} else {
			out[n++] = *c->at++;
		}
	}
	out[n] = '\0';
}

bool
maps_parse(const char *text, size_t len, struct maps_line *line)
{
	struct cursor c = { text, text + len };
	uint64_t device;

	if (!number(&c, 16, &line->start) || !skip(&c, '-') ||
	    !number(&c, 16, &line->end) || !skip(&c, ' ') ||
	    !permissions(&c, &line->prot) || !skip(&c, ' ') ||
	    !number(&c, 16, &line->offset) || !skip(&c, ' ') ||
	    !number(&c, 16, &device) || !skip(&c, ':') ||
	    !number(&c, 16, &device) || !skip(&c, ' ') ||
	    !number(&c, 10, &line->inode))
		return false;
	name(&c, line->name, sizeof(line->name));
	return line->start < line->end;
}

/* ---- the file --------------------------------------------------------- */

int
maps_open(struct maps *m, pid_t tid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", tid);
	m->fd = open(path, O_RDONLY | O_CLOEXEC);
	m->err = 0;
	m->pos = m->len = 0;
	if (m->fd >= 0)
		return 0;
	return errno == ENOENT ? -ESRCH : -errno;
}

void
maps_close(struct maps *m)
{
	if (m->fd >= 0)
		(void)close(m->fd);
	m->fd = -1;
}

/* More into the buffer; false at the end, or when nothing fits. */
static bool
refill(struct maps *m)
{
	ssize_t n;

	memmove(m->buf, m->buf + m->pos, m->len - m->pos);
	m->len -= m->pos;
	m->pos = 0;
	if (m->len == sizeof(m->buf))
		return false;
	do {
		n = read(m->fd, m->buf + m->len, sizeof(m->buf) - m->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		m->err = -errno;
	if (n <= 0)
		return false;
	m->len += (size_t)n;
	return true;
}

int
maps_next(struct maps *m, struct maps_line *line)
{
	char *start, *end;
	bool good;

	for (;;) {
		start = m->buf + m->pos;
		end = memchr(start, '\n', m->len - m->pos);
		if (end == NULL) {
			if (refill(m))
				continue;
			return m->err;
		}
		good = maps_parse(start, (size_t)(end - start), line);
		m->pos += (size_t)(end - start) + 1;
		if (good)
			return 1;
	}
}
