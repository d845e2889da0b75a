/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a connection's TLS. */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tls_private.h"
#if MBEDTLS_3
#include <psa/crypto.h>
#endif

int
tls_random_start(struct tls_random *r)
{
	static const unsigned char purpose[] = "rspd";

	mbedtls_entropy_init(&r->entropy);
	mbedtls_ctr_drbg_init(&r->drbg);
#if MBEDTLS_3
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
	return mbedtls_ctr_drbg_seed(&r->drbg, mbedtls_entropy_func,
				     &r->entropy, purpose, sizeof(purpose));
}

void
tls_random_free(struct tls_random *r)
{
	mbedtls_ctr_drbg_free(&r->drbg);
	mbedtls_entropy_free(&r->entropy);
}

static int
init(struct tls *t, enum tls_side side)
{
	t->side = side;
	t->fd = -1;
	t->alert = -1;
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	mbedtls_x509_crt_init(&t->cert);
	mbedtls_x509_crt_init(&t->ca);
	mbedtls_x509_crl_init(&t->crl);
	mbedtls_pk_init(&t->key);
	return tls_random_start(&t->random);
}

static void
warn_if_expired(const struct tls *t, const struct tls_files *files)
{
	if (files->cert != NULL && mbedtls_x509_time_is_past(&t->cert.valid_to))
		log_warning("%s: this certificate has expired", files->cert);
	if (files->crl != NULL &&
	    mbedtls_x509_time_is_past(&t->crl.next_update))
		log_warning("%s: this list has expired: everyone will be "
			    "refused",
			    files->crl);
}

int
tls_new(struct tls **out, enum tls_side side, const struct tls_files *files,
	const char *host, char *error, size_t cap)
{
	const struct tls_report r = { .buf = error, .cap = cap };
	struct tls *t = calloc(1, sizeof(*t));
	int code;

	if (t == NULL) {
		snprintf(error, cap, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	code = init(t, side);
	if (code == 0) {
		/* A server has checked that when it started: its relays
		 * need not, each time. */
		if (tls_load(t, files, &r) < 0 ||
		    (side == TLS_CLIENT && tls_check_pair(t, files, &r) < 0)) {
			tls_free(t);
			return -EINVAL;
		}
		code = tls_configure(t, host);
	}
	if (code != 0) {
		tls_library_error(&r, "TLS", code);
		tls_free(t);
		return -EINVAL;
	}
	/* A server has said so when it started. */
	if (side == TLS_CLIENT)
		warn_if_expired(t, files);
	*out = t;
	return 0;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	mbedtls_ssl_free(&t->ssl);
	mbedtls_ssl_config_free(&t->config);
	mbedtls_pk_free(&t->key);
	mbedtls_x509_crl_free(&t->crl);
	mbedtls_x509_crt_free(&t->ca);
	mbedtls_x509_crt_free(&t->cert);
	tls_random_free(&t->random);
	free(t);
}

int
tls_check_files(enum tls_side side, const struct tls_files *files)
{
	char error[512];
	const struct tls_report r = { .buf = error, .cap = sizeof(error) };
	struct tls *t;
	int err;

	err = tls_new(&t, side, files, "localhost", error, sizeof(error));
	if (err == 0) {
		if (side == TLS_SERVER) {
			err = tls_check_pair(t, files, &r);
			warn_if_expired(t, files);
		}
		tls_free(t);
	}
	if (err < 0)
		log_error("%s", error);
	return err < 0 ? -EINVAL : 0;
}
