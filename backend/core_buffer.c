/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a core file, and their way into it. */
#include "core_file_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int
core_write(int fd, const void *data, size_t len, uint64_t offset)
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
		err = core_write(c->fd, b->data, b->len, *offset);
	*offset += b->len;
	b->len = 0;
	return err;
}
