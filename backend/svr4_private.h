/* SPDX-License-Identifier: Apache-2.0 */
/* What svr4.c and svr4_symbol.c share. */
#ifndef BACKEND_SVR4_PRIVATE_H
#define BACKEND_SVR4_PRIVATE_H

#include "svr4.h"

struct svr4_process {
	struct target *t;
	pid_t pid;
	unsigned word;
};

int svr4_process_of(struct target *t, pid_t pid, struct svr4_process *p);
/* At most 8 words of the process's own size. */
int svr4_read_words(const struct svr4_process *p, uint64_t addr,
		    uint64_t *words, size_t n);
/* The value of a dynamic section's entry; -ENOENT if it has none. */
int svr4_dynamic_entry(const struct svr4_process *p, uint64_t dynamic,
		       uint64_t tag, uint64_t *value);

#endif
