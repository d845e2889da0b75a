/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd [OPTIONS] COMM PROG [ARGS...], --attach COMM PID, --multi COMM: the
 * command line of gdbserver.
 */
#include <stdio.h>
#include <string.h>

#include "../common/log.h"
#include "settings.h"

enum {
	ID_ATTACH = SETTINGS_OWN_ID,
	ID_MULTI,
	ID_ONCE,
	ID_WRAPPER,
	ID_DISABLE_PACKET,
	ID_SELFTEST,
	ID_HELP,
	ID_VERSION,
};

static const struct option_row rows[] = {
	{ "attach", 0, OPTION_BARE, ID_ATTACH, NULL,
	  "attach to the process PID" },
	{ "multi", 0, OPTION_BARE, ID_MULTI, NULL,
	  "start without a program; stay until told to exit" },
	{ "once", 0, OPTION_BARE, ID_ONCE, NULL,
	  "exit when the first debugger has gone" },
	{ "wrapper", 0, OPTION_BARE, ID_WRAPPER, "W [ARGS] --",
	  "start programs as \"W ARGS PROG ...\"; W ends with exec" },
	{ "disable-packet", 0, OPTION_VALUE_INLINE, ID_DISABLE_PACKET,
	  "NAME,...",
	  "do as if these were unknown: vCont, T, Tthread, qC,\n"
	  "qfThreadInfo, threads (all of those)" },
	{ "selftest", 0, OPTION_VALUE_INLINE, ID_SELFTEST, NULL, NULL },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ "version", 'v', OPTION_BARE, ID_VERSION, NULL,
	  "the server's version" },
	{ 0 },
};

static const struct option_row *const tables[] = {
	rows, settings_launch_rows, settings_rows, settings_debug_rows, NULL,
};

static void
print_help(void)
{
	printf(
	    "Usage: rspd [OPTIONS] COMM PROG [ARGS...]    start PROG\n"
	    "       rspd [OPTIONS] --attach COMM PID      attach to a process\n"
	    "       rspd [OPTIONS] --multi COMM           start with no "
	    "process\n"
	    "       rspd gdbserver [OPTIONS] [HOST:]PORT [-- PROG ARGS...]\n"
	    "                                             as lldb-server\n"
	    "       rspd serve [OPTIONS] LISTEN...        one session per "
	    "client\n"
	    "       rspd platform [OPTIONS] --listen HOST:PORT\n"
	    "                                             as lldb-server's\n"
	    "       rspd connect [OPTIONS] HOST:PORT      client's side of "
	    "TLS\n"
	    "       rspd certs COMMAND ...                makes certificates "
	    "for "
	    "TLS\n"
	    "\n"
	    "Serves one gdb or lldb.  COMM is where it comes from:\n"
	    "  :PORT                       TCP, from this machine only\n"
	    "  HOST:PORT, [V6]:PORT        TCP; port 0 finds a free one\n"
	    "  unix:PATH                   a Unix socket\n"
	    "  - or stdio                  stdin and stdout\n"
	    "  /dev/ttyS0                  a serial line\n"
	    "\n"
	    "Examples:\n"
	    "  rspd :1234 ./prog arg       (gdb) target remote :1234\n"
	    "                              (lldb) gdb-remote 1234\n"
	    "  rspd --once --attach :1234 4711\n"
	    "  rspd --multi :1234          (gdb) target extended-remote :1234\n"
	    "                              (gdb) set remote exec-file /bin/ls\n"
	    "  (gdb) target remote | rspd - ./prog\n"
	    "  rspd --tls-cert s.crt --tls-key s.key --tls-client-ca ca.crt "
	    "\\\n"
	    "      0.0.0.0:1234 ./prog     (gdb) target remote | rspd connect\n"
	    "                                --tls-ca ca.crt --tls-cert c.crt\n"
	    "                                --tls-key c.key HOST:1234\n"
	    "\n"
	    "Options:\n");
	options_print(rows);
	options_print(settings_launch_rows);
	options_print(settings_rows);
	options_print(settings_debug_rows);
	printf("\n\"rspd gdbserver --help\", \"rspd serve --help\" and \"rspd "
	       "connect --help\" show the other\nforms.\n");
}

static enum settings_result
usage(const char *missing)
{
	log_say("%s is missing.\n"
		"Usage:\trspd [OPTIONS] COMM PROG [ARGS ...]\n"
		"\trspd [OPTIONS] --attach COMM PID\n"
		"\trspd [OPTIONS] --multi COMM\n"
		"Try \"rspd --help\".",
		missing);
	return SETTINGS_WRONG;
}

static bool
disable_packet(struct session_config *c, const char *name, size_t n)
{
#define IS(word) (n == sizeof(word) - 1 && memcmp(name, word, n) == 0)
	bool all = IS("threads");

	if (!all && !IS("vCont") && !IS("T") && !IS("Tthread") && !IS("qC") &&
	    !IS("qfThreadInfo"))
		return false;
	c->disable_vcont |= all || IS("vCont");
	c->disable_t_stop |= IS("T");
	c->disable_thread_in_stop |= all || IS("Tthread");
	c->disable_current_thread |= all || IS("qC");
	c->disable_threads_info |= all || IS("qfThreadInfo");
	return true;
#undef IS
}

static enum settings_result
disable_packets(struct session_config *c, const char *list)
{
	if (list == NULL) {
		printf("Disableable packets:\n"
		       "  vCont       \tAll vCont packets\n"
		       "  qC          \tQuerying the current thread\n"
		       "  qfThreadInfo\tThread listing\n"
		       "  Tthread     \tPassing the thread specifier in the "
		       "T stop reply packet\n"
		       "  T           \tThe T stop reply; S is sent instead\n"
		       "  threads     \tAll of the above but T\n");
		return SETTINGS_DONE;
	}
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n > 0 && !disable_packet(c, list, n)) {
			log_say("Don't know how to disable \"%.*s\".\n\n"
				"Try \"rspd --disable-packet\".",
				(int)n, list);
			return SETTINGS_WRONG;
		}
		list += n;
		list += *list == ',';
	}
	return SETTINGS_RUN;
}

/* --wrapper W ARGS --: cut out of argv in place. */
static bool
take_wrapper(struct options *o, struct settings *s)
{
	char **end = o->argv;

	while (*end != NULL && strcmp(*end, "--") != 0)
		end++;
	if (*end == NULL || end == o->argv)
		return false;
	*end = NULL;
	s->session.wrapper = (const char *const *)o->argv;
	o->argv = end + 1;
	return true;
}

struct seen {
	bool attach;
};

/* SETTINGS_RUN: go on. */
static enum settings_result
apply(struct options *o, int id, const char *value, struct settings *s,
      struct seen *seen)
{
	switch (id) {
	case ID_ATTACH:
		seen->attach = true;
		return SETTINGS_RUN;
	case ID_MULTI:
		s->session.extended = true;
		return SETTINGS_RUN;
	case ID_ONCE:
		s->session.once = true;
		return SETTINGS_RUN;
	case ID_WRAPPER:
		return take_wrapper(o, s) ? SETTINGS_RUN
					  : usage("The -- after --wrapper W");
	case ID_DISABLE_PACKET:
		return disable_packets(&s->session, value);
	case ID_SELFTEST:
		log_say("Selftests have been disabled in this build.");
		return SETTINGS_DONE;
	case ID_HELP:
		print_help();
		return SETTINGS_DONE;
	case ID_VERSION:
		settings_print_version();
		return SETTINGS_DONE;
	}
	return settings_apply(s, id, value) ? SETTINGS_RUN : SETTINGS_WRONG;
}

static enum settings_result
wrong_comm(const char *text)
{
	bool number =
	    text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';

	log_say("%s: HOST:PORT, unix:PATH, a device, - or stdio is wanted here",
		text);
	if (number)
		log_say("Did you mean \":%s\"?", text);
	log_say("Exiting");
	return SETTINGS_WRONG;
}

/* What stands behind COMM. */
static enum settings_result
take_target(char **argv, struct settings *s, struct seen *seen)
{
	/* It may come here, too: older command lines have it so. */
	if (*argv != NULL && strcmp(*argv, "--attach") == 0) {
		seen->attach = true;
		argv++;
	}
	if (seen->attach) {
		if (*argv == NULL)
			return usage("PID");
		s->attach = *argv;
		return SETTINGS_RUN;
	}
	if (*argv != NULL)
		s->program = (const char *const *)argv;
	else if (!s->session.extended)
		return usage("PROG");
	return SETTINGS_RUN;
}

enum settings_result
form_gdbserver(char **argv, struct settings *s)
{
	struct options o = { .tables = tables, .argv = argv };
	struct seen seen = { 0 };
	enum settings_result r;
	const char *value;
	int id;

	while ((id = options_next(&o, &value)) > 0) {
		r = apply(&o, id, value, s, &seen);
		if (r != SETTINGS_RUN)
			return r;
	}
	if (id == OPTION_SEPARATOR)
		id = options_next(&o, &value);
	if (id == OPTION_WRONG) {
		log_say("%s", o.error);
		return SETTINGS_WRONG;
	}
	if (id != OPTION_POSITIONAL)
		return usage("COMM");
	if (address_parse(value, &s->comm[0]) < 0)
		return wrong_comm(value);
	s->ncomm = 1;
	s->session.comm_is_stdio = s->comm[0].kind == ADDRESS_STDIO;
	r = take_target(o.argv, s, &seen);
	if (r != SETTINGS_RUN)
		return r;
	if (!s->on_disconnect_given)
		s->session.on_disconnect =
		    s->session.once ? ON_DISCONNECT_DETACH : ON_DISCONNECT_KEEP;
	return settings_check(s) ? SETTINGS_RUN : SETTINGS_WRONG;
}
