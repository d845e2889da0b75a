/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd serve [OPTIONS] LISTEN...: many clients, a session process for each.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"
#include "settings.h"
#include "systemd.h"

enum { ID_HELP = SETTINGS_OWN_ID, ID_CONFIG, ID_CHECK_CONFIG };

static const struct option_row rows[] = {
	{ "config", 0, OPTION_VALUE, ID_CONFIG, "FILE",
	  "settings, roles and rules (rspd.conf(5)); what the\n"
	  "command line says counts more" },
	{ "check-config", 0, OPTION_BARE, ID_CHECK_CONFIG, NULL,
	  "say whether all this can be used, and end" },
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
	       "unix:PATH.  What clients may do is said by --rights\nor by "
	       "the rules of a configuration file; without either nobody may "
	       "do anything.\n"
	       "\n"
	       "Examples:\n"
	       "  rspd serve --rights all localhost:1234\n"
	       "                                 (gdb) target extended-remote "
	       ":1234\n"
	       "                                 (lldb) gdb-remote 1234\n"
	       "  rspd serve --rights all --tls-cert s.crt --tls-key s.key "
	       "\\\n"
	       "      --tls-client-ca ca.crt 0.0.0.0:1234\n"
	       "  rspd serve --config /etc/rspd/rspd.conf\n"
	       "\n"
	       "Options:\n");
	options_print(rows);
	options_print(settings_rows);
	options_print(settings_launch_rows);
	options_print(settings_debug_rows);
}

static bool
take_own(void *arg, int id, const char *value)
{
	struct settings *s = arg;

	if (id == ID_CONFIG)
		s->config = value;
	if (id == ID_CHECK_CONFIG)
		s->check_config = true;
	return true;
}

/* The file first, wherever it is named: the command line counts more. */
static enum settings_result
read_config(char **argv, struct settings *s)
{
	const struct option_use use = {
		tables, ID_HELP, print_help, take_own, s,
	};
	int err = options_take(&use, argv);

	if (err != 0)
		return err > 0 ? SETTINGS_DONE : SETTINGS_WRONG;
	if (s->config != NULL && !settings_read_file(s, s->config))
		return SETTINGS_WRONG;
	return SETTINGS_RUN;
}

static bool
apply(char **argv, struct settings *s)
{
	struct options o = { .tables = tables, .argv = argv };
	bool first = true;
	const char *value;
	int id;

	while ((id = options_next(&o, &value)) != OPTION_END) {
		if (id == OPTION_POSITIONAL) {
			if (first)
				s->ncomm = 0;
			first = false;
			if (!settings_add_address(s, value))
				return false;
		} else if (id > 0 && id < SETTINGS_OWN_ID &&
			   !settings_apply(s, id, value)) {
			return false;
		}
	}
	return true;
}

/* Only root becomes somebody else. */
static bool
check_users(const struct settings *s)
{
	for (size_t i = 0; i < s->policy.nrules; i++) {
		const struct policy_rule *r = &s->policy.rules[i];
		const struct passwd *pw;

		if (r->user[0] == '\0' || geteuid() == 0)
			continue;
		pw = getpwnam(r->user);
		if (pw != NULL && pw->pw_uid == geteuid())
			continue;
		log_error("[rule %s]: sessions as \"%s\" need a server that "
			  "was started by root",
			  r->name, r->user);
		return false;
	}
	return true;
}

static bool
check(struct settings *s)
{
	if (s->ncomm == 0 && systemd_listeners() == 0) {
		log_error("LISTEN is missing; try \"rspd serve --help\"");
		return false;
	}
	if (s->session.rights == NULL && s->policy.nrules == 0) {
		log_error("nobody would be permitted anything: give --rights "
			  "(\"--rights all\" for clients\nthat may do whatever "
			  "this user may), or a --config with rules");
		return false;
	}
	return settings_check(s) && check_users(s);
}

enum settings_result
form_serve(char **argv, struct settings *s)
{
	enum settings_result result;

	s->serve = true;
	s->session.extended = true;
	s->session.on_disconnect = ON_DISCONNECT_DETACH;
	result = read_config(argv, s);
	if (result != SETTINGS_RUN)
		return result;
	return apply(argv, s) && check(s) ? SETTINGS_RUN : SETTINGS_WRONG;
}
