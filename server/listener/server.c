/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/find_process.h"
#include "../common/log.h"
#include "../common/tls.h"
#include "../session/link.h"
#include "../session/native.h"
#include "accept.h"
#include "branches.h"
#include "end_signals.h"
#include "endpoint.h"
#include "report_port.h"

#define CONNECT_MS 20000
#define LINGER_MS  5000

struct server {
	const struct settings *settings;
	struct ev_loop *loop;
	struct end_signals signals;
	struct session *session;
	struct link *link;
	struct waiting *waiting;
	struct acceptor acceptor;
	struct branches branches;
	ev_io server; /* we are a branch: its word that it ends */
	struct socket_listeners sockets;
	struct stream stream; /* COMM, where it is no listening socket */
	bool single;	      /* COMM is such a stream: no second client */
	ev_io daemon;	      /* its end is ours */
	ev_timer idle;
};

/* ---- COMM ---------------------------------------------------------------- */

static bool
listens(const struct settings *s)
{
	return !s->reverse_connect && (s->comm[0].kind == ADDRESS_TCP ||
				       s->comm[0].kind == ADDRESS_UNIX);
}

/*
 * The protocol gets descriptors of its own; 0 and 1 become harmless, so that
 * nothing that is printed gets into it.
 */
static int
open_stdio(struct stream *stream)
{
	int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (in < 0 || out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -errno;
	close(null);
	return stream_open(stream, in, out);
}

static int
open_fd(struct stream *stream, int fd, unsigned peer_seconds)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	socket_tune(fd);
	socket_set_peer_timeout(fd, peer_seconds);
	return stream_open(stream, fd, fd);
}

static int
open_connection(struct server *v, const struct address *a)
{
	struct socket_error error;
	int fd, err;

	err = socket_connect(a, CONNECT_MS, &fd, &error);
	if (err < 0) {
		log_error("%s", error.text);
		return err;
	}
	socket_set_peer_timeout(fd, v->settings->peer_seconds);
	return stream_open(&v->stream, fd, fd);
}

static int
open_stream(struct server *v)
{
	const struct address *a = &v->settings->comm[0];
	int err;

	v->single = true;
	switch (a->kind) {
	case ADDRESS_STDIO:
		err = open_stdio(&v->stream);
		break;
	case ADDRESS_TTY:
		err = stream_open_tty(&v->stream, a->path);
		if (err < 0)
			log_say("Could not open remote device %s: %s", a->path,
				strerror(-err));
		return err;
	case ADDRESS_FD:
		err = open_fd(&v->stream, a->fd, v->settings->peer_seconds);
		break;
	default:
		return open_connection(v, a);
	}
	if (err < 0)
		log_error("cannot use COMM: %s", strerror(-err));
	return err;
}

static int
open_comm(struct server *v)
{
	if (listens(v->settings))
		return endpoint_bind(&v->settings->comm[0], v->settings,
				     &v->sockets);
	return open_stream(v);
}

static void
announce(const struct server *v)
{
	const struct address *a = &v->settings->comm[0];
	char name[320];

	if (v->sockets.port != 0) {
		log_say("Listening on port %u", v->sockets.port);
	} else if (v->sockets.n > 0) {
		address_format(a, name, sizeof(name));
		log_say("Listening on %s", name);
	} else if (a->kind == ADDRESS_STDIO || a->kind == ADDRESS_TTY) {
		log_say("Remote debugging using %s",
			a->kind == ADDRESS_STDIO ? "stdio" : a->path);
	}
}

/* ---- clients ---- */

static void
on_client_gone(void *arg, bool finished)
{
	struct server *v = arg;

	if (finished || v->settings->session.once || v->single) {
		ev_break(v->loop, EVBREAK_ALL);
		return;
	}
	log_note("the client has gone");
	announce(v);
}

/* Without a word: an answer would look like a session. */
static void
send_away(const struct waiting_client *client)
{
	struct stream stream;

	log_note("%s port %u: sent away: there is a client already",
		 client->host, client->port);
	if (stream_open(&stream, client->fd, client->fd) < 0) {
		close(client->fd);
		return;
	}
	/* Unread words would make a reset of the orderly close. */
	stream_read(&stream);
	stream_linger(&stream, 0);
	stream_close(&stream);
}

static void
on_ready(void *arg, const struct waiting_client *client)
{
	struct server *v = arg;
	struct stream stream;
	int err;

	/* The one before may have gone, and we just not know yet. */
	link_look(v->link);
	if (link_has_client(v->link) &&
	    (session_is_platform(v->session) || v->branches.n > 0)) {
		branches_add(&v->branches, client, session_folder(v->session));
		return;
	}
	if (link_has_client(v->link)) {
		send_away(client);
		return;
	}
	err = stream_open(&stream, client->fd, client->fd);
	if (err < 0) {
		log_error("cannot take a client: %s", strerror(-err));
		close(client->fd);
		return;
	}
	if (client->port != 0)
		log_say("Remote debugging from host %s, port %u", client->host,
			client->port);
	else
		log_say("Remote debugging from a local client");
	if (client->identity != NULL && client->identity->subject[0] != '\0')
		log_say("Client certificate: %s (SHA-256 %s)",
			client->identity->subject,
			client->identity->fingerprint);
	session_set_door(v->session, &client->door);
	err = link_open(v->link, &stream);
	if (err < 0) {
		log_error("cannot take a client: %s", strerror(-err));
		stream_close(&stream);
	}
}

/* ---- the session ---- */

static int
attach(struct server *v)
{
	const char *what = v->settings->attach;
	pid_t pid;
	int err;

	err = find_process(what, &pid);
	if (err == -EINVAL) {
		log_say("Invalid process ID or name: %s", what);
		return err;
	}
	if (err < 0) {
		log_say("Cannot attach to %s: %s", what,
			err == -ENOTUNIQ ? "several processes have that name"
					 : strerror(-err));
		return err;
	}
	return session_attach_pid(v->session, pid);
}

static int
launch(struct server *v)
{
	const char *const *argv = v->settings->program;
	int err = session_launch(v->session, argv);

	/* With -ECHILD the session has said how it ended. */
	if (err < 0 && err != -ECHILD)
		log_say("Cannot start %s: %s", argv[0], strerror(-err));
	return err;
}

static int
make_session(struct server *v)
{
	struct link_events events = { .client_gone = on_client_gone, .arg = v };
	int err;

	err = session_new_native(&v->session, &v->settings->session);
	if (err < 0)
		return err;
	return link_new(&v->link, v->loop, v->session, &events);
}

static int
prepare_target(struct server *v)
{
	if (v->settings->attach != NULL)
		return attach(v);
	if (v->settings->program != NULL)
		return launch(v);
	return 0;
}

/* ---- a daemon's session ---- */

/* Nothing comes that way; it is closed when the daemon is gone. */
static void
on_daemon(struct ev_loop *loop, ev_io *w, int revents)
{
	char byte;

	(void)revents;
	if (recv(w->fd, &byte, 1, MSG_DONTWAIT) == 0) {
		log_error("the daemon is gone: the session ends");
		ev_break(loop, EVBREAK_ALL);
	}
}

static void
on_idle(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct server *v = w->data;
	double silent = ev_now(loop) - link_last_word(v->link);
	double left = v->settings->limits.idle_seconds - silent;

	(void)revents;
	if (left <= 0) {
		log_note("the client said nothing for %u seconds: sent away",
			 v->settings->limits.idle_seconds);
		link_end_client(v->link);
		return;
	}
	ev_timer_set(w, left, 0.);
	ev_timer_start(loop, w);
}

static void
watch_daemon(struct server *v)
{
	const struct settings *s = v->settings;

	ev_init(&v->daemon, on_daemon);
	ev_init(&v->idle, on_idle);
	v->idle.data = v;
	if (s->control_fd >= 0) {
		ev_io_set(&v->daemon, s->control_fd, EV_READ);
		ev_io_start(v->loop, &v->daemon);
	}
	if (s->control_fd >= 0 && s->limits.idle_seconds > 0) {
		ev_timer_set(&v->idle, s->limits.idle_seconds, 0.);
		ev_timer_start(v->loop, &v->idle);
	}
}

/* ---- running ---- */

/* The server we branched off ends by a signal, or has just gone. */
static void
on_server(struct ev_loop *loop, ev_io *w, int revents)
{
	char byte;

	(void)revents;
	ev_io_stop(loop, w);
	if (read(w->fd, &byte, 1) == 1)
		ev_break(loop, EVBREAK_ALL);
}

static void
watch_server(struct server *v, int fd)
{
	ev_io_init(&v->server, on_server, fd, EV_READ);
	ev_set_priority(&v->server, EV_MAXPRI);
	v->server.data = v;
	if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		ev_io_start(v->loop, &v->server);
}

static int
start(struct server *v)
{
	const struct waiting_events events = { .ready = on_ready, .arg = v };
	const struct settings *s = v->settings;
	int err;

	v->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (v->loop == NULL)
		return -ENOMEM;
	/* The program is not to hold it open. */
	if (s->port_fd >= 0 && fcntl(s->port_fd, F_SETFD, FD_CLOEXEC) < 0) {
		log_error("--pipe=%d: %s", s->port_fd, strerror(errno));
		return -EBADF;
	}
	if (s->setsid && setsid() < 0)
		log_warning("setsid: %s", strerror(errno));
	if (s->tls.cert != NULL) {
		err = tls_check_files(TLS_SERVER, &s->tls);
		if (err < 0)
			return err;
	}
	err = open_comm(v);
	if (err < 0)
		return err;
	err = make_session(v);
	if (err < 0) {
		log_error("cannot make a session: %s", strerror(-err));
		return err;
	}
	/* Until the program stands a signal just ends us, and it with us;
	 * from then on what is held is let go. */
	err = prepare_target(v);
	if (err < 0)
		return err;
	end_signals_start(&v->signals, v->loop);
	branches_init(&v->branches, v->loop, s);
	watch_server(v, s->server_fd);
	session_set_door(v->session, &s->door);
	watch_daemon(v);
	return waiting_new(&v->waiting, v->loop,
			   s->tls.cert != NULL ? &s->tls : NULL, &events);
}

static int
serve(struct server *v)
{
	int err;

	err = endpoint_start(&v->sockets);
	if (err < 0)
		return err;
	announce(v);
	if (v->single) {
		err = link_open(v->link, &v->stream);
		if (err < 0)
			return err;
	} else {
		err = report_port(v->settings, v->sockets.port);
		if (err < 0)
			return err;
		v->acceptor.peer_seconds = v->settings->peer_seconds;
		acceptor_start(&v->acceptor, v->loop, v->waiting, &v->sockets);
		v->sockets = (struct socket_listeners){ 0 };
	}
	ev_run(v->loop, 0);
	return 0;
}

static void
finish(struct server *v)
{
	/* First of all the port: others may wait for it. */
	acceptor_stop(&v->acceptor);
	socket_listeners_close(&v->sockets);
	waiting_free(v->waiting);
	branches_stop(&v->branches, v->signals.caught != 0);
	if (v->server.data == v)
		ev_io_stop(v->loop, &v->server);
	link_free(v->link);
	session_free(v->session);
	/* The one who waits at the other end is to read why not. */
	stream_linger(&v->stream, LINGER_MS);
	stream_close(&v->stream);
	if (v->signals.loop != NULL) {
		ev_io_stop(v->loop, &v->daemon);
		ev_timer_stop(v->loop, &v->idle);
		end_signals_stop(&v->signals);
	}
	if (v->loop != NULL)
		ev_loop_destroy(v->loop);
}

int
server_run(struct settings *s)
{
	struct server v = { .settings = s };
	int err;

	stream_forget(&v.stream);
	err = start(&v);
	if (err == 0)
		err = serve(&v);
	if (err < 0)
		log_say("Exiting");
	finish(&v);
	if (s->dies_of_signal)
		end_signals_die(&v.signals);
	return err < 0 ? 1 : 0;
}
