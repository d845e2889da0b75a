/* SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include <stdio.h>
#include <string.h>

#include "../../backend/ptrace/ptrace.h"
#include "../../protocol/hex.h"
#include "../../protocol/reader.h"
#include "../../protocol/sum.h"

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

size_t
session_door_notice(const struct session_door *door,
		    char text[SESSION_DOOR_NOTICE_MAX])
{
	char hex[2 * sizeof(door->path)] = "";
	size_t n;

	rsp_hex_encode((uint8_t *)hex, (const uint8_t *)door->path,
		       strlen(door->path));
	n = (size_t)snprintf(text, SESSION_DOOR_NOTICE_MAX, "%%QDoor:%x,%s#",
			     door->port, hex);
	n += (size_t)snprintf(text + n, SESSION_DOOR_NOTICE_MAX - n, "%02x",
			      rsp_sum((const uint8_t *)text + 1, n - 2));
	return n;
}

bool
session_is_greeting_byte(uint8_t byte)
{
	return byte == '$' || byte == '%' || byte == '+' || byte == '-' ||
	       byte == 0x03;
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
