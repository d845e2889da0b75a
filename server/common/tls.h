/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS over a connected socket, non-blocking.  TLS 1.2 or later, forward-secret
 * AEAD suites only, no renegotiation, no resumption.  Only tls*.c know
 * which library does it (mbedTLS 2.28 or 3.6).
 */
#ifndef COMMON_TLS_H
#define COMMON_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls_files.h"

/* Of a SHA-256 in hex, with the zero at its end. */
#define TLS_FINGERPRINT_MAX 65

enum tls_side { TLS_SERVER, TLS_CLIENT };

/* The other side, after the handshake; "" where there is nothing to tell. */
struct tls_peer {
	char subject[256];
	char san[256];			       /* "DNS:a, email:b@c" */
	char fingerprint[TLS_FINGERPRINT_MAX]; /* SHA-256, hex */
	char version[16];
	char cipher[64];
};

struct tls;

/* In small letters and without colons; 0 or -EINVAL. */
int tls_parse_fingerprint(const char *text, char hex[TLS_FINGERPRINT_MAX]);

/* Can these files be used?  0, or -EINVAL and a message in the log. */
int tls_check_files(enum tls_side side, const struct tls_files *files);

/*
 * Loads the files; 0, or -EINVAL and a text for the user in `error`.  With
 * files->ca a peer without a certificate from there is refused; a client
 * needs it, and `host`: the name or address that the server's certificate must
 * be for.
 */
int tls_new(struct tls **t, enum tls_side side, const struct tls_files *files,
	    const char *host, char *error, size_t cap);
/* Frees and wipes; the socket stays the caller's.  NULL is allowed. */
void tls_free(struct tls *t);
/* The connected, non-blocking socket to be used. */
void tls_set_socket(struct tls *t, int fd);

/*
 * 0: done; -EAGAIN: call again when the socket is ready (tls_wants_write());
 * -EPROTO: failed, tls_error() says why.
 */
int tls_handshake(struct tls *t);
/* > 0, 0: orderly end, -EAGAIN, -EPROTO. */
ssize_t tls_read(struct tls *t, uint8_t *buf, size_t n);
/* > 0, -EAGAIN (then again with the same bytes), -EPROTO. */
ssize_t tls_write(struct tls *t, const uint8_t *buf, size_t n);
/* After -EAGAIN: is it for writing that the socket must be ready? */
bool tls_wants_write(const struct tls *t);
/* Says that no more comes. */
void tls_say_end(struct tls *t);

const char *tls_error(const struct tls *t);
void tls_get_peer(const struct tls *t, struct tls_peer *peer);

#endif
