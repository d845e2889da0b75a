/* SPDX-License-Identifier: Apache-2.0 */
/* The list of revoked certificates (RFC 5280, 5): the library reads them, and
 * cannot write them. */
#include <errno.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"
#include "private.h"

/* Of the list without its entries, and of an entry without its number. */
#define FIXED_BYTES 4096
#define ENTRY_BYTES 64
#define HASH_BYTES  32

struct list {
	struct certs *c;
	struct certs_authority *ca;
	const mbedtls_x509_crl *old; /* without entries: a first list */
	const mbedtls_x509_crt *also;
};

/* UTCTime until 2049. */
static void
put_time(struct der *d, const char *text)
{
	const bool utc = text[0] == '2' && text[1] == '0' && text[2] < '5';
	const unsigned char *end = d->p;

	der_put(d, "Z", 1);
	der_put(d, text + (utc ? 2 : 0), CERTS_TIME_LEN - (utc ? 2 : 0));
	der_wrap(d, end,
		 utc ? MBEDTLS_ASN1_UTC_TIME : MBEDTLS_ASN1_GENERALIZED_TIME);
}

static void
put_x509_time(struct der *d, const mbedtls_x509_time *at)
{
	char text[CERTS_TIME_LEN + 1];

	certs_x509_time(at, text);
	put_time(d, text);
}

static void
put_now(struct der *d)
{
	char text[CERTS_TIME_LEN + 1];

	certs_time(0, text);
	put_time(d, text);
}

/* ECDSA has no parameters, RSA's are NULL. */
static void
put_algorithm(struct der *d, const mbedtls_pk_context *key)
{
	static const char ec[] = MBEDTLS_OID_ECDSA_SHA256;
	static const char rsa[] = MBEDTLS_OID_PKCS1_SHA256;
	const unsigned char *end = d->p;

	if (mbedtls_pk_can_do(key, MBEDTLS_PK_RSA)) {
		der_put_value(d, MBEDTLS_ASN1_NULL, "", 0);
		der_put_value(d, MBEDTLS_ASN1_OID, rsa, sizeof(rsa) - 1);
	} else {
		der_put_value(d, MBEDTLS_ASN1_OID, ec, sizeof(ec) - 1);
	}
	der_wrap(d, end, DER_SEQUENCE);
}

/* ---- extensions --------------------------------------------------------- */

/* An Extension around what was written since `end`. */
static void
wrap_extension(struct der *d, const unsigned char *end, const char *oid,
	       size_t oid_len)
{
	der_wrap(d, end, MBEDTLS_ASN1_OCTET_STRING);
	der_put_value(d, MBEDTLS_ASN1_OID, oid, oid_len);
	der_wrap(d, end, DER_SEQUENCE);
}

/* Later lists have greater numbers: that of their time. */
static void
put_number(struct der *d)
{
	static const char oid[] = MBEDTLS_OID_CRL_NUMBER;
	const unsigned char *end = d->p;
	char text[CERTS_TIME_LEN + 1];
	unsigned char number[6];
	uint64_t value;

	certs_time(0, text);
	value = strtoull(text, NULL, 10);
	for (size_t i = sizeof(number); i-- > 0; value >>= 8)
		number[i] = (unsigned char)value;
	der_put_value(d, MBEDTLS_ASN1_INTEGER, number, sizeof(number));
	wrap_extension(d, end, oid, sizeof(oid) - 1);
}

/* Which of the CA's keys signed. */
static void
put_key_id(struct der *d, const mbedtls_x509_crt *ca)
{
	static const char mine[] = MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER;
	static const char its[] = MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER;
	const unsigned char *end = d->p;
	mbedtls_asn1_buf value;
	bool critical;
	unsigned char *p;
	size_t n;

	if (!certs_find_extension(ca, its, sizeof(its) - 1, &value, &critical))
		return;
	p = value.p;
	if (mbedtls_asn1_get_tag(&p, value.p + value.len, &n,
				 MBEDTLS_ASN1_OCTET_STRING) != 0)
		return;
	der_put_value(d, DER_CONTEXT(0), p, n);
	der_wrap(d, end, DER_SEQUENCE);
	wrap_extension(d, end, mine, sizeof(mine) - 1);
}

/* ---- entries ---- */

static void
put_entries(struct der *d, const struct list *l)
{
	const mbedtls_x509_crl_entry *e = &l->old->entry;
	const unsigned char *end = d->p, *at;

	for (; e != NULL && e->serial.p != NULL; e = e->next) {
		at = d->p;
		put_x509_time(d, &e->revocation_date);
		der_put_value(d, MBEDTLS_ASN1_INTEGER, e->serial.p,
			      e->serial.len);
		der_wrap(d, at, DER_SEQUENCE);
	}
	if (l->also != NULL) {
		at = d->p;
		put_now(d);
		der_put_value(d, MBEDTLS_ASN1_INTEGER, l->also->serial.p,
			      l->also->serial.len);
		der_wrap(d, at, DER_SEQUENCE);
	}
	/* An empty sequence must not be there. */
	if (d->p != end)
		der_wrap(d, end, DER_SEQUENCE);
}

/* ---- the list ---- */

static void
put_unsigned(struct der *d, const struct list *l)
{
	static const unsigned char version_2 = 1;
	const mbedtls_x509_crt *ca = &l->ca->cert;
	const unsigned char *end = d->p;

	put_number(d);
	put_key_id(d, ca);
	der_wrap(d, end, DER_SEQUENCE);
	der_wrap(d, end, DER_CONTEXT(0) | MBEDTLS_ASN1_CONSTRUCTED);
	put_entries(d, l);
	/* It is good until the CA's end: a list that runs out would lock
	 * everyone out, and a new one replaces the file anyway. */
	put_x509_time(d, &ca->valid_to);
	put_now(d);
	der_put(d, ca->subject_raw.p, ca->subject_raw.len);
	put_algorithm(d, &l->ca->key);
	der_put_value(d, MBEDTLS_ASN1_INTEGER, &version_2, 1);
	der_wrap(d, end, DER_SEQUENCE);
}

static int
sign(const struct list *l, const unsigned char *data, size_t n,
     unsigned char sig[MBEDTLS_PK_SIGNATURE_MAX_SIZE], size_t *len)
{
	unsigned char hash[HASH_BYTES];
	int code = mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
			      data, n, hash);

	if (code != 0)
		return code;
	return mbedtls_pk_sign(
	    &l->ca->key, MBEDTLS_MD_SHA256, hash, sizeof(hash), sig,
#if MBEDTLS_3
	    MBEDTLS_PK_SIGNATURE_MAX_SIZE,
#endif
	    len, mbedtls_ctr_drbg_random, &l->c->random.drbg);
}

/* What `tbs` holds, its algorithm and its signature. */
static void
put_signed(struct der *d, const struct list *l, const unsigned char *tbs,
	   size_t n)
{
	static const unsigned char no_unused_bits = 0;
	unsigned char sig[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
	const unsigned char *end = d->p;
	size_t len;

	d->code = sign(l, tbs, n, sig, &len);
	der_put(d, sig, len);
	der_put(d, &no_unused_bits, 1);
	der_wrap(d, end, MBEDTLS_ASN1_BIT_STRING);
	put_algorithm(d, &l->ca->key);
	der_put(d, tbs, n);
	der_wrap(d, end, DER_SEQUENCE);
}

static int
to_pem(const unsigned char *der, size_t len, char **pem)
{
	size_t cap = len * 2 + 256, n;
	int code;

	*pem = malloc(cap);
	if (*pem == NULL)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	code = mbedtls_pem_write_buffer("-----BEGIN X509 CRL-----\n",
					"-----END X509 CRL-----\n", der, len,
					(unsigned char *)*pem, cap, &n);
	if (code != 0) {
		free(*pem);
		*pem = NULL;
	}
	return code;
}

static size_t
bytes_for(const struct list *l)
{
	const mbedtls_x509_crl_entry *e = &l->old->entry;
	size_t n = FIXED_BYTES;

	for (; e != NULL && e->serial.p != NULL; e = e->next)
		n += e->serial.len + ENTRY_BYTES;
	return l->also == NULL ? n : n + l->also->serial.len + ENTRY_BYTES;
}

static int
make(const struct list *l, char **pem)
{
	size_t cap = bytes_for(l);
	unsigned char *tbs = malloc(cap), *all = malloc(cap);
	struct der a, b;
	int code = MBEDTLS_ERR_X509_ALLOC_FAILED;

	if (tbs != NULL && all != NULL) {
		der_init(&a, tbs, cap);
		put_unsigned(&a, l);
		der_init(&b, all, cap);
		code = a.code;
		if (code == 0) {
			put_signed(&b, l, a.p, (size_t)(tbs + cap - a.p));
			code = b.code;
		}
		if (code == 0)
			code = to_pem(b.p, (size_t)(all + cap - b.p), pem);
	}
	free(tbs);
	free(all);
	return code;
}

/* No file is no list. */
static int
read_list(const char *path, mbedtls_x509_crl *crl)
{
	int code;

	mbedtls_x509_crl_init(crl);
	if (access(path, F_OK) < 0)
		return 0;
	code = mbedtls_x509_crl_parse_file(crl, path);
	return code == 0 ? 0 : certs_fail(path, code);
}

int
certs_write_crl(struct certs *c, struct certs_authority *ca,
		const mbedtls_x509_crt *also)
{
	mbedtls_x509_crl old;
	const struct list l = { .c = c, .ca = ca, .old = &old, .also = also };
	char *pem = NULL;
	int err = read_list(ca->crl_path, &old), code;

	if (err == 0) {
		code = make(&l, &pem);
		err = code == 0
			  ? certs_write_file(ca->crl_path, pem, false, true)
			  : certs_fail(ca->crl_path, code);
	}
	free(pem);
	mbedtls_x509_crl_free(&old);
	return err;
}

int
certs_is_revoked(const char *crl_path, const mbedtls_x509_crt *crt)
{
	mbedtls_x509_crl crl;
	int revoked = 0;

	if (read_list(crl_path, &crl) == 0 && crl.entry.serial.p != NULL)
		revoked = mbedtls_x509_crt_is_revoked(crt, &crl);
	mbedtls_x509_crl_free(&crl);
	return revoked;
}
