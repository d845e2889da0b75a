/* SPDX-License-Identifier: Apache-2.0 */
#include "connect.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/option.h"
#include "../common/socket.h"
#include "../common/spawn.h"
#include "../common/stream.h"
#include "private.h"

enum {
	ID_TLS_CA = 1,
	ID_TLS_CERT,
	ID_TLS_KEY,
	ID_TLS_CRL,
	ID_TLS_NAME,
	ID_TLS_PIN,
	ID_PEER_TIMEOUT,
	ID_LISTEN,
	ID_ONCE,
	ID_CONFIG,
	ID_DEBUG,
	ID_HELP,
};

const struct option_row connect_rows[] = {
	{ "tls-ca", 0, OPTION_VALUE, ID_TLS_CA, "FILE",
	  "the CA that the server's certificate must be from" },
	{ "tls-cert", 0, OPTION_VALUE, ID_TLS_CERT, "FILE",
	  "our own certificate, for servers that want one" },
	{ "tls-key", 0, OPTION_VALUE, ID_TLS_KEY, "FILE",
	  "its private key; readable by its owner only" },
	{ "tls-crl", 0, OPTION_VALUE, ID_TLS_CRL, "FILE",
	  "certificates that the CA has revoked" },
	{ "tls-name", 0, OPTION_VALUE, ID_TLS_NAME, "NAME",
	  "the name in the server's certificate, if not HOST" },
	{ "tls-pin", 0, OPTION_VALUE, ID_TLS_PIN, "HEX",
	  "the SHA-256 of the server's certificate: no other one of\n"
	  "the CA will do" },
	{ "peer-timeout", 0, OPTION_VALUE, ID_PEER_TIMEOUT, "SECONDS",
	  "a server that is silent for so long (the kernel asks) has\n"
	  "gone; default 120, 0: hours" },
	{ "listen", 0, OPTION_VALUE, ID_LISTEN, "ADDR",
	  "be met by debuggers at :PORT (this machine) or unix:PATH\n"
	  "instead of at stdin and stdout" },
	{ "once", 0, OPTION_BARE, ID_ONCE, NULL,
	  "with --listen: exit when the first debugger has gone" },
	{ "config", 0, OPTION_VALUE, ID_CONFIG, "FILE",
	  "read this one instead of ~/.config/rspd/connect.conf and\n"
	  "/etc/rspd/connect.conf" },
	{ "debug", 0, OPTION_BARE, ID_DEBUG, NULL, "say what is being done" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = { connect_rows, NULL };

static void
print_help(void)
{
	printf(
	    "Usage: rspd connect [OPTIONS] HOST:PORT|SECTION\n"
	    "\n"
	    "Connects a debugger, which knows no TLS, to an rspd that "
	    "does.\n"
	    "\n"
	    "Examples:\n"
	    "  (gdb) target remote | rspd connect board     with a section "
	    "[board] in\n"
	    "                              connect.conf (docs/tls.md)\n"
	    "  (gdb) target remote | rspd connect --tls-ca ca.crt --tls-cert "
	    "c.crt --tls-key c.key HOST:1234\n"
	    "  rspd connect --listen :4321 --tls-ca ca.crt ... HOST:1234\n"
	    "                              (lldb) gdb-remote 4321\n"
	    "\n"
	    "Options:\n");
	options_print(connect_rows);
	printf("\nExit status: 0 all well, 1 usage or files, 2 cannot connect, "
	       "3 one side refused the\nother, 4 the connection broke.\n");
}

/* ---- command line ------------------------------------------------------- */

static bool
parse_listen(struct connect *c, const char *value)
{
	c->listens = true;
	if (address_parse_url(value, &c->listen) < 0 ||
	    (c->listen.kind != ADDRESS_TCP && c->listen.kind != ADDRESS_UNIX)) {
		log_error("--listen=%s: :PORT or unix:PATH is wanted", value);
		return false;
	}
	return true;
}

bool
connect_apply(struct connect *c, int id, const char *value)
{
	switch (id) {
	case ID_TLS_CA:
		c->files.ca = value;
		return true;
	case ID_TLS_CERT:
		c->files.cert = value;
		return true;
	case ID_TLS_KEY:
		c->files.key = value;
		return true;
	case ID_TLS_CRL:
		c->files.crl = value;
		return true;
	case ID_TLS_NAME:
		c->name = value;
		return true;
	case ID_TLS_PIN:
		c->files.pin = value;
		return true;
	case ID_PEER_TIMEOUT:
		return option_seconds("peer-timeout", value,
				      SOCKET_PEER_SECONDS_MAX,
				      &c->peer_seconds);
	case ID_LISTEN:
		return parse_listen(c, value);
	case ID_ONCE:
		c->once = true;
		return true;
	case ID_DEBUG:
		log_set_level(LOG_DEBUG);
		return true;
	}
	return true;
}

/* "board" has an address in connect.conf, "board:1234" is one. */
static bool
find_server(struct connect *c)
{
	const char *text =
	    c->configured != NULL ? c->configured : c->server_text;

	if (address_parse(text, &c->server) == 0 &&
	    c->server.kind == ADDRESS_TCP && c->server.port != 0) {
		if (c->server.host[0] == '\0')
			snprintf(c->server.host, sizeof(c->server.host),
				 "localhost");
		return true;
	}
	log_error("%s: HOST:PORT is wanted here%s", text,
		  c->configured != NULL
		      ? ""
		      : ", or a section of connect.conf with an address");
	return false;
}

static bool
check(struct connect *c)
{
	if (!find_server(c))
		return false;
	if (c->files.ca == NULL) {
		log_error("--tls-ca is missing: without it the server could be "
			  "anyone");
		return false;
	}
	if ((c->files.cert == NULL) != (c->files.key == NULL)) {
		log_error("--tls-cert and --tls-key go together");
		return false;
	}
	if (c->name == NULL)
		c->name = c->server.host;
	return true;
}

/* Before the files are read: what they are, and what is looked for there. */
static bool
take_first(void *arg, int id, const char *value)
{
	struct connect *c = arg;

	if (id == ID_CONFIG)
		c->config = value;
	if (id != OPTION_POSITIONAL)
		return true;
	if (c->server_text != NULL) {
		log_error("%s: there is a server's address already", value);
		return false;
	}
	c->server_text = value;
	return true;
}

static bool
take(void *arg, int id, const char *value)
{
	return connect_apply(arg, id, value);
}

/* The command line goes over the files.  0: go on; else *status is the exit
 * status. */
static int
parse(struct connect *c, char **argv, int *status)
{
	struct option_use use = {
		tables, ID_HELP, print_help, take_first, c,
	};
	int err = options_take(&use, argv);

	*status = err == 1 ? CONNECT_OK : CONNECT_USAGE;
	if (err != 0)
		return err;
	if (c->server_text == NULL) {
		log_error("HOST:PORT is missing; try \"rspd connect --help\"");
		return -EINVAL;
	}
	if (connect_read_config(c) < 0)
		return -EINVAL;
	use.take = take;
	if (options_take(&use, argv) < 0)
		return -EINVAL;
	return check(c) ? 0 : -EINVAL;
}

/* gdb since 16 shows what a command wrote to stderr only if it comes to a
 * proper end: the socket is not closed before gdb has done so, or had time. */
#define READ_US_MS 5000

/* ---- the roles ----------------------------------------------------------- */

static int
run_pipe(const struct connect *c)
{
	struct stream stdio;
	int status, err;

	/* gdb's ^C goes to its whole process group, and is not for us. */
	signal(SIGINT, SIG_IGN);
	err = stream_open(&stdio, STDIN_FILENO, STDOUT_FILENO);
	if (err < 0) {
		log_error("stdin, stdout: %s", strerror(-err));
		return CONNECT_USAGE;
	}
	status = connect_carry(c, STDIN_FILENO, STDOUT_FILENO);
	stream_linger(&stdio, READ_US_MS);
	stream_close(&stdio);
	return status;
}

static void
be_read(void)
{
	struct stream stdio;

	if (stream_open(&stdio, STDIN_FILENO, STDOUT_FILENO) < 0)
		return;
	stream_linger(&stdio, READ_US_MS);
	stream_close(&stdio);
}

static int
run_role(const struct connect *c)
{
	return connect_carry(c, SPAWN_FIRST_FD, SPAWN_FIRST_FD);
}

static int
run(const struct connect *c)
{
	return c->listens ? connect_listen(c) : run_pipe(c);
}

static int
run_with_settings(char **argv, int (*fn)(const struct connect *))
{
	struct connect c = { .argv = argv,
			     .peer_seconds = SOCKET_PEER_SECONDS };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (parse(&c, argv, &status) == 0)
		status = fn(&c);
	for (size_t i = 0; i < c.nowned; i++)
		free(c.owned[i]);
	return status;
}

int
connect_role_main(char **argv)
{
	return run_with_settings(argv, run_role);
}

int
connect_main(char **argv)
{
	int status = run_with_settings(argv, run);

	if (status == CONNECT_USAGE)
		be_read();
	return status;
}
