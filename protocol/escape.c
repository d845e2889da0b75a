/* SPDX-License-Identifier: Apache-2.0 */
#include "escape.h"

#include <string.h>

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Not 0 if one of the eight bytes is `c`. */
static uint64_t
has_byte(uint64_t word, uint8_t c)
{
	word ^= EACH_BYTE(c);
	return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

size_t
rsp_plain_run(const uint8_t *data, size_t len)
{
	uint64_t word;
	size_t i = 0;

	for (; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		if (has_byte(word, '#') | has_byte(word, '$') |
		    has_byte(word, '}') | has_byte(word, '*'))
			break;
	}
	while (i < len && !rsp_needs_escape(data[i]))
		i++;
	return i;
}

size_t
rsp_escaped_len(const uint8_t *data, size_t len)
{
	size_t n = len;

	for (size_t i = 0; i < len; i++)
		n += rsp_needs_escape(data[i]);
	return n;
}
