/* SPDX-License-Identifier: Apache-2.0 */
#include "hex.h"

#include <string.h>

const uint8_t rsp_hex_values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

#define ROW(h)                                                              \
	h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" h "8" h "9" h "a" h \
	  "b" h "c" h "d" h "e" h "f"
static const char pairs_of[] =
    ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6") ROW("7")
	ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");
#undef ROW

size_t
rsp_hex_decode(uint8_t *out, const uint8_t *in, size_t pairs)
{
	unsigned high, low;
	size_t i;

	for (i = 0; i < pairs; i++) {
		high = rsp_hex_values[in[2 * i]];
		low = rsp_hex_values[in[2 * i + 1]];
		if (high == 0 || low == 0)
			break;
		out[i] = (uint8_t)(high * 16 + low - 17);
	}
	return i;
}

void
rsp_hex_encode(uint8_t *out, const uint8_t *in, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		memcpy(out + 2 * i, pairs_of + 2 * (size_t)in[i], 2);
}
