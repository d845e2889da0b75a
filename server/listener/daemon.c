/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/tls.h"
#include "accept.h"
#include "end_signals.h"
#include "endpoint.h"
#include "report_port.h"
#include "session_process.h"

/* How long sessions have to let go of their targets in the end. */
#define END_MS 6000

struct daemon {
	const struct settings *settings;
	struct ev_loop *loop;
	struct end_signals signals;
	ev_signal child;
	struct waiting *waiting;
	struct acceptor acceptors[SETTINGS_ADDRESSES_MAX];
	size_t nacceptors;
	pid_t sessions[SESSION_PROCESSES_MAX];
	size_t nsessions;
};

/* ---- session processes ------------------------------------------------------
 */

static void
forget_session(struct daemon *d, pid_t pid)
{
	for (size_t i = 0; i < d->nsessions; i++) {
		if (d->sessions[i] == pid) {
			d->sessions[i] = d->sessions[--d->nsessions];
			return;
		}
	}
}

static void
reap(struct daemon *d)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status))
			log_error("the session of process %d was ended by "
				  "signal %d",
				  (int)pid, WTERMSIG(status));
		forget_session(d, pid);
	}
}

static void
on_child(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct daemon *d = w->data;

	(void)loop;
	(void)revents;
	reap(d);
	if (d->settings->session.once && d->nsessions == 0)
		ev_break(d->loop, EVBREAK_ALL);
}

static void
on_ready(void *arg, const struct waiting_client *client)
{
	struct daemon *d = arg;
	pid_t pid;
	int err;

	if (d->nsessions == SESSION_PROCESSES_MAX) {
		log_warning("%s port %u: sent away: %d sessions are enough",
			    client->host, client->port, SESSION_PROCESSES_MAX);
		close(client->fd);
		return;
	}
	err = session_process_start(d->settings, client, &pid, NULL);
	close(client->fd);
	if (err < 0) {
		log_error("cannot start a session: %s", strerror(-err));
		return;
	}
	d->sessions[d->nsessions++] = pid;
	log_say("Remote debugging from host %s, port %u (session process %d)",
		client->host, client->port, (int)pid);
	if (client->identity != NULL && client->identity->subject[0] != '\0')
		log_say("Client certificate: %s (SHA-256 %s)",
			client->identity->subject,
			client->identity->fingerprint);
}

static void
end_sessions(struct daemon *d)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (size_t i = 0; i < d->nsessions; i++)
		kill(d->sessions[i], SIGTERM);
	for (int ms = 0; ms < END_MS && d->nsessions > 0; ms += 10) {
		reap(d);
		if (d->nsessions > 0)
			nanosleep(&pause, NULL);
	}
}

/* ---- the daemon ---- */

static int
listen_on(struct daemon *d, const struct address *a)
{
	struct socket_listeners l;
	char name[320];
	int err;

	err = endpoint_bind(a, d->settings, &l);
	if (err < 0)
		return err;
	err = endpoint_start(&l);
	if (err == 0)
		err = report_socket(d->settings, &l);
	if (err < 0) {
		socket_listeners_close(&l);
		return err;
	}
	address_format(a, name, sizeof(name));
	if (l.port != 0)
		log_say("Listening on port %u", l.port);
	else
		log_say("Listening on %s", name);
	acceptor_start(&d->acceptors[d->nacceptors++], d->loop, d->waiting, &l);
	return 0;
}

static int
start(struct daemon *d)
{
	const struct settings *s = d->settings;
	const struct tls_files *tls = s->tls.cert != NULL ? &s->tls : NULL;
	int err;

	d->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (d->loop == NULL)
		return -ENOMEM;
	if (tls != NULL) {
		err = tls_check_files(TLS_SERVER, tls);
		if (err < 0)
			return err;
	}
	err = waiting_new(&d->waiting, d->loop, tls, on_ready, d);
	for (size_t i = 0; i < s->ncomm && err == 0; i++)
		err = listen_on(d, &s->comm[i]);
	if (err < 0)
		return err;
	end_signals_start(&d->signals, d->loop);
	ev_signal_init(&d->child, on_child, SIGCHLD);
	d->child.data = d;
	ev_signal_start(d->loop, &d->child);
	return 0;
}

int
daemon_run(struct settings *s)
{
	struct daemon *d = calloc(1, sizeof(*d));
	int err;

	if (d == NULL)
		return 1;
	d->settings = s;
	err = start(d);
	if (err == 0)
		ev_run(d->loop, 0);
	for (size_t i = 0; i < d->nacceptors; i++)
		acceptor_stop(&d->acceptors[i]);
	waiting_free(d->waiting);
	end_sessions(d);
	if (d->signals.loop != NULL) {
		ev_signal_stop(d->loop, &d->child);
		end_signals_stop(&d->signals);
	}
	if (d->loop != NULL)
		ev_loop_destroy(d->loop);
	free(d);
	if (err < 0)
		log_say("Exiting");
	return err < 0 ? 1 : 0;
}
