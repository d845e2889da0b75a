/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that hang on each other: each ends with the hash of the line before it
 * and its own, so that none can be changed, left out or put in unseen.
 *
 *	{...,"prev":"HEX","hash":"HEX"}
 *
 * The hash (SHA-256) is that of the line up to the comma before "hash".
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include <stddef.h>

#define CHAIN_HASH_SIZE 65 /* hex, and a NUL */
/* The longest line, with its end. */
#define CHAIN_LINE_MAX 4096

/* What the first line of all has for the one before it. */
extern const char chain_none[CHAIN_HASH_SIZE];

/*
 * `line` holds "{..." without the closing brace; what is missing is appended,
 * without a newline.  `hash` is the last one, and becomes this line's.  Its
 * length, or -errno.
 */
int chain_close(char line[CHAIN_LINE_MAX], char hash[CHAIN_HASH_SIZE]);

/* Takes a line (no newline) apart; -EINVAL: it is none, or was changed. */
int chain_check(const char *line, size_t len, char prev[CHAIN_HASH_SIZE],
		char hash[CHAIN_HASH_SIZE]);

#endif
