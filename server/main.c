/* SPDX-License-Identifier: Apache-2.0 */
/* Which role is this process to play? */
#include <string.h>

#include "certs/certs.h"
#include "connect/connect.h"
#include "listener/daemon.h"
#include "listener/server.h"
#include "relay/relay.h"

static int
run_form(enum settings_result (*form)(char **, struct settings *),
	 int (*run)(struct settings *), char **argv)
{
	struct settings s;

	settings_init(&s);
	switch (form(argv, &s)) {
	case SETTINGS_RUN:
		return run(&s);
	case SETTINGS_DONE:
		return 0;
	case SETTINGS_WRONG:
		break;
	}
	return 1;
}

static int
print_version(void)
{
	settings_print_version();
	return 0;
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, RELAY_ROLE) == 0)
		return relay_main(argv + 2);
	if (strcmp(word, DAEMON_SESSION_ROLE) == 0)
		return daemon_session_main(argv + 2);
	if (strcmp(word, CONNECT_ROLE) == 0)
		return connect_role_main(argv + 2);
	if (strcmp(word, "gdbserver") == 0 || strcmp(word, "g") == 0)
		return run_form(form_lldb, server_run, argv + 2);
	if (strcmp(word, "serve") == 0)
		return run_form(form_serve, daemon_run, argv + 2);
	if (strcmp(word, "connect") == 0)
		return connect_main(argv + 2);
	if (strcmp(word, "certs") == 0)
		return certs_main(argv + 2);
	if (strcmp(word, "version") == 0 || strcmp(word, "v") == 0)
		return print_version();
	return run_form(form_gdbserver, server_run, argc > 0 ? argv + 1 : argv);
}
