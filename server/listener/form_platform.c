/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd platform --listen HOST:PORT [--server] ...: the command line of
 * lldb-server's platform mode.  It is rspd serve under another name: debug
 * sessions come in by the same port, so the options about theirs do nothing.
 */
#include <stdio.h>
#include <string.h>

#include "../common/log.h"
#include "settings.h"

enum {
	ID_LISTEN = SETTINGS_OWN_ID,
	ID_SERVER,
	ID_SOCKET_FILE,
	ID_OTHER_PORT,
	ID_VERBOSE,
	ID_HELP,
};

static const struct option_row rows[] = {
	{ "listen", 'L', OPTION_VALUE, ID_LISTEN, "HOST:PORT",
	  "where lldb connects; also a URL" },
	{ "server", 's', OPTION_BARE, ID_SERVER, NULL,
	  "stay when all debuggers have gone" },
	{ "socket-file", 'f', OPTION_VALUE, ID_SOCKET_FILE, "FILE",
	  "write the port that is listened on to this file" },
	{ "gdbserver-port", 'P', OPTION_VALUE, ID_OTHER_PORT, "N",
	  "accepted, as are --min-gdbserver-port,\n"
	  "--max-gdbserver-port and --port-offset; debug sessions\n"
	  "use the port that is listened on" },
	{ "min-gdbserver-port", 'm', OPTION_VALUE, ID_OTHER_PORT, "N", NULL },
	{ "max-gdbserver-port", 'M', OPTION_VALUE, ID_OTHER_PORT, "N", NULL },
	{ "port-offset", 'p', OPTION_VALUE, ID_OTHER_PORT, "N", NULL },
	{ "verbose", 'v', OPTION_BARE, ID_VERBOSE, NULL,
	  "say what the server does" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = {
	rows,
	settings_rows,
	settings_launch_rows,
	settings_debug_rows,
	settings_log_rows,
	NULL,
};

static void
print_help(void)
{
	printf("Usage: rspd platform [OPTIONS] --listen HOST:PORT\n"
	       "\n"
	       "Serves lldb's \"platform connect\" and the debug sessions that "
	       "follow from it, as\nlldb-server platform does, on one port.  "
	       "Ends with its last session unless\n--server is given.\n"
	       "\n"
	       "Example:\n"
	       "  rspd platform --server --listen localhost:1234\n"
	       "                              (lldb) platform select "
	       "remote-linux\n"
	       "                              (lldb) platform connect "
	       "connect://localhost:1234\n"
	       "\n"
	       "Options:\n");
	options_print(rows);
	options_print(settings_rows);
	options_print(settings_launch_rows);
	options_print(settings_debug_rows);
	options_print(settings_log_rows);
}

static bool
take_address(const char *text, struct settings *s)
{
	struct address *a = &s->comm[0];

	if (address_parse_url(text, a) < 0 ||
	    (a->kind != ADDRESS_TCP && a->kind != ADDRESS_UNIX &&
	     a->kind != ADDRESS_TTY)) {
		log_error("--listen=%s: HOST:PORT or unix-accept:///PATH is "
			  "wanted",
			  text);
		return false;
	}
	s->ncomm = 1;
	return true;
}

static bool
check_port(const char *text)
{
	int64_t n;

	if (option_number(text, 0, UINT16_MAX, &n) == 0)
		return true;
	log_error("%s: a port is wanted here", text);
	return false;
}

/* SETTINGS_RUN: go on. */
static enum settings_result
apply(int id, const char *value, struct settings *s)
{
	bool ok = true;

	switch (id) {
	case ID_LISTEN:
		ok = take_address(value, s);
		break;
	case ID_SERVER:
		s->session.once = false;
		break;
	case ID_SOCKET_FILE:
		s->socket_file = value;
		break;
	case ID_OTHER_PORT:
		ok = check_port(value);
		break;
	case ID_VERBOSE:
		log_set_level(LOG_DEBUG);
		break;
	case ID_HELP:
		print_help();
		return SETTINGS_DONE;
	default:
		ok = settings_apply(s, id, value);
		break;
	}
	return ok ? SETTINGS_RUN : SETTINGS_WRONG;
}

enum settings_result
form_platform(char **argv, struct settings *s)
{
	struct options o = { .tables = tables, .argv = argv };
	enum settings_result r;
	const char *value;
	int id;

	s->session.startup_with_shell = false;
	s->session.extended = true;
	s->session.once = true;
	s->session.on_disconnect = ON_DISCONNECT_DETACH;
	while ((id = options_next(&o, &value)) != OPTION_END) {
		if (id == OPTION_WRONG) {
			log_error("%s", o.error);
			return SETTINGS_WRONG;
		}
		if (id == OPTION_POSITIONAL || id == OPTION_SEPARATOR) {
			log_error("%s: nothing but options is wanted here; "
				  "lldb says what is to be run",
				  id == OPTION_POSITIONAL ? value : "--");
			return SETTINGS_WRONG;
		}
		r = apply(id, value, s);
		if (r != SETTINGS_RUN)
			return r;
	}
	if (s->ncomm == 0) {
		log_error("--listen is missing; try \"rspd platform --help\"");
		return SETTINGS_WRONG;
	}
	return settings_check(s) ? SETTINGS_RUN : SETTINGS_WRONG;
}
