/* SPDX-License-Identifier: Apache-2.0 */
/* What the listener needs of the floors that only session/ sees. */
#ifndef SESSION_NATIVE_H
#define SESSION_NATIVE_H

#include "session.h"

/* A session with this machine's own processes (ptrace). */
int session_new_native(struct session **s, const struct session_config *config);

/* May these be the first bytes of a debugger?  The longest that is looked
 * at. */
#define SESSION_GREETING_MAX 4096
bool session_is_greeting_byte(uint8_t byte);
/* Does a whole packet with a right sum stand at the start? */
bool session_is_greeting_packet(const uint8_t *data, size_t n);

/*
 * What tells a server, before the debugger's first word, where that has come
 * in: a notice, which is not answered, and is skipped by those who do not know
 * it.  Its length.
 */
#define SESSION_DOOR_NOTICE_MAX 256
size_t session_door_notice(const struct session_door *door,
			   char text[SESSION_DOOR_NOTICE_MAX]);

#endif
