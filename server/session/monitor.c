/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's "monitor" commands: a table.  Their output is collected, then sent
 * as console packets before the reply, which both clients print.
 */
#include <errno.h>
#include <string.h>

#include "breakpoints.h"
#include "handlers.h"
#include "monitor.h"

/* What goes out before one reply; the output buffer has room for it. */
#define OUTPUT_MAX ((size_t)64 << 10)

static monitor_fn help;
static monitor_fn quit;
static monitor_fn version;
static monitor_fn session_info;
static monitor_fn rights;

/* gdbserver's first, in its words: scripts look for them. */
static const struct command {
	const char *name;
	monitor_fn *fn;
	enum request_class class;
	const char *usage; /* NULL: not listed */
	const char *summary;
} commands[] = {
	{ "set debug", monitor_set_debug, CLASS_SHELL,
	  "set debug [COMPONENT] <0|1|on|off>",
	  "Log packets; COMPONENT is all, threads, remote or event-loop, and\n"
	  "    makes no difference" },
	{ "set remote-debug", monitor_set_remote_debug, CLASS_SHELL,
	  "set remote-debug <0|1>",
	  "Enable remote protocol debugging messages" },
	{ "set debug-format", monitor_set_debug_format, CLASS_SHELL,
	  "set debug-format option1[,option2,...]",
	  "Add additional information to debugging messages\n"
	  "    Options: all, none, timestamp" },
	{ "set libthread-db-search-path", monitor_set_thread_db, CLASS_SESSION,
	  NULL, NULL },
	{ "set free-on-detach", monitor_set_free_on_detach, CLASS_ALLOCATE,
	  "set free-on-detach <0|1>",
	  "Free what was allocated in the program when it is detached from" },
	{ "exit", quit, CLASS_CONTROL, "exit", "Quit GDBserver" },
	{ "help", help, CLASS_SESSION, NULL, NULL },
	{ "allocate", monitor_allocate, CLASS_ALLOCATE,
	  "allocate SIZE PROTECTION [ADDRESS] [TYPE]",
	  "Allocate memory in the program; PROTECTION is of r, w, x, or none, "
	  "or\n"
	  "    PAGE_READWRITE and the like; TYPE is MEM_COMMIT|MEM_RESERVE if "
	  "it\n"
	  "    is not given" },
	{ "free", monitor_free, CLASS_ALLOCATE, "free ADDRESS",
	  "Free memory that was allocated" },
	{ "regions", monitor_regions, CLASS_OBSERVE, "regions",
	  "List the memory that was allocated" },
	{ "protect", monitor_protect, CLASS_ALLOCATE,
	  "protect ADDRESS SIZE PROTECTION",
	  "Change the protection of memory that was allocated" },
	{ "query", monitor_query, CLASS_OBSERVE, "query ADDRESS",
	  "Tell what lies at an address" },
	{ "write-watch", monitor_write_watch, CLASS_OBSERVE,
	  "write-watch ADDRESS SIZE [reset]",
	  "List the pages that were written; they are of a region with\n"
	  "    MEM_WRITE_WATCH" },
	{ "rights", rights, CLASS_SESSION, "rights",
	  "Tell what this client may do" },
	{ "save-core", monitor_save_core, CLASS_FILES_WRITE, "save-core [FILE]",
	  "Write a core file of the process, on the server's machine" },
	{ "session", session_info, CLASS_SESSION, "session",
	  "Tell who is connected and what is debugged" },
	{ "version", version, CLASS_SESSION, "version", "Tell rspd's version" },
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
help(struct session *s, const char *args)
{
	(void)args;
	document_printf(s, "The following monitor commands are supported:\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		const struct command *c = &commands[i];

		if (c->usage != NULL)
			document_printf(s, "  %s\n    %s\n", c->usage,
					c->summary);
	}
	return 0;
}

static int
quit(struct session *s, const char *args)
{
	(void)args;
	s->wish = SESSION_EXIT;
	return 0;
}

static int
version(struct session *s, const char *args)
{
	(void)args;
	document_printf(s, "rspd %s\n", RSPD_VERSION);
	return 0;
}

static int
session_info(struct session *s, const char *args)
{
	const struct breakpoint_list *l = s->breakpoints;

	(void)args;
	document_printf(s, "client: %s%s%s\n", s->client.dialect->name,
			s->client.non_stop ? ", non-stop" : "",
			s->client.extended ? ", extended" : "");
	document_printf(s, "processes: %zu\nthreads: %zu\n",
			target_processes(s->target, NULL, 0),
			target_threads(s->target, 0, NULL, 0));
	document_printf(s, "breakpoints: %zu\nopen files: %zu\n",
			l != NULL ? l->n : 0, s->nfiles);
	return 0;
}

static int
rights(struct session *s, const char *args)
{
	char list[256];

	(void)args;
	rights_format(s->permitted, list, sizeof(list));
	if (s->config.rights != NULL)
		document_printf(s, "role: %s\n", s->config.rights->role);
	document_printf(s, "permitted: %s\n", list);
	rights_format(s->refused, list, sizeof(list));
	if (s->refused != 0)
		document_printf(s, "refused before: %s\n", list);
	return 0;
}

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* The command whose name `text` begins with, as whole words. */
static const struct command *
find_command(const char *text, const char **args)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		size_t len = strlen(commands[i].name);

		if (strncmp(text, commands[i].name, len) == 0 &&
		    (text[len] == '\0' || text[len] == ' ')) {
			*args = skip_blanks(text + len);
			return &commands[i];
		}
	}
	return NULL;
}

static void
say_error(struct session *s, const char *name, int err)
{
	document_printf(s, "%s: %s\n", name,
			s->error_text[0] != '\0' ? s->error_text
						 : strerror(-err));
}

static int
run(struct session *s, const char *text)
{
	const struct command *c;
	const char *args;
	int err;

	c = find_command(skip_blanks(text), &args);
	if (c == NULL) {
		document_printf(s, "Unknown monitor command.\n\n");
		help(s, "");
		return MONITOR_USAGE;
	}
	err = session_may(s, c->class);
	if (err < 0) {
		document_printf(s, "%s: %s\n", c->name, s->error_text);
		return err;
	}
	err = c->fn(s, args);
	if (c->class >= CLASS_WRITE && err != MONITOR_LATER)
		session_audit(s, "monitor", 0, err < 0 ? err : 0, c->name);
	if (err == MONITOR_USAGE) {
		/* What gdbserver does not take, it calls unknown. */
		if (s->document.len == 0)
			document_printf(s, "Unknown monitor command.\n\n");
		help(s, "");
	}
	if (err < 0)
		say_error(s, c->name, err);
	return err;
}

/* The reply is begun anew behind what was sent. */
static void
send_output(struct session *s, struct rsp_reply *out)
{
	static const char cut[] = "(cut here)\n";
	size_t len = s->document.len;

	if (len > OUTPUT_MAX)
		len = OUTPUT_MAX;
	session_console(s, s->document.data, len);
	if (len < s->document.len)
		session_console(s, cut, sizeof(cut) - 1);
	document_free(s);
	session_begin(s, out);
}

static int
answer(struct session *s, int err, struct rsp_reply *out)
{
	send_output(s, out);
	if (err == MONITOR_USAGE)
		return session_error(s, out, EPERM, "unknown monitor command");
	if (err < 0)
		return err;
	rsp_reply_str(out, "OK");
	return 0;
}

int
monitor_run(struct session *s, const char *command, struct rsp_reply *out)
{
	int err;

	document_begin(s, "monitor");
	err = run(s, command);
	if (err == MONITOR_LATER) {
		document_free(s);
		return SESSION_NO_REPLY;
	}
	return answer(s, err, out);
}

int
monitor_end(struct session *s, const char *name, int err, struct rsp_reply *out)
{
	if (err < 0)
		say_error(s, name, err);
	return answer(s, err, out);
}

int
handle_monitor(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	return monitor_run(s, (const char *)req->text.data, out);
}
