/* SPDX-License-Identifier: Apache-2.0 */
/* How often one address may connect.  Bounded: the address that was longest
 * silent is forgotten. */
#ifndef LISTENER_RATE_H
#define LISTENER_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define RATE_ADDRESSES_MAX 1024

/* An IPv4 address, or the half of an IPv6 one that names the network. */
struct rate_entry {
	uint8_t address[8];
	double tokens, at;
};

struct rate {
	struct rate_entry entries[RATE_ADDRESSES_MAX];
	size_t n;
};

/* May this address connect once more, if `per_minute` are permitted?  What is
 * not IP may always. */
bool rate_take(struct rate *r, const struct sockaddr_storage *from,
	       unsigned per_minute, double now);

#endif
