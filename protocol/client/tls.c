/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream over TLS: 1.2 or later, forward-secret AEAD suites only, the
 * server's certificate always verified.  The only file of the client that
 * knows mbedTLS (2.28 or 3.6).
 */
#include "private.h"

#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls_policy.h"

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define MBEDTLS_3 1
#include <psa/crypto.h>
#else
#define MBEDTLS_3 0
#endif

struct tls {
	int fd;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt ca, cert;
	mbedtls_pk_context key;
};

/* ---- the socket ---------------------------------------------------------- */

static int
bio_send(void *arg, const unsigned char *buf, size_t len)
{
	struct tls *s = arg;
	ssize_t n = send(s->fd, buf, len, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	return n < 0 ? MBEDTLS_ERR_SSL_CONN_EOF : (int)n;
}

static int
bio_recv(void *arg, unsigned char *buf, size_t len)
{
	struct tls *s = arg;
	ssize_t n = recv(s->fd, buf, len, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return MBEDTLS_ERR_SSL_WANT_READ;
	return n <= 0 ? MBEDTLS_ERR_SSL_CONN_EOF : (int)n;
}

/* 0: call the library again; -ETIMEDOUT; 1: it was none of that. */
static int
wait_for(struct tls *s, int code, int64_t end)
{
	int64_t left = end - dt_clock_ms();

	if (left <= 0)
		return -ETIMEDOUT;
	if (code == MBEDTLS_ERR_SSL_WANT_READ)
		return dt_wait_fd(s->fd, POLLIN, (int)left);
	if (code == MBEDTLS_ERR_SSL_WANT_WRITE)
		return dt_wait_fd(s->fd, POLLOUT, (int)left);
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
	if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		return 0;
#endif
	return 1;
}

static ssize_t
tls_read(void *arg, void *buf, size_t size, int timeout_ms)
{
	int64_t end = dt_clock_ms() + timeout_ms;
	struct tls *s = arg;

	for (;;) {
		int code = mbedtls_ssl_read(&s->ssl, buf, size);
		int err;

		if (code > 0)
			return code;
		if (code == 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
		    code == MBEDTLS_ERR_SSL_CONN_EOF)
			return 0;
		err = wait_for(s, code, end);
		if (err != 0)
			return err < 0 ? err : -EPROTO;
	}
}

static ssize_t
tls_write(void *arg, const void *buf, size_t size, int timeout_ms)
{
	int64_t end = dt_clock_ms() + timeout_ms;
	struct tls *s = arg;

	for (;;) {
		int code = mbedtls_ssl_write(&s->ssl, buf, size);
		int err;

		if (code > 0)
			return code;
		err = wait_for(s, code, end);
		if (err != 0)
			return err < 0 ? err : -EPROTO;
	}
}

static void
tls_free(struct tls *s)
{
	mbedtls_ssl_free(&s->ssl);
	mbedtls_ssl_config_free(&s->config);
	mbedtls_pk_free(&s->key);
	mbedtls_x509_crt_free(&s->cert);
	mbedtls_x509_crt_free(&s->ca);
	mbedtls_ctr_drbg_free(&s->random);
	mbedtls_entropy_free(&s->entropy);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static void
tls_close(void *arg)
{
	struct tls *s = arg;

	mbedtls_ssl_close_notify(&s->ssl);
	tls_free(s);
}

/* ---- files --------------------------------------------------------------- */

static HRESULT
file_failed(const struct datatarget_options *options, const char *path,
	    int code)
{
	char text[160];

	if (code > 0)
		return dt_open_failed(
		    options, DATATARGET_E_TLS,
		    "%s: %d of its certificates cannot be read", path, code);
	mbedtls_strerror(code, text, sizeof(text));
	return dt_open_failed(options, DATATARGET_E_TLS, "%s: %s", path, text);
}

static int
load_key(struct tls *s, const char *path)
{
#if MBEDTLS_3
	int code = mbedtls_pk_parse_keyfile(
	    &s->key, path, NULL, mbedtls_ctr_drbg_random, &s->random);

	return code != 0
		   ? code
		   : mbedtls_pk_check_pair(&s->cert.pk, &s->key,
					   mbedtls_ctr_drbg_random, &s->random);
#else
	int code = mbedtls_pk_parse_keyfile(&s->key, path, NULL);

	return code != 0 ? code : mbedtls_pk_check_pair(&s->cert.pk, &s->key);
#endif
}

static HRESULT
load(struct tls *s, const struct datatarget_tls *files,
     const struct datatarget_options *options)
{
	int code = mbedtls_x509_crt_parse_file(&s->ca, files->ca_file);

	if (code != 0)
		return file_failed(options, files->ca_file, code);
	if (files->cert_file == NULL)
		return DATATARGET_OK;
	code = mbedtls_x509_crt_parse_file(&s->cert, files->cert_file);
	if (code != 0)
		return file_failed(options, files->cert_file, code);
	code = load_key(s, files->key_file);
	if (code != 0)
		return file_failed(options, files->key_file, code);
	return DATATARGET_OK;
}

/* ---- configuration ------------------------------------------------------- */

static int
start_library(struct tls *s)
{
	static const unsigned char purpose[] = "libdatatarget";

#if MBEDTLS_3
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
	return mbedtls_ctr_drbg_seed(&s->random, mbedtls_entropy_func,
				     &s->entropy, purpose, sizeof(purpose));
}

static int
configure(struct tls *s, const char *name)
{
	mbedtls_ssl_config *c = &s->config;
	int code;

	code = mbedtls_ssl_config_defaults(c, MBEDTLS_SSL_IS_CLIENT,
					   MBEDTLS_SSL_TRANSPORT_STREAM,
					   MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
	tls_policy_protocol(c);
	tls_policy_algorithms(c);
	mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_rng(c, mbedtls_ctr_drbg_random, &s->random);
	mbedtls_ssl_conf_ca_chain(c, &s->ca, NULL);
	if (s->cert.raw.p != NULL) {
		code = mbedtls_ssl_conf_own_cert(c, &s->cert, &s->key);
		if (code != 0)
			return code;
	}
	code = mbedtls_ssl_setup(&s->ssl, c);
	if (code == 0)
		code = mbedtls_ssl_set_hostname(&s->ssl, name);
	mbedtls_ssl_set_bio(&s->ssl, s, bio_send, bio_recv, NULL);
	return code;
}

static struct tls *
tls_new(int fd)
{
	struct tls *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = fd;
	mbedtls_ssl_init(&s->ssl);
	mbedtls_ssl_config_init(&s->config);
	mbedtls_entropy_init(&s->entropy);
	mbedtls_ctr_drbg_init(&s->random);
	mbedtls_x509_crt_init(&s->ca);
	mbedtls_x509_crt_init(&s->cert);
	mbedtls_pk_init(&s->key);
	return s;
}

/* ---- connecting ---------------------------------------------------------- */

static HRESULT
tls_failed(struct tls *s, const struct datatarget_options *options, int code)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&s->ssl);
	char text[200];

	if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED && flags != 0 &&
	    flags != UINT32_MAX &&
	    mbedtls_x509_crt_verify_info(text, sizeof(text), "", flags) > 0) {
		text[strcspn(text, "\n")] = '\0';
		return dt_open_failed(options, DATATARGET_E_TLS,
				      "the server's certificate: %s", text);
	}
	mbedtls_strerror(code, text, sizeof(text));
	return dt_open_failed(options, DATATARGET_E_TLS, "TLS: %s", text);
}

static HRESULT
handshake(struct tls *s, const struct datatarget_options *options)
{
	int64_t end = dt_clock_ms() + dt_open_timeout(options);

	for (;;) {
		int code = mbedtls_ssl_handshake(&s->ssl);
		int err;

		if (code == 0)
			return DATATARGET_OK;
		err = wait_for(s, code, end);
		if (err == -ETIMEDOUT)
			return dt_open_failed(
			    options, DATATARGET_E_TIMEOUT,
			    "the TLS handshake takes too long");
		if (err != 0)
			return tls_failed(s, options, code);
	}
}

static HRESULT
prepare(struct tls *s, const char *host, const struct datatarget_tls *files,
	const struct datatarget_options *options)
{
	const char *name =
	    files->server_name != NULL ? files->server_name : host;
	int code = start_library(s);
	HRESULT hr = DATATARGET_OK;

	if (code == 0)
		hr = load(s, files, options);
	if (code == 0 && hr == DATATARGET_OK)
		code = configure(s, name);
	return code == 0 ? hr : tls_failed(s, options, code);
}

HRESULT
datatarget_connect_tls(const char *host, const char *port,
		       const struct datatarget_tls *files,
		       const struct datatarget_options *options,
		       struct datatarget **result)
{
	struct datatarget_stream stream = { .read = tls_read,
					    .write = tls_write,
					    .close = tls_close };
	struct tls *s;
	HRESULT hr;

	if (host == NULL || port == NULL || files == NULL || result == NULL ||
	    files->ca_file == NULL ||
	    (files->cert_file == NULL) != (files->key_file == NULL))
		return dt_open_failed(options, DATATARGET_E_POINTER,
				      "a pointer is NULL");
	s = tls_new(-1);
	if (s == NULL)
		return dt_open_failed(options, DATATARGET_E_OUTOFMEMORY,
				      "out of memory");
	stream.arg = s;
	hr = prepare(s, host, files, options);
	if (hr == DATATARGET_OK)
		hr = dt_connect_tcp_socket(host, port, options, &s->fd);
	if (hr == DATATARGET_OK)
		hr = handshake(s, options);
	if (hr == DATATARGET_OK)
		hr = dt_open_stream(&stream, options, result);
	if (hr != DATATARGET_OK)
		tls_free(s);
	return hr;
}
