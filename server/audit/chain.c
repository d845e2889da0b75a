/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/log.h"
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

/* ---- the key ------------------------------------------------------------- */

static int
refuse(const char *path, const char *why, int err)
{
	log_error("%s: %s", path, why);
	return err;
}

static int
read_key(struct chain_key *key, int fd, const char *path)
{
	uint8_t more;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return refuse(path, strerror(errno), -errno);
	if (!S_ISREG(st.st_mode))
		return refuse(path, "not a regular file", -EINVAL);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(path,
			      "others can read or change this key; chmod 600 "
			      "it",
			      -EACCES);
	n = read(fd, key->bytes, sizeof(key->bytes));
	if (n < 0)
		return refuse(path, strerror(errno), -errno);
	if (n < CHAIN_KEY_MIN || read(fd, &more, 1) > 0)
		return refuse(path, "a key has 32 to 256 bytes", -EINVAL);
	key->len = (size_t)n;
	return 0;
}

int
chain_key_read(struct chain_key *key, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err;

	key->len = 0;
	if (fd < 0)
		return refuse(path, strerror(errno), -errno);
	err = read_key(key, fd, path);
	close(fd);
	return err;
}

/* ---- lines --------------------------------------------------------------- */

static int
hash_of(const char *data, size_t len, const struct chain_key *key,
	char hex[CHAIN_HASH_SIZE])
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	int err =
	    key == NULL || key->len == 0
		? digest_sha256(data, len, sum)
		: digest_hmac_sha256(key->bytes, key->len, data, len, sum);

	for (size_t i = 0; err == 0 && i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return err;
}

int
chain_close(char line[CHAIN_LINE_MAX], char hash[CHAIN_HASH_SIZE],
	    const struct chain_key *key)
{
	size_t len = strlen(line);
	char own[CHAIN_HASH_SIZE];
	int err;

	if (len + TAIL_LEN + 2 > CHAIN_LINE_MAX)
		return -ENOBUFS;
	len += (size_t)snprintf(line + len, CHAIN_LINE_MAX - len, "%s%s\"",
				PREV, hash);
	err = hash_of(line, len, key, own);
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
	    char hash[CHAIN_HASH_SIZE], const struct chain_key *key)
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
	err = hash_of(line, len - HASH_LEN, key, own);
	if (err < 0)
		return err;
	return strcmp(own, hash) == 0 ? 0 : -EINVAL;
}
