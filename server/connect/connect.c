/* SPDX-License-Identifier: Apache-2.0 */
#include "connect.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/address.h"
#include "../common/log.h"
#include "../common/option.h"
#include "../common/socket.h"
#include "../common/spawn.h"
#include "../common/stream.h"
#include "../common/tls.h"
#include "../relay/pump.h"

#define CONNECT_MS	  20000
#define HANDSHAKE_SECONDS 20
#define LINGER_MS	  1000

enum {
	ID_TLS_CA = 1,
	ID_TLS_CERT,
	ID_TLS_KEY,
	ID_TLS_CRL,
	ID_TLS_NAME,
	ID_LISTEN,
	ID_ONCE,
	ID_DEBUG,
	ID_HELP,
};

static const struct option_row rows[] = {
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
	{ "listen", 0, OPTION_VALUE, ID_LISTEN, "ADDR",
	  "be met by debuggers at :PORT (this machine) or unix:PATH\n"
	  "instead of at stdin and stdout" },
	{ "once", 0, OPTION_BARE, ID_ONCE, NULL,
	  "with --listen: exit when the first debugger has gone" },
	{ "debug", 0, OPTION_BARE, ID_DEBUG, NULL, "say what is being done" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = { rows, NULL };

struct connect {
	char *const *argv;
	struct tls_files files;
	const char *name; /* in the server's certificate */
	struct address server;
	const char *server_text;
	struct address listen;
	bool listens;
	bool once;
};

static void
print_help(void)
{
	printf(
	    "Usage: rspd connect [OPTIONS] HOST:PORT\n"
	    "\n"
	    "Connects a debugger, which knows no TLS, to an rspd that "
	    "does.\n"
	    "\n"
	    "Examples:\n"
	    "  (gdb) target remote | rspd connect --tls-ca ca.crt --tls-cert "
	    "c.crt --tls-key c.key HOST:1234\n"
	    "  rspd connect --listen :4321 --tls-ca ca.crt ... HOST:1234\n"
	    "                              (lldb) gdb-remote 4321\n"
	    "\n"
	    "Options:\n");
	options_print(rows);
	printf("\nExit status: 0 all well, 1 usage or files, 2 cannot connect, "
	       "3 one side refused the\nother, 4 the connection broke.\n");
}

/* ---- command line ----------------------------------------------------------
 */

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

static bool
apply(struct connect *c, int id, const char *value)
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
	case ID_LISTEN:
		return parse_listen(c, value);
	case ID_ONCE:
		c->once = true;
		return true;
	case ID_DEBUG:
		log_set_level(LOG_DEBUG);
		return true;
	case OPTION_POSITIONAL:
		if (c->server_text != NULL) {
			log_error("%s: there is a server's address already",
				  value);
			return false;
		}
		c->server_text = value;
		return true;
	}
	return true;
}

static bool
check(struct connect *c)
{
	if (c->server_text == NULL) {
		log_error("HOST:PORT is missing; try \"rspd connect --help\"");
		return false;
	}
	if (address_parse(c->server_text, &c->server) < 0 ||
	    c->server.kind != ADDRESS_TCP || c->server.port == 0) {
		log_error("%s: HOST:PORT is wanted here", c->server_text);
		return false;
	}
	if (c->server.host[0] == '\0')
		snprintf(c->server.host, sizeof(c->server.host), "localhost");
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

/* 0: go on; else *status is the exit status. */
static int
parse(struct connect *c, char **argv, int *status)
{
	struct options o = { .tables = tables, .argv = argv };
	const char *value;
	int id;

	*status = CONNECT_USAGE;
	while ((id = options_next(&o, &value)) != OPTION_END) {
		if (id == OPTION_WRONG) {
			log_error("%s", o.error);
			return -EINVAL;
		}
		if (id == ID_HELP) {
			print_help();
			*status = CONNECT_OK;
			return 1;
		}
		if (!apply(c, id, value))
			return -EINVAL;
	}
	return check(c) ? 0 : -EINVAL;
}

/* ---- one connection
 * ---------------------------------------------------------- */

static int
shake_hands(const struct connect *c, const struct pump *pump)
{
	int err = pump_handshake(pump, HANDSHAKE_SECONDS, false);

	if (err == 0)
		return CONNECT_OK;
	log_error("%s: %s", c->server_text,
		  err == -ETIMEDOUT ? "the handshake took too long; is that a "
				      "TLS port?"
				    : tls_error(pump->tls));
	return CONNECT_REFUSED;
}

/*
 * With TLS 1.3 a server looks at our certificate when the handshake is over
 * for us, and what it says then is not always to be read.
 */
static int
run_pump(const struct connect *c, struct pump *pump)
{
	int err = pump_run(pump);

	if (pump->heard || !pump->peer_ended) {
		if (err < 0)
			log_error("%s: %s", c->server_text,
				  tls_error(pump->tls));
		return err < 0 ? CONNECT_BROKEN : CONNECT_OK;
	}
	log_error("%s: the server hung up without a word (%s); it wants "
		  "another certificate, or it is busy with another debugger",
		  c->server_text, err < 0 ? tls_error(pump->tls) : "no error");
	return CONNECT_REFUSED;
}

/* Carries one debugger's bytes, at stdio or at a socket. */
static int
carry(const struct connect *c, int in, int out)
{
	struct pump pump = { .in = in, .out = out };
	struct socket_error error;
	char text[512];
	int status, err;

	err = tls_new(&pump.tls, TLS_CLIENT, &c->files, c->name, text,
		      sizeof(text));
	if (err < 0) {
		log_error("%s", text);
		return CONNECT_USAGE;
	}
	if (socket_connect(&c->server, CONNECT_MS, &pump.net, &error) < 0) {
		log_error("%s", error.text);
		tls_free(pump.tls);
		return CONNECT_UNREACHABLE;
	}
	tls_set_socket(pump.tls, pump.net);
	status = shake_hands(c, &pump);
	if (status == CONNECT_OK)
		status = run_pump(c, &pump);
	tls_say_end(pump.tls);
	pump_linger(&pump, LINGER_MS);
	tls_free(pump.tls);
	close(pump.net);
	return status;
}

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
	status = carry(c, STDIN_FILENO, STDOUT_FILENO);
	stream_close(&stdio);
	return status;
}

/* ---- --listen
 * ------------------------------------------------------------------ */

static int
listen_for_debuggers(const struct connect *c, struct socket_listeners *l)
{
	struct socket_addresses addresses;
	struct socket_error error;
	int err;

	if (c->listen.kind == ADDRESS_UNIX) {
		err = socket_listen_unix(&c->listen, l, &error);
	} else if (c->listen.host[0] == '\0') {
		socket_loopback(c->listen.port, &addresses);
		err = socket_listen(&addresses, l, &error);
	} else {
		err = socket_resolve(&c->listen, true, &addresses, &error);
		if (err == 0 && !socket_all_loopback(&addresses)) {
			log_error("--listen is for this machine only: whoever "
				  "connects is let in with our certificate");
			return -EPERM;
		}
		if (err == 0)
			err = socket_listen(&addresses, l, &error);
	}
	if (err == 0)
		err = socket_listen_start(l, &error);
	if (err < 0) {
		log_error("%s", error.text);
		return err;
	}
	if (l->port != 0)
		log_say("Listening on port %u", l->port);
	else
		log_say("Listening on unix:%s", c->listen.path);
	return 0;
}

/* Waits for a connection on any of the sockets. */
static int
accept_any(const struct socket_listeners *l, int *fd)
{
	struct pollfd fds[SOCKET_ADDRESSES_MAX];

	for (size_t i = 0; i < l->n; i++)
		fds[i] = (struct pollfd){ .fd = l->fd[i], .events = POLLIN };
	if (poll(fds, l->n, -1) < 0)
		return -errno;
	for (size_t i = 0; i < l->n; i++)
		if (fds[i].revents != 0 && socket_accept(l->fd[i], fd) == 0)
			return 0;
	return -EAGAIN;
}

/*
 * A process for each, so that one debugger does not wait for another.  It is
 * given our own command line again.
 */
static int
carry_in_process(const struct connect *c, int fd)
{
	const char **argv;
	size_t n = 0;
	int err;

	while (c->argv[n] != NULL)
		n++;
	argv = calloc(n + 3, sizeof(*argv));
	if (argv == NULL)
		return -ENOMEM;
	argv[0] = "rspd";
	argv[1] = CONNECT_ROLE;
	for (size_t i = 0; i < n; i++)
		argv[i + 2] = c->argv[i];
	err = spawn_role(argv, &fd, 1, SPAWN_ORPHAN, NULL);
	free(argv);
	return err;
}

static int
run_listen(const struct connect *c)
{
	struct socket_listeners l;
	int fd, status = CONNECT_OK;

	if (tls_check_files(TLS_CLIENT, &c->files) < 0 ||
	    listen_for_debuggers(c, &l) < 0)
		return CONNECT_USAGE;
	for (;;) {
		int err = accept_any(&l, &fd);

		if (err == -EAGAIN || err == -EINTR)
			continue;
		if (err < 0) {
			log_error("accept: %s", strerror(-err));
			status = CONNECT_UNREACHABLE;
			break;
		}
		if (c->once) {
			status = carry(c, fd, fd);
			close(fd);
			break;
		}
		err = carry_in_process(c, fd);
		if (err < 0)
			log_error("cannot start a process: %s", strerror(-err));
		close(fd);
	}
	socket_listeners_close(&l);
	return status;
}

int
connect_role_main(char **argv)
{
	struct connect c = { .argv = argv };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (parse(&c, argv, &status) != 0)
		return status;
	return carry(&c, SPAWN_FIRST_FD, SPAWN_FIRST_FD);
}

int
connect_main(char **argv)
{
	struct connect c = { .argv = argv };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (parse(&c, argv, &status) != 0)
		return status;
	return c.listens ? run_listen(&c) : run_pipe(&c);
}
