/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as they stand in replies and documents. */
#include "private.h"

#include "protocol/hex.h"

bool
dt_number_hex(const char **at, uint64_t *value)
{
	const char *p = *at;
	uint64_t v = 0;
	unsigned digit;

	for (; rsp_hex_digit((uint8_t)*p, &digit); p++) {
		if (v >> 60 != 0)
			return false;
		v = v << 4 | digit;
	}
	if (p == *at)
		return false;
	*at = p;
	*value = v;
	return true;
}

bool
dt_number_text(const char *text, uint64_t *value)
{
	uint64_t v = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		return dt_number_hex(&text, value) && *text == '\0';
	}
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)(uint8_t)*text - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

static bool
number_id(const char **at, uint64_t *id)
{
	if ((*at)[0] == '-' && (*at)[1] == '1') {
		*at += 2;
		*id = UINT64_MAX;
		return true;
	}
	return dt_number_hex(at, id) && *id <= INT32_MAX;
}

bool
dt_number_thread(const char **at, uint64_t *pid, uint64_t *tid)
{
	*pid = 0;
	if (**at != 'p')
		return number_id(at, tid);
	(*at)++;
	if (!number_id(at, pid) || **at != '.')
		return false;
	(*at)++;
	return number_id(at, tid);
}

uint64_t
dt_number_le(const uint8_t *bytes, size_t size)
{
	uint64_t v = 0;

	for (size_t i = size; i > 0; i--)
		v = v << 8 | bytes[i - 1];
	return v;
}
