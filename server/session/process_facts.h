/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc tells of any process of this machine, traced or not. */
#ifndef SERVER_SESSION_PROCESS_FACTS_H
#define SERVER_SESSION_PROCESS_FACTS_H

#include <limits.h>
#include <sys/types.h>

#include "private.h"

struct process_facts {
	pid_t pid, ppid;
	uid_t uid, euid;
	gid_t gid, egid;
	pid_t tracer;		 /* 0: nobody traces it */
	bool filtered;		 /* a seccomp filter is over it */
	char state;		 /* as in /proc/PID/stat */
	char exe[PATH_MAX];	 /* "" where it is not ours to see */
	const struct arch *arch; /* NULL: unknown */
};

/* -ESRCH: there is no such process (a thread's id is none). */
int process_facts_read(pid_t pid, struct process_facts *f);
/* The last component of `exe`. */
const char *process_facts_name(const struct process_facts *f);

/* All processes, ascending: *n ids in *pids, which becomes the caller's. */
int process_facts_list(pid_t **pids, size_t *n);

/* The command line's words, NUL-terminated one after the other; at most cap
 * bytes.  Returns the length. */
size_t process_facts_command(pid_t pid, char *buf, size_t cap);

#endif
