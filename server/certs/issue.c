/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates: P-256, SHA-256, version 3. */
#include <errno.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <string.h>
#include <time.h>

#include "../common/log.h"
#include "private.h"

/* The other machine's clock may be a little behind. */
#define BACKDATE 3600
#define SERIAL	 16

#define OID_AND_LENGTH(oid) oid, sizeof(oid) - 1

int
certs_fail(const char *what, int code)
{
	char text[256];
	const struct tls_report r = { .buf = text, .cap = sizeof(text) };

	tls_library_error(&r, what, code);
	log_error("%s", text);
	return -EIO;
}

void
certs_time(int64_t seconds, char text[CERTS_TIME_LEN + 1])
{
	time_t at = time(NULL) + (time_t)seconds;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, CERTS_TIME_LEN + 1, "%Y%m%d%H%M%S", &tm);
}

int
certs_make_key(struct certs *c, mbedtls_pk_context *key)
{
	int code =
	    mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

	if (code == 0)
		code = mbedtls_ecp_gen_key(
		    MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
		    mbedtls_ctr_drbg_random, &c->random.drbg);
	return code == 0 ? 0 : certs_fail("making a key", code);
}

static int
set_serial(struct certs *c, mbedtls_x509write_cert *w)
{
	unsigned char serial[SERIAL];
	int code =
	    mbedtls_ctr_drbg_random(&c->random.drbg, serial, sizeof(serial));
#if !MBEDTLS_3
	mbedtls_mpi number;
#endif

	if (code != 0)
		return code;
	/* Positive, and of the same length each time. */
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
#if MBEDTLS_3
	return mbedtls_x509write_crt_set_serial_raw(w, serial, sizeof(serial));
#else
	mbedtls_mpi_init(&number);
	code = mbedtls_mpi_read_binary(&number, serial, sizeof(serial));
	if (code == 0)
		code = mbedtls_x509write_crt_set_serial(w, &number);
	mbedtls_mpi_free(&number);
	return code;
#endif
}

/* Not after its issuer. */
static int
set_validity(mbedtls_x509write_cert *w, const struct certs_wish *wish,
	     const struct certs_authority *ca)
{
	char from[CERTS_TIME_LEN + 1], to[CERTS_TIME_LEN + 1],
	    end[CERTS_TIME_LEN + 1];

	certs_time(-BACKDATE, from);
	certs_time((int64_t)wish->days * CERTS_DAY, to);
	if (ca != NULL) {
		certs_x509_time(&ca->cert.valid_to, end);
		if (strcmp(to, end) > 0) {
			log_note("%s ends with its CA, before %d days are over",
				 wish->subject, wish->days);
			memcpy(to, end, sizeof(to));
		}
		certs_x509_time(&ca->cert.valid_from, end);
		if (strcmp(from, end) < 0)
			memcpy(from, end, sizeof(from));
	}
	return mbedtls_x509write_crt_set_validity(w, from, to);
}

static int
set_usage(mbedtls_x509write_cert *w, const char *oid, size_t oid_len)
{
	unsigned char buf[32];
	const unsigned char *end = buf + sizeof(buf);
	struct der d;

	der_init(&d, buf, sizeof(buf));
	der_put_value(&d, MBEDTLS_ASN1_OID, oid, oid_len);
	der_wrap(&d, end, DER_SEQUENCE);
	if (d.code != 0)
		return d.code;
	return mbedtls_x509write_crt_set_extension(
	    w, OID_AND_LENGTH(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0, d.p,
	    (size_t)(end - d.p));
}

static int
set_names(mbedtls_x509write_cert *w, const char *const *names, size_t n)
{
	unsigned char buf[CERTS_ARGS_MAX * 260];
	struct der d;
	int code;

	der_init(&d, buf, sizeof(buf));
	code = certs_put_names(&d, names, n);
	if (code != 0)
		return code;
	return mbedtls_x509write_crt_set_extension(
	    w, OID_AND_LENGTH(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, d.p,
	    (size_t)(buf + sizeof(buf) - d.p));
}

/* CA:TRUE, which may not be ignored, and signs no other CA; or CA:FALSE. */
static int
set_constraints(mbedtls_x509write_cert *w, bool ca)
{
	static const unsigned char yes[] = { 0x30, 6, 1, 1, 0xff, 2, 1, 0 };
	static const unsigned char no[] = { 0x30, 0 };

	return mbedtls_x509write_crt_set_extension(
	    w, OID_AND_LENGTH(MBEDTLS_OID_BASIC_CONSTRAINTS), ca, ca ? yes : no,
	    ca ? sizeof(yes) : sizeof(no));
}

static int
set_new_extensions(mbedtls_x509write_cert *w, const struct certs_wish *wish)
{
	const bool ca = wish->kind == CERTS_CA;
	int code = set_constraints(w, ca);

	if (code == 0)
		code = mbedtls_x509write_crt_set_key_usage(
		    w, ca ? MBEDTLS_X509_KU_KEY_CERT_SIGN |
				MBEDTLS_X509_KU_CRL_SIGN
			  : MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	if (code == 0 && wish->kind == CERTS_SERVER)
		code = set_usage(w, OID_AND_LENGTH(MBEDTLS_OID_SERVER_AUTH));
	if (code == 0 && wish->kind == CERTS_CLIENT)
		code = set_usage(w, OID_AND_LENGTH(MBEDTLS_OID_CLIENT_AUTH));
	if (code == 0 && wish->n > 0)
		code = set_names(w, wish->names, wish->n);
	return code;
}

static int
copy_extensions(mbedtls_x509write_cert *w, const mbedtls_x509_crt *from)
{
	static const struct {
		const char *oid;
		size_t len;
	} kept[] = {
		{ OID_AND_LENGTH(MBEDTLS_OID_BASIC_CONSTRAINTS) },
		{ OID_AND_LENGTH(MBEDTLS_OID_KEY_USAGE) },
		{ OID_AND_LENGTH(MBEDTLS_OID_EXTENDED_KEY_USAGE) },
		{ OID_AND_LENGTH(MBEDTLS_OID_SUBJECT_ALT_NAME) },
	};
	mbedtls_asn1_buf value;
	int code = 0;
	bool critical;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]) && code == 0; i++)
		if (certs_find_extension(from, kept[i].oid, kept[i].len, &value,
					 &critical))
			code = mbedtls_x509write_crt_set_extension(
			    w, kept[i].oid, kept[i].len, critical, value.p,
			    value.len);
	return code;
}

static int
fill(struct certs *c, mbedtls_x509write_cert *w, const struct certs_wish *wish,
     struct certs_authority *ca)
{
	char issuer[512];
	int code;

	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(w, wish->key);
	mbedtls_x509write_crt_set_issuer_key(w,
					     ca != NULL ? &ca->key : wish->key);
	code = mbedtls_x509write_crt_set_subject_name(w, wish->subject);
	if (code == 0 && ca == NULL)
		code = mbedtls_x509write_crt_set_issuer_name(w, wish->subject);
	if (code == 0 && ca != NULL) {
		code = mbedtls_x509_dn_gets(issuer, sizeof(issuer),
					    &ca->cert.subject);
		if (code > 0)
			code = mbedtls_x509write_crt_set_issuer_name(w, issuer);
	}
	if (code == 0)
		code = set_serial(c, w);
	if (code == 0)
		code = set_validity(w, wish, ca);
	if (code == 0)
		code = wish->like != NULL ? copy_extensions(w, wish->like)
					  : set_new_extensions(w, wish);
	if (code == 0)
		code = mbedtls_x509write_crt_set_subject_key_identifier(w);
	if (code == 0)
		code = mbedtls_x509write_crt_set_authority_key_identifier(w);
	return code;
}

int
certs_issue(struct certs *c, const struct certs_wish *wish,
	    struct certs_authority *ca, char pem[CERTS_PEM_MAX])
{
	mbedtls_x509write_cert w;
	int code;

	mbedtls_x509write_crt_init(&w);
	code = fill(c, &w, wish, ca);
	if (code == 0)
		code = mbedtls_x509write_crt_pem(
		    &w, (unsigned char *)pem, CERTS_PEM_MAX,
		    mbedtls_ctr_drbg_random, &c->random.drbg);
	mbedtls_x509write_crt_free(&w);
	return code == 0 ? 0 : certs_fail(wish->subject, code);
}
