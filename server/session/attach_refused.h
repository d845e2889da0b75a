/* SPDX-License-Identifier: Apache-2.0 */
/* Why the kernel does not let us attach to a process, and what helps. */
#ifndef SERVER_SESSION_ATTACH_REFUSED_H
#define SERVER_SESSION_ATTACH_REFUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What decides it. */
struct attach_facts {
	bool self;     /* it is this process */
	pid_t tracer;  /* 0: nobody traces it */
	bool ours;     /* this process is the tracer */
	bool mismatch; /* it runs as another user than we do */
	uid_t uid;     /* that user */
	bool root;     /* we are root */
	bool capable;  /* we have CAP_SYS_PTRACE */
	int yama; /* kernel.yama.ptrace_scope; 0 also where there is none */
	bool filtered; /* a seccomp filter is over us */
};

/* Reads them; what cannot be read stays zero. */
void attach_facts_read(pid_t pid, struct attach_facts *f);
/* The most likely reason as a text for the user; "" if none is known. */
void attach_refused(const struct attach_facts *f, char *buf, size_t cap);

#endif
