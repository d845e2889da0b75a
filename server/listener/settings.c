/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/log.h"
#include "../common/socket.h"
#include "shell_process.h"

enum {
	ID_ON_DISCONNECT = 1,
	ID_RIGHTS,
	ID_FREE_ON_DETACH,
	ID_TLS_CERT,
	ID_TLS_KEY,
	ID_TLS_CLIENT_CA,
	ID_TLS_CRL,
	ID_INSECURE,
	ID_COMPRESSION,
	ID_NO_COMPRESSION,
	ID_PEER_TIMEOUT,
	ID_DEBUG,
	ID_DEBUG_FORMAT,
	ID_DEBUG_FILE,
	ID_REMOTE_DEBUG,
	ID_EVENT_LOOP_DEBUG,
	ID_LOG_FILE,
	ID_LOG_CHANNELS,
	ID_ALLOW_SHELL,
	ID_SHELL,
	ID_NO_SHELL,
	ID_NO_ASLR,
	ID_ASLR,
};

const struct option_row settings_rows[] = {
	{ "on-disconnect", 0, OPTION_VALUE, ID_ON_DISCONNECT, "WHAT",
	  "when the debugger goes without a word: keep the program\n"
	  "stopped for the next one, continue it, detach from it\n"
	  "(a launched program: kill it), or kill it" },
	{ "rights", 0, OPTION_VALUE, ID_RIGHTS, "LIST",
	  "what clients may do: all, or some of observe, control,\n"
	  "write, allocate, launch, attach, files-read, files-write,\n"
	  "shell" },
	{ "free-on-detach", 0, OPTION_BARE, ID_FREE_ON_DETACH, NULL,
	  "free what was allocated in the program when it is\n"
	  "detached from; else it stays" },
	{ "tls-cert", 0, OPTION_VALUE, ID_TLS_CERT, "FILE",
	  "the server's certificate, PEM" },
	{ "tls-key", 0, OPTION_VALUE, ID_TLS_KEY, "FILE",
	  "its private key; readable by its owner only" },
	{ "tls-client-ca", 0, OPTION_VALUE, ID_TLS_CLIENT_CA, "FILE",
	  "only clients with a certificate of this CA get in" },
	{ "tls-crl", 0, OPTION_VALUE, ID_TLS_CRL, "FILE",
	  "client certificates that the CA has revoked" },
	{ "allow-shell", 0, OPTION_BARE, ID_ALLOW_SHELL, NULL,
	  "lldb's \"platform shell\" runs command lines here" },
	{ "insecure", 0, OPTION_BARE, ID_INSECURE, NULL,
	  "listen beyond this machine without TLS: whoever reaches\n"
	  "the port can run code as this user" },
	{ "peer-timeout", 0, OPTION_VALUE, ID_PEER_TIMEOUT, "SECONDS",
	  "a debugger's machine that is silent for so long (the\n"
	  "kernel asks) has gone; default 120, 0: hours" },
	{ "compression", 0, OPTION_BARE, ID_COMPRESSION, NULL,
	  "offer lldb to compress packets (the default)" },
	{ "no-compression", 0, OPTION_BARE, ID_NO_COMPRESSION, NULL,
	  "do not offer lldb to compress packets: on a fast link\n"
	  "that only takes time" },
	{ 0 },
};

const struct option_row settings_log_rows[] = {
	{ "log-file", 'l', OPTION_VALUE, ID_LOG_FILE, "FILE",
	  "where the log goes instead of stderr" },
	{ "log-channels", 'c', OPTION_VALUE, ID_LOG_CHANNELS, "LIST",
	  "what is logged: \"gdb-remote packets\", \"lldb all\", ...\n"
	  "separated by colons" },
	{ 0 },
};

const struct option_row settings_debug_rows[] = {
	{ "debug", 0, OPTION_VALUE_INLINE, ID_DEBUG, NULL,
	  "say what the server does" },
	{ "remote-debug", 0, OPTION_BARE, ID_REMOTE_DEBUG, NULL,
	  "show the packets" },
	{ "debug-format", 0, OPTION_VALUE, ID_DEBUG_FORMAT, "WHAT",
	  "all, none, or timestamp: more in each such line" },
	{ "debug-file", 0, OPTION_VALUE, ID_DEBUG_FILE, "FILE",
	  "where such lines go instead of stderr" },
	{ "event-loop-debug", 0, OPTION_BARE, ID_EVENT_LOOP_DEBUG, NULL, NULL },
	{ 0 },
};

const struct option_row settings_launch_rows[] = {
	{ "startup-with-shell", 0, OPTION_BARE, ID_SHELL, NULL,
	  "start PROG through $SHELL: wildcards and redirections\n"
	  "work (the default)" },
	{ "no-startup-with-shell", 0, OPTION_BARE, ID_NO_SHELL, NULL,
	  "start PROG directly" },
	{ "disable-randomization", 0, OPTION_BARE, ID_NO_ASLR, NULL,
	  "PROG is loaded at the same addresses each time (the\n"
	  "default)" },
	{ "no-disable-randomization", 0, OPTION_BARE, ID_ASLR, NULL,
	  "PROG is loaded where the system likes" },
	{ 0 },
};

static void
say(void *arg, const char *line)
{
	(void)arg;
	log_say("%s", line);
}

static void
log_packet(void *arg, const char *line)
{
	(void)arg;
	log_error("%s", line);
}

void
settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	s->port_fd = -1;
	s->server_fd = -1;
	s->control_fd = -1;
	s->limits = (struct limits){ .sessions = 64,
				     .handshakes = 256,
				     .waiting = 64,
				     .handshake_seconds = 20,
				     .greeting_seconds = 60 };
	s->unix_mode = 0600;
	s->peer_seconds = SOCKET_PEER_SECONDS;
	s->session.startup_with_shell = true;
	s->session.disable_randomization = true;
	s->session.compression = true;
	s->session.say = say;
	s->session.log = log_packet;
}

void
settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->nstrings; i++)
		free(s->strings[i]);
	free(s->strings);
	policy_free(&s->policy);
	s->strings = NULL;
	s->nstrings = 0;
}

const char *
settings_keep(struct settings *s, const char *text)
{
	char **grown =
	    reallocarray(s->strings, s->nstrings + 1, sizeof(*grown));
	char *copy = strdup(text);

	if (grown != NULL)
		s->strings = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		return NULL;
	}
	s->strings[s->nstrings++] = copy;
	return copy;
}

bool
settings_add_address(struct settings *s, const char *text)
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

static bool
apply_on_disconnect(struct settings *s, const char *value)
{
	static const char *const words[] = {
		[ON_DISCONNECT_KEEP] = "keep",
		[ON_DISCONNECT_CONTINUE] = "continue",
		[ON_DISCONNECT_DETACH] = "detach",
		[ON_DISCONNECT_KILL] = "kill",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			s->session.on_disconnect = (enum on_disconnect)i;
			s->on_disconnect_given = true;
			return true;
		}
	}
	log_error(
	    "--on-disconnect=%s: keep, continue, detach or kill is wanted",
	    value);
	return false;
}

static bool
apply_rights(struct settings *s, const char *value)
{
	char word[32];

	if (rights_parse(value, &s->rights.classes, word, sizeof(word)) < 0) {
		log_error("--rights: there is no right \"%s\"", word);
		return false;
	}
	snprintf(s->rights.role, sizeof(s->rights.role), "--rights");
	s->session.rights = &s->rights;
	return true;
}

/* A list of words, as gdbserver has it. */
static bool
apply_debug_format(const char *value)
{
	int on = 0;

	for (const char *p = value; *p != '\0';) {
		size_t n = strcspn(p, ",");

		if ((n == 3 && memcmp(p, "all", n) == 0) ||
		    (n == 9 && memcmp(p, "timestamp", n) == 0)) {
			on = 1;
		} else if (n == 4 && memcmp(p, "none", n) == 0) {
			on = 0;
		} else if (n != 0) {
			log_say("Unknown debug-format argument: \"%.*s\"",
				(int)n, p);
			return false;
		}
		p += n;
		p += *p == ',';
	}
	log_set_timestamps(on);
	return true;
}

bool
settings_open_log(const struct settings *s)
{
	int err = s->log_path != NULL ? log_open(s->log_path) : 0;

	if (err < 0)
		log_error("%s: %s", s->log_path, strerror(-err));
	return err == 0;
}

static void
set_channels(struct settings *s, const char *list)
{
	log_set_level(LOG_DEBUG);
	if (strstr(list, "packets") != NULL || strstr(list, "all") != NULL)
		s->session.remote_debug = true;
}

bool
settings_apply(struct settings *s, int id, const char *value)
{
	switch (id) {
	case ID_ON_DISCONNECT:
		return apply_on_disconnect(s, value);
	case ID_RIGHTS:
		return apply_rights(s, value);
	case ID_FREE_ON_DETACH:
		s->session.free_on_detach = true;
		return true;
	case ID_TLS_CERT:
		s->tls.cert = value;
		return true;
	case ID_TLS_KEY:
		s->tls.key = value;
		return true;
	case ID_TLS_CLIENT_CA:
		s->tls.ca = value;
		return true;
	case ID_TLS_CRL:
		s->tls.crl = value;
		return true;
	case ID_INSECURE:
		s->insecure = true;
		return true;
	case ID_PEER_TIMEOUT:
		return option_seconds("peer-timeout", value,
				      SOCKET_PEER_SECONDS_MAX,
				      &s->peer_seconds);
	case ID_COMPRESSION:
	case ID_NO_COMPRESSION:
		s->session.compression = id == ID_COMPRESSION;
		return true;
	case ID_DEBUG:
	case ID_EVENT_LOOP_DEBUG:
		log_set_level(LOG_DEBUG);
		return true;
	case ID_REMOTE_DEBUG:
		s->session.remote_debug = true;
		return true;
	case ID_DEBUG_FORMAT:
		return apply_debug_format(value);
	case ID_ALLOW_SHELL:
		s->session.start_shell = shell_process_start;
		return true;
	case ID_LOG_CHANNELS:
		set_channels(s, value);
		return true;
	case ID_LOG_FILE:
	case ID_DEBUG_FILE:
		s->log_path = value;
		return true;
	case ID_SHELL:
	case ID_NO_SHELL:
		s->session.startup_with_shell = id == ID_SHELL;
		return true;
	case ID_NO_ASLR:
	case ID_ASLR:
		s->session.disable_randomization = id == ID_NO_ASLR;
		return true;
	}
	log_error("option %d is in a table and not applied", id);
	return false;
}

/* Every file that TLS needs, or none at all. */
static bool
check_tls(const struct settings *s)
{
	const struct tls_files *t = &s->tls;

	if (t->cert == NULL && t->key == NULL && t->ca == NULL &&
	    t->crl == NULL)
		return true;
	if (t->cert == NULL || t->key == NULL) {
		log_error("TLS needs both --tls-cert and --tls-key");
		return false;
	}
	if (t->crl != NULL && t->ca == NULL) {
		log_error("--tls-crl says something about the CA's "
			  "certificates: give --tls-client-ca, too");
		return false;
	}
	for (size_t i = 0; i < s->ncomm; i++) {
		if (s->comm[i].kind == ADDRESS_UNIX && s->serve)
			continue;
		if (s->comm[i].kind != ADDRESS_TCP || s->reverse_connect) {
			log_error("TLS is for listening on HOST:PORT only");
			return false;
		}
	}
	return true;
}

/* A path is a device if one stands there or ought to; else a Unix socket. */
static void
settle_path(struct address *a)
{
	struct stat st;

	if (a->kind != ADDRESS_TTY || strncmp(a->path, "/dev/", 5) == 0)
		return;
	if (stat(a->path, &st) < 0 || S_ISSOCK(st.st_mode))
		a->kind = ADDRESS_UNIX;
}

/* Can what comes over it be from elsewhere?  TCP's loopback is where tunnels
 * end, and stdio is what ssh gives. */
static bool
may_be_remote(const struct address *a)
{
	return a->kind != ADDRESS_FD && a->kind != ADDRESS_UNIX;
}

bool
settings_check(struct settings *s)
{
	bool remote = false;

	for (size_t i = 0; i < s->ncomm; i++) {
		settle_path(&s->comm[i]);
		remote |= may_be_remote(&s->comm[i]);
	}
	s->session.compression &= remote;
	return check_tls(s);
}

void
settings_print_version(void)
{
	printf("rspd %s\n"
	       "One debug server for gdb and lldb.  Apache License 2.0.\n",
	       RSPD_VERSION);
}
