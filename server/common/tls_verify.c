/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client looks at in a server's certificate beside what the library
 * looks at: an address instead of a name (2.28 knows none), names of hosts only
 * (3.6 takes others, too), and a pinned fingerprint.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tls_private.h"

#define TAG_DNS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2)
#define TAG_IP	(MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)

int
tls_parse_fingerprint(const char *text, char hex[TLS_FINGERPRINT_MAX])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c =
		    *text >= 'A' && *text <= 'F' ? (char)(*text + 32) : *text;

		if (c == ':')
			continue;
		if (n == TLS_FINGERPRINT_MAX - 1 ||
		    !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return -EINVAL;
		hex[n++] = c;
	}
	hex[n] = '\0';
	return n == TLS_FINGERPRINT_MAX - 1 ? 0 : -EINVAL;
}

static bool
is_for_address(const struct tls *t, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *name = &crt->subject_alt_names;

	for (; name != NULL && name->buf.p != NULL; name = name->next)
		if ((name->buf.tag & 0xff) == TAG_IP &&
		    name->buf.len == t->address_len &&
		    memcmp(name->buf.p, t->address, t->address_len) == 0)
			return true;
	return false;
}

/* "*.example.org" stands for one label. */
static bool
is_name(const char *dns, size_t len, const char *host)
{
	if (len > 2 && dns[0] == '*' && dns[1] == '.') {
		host = strchr(host, '.');
		if (host == NULL)
			return false;
		dns++;
		len--;
	}
	return len == strlen(host) && strncasecmp(dns, host, len) == 0;
}

/* 3.6 takes a URI that reads as the name does for one; a certificate without
 * any other names is the library's matter. */
static bool
is_for_name(const struct tls *t, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *name = &crt->subject_alt_names;

	if (name->buf.p == NULL)
		return true;
	for (; name != NULL && name->buf.p != NULL; name = name->next)
		if ((name->buf.tag & 0xff) == TAG_DNS &&
		    is_name((const char *)name->buf.p, name->buf.len, t->host))
			return true;
	return false;
}

static int
verify(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls *t = arg;

	if (depth != 0)
		return 0;
	memset(&t->seen, 0, sizeof(t->seen));
	tls_peer_of(crt, &t->seen);
	if (t->address_len > 0 ? !is_for_address(t, crt) : !is_for_name(t, crt))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	if (t->pin[0] != '\0' && strcmp(t->pin, t->seen.fingerprint) != 0) {
		t->wrong_pin = true;
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
	}
	return 0;
}

/* "fe80::1%eth0": the interface is our own matter. */
static void
parse_address(struct tls *t, const char *host)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = strcspn(host, "%");

	if (n >= sizeof(text))
		return;
	memcpy(text, host, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, t->address) == 1)
		t->address_len = 4;
	else if (inet_pton(AF_INET6, text, t->address) == 1)
		t->address_len = 16;
}

int
tls_expect(struct tls *t, const char *host)
{
	parse_address(t, host);
	snprintf(t->host, sizeof(t->host), "%s", host);
	mbedtls_ssl_conf_verify(&t->config, verify, t);
	/* An address is not to be sent as a name (RFC 6066, 3). */
	return mbedtls_ssl_set_hostname(&t->ssl,
					t->address_len > 0 ? NULL : host);
}
