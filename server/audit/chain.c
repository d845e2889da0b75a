/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../session/digest.h"

#define PREV  ",\"prev\":\""
#define HASH  ",\"hash\":\""
#define CLOSE "\"}"

enum {
	HEX = CHAIN_HASH_SIZE - 1,
	PREV_LEN = sizeof(PREV) - 1 + HEX + 1,
	HASH_LEN = sizeof(HASH) - 1 + HEX + sizeof(CLOSE) - 1,
	TAIL_LEN = PREV_LEN + HASH_LEN,
};

const char chain_none[CHAIN_HASH_SIZE] =
    "0000000000000000000000000000000000000000000000000000000000000000";

static int
hash_of(const char *data, size_t len, char hex[CHAIN_HASH_SIZE])
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	int err = digest_sha256(data, len, sum);

	for (size_t i = 0; err == 0 && i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return err;
}

int
chain_close(char line[CHAIN_LINE_MAX], char hash[CHAIN_HASH_SIZE])
{
	size_t len = strlen(line);
	char own[CHAIN_HASH_SIZE];
	int err;

	if (len + TAIL_LEN + 2 > CHAIN_LINE_MAX)
		return -ENOBUFS;
	len += (size_t)snprintf(line + len, CHAIN_LINE_MAX - len, "%s%s\"",
				PREV, hash);
	err = hash_of(line, len, own);
	if (err < 0)
		return err;
	len += (size_t)snprintf(line + len, CHAIN_LINE_MAX - len, "%s%s%s",
				HASH, own, CLOSE);
	memcpy(hash, own, sizeof(own));
	return (int)len;
}

/* `before` stands at the end of [at, at + ...), and `hex` behind it. */
static int
take(const char *at, const char *before, char hex[CHAIN_HASH_SIZE])
{
	size_t len = strlen(before);

	if (memcmp(at, before, len) != 0)
		return -EINVAL;
	memcpy(hex, at + len, HEX);
	hex[HEX] = '\0';
	return strspn(hex, "0123456789abcdef") == HEX ? 0 : -EINVAL;
}

int
chain_check(const char *line, size_t len, char prev[CHAIN_HASH_SIZE],
	    char hash[CHAIN_HASH_SIZE])
{
	char own[CHAIN_HASH_SIZE];
	const char *tail;
	int err;

	if (len < TAIL_LEN + 1 || line[0] != '{' ||
	    memcmp(line + len - 2, CLOSE, 2) != 0)
		return -EINVAL;
	tail = line + len - TAIL_LEN;
	if (take(tail, PREV, prev) < 0 || tail[PREV_LEN - 1] != '"' ||
	    take(tail + PREV_LEN, HASH, hash) < 0)
		return -EINVAL;
	err = hash_of(line, len - HASH_LEN, own);
	if (err < 0)
		return err;
	return strcmp(own, hash) == 0 ? 0 : -EINVAL;
}
