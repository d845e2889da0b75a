/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a core file goes: it has its name only once it is whole, and is gone
 * if it never is.
 */
#ifndef SERVER_SESSION_CORE_OUTPUT_H
#define SERVER_SESSION_CORE_OUTPUT_H

#include <limits.h>

#include "../../backend/core_file.h"
#include "private.h"

struct core_output {
	struct core_file *core;
	int fd;
	char path[PATH_MAX];	  /* what it is to be called */
	char temporary[PATH_MAX]; /* what it is called until then */
};

/* Of the current process; `path` NULL: a file of its own in $TMPDIR. */
int core_output_open(struct session *s, struct core_output *o,
		     const char *path);
/* 1: there is more to do; 0: the file is there; or -errno: it is not. */
int core_output_step(struct core_output *o);
/* Removes what is not whole. */
void core_output_close(struct core_output *o);

#endif
