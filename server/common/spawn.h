/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts this executable again in another role: fork and exec, so that no
 * state (least of all a random generator's) is shared.
 */
#ifndef COMMON_SPAWN_H
#define COMMON_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/* Where the first descriptor that is handed over is found by the role. */
#define SPAWN_FIRST_FD 3
#define SPAWN_FDS_MAX  4

enum spawn_parent {
	SPAWN_CHILD,  /* *pid is our child; wait for it */
	SPAWN_ORPHAN, /* not our child: nothing to wait for, which a process
		       * that traces others could not do */
};

/*
 * argv: NULL-terminated, argv[0] the name.  fds[i] becomes descriptor
 * SPAWN_FIRST_FD + i; 0 and 1 are /dev/null, 2 is ours, all others are closed.
 * Signals are back to their defaults.  The descriptors stay the caller's.
 */
int spawn_role(const char *const *argv, const int *fds, size_t nfds,
	       enum spawn_parent parent, pid_t *pid);

#endif
