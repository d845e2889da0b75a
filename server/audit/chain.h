/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that hang on each other: each ends with the hash of the line before it
 * and its own, so that none can be changed, left out or put in unseen.
 *
 *	{...,"prev":"HEX","hash":"HEX"}
 *
 * The hash (SHA-256) is that of the line up to the comma before "hash"; with a
 * key its HMAC, which only who has the key can make.
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#define CHAIN_HASH_SIZE 65 /* hex, and a NUL */
/* The longest line, with its end. */
#define CHAIN_LINE_MAX 4096

/* What a file with a key holds, any bytes. */
#define CHAIN_KEY_MIN 32
#define CHAIN_KEY_MAX 256

struct chain_key {
	uint8_t bytes[CHAIN_KEY_MAX];
	size_t len; /* 0: none, which is also what NULL stands for */
};

/* From a file that only its owner can read.  -errno; a message is in the log.
 */
int chain_key_read(struct chain_key *key, const char *path);

/* What the first line of all has for the one before it. */
extern const char chain_none[CHAIN_HASH_SIZE];

/*
 * `line` holds "{..." without the closing brace; what is missing is appended,
 * without a newline.  `hash` is the last one, and becomes this line's.  Its
 * length, or -errno.
 */
int chain_close(char line[CHAIN_LINE_MAX], char hash[CHAIN_HASH_SIZE],
		const struct chain_key *key);

/* Takes a line (no newline) apart; -EINVAL: it is none, was changed, or is of
 * another key. */
int chain_check(const char *line, size_t len, char prev[CHAIN_HASH_SIZE],
		char hash[CHAIN_HASH_SIZE], const struct chain_key *key);

#endif
