/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions of certificates that the library cannot write or find. */
#include <arpa/inet.h>
#include <ctype.h>
#include <mbedtls/oid.h>
#include <string.h>

#include "private.h"

/* Context-specific tags of a GeneralName (RFC 5280, 4.2.1.6). */
enum { NAME_EMAIL = 1, NAME_DNS = 2, NAME_URI = 6, NAME_IP = 7 };
/* A host name's greatest length. */
#define NAME_LENGTH_MAX 253

struct general_name {
	int tag;
	unsigned char address[16];
	const unsigned char *value;
	size_t len;
};

static bool
is_host_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

/* Also "*.example.org". */
static bool
is_host(const char *name)
{
	if (name[0] == '*' && name[1] == '.')
		name += 2;
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		return false;
	while (is_host_char(*name))
		name++;
	return *name == '\0';
}

static bool
is_plain_text(const char *name)
{
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~')
			return false;
	return true;
}

static bool
parse(const char *name, struct general_name *g)
{
	g->value = (const unsigned char *)name;
	g->len = strlen(name);
	if (g->len == 0 || g->len > NAME_LENGTH_MAX || !is_plain_text(name))
		return false;
	if (inet_pton(AF_INET, name, g->address) == 1 ||
	    inet_pton(AF_INET6, name, g->address) == 1) {
		g->tag = NAME_IP;
		g->len = strchr(name, ':') != NULL ? 16 : 4;
		g->value = g->address;
		return true;
	}
	if (strstr(name, "://") != NULL)
		g->tag = NAME_URI;
	else if (strchr(name, '@') != NULL)
		g->tag = NAME_EMAIL;
	else
		g->tag = NAME_DNS;
	return g->tag != NAME_DNS || is_host(name);
}

bool
certs_check_name(const char *name)
{
	struct general_name g;

	return parse(name, &g);
}

int
certs_put_names(struct der *d, const char *const *names, size_t n)
{
	const unsigned char *end = d->p;
	struct general_name g;

	while (n-- > 0) {
		if (!parse(names[n], &g))
			return MBEDTLS_ERR_X509_INVALID_NAME;
		der_put_value(d, DER_CONTEXT(g.tag), g.value, g.len);
	}
	der_wrap(d, end, DER_SEQUENCE);
	return d->code;
}

/* One Extension of the sequence; `*p` then stands after it. */
static bool
next_extension(unsigned char **p, const unsigned char *end,
	       mbedtls_asn1_buf *oid, mbedtls_asn1_buf *value, bool *critical)
{
	unsigned char *stop;
	size_t len;
	int flag = 0;

	if (mbedtls_asn1_get_tag(p, end, &len, DER_SEQUENCE) != 0)
		return false;
	stop = *p + len;
	if (mbedtls_asn1_get_tag(p, stop, &oid->len, MBEDTLS_ASN1_OID) != 0)
		return false;
	oid->p = *p;
	*p += oid->len;
	if (mbedtls_asn1_get_bool(p, stop, &flag) != 0)
		flag = 0;
	if (mbedtls_asn1_get_tag(p, stop, &value->len,
				 MBEDTLS_ASN1_OCTET_STRING) != 0)
		return false;
	*critical = flag != 0;
	value->p = *p;
	*p = stop;
	return true;
}

bool
certs_find_extension(const mbedtls_x509_crt *crt, const char *oid,
		     size_t oid_len, mbedtls_asn1_buf *value, bool *critical)
{
	unsigned char *p = crt->v3_ext.p;
	const unsigned char *end = p + crt->v3_ext.len;
	mbedtls_asn1_buf at;
	size_t len;

	if (p == NULL || mbedtls_asn1_get_tag(&p, end, &len,
					      MBEDTLS_ASN1_CONSTRUCTED |
						  MBEDTLS_ASN1_SEQUENCE) != 0)
		return false;
	while (p < end && next_extension(&p, end, &at, value, critical))
		if (at.len == oid_len && memcmp(at.p, oid, oid_len) == 0)
			return true;
	return false;
}
