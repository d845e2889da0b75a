/* SPDX-License-Identifier: Apache-2.0 */
#include "der.h"

#include <mbedtls/asn1write.h>

void
der_init(struct der *d, unsigned char *buf, size_t cap)
{
	d->start = buf;
	d->p = buf + cap;
	d->code = 0;
}

static void
note(struct der *d, int ret)
{
	if (ret < 0)
		d->code = ret;
}

void
der_put(struct der *d, const void *data, size_t n)
{
	if (d->code == 0)
		note(d,
		     mbedtls_asn1_write_raw_buffer(&d->p, d->start, data, n));
}

void
der_wrap(struct der *d, const unsigned char *end, int tag)
{
	if (d->code == 0)
		note(d, mbedtls_asn1_write_len(&d->p, d->start,
					       (size_t)(end - d->p)));
	if (d->code == 0)
		note(d, mbedtls_asn1_write_tag(&d->p, d->start,
					       (unsigned char)tag));
}

void
der_put_value(struct der *d, int tag, const void *data, size_t n)
{
	const unsigned char *end = d->p;

	der_put(d, data, n);
	der_wrap(d, end, tag);
}
