/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that binary data in a reply must not hold as they are. */
#ifndef PROTOCOL_ESCAPE_H
#define PROTOCOL_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* '*' is among them: it would be taken for a run length. */
static inline bool
rsp_needs_escape(uint8_t c)
{
	return c == '#' || c == '$' || c == '}' || c == '*';
}

/* How many bytes come before the first one that needs an escape. */
size_t rsp_plain_run(const uint8_t *data, size_t len);
/* How long the data is with its escapes. */
size_t rsp_escaped_len(const uint8_t *data, size_t len);

#endif
