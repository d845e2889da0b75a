/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a child does between fork and exec.  All that needs memory is prepared
 * before the fork.
 */
#ifndef BACKEND_PTRACE_LAUNCH_H
#define BACKEND_PTRACE_LAUNCH_H

#include <sys/types.h>

#include "../target.h"

struct launch_plan {
	const struct target_launch *how; /* borrowed */
	char *command;			 /* for the shell; owned */
	const char **argv;		 /* owned; its strings are borrowed */
	const char *path;		 /* PATH of the launch's environment */
	char *file;			 /* room for a path to try; owned */
	size_t file_size;
	int tty_fd; /* the terminal to hand over, or -1 */
	pid_t tty_user;
};

int launch_plan_make(struct launch_plan *plan, const struct target_launch *how);
void launch_plan_free(struct launch_plan *plan);
/* Waits for a byte from go_fd, execs; an errno goes to error_fd. */
_Noreturn void launch_child(const struct launch_plan *plan, int go_fd,
			    int error_fd);

#endif
