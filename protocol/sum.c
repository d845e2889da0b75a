/* SPDX-License-Identifier: Apache-2.0 */
#include "sum.h"

#include <string.h>

/* Four 16-bit lanes take this many words of bytes before one can overflow. */
enum { WORDS = 128 };

static unsigned
sum_of_lanes(uint64_t lanes)
{
	return (unsigned)((lanes & 0xffff) + (lanes >> 16 & 0xffff) +
			  (lanes >> 32 & 0xffff) + (lanes >> 48));
}

uint8_t
rsp_sum(const uint8_t *data, size_t len)
{
	const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
	uint64_t word, lanes;
	unsigned sum = 0;
	size_t i;

	while (len >= sizeof(word)) {
		lanes = 0;
		for (i = 0; i < WORDS && len >= sizeof(word); i++) {
			memcpy(&word, data, sizeof(word));
			lanes += (word & even) + (word >> 8 & even);
			data += sizeof(word);
			len -= sizeof(word);
		}
		sum += sum_of_lanes(lanes);
	}
	while (len-- > 0)
		sum += *data++;
	return (uint8_t)sum;
}
