/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decoded request as text: for tests to compare, and for fuzzers to touch
 * all that a request borrows.  One describe_decode_* function for each
 * decoder, found through the request list.
 */
#ifndef TESTS_COMMON_DESCRIBE_H
#define TESTS_COMMON_DESCRIBE_H

#include <stddef.h>

#include "protocol/request.h"

/*
 * Writes at most cap - 1 bytes and a NUL.  Aborts where a promise of
 * request.h is broken: a text without its NUL, a list that does not end.
 */
void describe_request(const struct rsp_request *req, char *buf, size_t cap);

/* "SUPPORTED": the name in enum rsp_kind. */
const char *describe_kind(enum rsp_kind kind);

#endif
