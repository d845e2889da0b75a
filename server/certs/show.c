/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate says, for people. */
#include <mbedtls/oid.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

void
certs_x509_time(const mbedtls_x509_time *at, char text[CERTS_TIME_LEN + 1])
{
	char wide[80];

	snprintf(wide, sizeof(wide), "%04d%02d%02d%02d%02d%02d", at->year,
		 at->mon, at->day, at->hour, at->min, at->sec);
	memcpy(text, wide, CERTS_TIME_LEN);
	text[CERTS_TIME_LEN] = '\0';
}

static void
show_day(const char *word, const mbedtls_x509_time *at)
{
	printf("  %-12s %04d-%02d-%02d %02d:%02d:%02d UTC\n", word, at->year,
	       at->mon, at->day, at->hour, at->min, at->sec);
}

static bool
is_for(const mbedtls_x509_crt *crt, const char *oid)
{
	return mbedtls_x509_crt_check_extended_key_usage(crt, oid,
							 strlen(oid)) == 0;
}

static const char *
purpose(const mbedtls_x509_crt *crt)
{
	static const char *const words[] = { "nothing", "clients", "servers",
					     "servers and clients" };

	if (mbedtls_x509_crt_check_key_usage(
		crt, MBEDTLS_X509_KU_KEY_CERT_SIGN) == 0)
		return "signing certificates (CA)";
	return words[2 * is_for(crt, MBEDTLS_OID_SERVER_AUTH) +
		     is_for(crt, MBEDTLS_OID_CLIENT_AUTH)];
}

static const char *
state(const mbedtls_x509_crt *crt, int revoked)
{
	if (revoked)
		return "revoked";
	if (mbedtls_x509_time_is_past(&crt->valid_to))
		return "expired";
	if (mbedtls_x509_time_is_future(&crt->valid_from))
		return "not yet valid";
	return "good";
}

void
certs_tell(const char *path, const mbedtls_x509_crt *crt, int revoked)
{
	struct tls_peer peer = { 0 };
	char serial[128];

	tls_peer_of(crt, &peer);
	if (mbedtls_x509_serial_gets(serial, sizeof(serial), &crt->serial) < 0)
		snprintf(serial, sizeof(serial), "?");
	printf("%s:\n  %-12s %s\n", path, "subject", peer.subject);
	if (peer.san[0] != '\0')
		printf("  %-12s %s\n", "names", peer.san);
	printf("  %-12s %s\n", "for", purpose(crt));
	show_day("valid from", &crt->valid_from);
	show_day("until", &crt->valid_to);
	printf("  %-12s %s\n", "serial", serial);
	printf("  %-12s %s\n", "fingerprint", peer.fingerprint);
	printf("  %-12s %s\n", "state", state(crt, revoked));
}
