/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins a session to an event loop and to its client's byte stream.
 *
 * The session outlives the stream: a link without a client still hears of its
 * target.  Input is taken packet by packet, so that a flood keeps neither
 * signals nor the target waiting; a client that does not read is not read.
 */
#ifndef SESSION_LINK_H
#define SESSION_LINK_H

#include <ev.h>
#include <stdbool.h>

#include "../common/stream.h"
#include "session.h"

struct link;

struct link_events {
	/* The client has gone, or was sent away; `finished`: this session
	 * is over.  The link may be freed in here. */
	void (*client_gone)(void *arg, bool finished);
	void *arg;
};

/* The session stays the caller's, and must outlive the link. */
int link_new(struct link **l, struct ev_loop *loop, struct session *s,
	     const struct link_events *events);
/* Closes the client's stream; tells nobody. */
void link_free(struct link *l);

/* Takes a client: the stream is given on success, and forgotten where it
 * was.  -EBUSY: there is one. */
int link_open(struct link *l, struct stream *client);
bool link_has_client(const struct link *l);
/* Has the client gone and is just not yet heard of?  Looks now. */
void link_look(struct link *l);
/* When a byte last went either way (ev_now). */
ev_tstamp link_last_word(const struct link *l);
/* The client is sent away, in order. */
void link_end_client(struct link *l);

#endif
