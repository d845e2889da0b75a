/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 99;
}

static bool
number(const char **at, unsigned base, uint64_t *value)
{
	const char *p = *at;
	uint64_t v = 0;

	if (digit(*p) >= base)
		return false;
	for (; digit(*p) < base; p++) {
		if (v > (UINT64_MAX - digit(*p)) / base)
			return false;
		v = v * base + digit(*p);
	}
	*at = p;
	*value = v;
	return true;
}

bool
number_hex(const char **at, uint64_t *value)
{
	return number(at, 16, value);
}

bool
number_decimal(const char **at, uint64_t *value)
{
	return number(at, 10, value);
}

bool
number_typed(const char **at, uint64_t *value)
{
	const char *p = *at;

	if (p[0] != '0' || (p[1] != 'x' && p[1] != 'X'))
		return number(at, 10, value);
	p += 2;
	if (!number(&p, 16, value))
		return false;
	*at = p;
	return true;
}
