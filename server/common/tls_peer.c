/* SPDX-License-Identifier: Apache-2.0 */
/* Who the peer is. */
#include <arpa/inet.h>
#include <mbedtls/md.h>
#include <stdio.h>
#include <string.h>

#include "tls_private.h"

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
	size_t before = at;
	size_t len = name->len;

	if (tag > NAME_IP || kinds[tag] == NULL || name->len >= sizeof(text))
		return;
	if (tag == NAME_IP) {
		if ((name->len != 4 && name->len != 16) ||
		    inet_ntop(name->len == 4 ? AF_INET : AF_INET6, name->p,
			      text, sizeof(text)) == NULL)
			return;
		len = strlen(text);
	} else {
		memcpy(text, name->p, len);
	}
	at += (size_t)snprintf(buf + at, cap - at, "%s%s:", at > 0 ? ", " : "",
			       kinds[tag]);
	/* Rights hang on it: a name is there whole or not at all. */
	if (at + len >= cap) {
		buf[before] = '\0';
		return;
	}
	/* Also what goes to logs and terminals; and a comma or a NUL would make
	 * other names of it. */
	for (size_t i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] > 0x7e || text[i] == ',')
			text[i] = '?';
	memcpy(buf + at, text, len);
	buf[at + len] = '\0';
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
tls_peer_of(const mbedtls_x509_crt *crt, struct tls_peer *peer)
{
	const mbedtls_x509_sequence *name = &crt->subject_alt_names;

	if (mbedtls_x509_dn_gets(peer->subject, sizeof(peer->subject),
				 &crt->subject) < 0)
		snprintf(peer->subject, sizeof(peer->subject), "?");
	put_fingerprint(peer->fingerprint, crt);
	for (; name != NULL && name->buf.p != NULL; name = name->next)
		put_name(peer->san, sizeof(peer->san), &name->buf);
}

void
tls_get_peer(const struct tls *t, struct tls_peer *peer)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&t->ssl);

	memset(peer, 0, sizeof(*peer));
	snprintf(peer->version, sizeof(peer->version), "%s",
		 mbedtls_ssl_get_version(&t->ssl));
	snprintf(peer->cipher, sizeof(peer->cipher), "%s",
		 mbedtls_ssl_get_ciphersuite(&t->ssl));
	if (crt != NULL)
		tls_peer_of(crt, peer);
}
