/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a core file goes: it has its name only once it is whole, and is gone
 * if it never is.
 */
#ifndef SERVER_SESSION_CORE_OUTPUT_H
#define SERVER_SESSION_CORE_OUTPUT_H

#include <limits.h>

#include "../../backend/core_file.h"
#include "job.h"

/* s->saving, while the job goes on. */
struct core_output {
	int result; /* -EINTR until it has one */
	struct core_file *core;
	int fd;
	char path[PATH_MAX];	  /* what it is to be called */
	char temporary[PATH_MAX]; /* what it is called until then */
};

/*
 * Of the current process; `path` NULL: a file of its own in $TMPDIR.  Begins
 * the job, whose steps call core_output_step and whose end core_output_end.
 */
int core_output_begin(struct session *s, const char *path,
		      const struct session_job *job);
/* 1: there is more to do; 0: the file is there; or -errno: it is not. */
int core_output_step(struct core_output *o);
/* Removes what is not whole. */
void core_output_end(struct session *s);

#endif
