/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd serve [OPTIONS] LISTEN...: many clients, a session process for each.
 */
#include <stdio.h>

#include "../common/log.h"
#include "settings.h"

enum { ID_HELP = SETTINGS_OWN_ID };

static const struct option_row rows[] = {
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = {
	rows, settings_rows, settings_launch_rows, settings_debug_rows, NULL,
};

static void
print_help(void)
{
	printf("Usage: rspd serve [OPTIONS] LISTEN...\n"
	       "\n"
	       "Serves any number of debuggers, each in a session of its own "
	       "that starts with no\nprocess.  LISTEN is HOST:PORT or "
	       "unix:PATH.\n"
	       "\n"
	       "Examples:\n"
	       "  rspd serve localhost:1234      (gdb) target extended-remote "
	       ":1234\n"
	       "                                 (lldb) gdb-remote 1234\n"
	       "  rspd serve --tls-cert s.crt --tls-key s.key --tls-client-ca "
	       "ca.crt 0.0.0.0:1234\n"
	       "\n"
	       "Options:\n");
	options_print(rows);
	options_print(settings_rows);
	options_print(settings_launch_rows);
	options_print(settings_debug_rows);
}

static bool
take_address(const char *text, struct settings *s)
{
	struct address *a = &s->comm[s->ncomm];

	if (s->ncomm == SETTINGS_ADDRESSES_MAX) {
		log_error("at most %d addresses", SETTINGS_ADDRESSES_MAX);
		return false;
	}
	if (address_parse(text, a) < 0 ||
	    (a->kind != ADDRESS_TCP && a->kind != ADDRESS_UNIX)) {
		log_error("%s: HOST:PORT or unix:PATH is wanted here", text);
		return false;
	}
	s->ncomm++;
	return true;
}

enum settings_result
form_serve(char **argv, struct settings *s)
{
	struct options o = { .tables = tables, .argv = argv };
	const char *value;
	int id;

	s->session.extended = true;
	s->session.on_disconnect = ON_DISCONNECT_DETACH;
	while ((id = options_next(&o, &value)) != OPTION_END) {
		if (id == OPTION_WRONG) {
			log_error("%s", o.error);
			return SETTINGS_WRONG;
		}
		if (id == ID_HELP) {
			print_help();
			return SETTINGS_DONE;
		}
		if (id == OPTION_POSITIONAL) {
			if (!take_address(value, s))
				return SETTINGS_WRONG;
		} else if (id != OPTION_SEPARATOR &&
			   !settings_apply(s, id, value)) {
			return SETTINGS_WRONG;
		}
	}
	if (s->ncomm == 0) {
		log_error("LISTEN is missing; try \"rspd serve --help\"");
		return SETTINGS_WRONG;
	}
	return settings_check(s) ? SETTINGS_RUN : SETTINGS_WRONG;
}
