/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of a packet: its bytes added up modulo 256. */
#ifndef PROTOCOL_SUM_H
#define PROTOCOL_SUM_H

#include <stddef.h>
#include <stdint.h>

uint8_t rsp_sum(const uint8_t *data, size_t len);

#endif
