/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's session processes: one for each client. */
#ifndef LISTENER_SESSIONS_H
#define LISTENER_SESSIONS_H

#include <ev.h>

#include "../audit/audit.h"
#include "order.h"
#include "settings.h"
#include "waiting.h"

struct sessions;

/* `audit`: where all that happens is put on record; borrowed, may be NULL. */
int sessions_new(struct sessions **s, struct ev_loop *loop,
		 struct audit_log *audit);
/* The processes must have ended, or are left to themselves. */
void sessions_free(struct sessions *s);

/* Starts one for a client, whose descriptor stays the caller's; or says why
 * not. */
void sessions_start(struct sessions *s, const struct settings *settings,
		    const struct waiting_client *client);
/* For the record: one that did not get through its handshake. */
void sessions_audit_failed(struct sessions *s,
			   const struct waiting_client *client,
			   const char *why);
size_t sessions_count(const struct sessions *s);
/* Asks all to let go of their targets and to end. */
void sessions_end(struct sessions *s);
/* Takes note of those that have ended; call at SIGCHLD. */
void sessions_reap(struct sessions *s);

#endif
