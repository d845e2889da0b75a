/* SPDX-License-Identifier: Apache-2.0 */
/* Hex digits to bytes and back, by table: memory packets are mostly this. */
#ifndef PROTOCOL_HEX_H
#define PROTOCOL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One more than a digit's value; 0: no hex digit.  Both cases count. */
extern const uint8_t rsp_hex_values[256];

static inline bool
rsp_hex_digit(uint8_t c, unsigned *value)
{
	*value = rsp_hex_values[c] - 1u;
	return rsp_hex_values[c] != 0;
}

/*
 * Decodes up to `pairs` pairs of digits and returns how many were good ones.
 * `out` may be `in` or lie before it.
 */
size_t rsp_hex_decode(uint8_t *out, const uint8_t *in, size_t pairs);

/* Writes 2 * len lower-case digits; `in` and `out` do not overlap. */
void rsp_hex_encode(uint8_t *out, const uint8_t *in, size_t len);

#endif
