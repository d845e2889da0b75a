/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries bytes between a TLS connection and a plain stream until one of them
 * ends: the whole work of a relay, and of `rspd connect`.
 */
#ifndef RELAY_PUMP_H
#define RELAY_PUMP_H

#include "../common/tls.h"

struct pump {
	struct tls *tls;
	int net;     /* its socket */
	int in, out; /* the plain side; may be the same */
	/* Goes to the peer before the plain side's first byte. */
	const void *greeting;
	uint16_t greeting_len; /* less than a buffer; 0: none, or it is sent */
	/* What pump_run saw. */
	bool heard;	 /* something came from the peer */
	bool peer_ended; /* it was the peer that ended */
};

/*
 * Handshake within `seconds`.  0, -EPROTO (tls_error() has the reason),
 * -ETIMEDOUT, -ECONNABORTED: the plain side went away meanwhile (only looked
 * at if `watch_plain`).
 */
int pump_handshake(const struct pump *p, int seconds, bool watch_plain);

/*
 * Until one side ends; what it had sent is delivered.  0, or -EPROTO if TLS
 * went wrong.  All descriptors are non-blocking.
 */
int pump_run(struct pump *p);

/*
 * After our side's end, while nothing came from the peer: waits for its first
 * word or its end.  0, or -EPROTO.
 */
int pump_hear(struct pump *p, int timeout_ms);

/* Lets the peer read our last words: they are lost if we just close. */
void pump_linger(const struct pump *p, int timeout_ms);

#endif
