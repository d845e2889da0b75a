/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lldb's "platform shell": a process that runs a command line, waits for it
 * (which a process that traces others could not do), and tells how it went.
 */
#ifndef LISTENER_SHELL_PROCESS_H
#define LISTENER_SHELL_PROCESS_H

/* The hidden first argument. */
#define SHELL_PROCESS_ROLE "--role=shell"

/* For session_config.start_shell. */
int shell_process_start(const char *command, const char *folder,
			unsigned seconds, int *fd);

/* argv: SECONDS FOLDER COMMAND */
int shell_process_main(char **argv);

#endif
