/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a packet body: decoding stays inside them, what is decoded
 * keeps the promises of request.h, and decoding twice gives the same.
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "tests/common/describe.h"

enum { TEXT = 65536 };

static enum rsp_decode
decode(const uint8_t *data, size_t len, char *text)
{
	uint8_t *body = malloc(len + 1);
	struct rsp_request req;
	enum rsp_decode outcome;

	if (body == NULL)
		abort();
	if (len > 0)
		memcpy(body, data, len);
	body[len] = '1';
	outcome = rsp_request_decode(&req, body, len);
	if (outcome == RSP_DECODED)
		describe_request(&req, text, TEXT);
	if (outcome != RSP_UNKNOWN &&
	    memcmp(data, rsp_request_name(req.kind),
		   strlen(rsp_request_name(req.kind))) != 0)
		abort();
	free(body);
	return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char first[TEXT], second[TEXT];

	if (decode(data, len, first) != decode(data, len, second) ||
	    strcmp(first, second) != 0)
		abort();
	return 0;
}
