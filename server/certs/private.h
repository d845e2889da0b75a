/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of server/certs/ share. */
#ifndef CERTS_PRIVATE_H
#define CERTS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../common/tls_private.h"
#include "certs.h"
#include "der.h"

/* Names of one certificate, and files on one command line. */
#define CERTS_ARGS_MAX 64
/* The greatest length of a CN (RFC 5280, ub-common-name). */
#define CERTS_CN_MAX 64
/* A certificate or key as PEM: names make the most of it. */
#define CERTS_PEM_MAX  32768
#define CERTS_DAY      86400
#define CERTS_DAYS_MAX 36500
/* "20260131235959" */
#define CERTS_TIME_LEN 14

/* What the command line asks for. */
struct certs {
	const char *dir;
	const char *name; /* of a new CA; NULL: one is made up */
	int days;	  /* 0: as usual */
	bool force;
	const char *args[CERTS_ARGS_MAX];
	size_t n;
	struct tls_random random;
};

/* What signs. */
struct certs_authority {
	mbedtls_x509_crt cert;
	mbedtls_pk_context key;
	char crl_path[4096];
};

enum certs_kind { CERTS_CA, CERTS_SERVER, CERTS_CLIENT };

/* What a certificate is to say. */
struct certs_wish {
	enum certs_kind kind;
	const char *subject;	  /* "CN=..." */
	const char *const *names; /* for the SAN */
	size_t n;
	/* Extensions are this one's, if not NULL; `kind` only says whether it
	 * is its own issuer. */
	const mbedtls_x509_crt *like;
	mbedtls_pk_context *key; /* its public half goes in */
	int days;
};

/* All functions here return 0, or -errno after a message. */

/* make.c, keep.c: the commands */
int certs_do_ca(struct certs *c);
int certs_do_server(struct certs *c);
int certs_do_client(struct certs *c);
int certs_do_renew(struct certs *c);
int certs_do_revoke(struct certs *c);
int certs_do_show(struct certs *c);

int certs_load_ca(struct certs *c, struct certs_authority *ca);
void certs_free_ca(struct certs_authority *ca);

/* issue.c */
int certs_make_key(struct certs *c, mbedtls_pk_context *key);
/* `ca` NULL: signs itself. */
int certs_issue(struct certs *c, const struct certs_wish *wish,
		struct certs_authority *ca, char pem[CERTS_PEM_MAX]);

/* extension.c */
bool certs_check_name(const char *name);
/* A GeneralNames; 0 or mbedTLS's code. */
int certs_put_names(struct der *d, const char *const *names, size_t n);
/* What an extension contains; false: there is none. */
bool certs_find_extension(const mbedtls_x509_crt *crt, const char *oid,
			  size_t oid_len, mbedtls_asn1_buf *value,
			  bool *critical);

/* crl.c: a new list, with `also` (or NULL) on it beside those of the old. */
int certs_write_crl(struct certs *c, struct certs_authority *ca,
		    const mbedtls_x509_crt *also);
/* 1: it is on the list, 0: it is not, or there is no list. */
int certs_is_revoked(const char *crl_path, const mbedtls_x509_crt *crt);

/* file.c */
/* Nobody sees half of it; -EEXIST unless `force`. */
int certs_write_file(const char *path, const char *text, bool secret,
		     bool force);
/* DIR/NAME.SUFFIX */
int certs_path(const struct certs *c, const char *name, const char *suffix,
	       char *path, size_t cap);
/* One at a time in this folder, which is made; the lock or -errno. */
int certs_lock(const struct certs *c);

/* show.c */
void certs_tell(const char *path, const mbedtls_x509_crt *crt, int revoked);

/* What certs_issue's and others' failures have in common. */
int certs_fail(const char *what, int code);
/* "now" and so many seconds later, in UTC. */
void certs_time(int64_t seconds, char text[CERTS_TIME_LEN + 1]);
void certs_x509_time(const mbedtls_x509_time *at,
		     char text[CERTS_TIME_LEN + 1]);

#endif
