/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes DER from the end of a buffer to its start, so that a length is known
 * when it is written.  The first failure stays in `code`, and nothing is
 * written after it.
 */
#ifndef CERTS_DER_H
#define CERTS_DER_H

#include <mbedtls/asn1.h>
#include <stddef.h>

#define DER_SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
/* [n] */
#define DER_CONTEXT(n) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | (n))

struct der {
	unsigned char *start; /* of the buffer; borrowed */
	unsigned char *p;     /* of what was written */
	int code;	      /* 0 or mbedTLS's */
};

void der_init(struct der *d, unsigned char *buf, size_t cap);
void der_put(struct der *d, const void *data, size_t n);
/* Tag and length in front of what was written since p was `end`. */
void der_wrap(struct der *d, const unsigned char *end, int tag);
/* Both in one. */
void der_put_value(struct der *d, int tag, const void *data, size_t n);

#endif
