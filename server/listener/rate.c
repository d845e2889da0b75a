/* SPDX-License-Identifier: Apache-2.0 */
#include "rate.h"

#include <netinet/in.h>
#include <string.h>

/* The key of an address; false: it is none. */
static bool
key_of(const struct sockaddr_storage *from, uint8_t key[8])
{
	memset(key, 0, 8);
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *in =
		    (const struct sockaddr_in *)(const void *)from;

		key[0] = 4; /* no network begins so */
		memcpy(key + 4, &in->sin_addr, 4);
		return true;
	}
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in =
		    (const struct sockaddr_in6 *)(const void *)from;

		if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr)) {
			key[0] = 4;
			memcpy(key + 4, in->sin6_addr.s6_addr + 12, 4);
		} else {
			memcpy(key, &in->sin6_addr, 8);
		}
		return true;
	}
	return false;
}

static struct rate_entry *
find(struct rate *r, const uint8_t key[8], double full, double now)
{
	struct rate_entry *oldest = &r->entries[0];

	for (size_t i = 0; i < r->n; i++) {
		struct rate_entry *e = &r->entries[i];

		if (memcmp(e->address, key, 8) == 0)
			return e;
		if (e->at < oldest->at)
			oldest = e;
	}
	if (r->n < RATE_ADDRESSES_MAX)
		oldest = &r->entries[r->n++];
	memcpy(oldest->address, key, 8);
	oldest->tokens = full;
	oldest->at = now;
	return oldest;
}

bool
rate_take(struct rate *r, const struct sockaddr_storage *from,
	  unsigned per_minute, double now)
{
	struct rate_entry *e;
	uint8_t key[8];

	if (per_minute == 0 || !key_of(from, key))
		return true;
	e = find(r, key, per_minute, now);
	/* A clock that is set back gives nothing. */
	if (now > e->at) {
		e->tokens += (now - e->at) * per_minute / 60;
		e->at = now;
	}
	if (e->tokens > per_minute)
		e->tokens = per_minute;
	if (e->tokens < 1)
		return false;
	e->tokens -= 1;
	return true;
}
