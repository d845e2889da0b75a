/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files tls*.c share.  They and server/certs/ are the only ones that
 * know mbedTLS; what differs between 2.28 and 3.6 is told apart here where it
 * can be.
 */
#ifndef COMMON_TLS_PRIVATE_H
#define COMMON_TLS_PRIVATE_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "tls.h"

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define MBEDTLS_3 1
#else
#define MBEDTLS_3 0
#endif

/* What is taken from the socket at once: two records. */
#define TLS_AHEAD 0x8400

struct tls_random {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context drbg;
};

struct tls {
	enum tls_side side;
	int fd;
	/* Read from the socket and not yet asked for by the library. */
	uint8_t ahead[TLS_AHEAD];
	size_t ahead_start, ahead_end;
	bool drained; /* the socket had no more than that */
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	struct tls_random random;
	mbedtls_x509_crt cert, ca;
	mbedtls_x509_crl crl;
	mbedtls_pk_context key;
	bool has_ca;
	/* Whom a client expects, and whom it saw. */
	char host[256];
	uint8_t address[16]; /* if the host is one */
	size_t address_len;
	char pin[TLS_FINGERPRINT_MAX];
	bool wrong_pin;
	struct tls_peer seen;
	bool wants_write;
	int lost; /* errno, when the other machine is no longer there; or 0 */
	/* The alert that the peer sent, if it could be read on its way in. */
	bool alert_begins;
	int alert; /* -1: none */
	char error[768];
};

/* Where a text for the user goes. */
struct tls_report {
	char *buf;
	size_t cap;
};

/* tls.c: the library and its random numbers, seeded; 0 or mbedTLS's code. */
int tls_random_start(struct tls_random *r);
void tls_random_free(struct tls_random *r);

/* tls_load.c: 0, or -EINVAL with the report. */
int tls_load(struct tls *t, const struct tls_files *files,
	     const struct tls_report *r);
/* Whether cert and key, once loaded, belong together: some milliseconds. */
int tls_check_pair(struct tls *t, const struct tls_files *files,
		   const struct tls_report *r);
int tls_load_cert(mbedtls_x509_crt *crt, const char *path,
		  const struct tls_report *r);
/* Refused if others than its owner can read it; not compared with anything. */
int tls_load_key(mbedtls_pk_context *key, const char *path,
		 struct tls_random *random, const struct tls_report *r);

bool tls_is_pair(const mbedtls_x509_crt *crt, mbedtls_pk_context *key,
		 struct tls_random *random);

/* tls_policy.c: what is spoken, and with whom.  0 or mbedTLS's code. */
int tls_configure(struct tls *t, const char *host);

/* tls_peer.c: subject, SAN and fingerprint; the rest is left as it is. */
void tls_peer_of(const mbedtls_x509_crt *crt, struct tls_peer *peer);

/* tls_verify.c: the server must be this one; 0 or mbedTLS's code. */
int tls_expect(struct tls *t, const char *host);

/* tls_words.c */
void tls_library_error(const struct tls_report *r, const char *what, int code);
/* Finds words for the failure, and ends the conversation: -EPROTO. */
int tls_fail(struct tls *t, int code);

#endif
