/* SPDX-License-Identifier: Apache-2.0 */
/* From what a user calls a process to its number. */
#ifndef COMMON_FIND_PROCESS_H
#define COMMON_FIND_PROCESS_H

#include <sys/types.h>

/*
 * A number, or the name of the one process that runs such a program.  -EINVAL:
 * a number that cannot be; -ESRCH: none has that name; -ENOTUNIQ: several.
 */
int find_process(const char *text, pid_t *pid);

#endif
