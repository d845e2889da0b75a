/* SPDX-License-Identifier: Apache-2.0 */
/* Words for what went wrong. */
#include <errno.h>
#include <mbedtls/error.h>
#include <stdio.h>
#include <string.h>

#include "tls_private.h"

void
tls_library_error(const struct tls_report *r, const char *what, int code)
{
	char text[160];

	mbedtls_strerror(code, text, sizeof(text));
	snprintf(r->buf, r->cap, "%s: %s (-0x%04x)", what, text,
		 (unsigned)-code);
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

	if (t->wrong_pin) {
		snprintf(t->error, sizeof(t->error),
			 "the peer's certificate is not the pinned one: its "
			 "fingerprint is %s",
			 t->seen.fingerprint);
		return;
	}
	if (flags == MBEDTLS_X509_BADCERT_CN_MISMATCH) {
		snprintf(
		    t->error, sizeof(t->error),
		    "the peer's certificate is not for %s, but for %s", t->host,
		    t->seen.san[0] != '\0' ? t->seen.san : t->seen.subject);
		return;
	}
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

int
tls_fail(struct tls *t, int code)
{
	switch (code) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		describe_alert(t);
		break;
	case MBEDTLS_ERR_SSL_CONN_EOF:
		describe(t, t->lost != 0 ? strerror(t->lost)
					 : "the peer closed the connection");
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
