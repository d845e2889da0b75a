/* SPDX-License-Identifier: Apache-2.0 */
/* Local debuggers, each of whom is carried to the server. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/socket.h"
#include "../common/spawn.h"
#include "../common/tls.h"
#include "private.h"

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

/* Signals that end us, as a descriptor. */
static int
end_signals_fd(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Waits for a connection on any of the sockets; -ECANCELED: for a signal that
 * ends us. */
static int
accept_any(const struct socket_listeners *l, int signal_fd, int *fd)
{
	struct pollfd fds[SOCKET_ADDRESSES_MAX + 1];

	for (size_t i = 0; i < l->n; i++)
		fds[i] = (struct pollfd){ .fd = l->fd[i], .events = POLLIN };
	fds[l->n] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	if (poll(fds, l->n + 1, -1) < 0)
		return -errno;
	if (fds[l->n].revents != 0)
		return -ECANCELED;
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

/* Nobody else is to come, and a signal may just end us. */
static int
serve_once(const struct connect *c, struct socket_listeners *l, int fd)
{
	sigset_t none;

	socket_listeners_close(l);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return connect_carry(c, fd, fd);
}

/* Until a signal comes, or --once has been served. */
static int
serve_debuggers(const struct connect *c, struct socket_listeners *l,
		int signal_fd)
{
	int fd, err, status;

	for (;;) {
		err = accept_any(l, signal_fd, &fd);
		if (err == -EAGAIN || err == -EINTR)
			continue;
		if (err == -ECANCELED)
			return CONNECT_OK;
		if (err < 0) {
			log_error("accept: %s", strerror(-err));
			return CONNECT_UNREACHABLE;
		}
		if (c->once) {
			status = serve_once(c, l, fd);
			close(fd);
			return status;
		}
		err = carry_in_process(c, fd);
		if (err < 0)
			log_error("cannot start a process: %s", strerror(-err));
		close(fd);
	}
}

int
connect_listen(const struct connect *c)
{
	struct socket_listeners l;
	int signal_fd, status;

	if (tls_check_files(TLS_CLIENT, &c->files) < 0 ||
	    listen_for_debuggers(c, &l) < 0)
		return CONNECT_USAGE;
	signal_fd = end_signals_fd();
	if (signal_fd < 0) {
		log_error("signals: %s", strerror(-signal_fd));
		status = CONNECT_USAGE;
	} else {
		status = serve_debuggers(c, &l, signal_fd);
		close(signal_fd);
	}
	socket_listeners_close(&l);
	return status;
}
