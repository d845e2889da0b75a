/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd gdbserver [OPTIONS] [HOST:]PORT [-- PROG ARGS...]: the command line of
 * lldb-server, so that lldb can start rspd (LLDB_DEBUGSERVER_PATH).
 */
#include <stdio.h>
#include <string.h>

#include "../common/log.h"
#include "settings.h"

enum {
	ID_ATTACH = SETTINGS_OWN_ID,
	ID_FD,
	ID_PIPE,
	ID_NAMED_PIPE,
	ID_REVERSE,
	ID_SETSID,
	ID_NATIVE_REGS,
	ID_HELP,
};

static const struct option_row rows[] = {
	{ "attach", 0, OPTION_VALUE, ID_ATTACH, "PID|NAME",
	  "attach to a process, by its number or name" },
	{ "fd", 0, OPTION_VALUE, ID_FD, "N",
	  "the debugger is at this descriptor" },
	{ "pipe", 0, OPTION_VALUE, ID_PIPE, "FD",
	  "write the port that is listened on to this descriptor" },
	{ "named-pipe", 0, OPTION_VALUE, ID_NAMED_PIPE, "PATH",
	  "write it to this FIFO or file" },
	{ "reverse-connect", 0, OPTION_BARE, ID_REVERSE, NULL,
	  "connect to the debugger at HOST:PORT" },
	{ "setsid", 'S', OPTION_BARE, ID_SETSID, NULL,
	  "run in a session of its own" },
	{ "native-regs", 'r', OPTION_BARE, ID_NATIVE_REGS, NULL,
	  "accepted; they are always native" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = {
	rows, settings_rows, settings_debug_rows, settings_log_rows, NULL,
};

static void
print_help(void)
{
	printf("Usage: rspd gdbserver [OPTIONS] [HOST:]PORT [-- PROG ARGS...]\n"
	       "       rspd gdbserver [OPTIONS] --fd N\n"
	       "\n"
	       "Serves one lldb or gdb, as lldb-server does.  HOST is "
	       "localhost if not given;\nport 0 finds a free one.  URLs are "
	       "taken, too: unix-connect:///path,\nserial:///dev/ttyS0.\n"
	       "\n"
	       "Examples:\n"
	       "  rspd gdbserver :1234 -- ./prog arg    (lldb) gdb-remote "
	       "1234\n"
	       "  rspd gdbserver --attach 4711 localhost:1234\n"
	       "  LLDB_DEBUGSERVER_PATH=/usr/bin/rspd lldb ./prog\n"
	       "                                        lldb uses rspd for "
	       "local programs\n"
	       "\n"
	       "Options:\n");
	options_print(rows);
	options_print(settings_rows);
	options_print(settings_debug_rows);
	options_print(settings_log_rows);
}

static bool
take_fd(const char *option, const char *value, int *fd)
{
	int64_t n;

	if (option_number(value, 0, INT32_MAX, &n) < 0) {
		log_error("%s=%s: a descriptor's number is wanted", option,
			  value);
		return false;
	}
	*fd = (int)n;
	return true;
}

/* SETTINGS_RUN: go on. */
static enum settings_result
apply(int id, const char *value, struct settings *s)
{
	switch (id) {
	case ID_ATTACH:
		s->attach = value;
		return SETTINGS_RUN;
	case ID_FD:
		s->comm[0] = (struct address){ .kind = ADDRESS_FD };
		s->ncomm = 1;
		return take_fd("--fd", value, &s->comm[0].fd) ? SETTINGS_RUN
							      : SETTINGS_WRONG;
	case ID_PIPE:
		return take_fd("--pipe", value, &s->port_fd) ? SETTINGS_RUN
							     : SETTINGS_WRONG;
	case ID_NAMED_PIPE:
		s->port_path = value;
		return SETTINGS_RUN;
	case ID_REVERSE:
		s->reverse_connect = true;
		return SETTINGS_RUN;
	case ID_SETSID:
		s->setsid = true;
		return SETTINGS_RUN;
	case ID_NATIVE_REGS:
		return SETTINGS_RUN;
	case ID_HELP:
		print_help();
		return SETTINGS_DONE;
	}
	return settings_apply(s, id, value) ? SETTINGS_RUN : SETTINGS_WRONG;
}

static bool
take_address(const char *text, struct settings *s)
{
	if (address_parse_url(text, &s->comm[0]) < 0) {
		log_error("%s: [HOST:]PORT or a URL is wanted here", text);
		return false;
	}
	s->ncomm = 1;
	if (s->comm[0].role == ADDRESS_CONNECT)
		s->reverse_connect = true;
	return true;
}

/*
 * Options may stand after the address and even after PROG, so the words that
 * are none are gathered in argv's own place; after "--" all is the program's.
 */
static enum settings_result
parse(char **argv, struct settings *s)
{
	struct options o = { .tables = tables, .argv = argv };
	char **words = argv, **to = argv;
	enum settings_result r;
	const char *value;
	char **before;
	int id;

	for (;;) {
		before = o.argv;
		id = options_next(&o, &value);
		if (id == OPTION_END || id == OPTION_SEPARATOR)
			break;
		if (id == OPTION_POSITIONAL && s->ncomm == 0) {
			if (!take_address(value, s))
				return SETTINGS_WRONG;
			continue;
		}
		/* An option that only PROG knows. */
		if (id == OPTION_WRONG && to > words) {
			o.argv = before + 1;
			id = OPTION_POSITIONAL;
		}
		if (id == OPTION_WRONG) {
			log_error("%s", o.error);
			return SETTINGS_WRONG;
		}
		if (id == OPTION_POSITIONAL) {
			*to++ = *before;
			continue;
		}
		r = apply(id, value, s);
		if (r != SETTINGS_RUN)
			return r;
	}
	if (id == OPTION_SEPARATOR && s->ncomm == 0 && *o.argv != NULL) {
		if (!take_address(*o.argv++, s))
			return SETTINGS_WRONG;
	}
	while (*o.argv != NULL)
		*to++ = *o.argv++;
	*to = NULL;
	if (to > words)
		s->program = (const char *const *)words;
	return SETTINGS_RUN;
}

enum settings_result
form_lldb(char **argv, struct settings *s)
{
	enum settings_result r;

	s->dies_of_signal = true;
	s->session.native_regs = true;
	s->session.stdio_to_client = true;
	s->session.startup_with_shell = false;
	s->session.once = true;
	/* lldb attaches and launches by packets, so an empty session stays. */
	s->session.extended = true;
	s->session.on_disconnect = ON_DISCONNECT_DETACH;
	r = parse(argv, s);
	if (r != SETTINGS_RUN)
		return r;
	if (s->ncomm == 0) {
		log_error("[HOST:]PORT or --fd is missing; try \"rspd "
			  "gdbserver --help\"");
		return SETTINGS_WRONG;
	}
	if (s->attach != NULL && s->program != NULL) {
		log_error("--attach and a program cannot go together");
		return SETTINGS_WRONG;
	}
	s->session.comm_is_stdio = s->comm[0].kind == ADDRESS_STDIO;
	return settings_check(s) ? SETTINGS_RUN : SETTINGS_WRONG;
}
