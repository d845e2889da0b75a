/* SPDX-License-Identifier: Apache-2.0 */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define MBEDTLS_3 1
#include <psa/crypto.h>
#else
#define MBEDTLS_3 0
#endif

#include "log.h"

/* What a record with an alert looks like on the wire, when in the clear. */
#define RECORD_ALERT  21
#define RECORD_HEADER 5

/* Certificates, keys and lists of revoked ones are smaller. */
#define FILE_MAX (16 << 20)

struct tls {
	enum tls_side side;
	int fd;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt cert, ca;
	mbedtls_x509_crl crl;
	mbedtls_pk_context key;
	bool has_ca;
	bool wants_write;
	/* The alert that the peer sent, if it could be read on its way in. */
	bool alert_begins;
	int alert; /* -1: none */
	char error[256];
};

/* ---- words for what went wrong ------------------------------------------- */

static void
library_error(char *buf, size_t cap, const char *what, int code)
{
	char text[160];

	mbedtls_strerror(code, text, sizeof(text));
	snprintf(buf, cap, "%s: %s (-0x%04x)", what, text, (unsigned)-code);
}

static const char *
alert_text(int alert)
{
	static const struct {
		int alert;
		const char *text;
	} texts[] = {
		{ 40, "it wants a certificate, or there is no common ground "
		      "(handshake_failure)" },
		{ 42, "our certificate is no good (bad_certificate)" },
		{ 43, "our certificate is of the wrong kind "
		      "(unsupported_certificate)" },
		{ 44, "our certificate has been revoked" },
		{ 45, "our certificate has expired" },
		{ 46, "our certificate is not acceptable "
		      "(certificate_unknown)" },
		{ 48, "our certificate is from a CA that it does not know "
		      "(unknown_ca)" },
		{ 49, "access denied" },
		{ 51, "a signature is wrong (decrypt_error)" },
		{ 70, "no common TLS version (protocol_version)" },
		{ 71, "insufficient security" },
		{ 112, "it does not have that name (unrecognized_name)" },
		{ 116, "a certificate is wanted (certificate_required)" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].alert == alert)
			return texts[i].text;
	return NULL;
}

static void
describe_alert(struct tls *t)
{
	const char *text = alert_text(t->alert);

	if (text != NULL)
		snprintf(t->error, sizeof(t->error), "the peer refused: %s",
			 text);
	else if (t->alert >= 0)
		snprintf(t->error, sizeof(t->error),
			 "the peer refused: TLS alert %d", t->alert);
	else
		snprintf(t->error, sizeof(t->error),
			 "the peer refused with a TLS alert%s",
			 t->side == TLS_CLIENT
			     ? " (most often: it wants another certificate)"
			     : "");
}

/* "The certificate validity has expired\n...": one line of it. */
static void
describe_verification(struct tls *t)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&t->ssl);
	char text[200];
	size_t n;

	if (mbedtls_x509_crt_verify_info(text, sizeof(text), "", flags) < 0)
		snprintf(text, sizeof(text), "not verified (0x%x)", flags);
	n = strlen(text);
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ';';
	snprintf(t->error, sizeof(t->error), "the peer's certificate: %s",
		 text);
}

static bool
has_verdict(const struct tls *t)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&t->ssl);

	return flags != 0 && flags != UINT32_MAX;
}

static void
describe(struct tls *t, const char *text)
{
	snprintf(t->error, sizeof(t->error), "%s", text);
}

static int
fail(struct tls *t, int code)
{
	switch (code) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		describe_alert(t);
		break;
	case MBEDTLS_ERR_SSL_CONN_EOF:
		describe(t, "the peer closed the connection");
		break;
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
		describe(t, "the peer does not speak TLS");
		break;
	case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
		describe(t, "the peer gave no certificate");
		/* In TLS 1.2 the library would leave it to guess. */
		if (strcmp(mbedtls_ssl_get_version(&t->ssl), "TLSv1.2") == 0)
			mbedtls_ssl_send_alert_message(
			    &t->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
			    MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
		break;
	default:
		if (has_verdict(t))
			describe_verification(t);
		else
			mbedtls_strerror(code, t->error, sizeof(t->error));
		break;
	}
	return -EPROTO;
}

/* ---- the socket -------------------------------------------------------------
 */

static int
bio_send(void *arg, const unsigned char *buf, size_t len)
{
	struct tls *t = arg;
	ssize_t n;

	do
		n = send(t->fd, buf, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	return n < 0 ? MBEDTLS_ERR_SSL_CONN_EOF : (int)n;
}

/*
 * The library reads a record's header and then its body; it does not tell
 * which alert came, so that is looked up here.
 */
static void
watch_for_alert(struct tls *t, const unsigned char *buf, ssize_t n)
{
	if (t->alert_begins && n == 2)
		t->alert = buf[1];
	t->alert_begins = n == RECORD_HEADER && buf[0] == RECORD_ALERT &&
			  buf[3] == 0 && buf[4] == 2;
}

static int
bio_recv(void *arg, unsigned char *buf, size_t len)
{
	struct tls *t = arg;
	ssize_t n;

	do
		n = recv(t->fd, buf, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n <= 0)
		return MBEDTLS_ERR_SSL_CONN_EOF;
	watch_for_alert(t, buf, n);
	return (int)n;
}

/* ---- files ---- */

struct report {
	char *buf;
	size_t cap;
};

static int
file_error(const struct report *r, const char *path, int code)
{
	library_error(r->buf, r->cap, path, code);
	return -EINVAL;
}

/* The library would take a folder for a file of any size. */
static int
check_readable(const struct report *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "not a regular file";
	else if (st.st_size > FILE_MAX)
		why = "too big to be what it should be";
	if (why != NULL)
		snprintf(r->buf, r->cap, "%s: %s", path, why);
	if (fd >= 0)
		close(fd);
	return why != NULL ? -EINVAL : 0;
}

static int
check_private(const struct report *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0) {
		snprintf(r->buf, r->cap,
			 "%s: others can read or change this key (mode %04o); "
			 "chmod 600 it",
			 path, (unsigned)st.st_mode & 07777);
		return -EINVAL;
	}
	return 0;
}

static int
load_cert(mbedtls_x509_crt *crt, const char *path, const struct report *r)
{
	int code;

	if (check_readable(r, path) < 0)
		return -EINVAL;
	code = mbedtls_x509_crt_parse_file(crt, path);
	if (code == 0)
		return 0;
	if (code > 0) {
		snprintf(r->buf, r->cap,
			 "%s: %d of its certificates cannot be read", path,
			 code);
		return -EINVAL;
	}
	return file_error(r, path, code);
}

/* A peer would refuse it in the end, with fewer words. */
static int
check_usable(struct tls *t, const char *path, const struct report *r)
{
	const char *oid = t->side == TLS_SERVER ? MBEDTLS_OID_SERVER_AUTH
						: MBEDTLS_OID_CLIENT_AUTH;
	const char *what = NULL;

	if (mbedtls_x509_crt_check_extended_key_usage(&t->cert, oid,
						      strlen(oid)) != 0)
		what = t->side == TLS_SERVER ? "not for servers"
					     : "not for clients";
	if (what == NULL)
		return 0;
	snprintf(r->buf, r->cap,
		 "%s: this certificate is %s (extendedKeyUsage)", path, what);
	return -EINVAL;
}

static int
load_key(struct tls *t, const struct tls_files *files, const struct report *r)
{
	int code;

	if (check_readable(r, files->key) < 0 ||
	    check_private(r, files->key) < 0)
		return -EINVAL;
#if MBEDTLS_3
	code = mbedtls_pk_parse_keyfile(&t->key, files->key, NULL,
					mbedtls_ctr_drbg_random, &t->random);
	if (code == 0 &&
	    mbedtls_pk_check_pair(&t->cert.pk, &t->key, mbedtls_ctr_drbg_random,
				  &t->random) != 0)
#else
	code = mbedtls_pk_parse_keyfile(&t->key, files->key, NULL);
	if (code == 0 && mbedtls_pk_check_pair(&t->cert.pk, &t->key) != 0)
#endif
	{
		snprintf(r->buf, r->cap, "%s is not the key of %s", files->key,
			 files->cert);
		return -EINVAL;
	}
	return code == 0 ? 0 : file_error(r, files->key, code);
}

static int
load(struct tls *t, const struct tls_files *files, const struct report *r)
{
	int code;

	if (files->cert != NULL &&
	    (load_cert(&t->cert, files->cert, r) < 0 ||
	     check_usable(t, files->cert, r) < 0 || load_key(t, files, r) < 0))
		return -EINVAL;
	if (files->ca != NULL && load_cert(&t->ca, files->ca, r) < 0)
		return -EINVAL;
	t->has_ca = files->ca != NULL;
	if (files->crl == NULL)
		return 0;
	if (check_readable(r, files->crl) < 0)
		return -EINVAL;
	code = mbedtls_x509_crl_parse_file(&t->crl, files->crl);
	return code == 0 ? 0 : file_error(r, files->crl, code);
}

/* ---- configuration ---- */

/*
 * All are as good as each other; ChaCha20 comes first because mbedTLS is half
 * as fast again with it as with AES-GCM.
 */
static const int suites[] = {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
#endif
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	0,
};

static void
restrict_protocol(mbedtls_ssl_config *c)
{
#if MBEDTLS_3
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(c, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	mbedtls_ssl_conf_tls13_key_exchange_modes(
	    c, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
#endif
	mbedtls_ssl_conf_ciphersuites(c, suites);
#if defined(MBEDTLS_SSL_RENEGOTIATION)
	mbedtls_ssl_conf_renegotiation(c, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
	mbedtls_ssl_conf_legacy_renegotiation(
	    c, MBEDTLS_SSL_LEGACY_NO_RENEGOTIATION);
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
	mbedtls_ssl_conf_session_tickets(c,
					 MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
}

static int
configure(struct tls *t, const char *host)
{
	mbedtls_ssl_config *c = &t->config;
	int code;

	code = mbedtls_ssl_config_defaults(
	    c,
	    t->side == TLS_SERVER ? MBEDTLS_SSL_IS_SERVER
				  : MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
	restrict_protocol(c);
	mbedtls_ssl_conf_rng(c, mbedtls_ctr_drbg_random, &t->random);
	/* The list of CAs would tell strangers who may get in. */
#if defined(MBEDTLS_SSL_SRV_C)
	mbedtls_ssl_conf_cert_req_ca_list(
	    c, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
	mbedtls_ssl_conf_ca_chain(c, t->has_ca ? &t->ca : NULL, &t->crl);
	mbedtls_ssl_conf_authmode(c, t->has_ca || t->side == TLS_CLIENT
					 ? MBEDTLS_SSL_VERIFY_REQUIRED
					 : MBEDTLS_SSL_VERIFY_NONE);
	if (t->cert.raw.p != NULL) {
		code = mbedtls_ssl_conf_own_cert(c, &t->cert, &t->key);
		if (code != 0)
			return code;
	}
	code = mbedtls_ssl_setup(&t->ssl, c);
	if (code == 0 && t->side == TLS_CLIENT)
		code = mbedtls_ssl_set_hostname(&t->ssl, host);
	return code;
}

static void
init(struct tls *t, enum tls_side side)
{
	t->side = side;
	t->fd = -1;
	t->alert = -1;
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	mbedtls_entropy_init(&t->entropy);
	mbedtls_ctr_drbg_init(&t->random);
	mbedtls_x509_crt_init(&t->cert);
	mbedtls_x509_crt_init(&t->ca);
	mbedtls_x509_crl_init(&t->crl);
	mbedtls_pk_init(&t->key);
}

static int
start_library(struct tls *t)
{
	static const unsigned char purpose[] = "rspd";

#if MBEDTLS_3
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
	return mbedtls_ctr_drbg_seed(&t->random, mbedtls_entropy_func,
				     &t->entropy, purpose, sizeof(purpose));
}

static void
warn_if_expired(const struct tls *t, const struct tls_files *files)
{
	if (files->cert != NULL && mbedtls_x509_time_is_past(&t->cert.valid_to))
		log_warning("%s: this certificate has expired", files->cert);
}

int
tls_new(struct tls **out, enum tls_side side, const struct tls_files *files,
	const char *host, char *error, size_t cap)
{
	const struct report r = { .buf = error, .cap = cap };
	struct tls *t = calloc(1, sizeof(*t));
	int code;

	if (t == NULL) {
		snprintf(error, cap, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	init(t, side);
	code = start_library(t);
	if (code == 0) {
		if (load(t, files, &r) < 0) {
			tls_free(t);
			return -EINVAL;
		}
		code = configure(t, host);
	}
	if (code != 0) {
		library_error(error, cap, "TLS", code);
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
	mbedtls_ctr_drbg_free(&t->random);
	mbedtls_entropy_free(&t->entropy);
	free(t);
}

int
tls_check_files(enum tls_side side, const struct tls_files *files)
{
	struct tls *t;
	char error[512];

	if (tls_new(&t, side, files, "localhost", error, sizeof(error)) < 0) {
		log_error("%s", error);
		return -EINVAL;
	}
	if (side == TLS_SERVER)
		warn_if_expired(t, files);
	tls_free(t);
	return 0;
}

/* ---- the connection ---- */

void
tls_set_socket(struct tls *t, int fd)
{
	t->fd = fd;
	mbedtls_ssl_set_bio(&t->ssl, t, bio_send, bio_recv, NULL);
}

/* -EAGAIN for what only wants another call, else 0. */
static int
not_now(struct tls *t, int code)
{
	t->wants_write = code == MBEDTLS_ERR_SSL_WANT_WRITE;
	return code == MBEDTLS_ERR_SSL_WANT_READ ||
		       code == MBEDTLS_ERR_SSL_WANT_WRITE
		   ? -EAGAIN
		   : 0;
}

int
tls_handshake(struct tls *t)
{
	int code = mbedtls_ssl_handshake(&t->ssl);

	if (not_now(t, code) < 0)
		return -EAGAIN;
	return code == 0 ? 0 : fail(t, code);
}

static bool
is_ticket(int code)
{
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
	return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
	(void)code;
	return false;
#endif
}

ssize_t
tls_read(struct tls *t, uint8_t *buf, size_t n)
{
	int code;

	do
		code = mbedtls_ssl_read(&t->ssl, buf, n);
	while (is_ticket(code));
	if (not_now(t, code) < 0)
		return -EAGAIN;
	/* Most debuggers just hang up. */
	if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    code == MBEDTLS_ERR_SSL_CONN_EOF)
		return 0;
	return code >= 0 ? code : fail(t, code);
}

ssize_t
tls_write(struct tls *t, const uint8_t *buf, size_t n)
{
	int code = mbedtls_ssl_write(&t->ssl, buf, n);

	if (not_now(t, code) < 0)
		return -EAGAIN;
	return code > 0 ? code : fail(t, code);
}

bool
tls_wants_write(const struct tls *t)
{
	return t->wants_write;
}

void
tls_say_end(struct tls *t)
{
	mbedtls_ssl_close_notify(&t->ssl);
}

const char *
tls_error(const struct tls *t)
{
	return t->error;
}

/* ---- the peer ---- */

/* Context-specific tags of a GeneralName (RFC 5280, 4.2.1.6). */
enum { NAME_EMAIL = 1, NAME_DNS = 2, NAME_URI = 6, NAME_IP = 7 };

static void
put_name(char *buf, size_t cap, const mbedtls_asn1_buf *name)
{
	static const char *const kinds[] = {
		[NAME_EMAIL] = "email",
		[NAME_DNS] = "DNS",
		[NAME_URI] = "URI",
		[NAME_IP] = "IP",
	};
	unsigned tag = (unsigned)name->tag & 0x1f;
	char text[128];
	size_t at = strlen(buf);

	if (tag > NAME_IP || kinds[tag] == NULL || name->len >= sizeof(text))
		return;
	if (tag == NAME_IP) {
		if ((name->len != 4 && name->len != 16) ||
		    inet_ntop(name->len == 4 ? AF_INET : AF_INET6, name->p,
			      text, sizeof(text)) == NULL)
			return;
	} else {
		memcpy(text, name->p, name->len);
		text[name->len] = '\0';
	}
	/* What a certificate says goes to logs and terminals. */
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	snprintf(buf + at, cap - at, "%s%s:%s", at > 0 ? ", " : "", kinds[tag],
		 text);
}

static void
put_fingerprint(char hex[65], const mbedtls_x509_crt *crt)
{
	const mbedtls_md_info_t *md =
	    mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	unsigned char sum[32];

	if (md == NULL || mbedtls_md(md, crt->raw.p, crt->raw.len, sum) != 0)
		return;
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

void
tls_get_peer(const struct tls *t, struct tls_peer *peer)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&t->ssl);
	const mbedtls_x509_sequence *name;

	memset(peer, 0, sizeof(*peer));
	snprintf(peer->version, sizeof(peer->version), "%s",
		 mbedtls_ssl_get_version(&t->ssl));
	snprintf(peer->cipher, sizeof(peer->cipher), "%s",
		 mbedtls_ssl_get_ciphersuite(&t->ssl));
	if (crt == NULL)
		return;
	if (mbedtls_x509_dn_gets(peer->subject, sizeof(peer->subject),
				 &crt->subject) < 0)
		snprintf(peer->subject, sizeof(peer->subject), "?");
	put_fingerprint(peer->fingerprint, crt);
	name = &crt->subject_alt_names;
	for (; name != NULL && name->buf.p != NULL; name = name->next)
		put_name(peer->san, sizeof(peer->san), &name->buf);
}
