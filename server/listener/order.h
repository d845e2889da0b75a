/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon tells a session process before anything else: the one
 * message on the socket between them that goes this way.  What comes back is
 * what the session did (session_event), for the audit log.
 */
#ifndef LISTENER_ORDER_H
#define LISTENER_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../session/session.h"
#include "policy.h"

/* Where a session process finds its descriptors; spawn.h. */
enum { ORDER_CLIENT_FD = 3, ORDER_FD, ORDER_LOG_FD };

#define ORDER_MAGIC 0x72737032u
struct session_order {
	uint32_t magic;
	bool limited; /* by `rights`; else everything is permitted */
	struct rights rights;
	char process[POLICY_TEXT_MAX]; /* to attach to; "": none */
	/* Whom to become; "": nobody else. */
	char user[RIGHTS_NAME_MAX];
	uid_t uid;
	gid_t gid;
	/* Of the configuration. */
	struct session_config session; /* but for its pointers */
	unsigned idle_seconds;
	struct session_door door; /* where the client came in */
	int log_level;
	bool allow_shell;
	bool audited; /* wants to hear what it does */
};

struct settings;

/* What a client of this identity is to get.  0; -EPERM: nothing at all;
 * -errno.  `why`: the rule's name, or what went wrong. */
int order_make(const struct settings *s, const struct identity *who,
	       struct session_order *order, char *why, size_t cap);

/* The session process' side: reads it, and takes it into the settings.  The
 * order has to live as long as they do. */
int order_take(int fd, struct session_order *order, struct settings *s);

#endif
