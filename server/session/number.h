/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in text that is not a packet: annexes, monitor commands, /proc. */
#ifndef SERVER_SESSION_NUMBER_H
#define SERVER_SESSION_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Each takes at least one digit and as many as there are, and moves *at behind
 * them; false, and *at as it was, if there is none or the number does not fit.
 */
bool number_hex(const char **at, uint64_t *value);
bool number_decimal(const char **at, uint64_t *value);
/* As a user types it: decimal, or hex after "0x". */
bool number_typed(const char **at, uint64_t *value);

#endif
