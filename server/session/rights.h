/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client may do.  The table of handlers (dispatch.c) gives each request
 * its class, monitor.c each command; a role is a set of classes.  struct
 * rights is a plain value, so that the daemon can send it to a session.
 */
#ifndef SERVER_SESSION_RIGHTS_H
#define SERVER_SESSION_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a request does, for rights and for the log. */
enum request_class {
	CLASS_SESSION, /* negotiation; harmless, and always permitted */
	CLASS_OBSERVE, /* reads registers, memory, threads */
	CLASS_CONTROL, /* runs, stops, kills; breakpoints */
	CLASS_WRITE,   /* changes memory, registers */
	CLASS_ALLOCATE,
	CLASS_LAUNCH,
	CLASS_ATTACH,
	CLASS_FILES_READ,
	CLASS_FILES_WRITE,
	CLASS_SHELL, /* programs started by a shell; the server's own log */
	CLASS_COUNT
};

#define RIGHTS_BIT(class) (UINT32_C(1) << (class))
#define RIGHTS_ALL	  (RIGHTS_BIT(CLASS_COUNT) - 1)

#define RIGHTS_NAME_MAX	   48
#define RIGHTS_ATTACH_MAX  8
#define RIGHTS_PATTERN_MAX 256

struct rights {
	char role[RIGHTS_NAME_MAX]; /* for messages */
	uint32_t classes;	    /* RIGHTS_BITs; CLASS_SESSION is implied */
	/*
	 * Which processes may be attached to: all of the lists that are not
	 * empty must have an entry that fits.
	 */
	struct rights_attach {
		uid_t uid[RIGHTS_ATTACH_MAX];
		size_t nuid;
		char exe[RIGHTS_ATTACH_MAX][RIGHTS_PATTERN_MAX];
		size_t nexe;
		/* "/system.slice/x.service": it, and what is below it. */
		char cgroup[RIGHTS_ATTACH_MAX][RIGHTS_PATTERN_MAX];
		size_t ncgroup;
	} attach;
};

/*
 * A list of class names, separated by blanks or commas; "all".  0, or -EINVAL
 * with the word that is none (cut to `cap`).
 */
int rights_parse(const char *text, uint32_t *classes, char *word, size_t cap);

/* The names of a set, for people. */
void rights_format(uint32_t classes, char *buf, size_t cap);

/* May a process be attached to, by these lists?  0, -EPERM, or -ESRCH. */
int rights_check_attach(const struct rights_attach *a, pid_t pid);

struct session;
/* Takes what the session's configuration permits. */
void rights_apply(struct session *s);

#endif
