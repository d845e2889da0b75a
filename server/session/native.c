/* SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include "../../backend/ptrace/ptrace.h"
#include "../../protocol/reader.h"

int
session_new_native(struct session **s, const struct session_config *config)
{
	struct target *target;
	int err;

	err = target_ptrace_new(&target);
	if (err < 0)
		return err;
	err = session_new(s, target, config);
	if (err < 0)
		target_free(target);
	return err;
}

bool
session_is_greeting_byte(uint8_t byte)
{
	return byte == '$' || byte == '+' || byte == '-' || byte == 0x03;
}

bool
session_is_greeting_packet(const uint8_t *data, size_t n)
{
	uint8_t body[SESSION_GREETING_MAX];
	enum rsp_event event = RSP_EVENT_NONE;
	struct rsp_reader reader;

	rsp_reader_init(&reader, body, sizeof(body));
	reader.check = true;
	rsp_reader_feed(&reader, data, n, &event);
	return event == RSP_EVENT_PACKET;
}
