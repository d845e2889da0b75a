/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay: a process of its own that ends the TLS of one connection.  The
 * listener starts it with one end of a socket pair, where it gets the TCP
 * socket once it is in its sandbox; it sees nothing but bytes, and nothing of
 * the session.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include <stdint.h>

#include "../common/tls_files.h"

/* A handshake takes no longer than this. */
#define RELAY_HANDSHAKE_SECONDS 20

/*
 * The first message on the pair, and the only one: whether the handshake
 * succeeded, and with whom.  The client's bytes follow.
 */
#define RELAY_REPORT_MAGIC 0x72737031u
struct relay_report {
	uint32_t magic;
	uint32_t ok;
	char subject[256];    /* "" without a client certificate */
	char san[256];	      /* "DNS:a, email:b" */
	char fingerprint[65]; /* SHA-256, hex */
	char version[16];     /* "TLSv1.2" */
	char cipher[64];
	char error[256]; /* why not */
};

/* The hidden first argument of a relay. */
#define RELAY_ROLE "--role=relay"

/* Starts a relay, with the files as they are now.  *fd: the listener's end of
 * the pair; the relay ends when that is closed. */
int relay_start(const struct tls_files *files, int *fd);
/* Hands it its connection, once; `tcp` stays the caller's (to be closed). */
int relay_give(int fd, int tcp);

/* The relay itself; argv is what follows RELAY_ROLE.  The exit status. */
int relay_main(char **argv);

#endif
