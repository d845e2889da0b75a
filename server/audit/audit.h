/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: JSON lines in a file, to syslog, or both.  One process writes
 * it, so that the chain (chain.h) stays one.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "chain.h"

struct audit_log;

/* `path` may be NULL, and so may `key`, a file with one.  The chain goes on
 * where the file ends.  -errno; the cause is in the log. */
int audit_open(struct audit_log **a, const char *path, const char *key,
	       bool also_syslog);
/* NULL is allowed, here and below: then nothing is on record. */
void audit_close(struct audit_log *a);
/* Goes on in a file of this name, should the one that is open have been
 * renamed; the same chain.  On failure all is as before. */
int audit_reopen(struct audit_log *a, const char *path, bool also_syslog);

/* Could all that should be there be written?  If not, and it can be now, how
 * much is missing is put on record. */
bool audit_is_whole(struct audit_log *a);

/* A line that is being put together; what does not fit is left out whole. */
struct audit_line {
	char text[CHAIN_LINE_MAX];
	size_t len;
};

/* "seq", "time", "event" come by themselves. */
void audit_begin(struct audit_line *l, const char *event);
void audit_text(struct audit_line *l, const char *key, const char *text);
void audit_number(struct audit_line *l, const char *key, int64_t number);
void audit_hex(struct audit_line *l, const char *key, uint64_t number);
void audit_write(struct audit_log *a, struct audit_line *l);

/* rspd audit verify [--key FILE] FILE...: argv is what follows "audit"; the
 * exit status. */
int audit_main(char **argv);

#endif
