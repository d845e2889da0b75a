/* SPDX-License-Identifier: Apache-2.0 */
/* Which role is this process to play? */
#include <string.h>

#include "audit/audit.h"
#include "certs/certs.h"
#include "connect/connect.h"
#include "listener/daemon.h"
#include "listener/forms.h"
#include "listener/session_process.h"
#include "listener/shell_process.h"
#include "relay/relay.h"

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
	const struct form *form;

	if (strcmp(word, RELAY_ROLE) == 0)
		return relay_main(argv + 2);
	if (strcmp(word, SESSION_PROCESS_ROLE) == 0)
		return session_process_main(argv + 2);
	if (strcmp(word, SHELL_PROCESS_ROLE) == 0)
		return shell_process_main(argv + 2);
	if (strcmp(word, DAEMON_SESSION_ROLE) == 0)
		return daemon_session_main();
	if (strcmp(word, CONNECT_ROLE) == 0)
		return connect_role_main(argv + 2);
	if (strcmp(word, "connect") == 0)
		return connect_main(argv + 2);
	if (strcmp(word, "audit") == 0)
		return audit_main(argv + 2);
	if (strcmp(word, "certs") == 0)
		return certs_main(argv + 2);
	if (strcmp(word, "version") == 0 || strcmp(word, "v") == 0)
		return print_version();
	form = form_find(word);
	if (form != NULL && word[0] != '\0')
		return form_run(form, argv + 2);
	return form_run(form_find(""), argc > 0 ? argv + 1 : argv);
}
