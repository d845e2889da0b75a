/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that was allocated in a process, as a table for people. */
#ifndef SERVER_SESSION_REGIONS_H
#define SERVER_SESSION_REGIONS_H

#include "private.h"

typedef void region_line_fn(struct session *s, const char *line);

/* Gives a head line and one line for each run of pages that are alike. */
void regions_list(struct session *s, pid_t pid, region_line_fn *put);
/*
 * Before a process is let go: tells the user what stays in it, or frees that
 * (--free-on-detach).  Says nothing where nothing was allocated.
 */
void regions_before_detach(struct session *s, pid_t pid);

#endif
