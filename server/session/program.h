/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pty on which a program talks to the client.
 */
#ifndef SERVER_SESSION_PROGRAM_H
#define SERVER_SESSION_PROGRAM_H

#include "private.h"

/* Both ends, close-on-exec; the master does not block. */
int program_open_pty(int *master, int *slave);
/* The session takes the master; one that it had is closed. */
void program_set_fd(struct session *s, int master);
/* Gives input to the program; -EAGAIN: it does not read. */
int program_write(struct session *s, const void *data, size_t len);

/* Variables of an environment that a client may build up. */
#define LAUNCH_ENV_MAX 65536

/* Back to how the server was started; the last program is remembered. */
void launch_settings_reset(struct launch_settings *l,
			   const struct session_config *config);
int launch_set_argv(struct launch_settings *l, const char *const *argv);
/* Replaces an owned string; an empty one makes it NULL. */
int launch_set_string(char **where, const char *data, size_t len);

#endif
