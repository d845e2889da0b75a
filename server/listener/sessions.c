/* SPDX-License-Identifier: Apache-2.0 */
#include "sessions.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/spawn.h"
#include "daemon.h"

/* What strangers do, on record at once; and one more in so many seconds: by
 * certificates that are good, and by what every scanner can do. */
#define STRANGERS_BURST	  100
#define REFUSED_SECONDS	  1
#define HANDSHAKE_SECONDS 10

struct quota {
	double seconds;	 /* of one more */
	ev_tstamp full;	 /* when there is room for a whole burst again */
	int64_t skipped; /* since the last one on record */
};

struct session_process {
	struct session_process *next;
	pid_t pid;
	unsigned number; /* in the audit log */
	ev_tstamp started;
	struct sessions *sessions;
	int control; /* our end; its end tells the session that we are gone */
	ev_io events;
	struct identity who;
	char client[SOCKET_NAME_MAX + 16]; /* "HOST port N", for messages */
};

struct sessions {
	struct ev_loop *loop;
	struct audit_log *audit;
	unsigned last_number;
	bool ending;
	struct quota refused, failed;
	struct session_process *first;
	size_t n;
};

int
sessions_new(struct sessions **out, struct ev_loop *loop,
	     struct audit_log *audit)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->loop = loop;
	s->audit = audit;
	s->refused.seconds = REFUSED_SECONDS;
	s->failed.seconds = HANDSHAKE_SECONDS;
	*out = s;
	return 0;
}

static void
forget(struct sessions *s, struct session_process *p)
{
	struct session_process **link = &s->first;

	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	s->n--;
	ev_io_stop(s->loop, &p->events);
	close(p->control);
	free(p);
}

void
sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL)
		forget(s, s->first);
	free(s);
}

size_t
sessions_count(const struct sessions *s)
{
	return s->n;
}

void
sessions_end(struct sessions *s)
{
	s->ending = true;
	for (struct session_process *p = s->first; p != NULL; p = p->next)
		kill(p->pid, SIGTERM);
}

/* ---- for the record ---- */

static void
audit_who(struct audit_line *l, const struct session_process *p)
{
	audit_number(l, "session", p->number);
	audit_text(l, "client", p->client);
	if (p->who.fingerprint[0] != '\0')
		audit_text(l, "fingerprint", p->who.fingerprint);
	if (p->who.via == POLICY_UNIX)
		audit_number(l, "uid", p->who.uid);
}

static void
audit_session_event(struct session_process *p, struct session_event *e)
{
	struct audit_line l;

	/* It comes from a process that works for strangers. */
	e->what[sizeof(e->what) - 1] = '\0';
	e->text[sizeof(e->text) - 1] = '\0';
	for (char *c = e->what; *c != '\0'; c++)
		if ((*c < 'a' || *c > 'z') && *c != '-')
			*c = '?';
	audit_begin(&l, e->what);
	audit_who(&l, p);
	if (e->pid != 0)
		audit_number(&l, "pid", e->pid);
	if (e->has_range) {
		audit_hex(&l, "address", e->addr);
		audit_hex(&l, "length", e->len);
	}
	if (e->text[0] != '\0')
		audit_text(&l, "what", e->text);
	if (e->error != 0)
		audit_number(&l, "error", -(int64_t)e->error);
	if (e->times > 1)
		audit_number(&l, "times", e->times);
	audit_write(p->sessions->audit, &l);
}

/* False: nothing more is there. */
static bool
take_event(struct session_process *p)
{
	struct session_event e;
	ssize_t n = recv(p->control, &e, sizeof(e), MSG_DONTWAIT);

	if (n == sizeof(e))
		audit_session_event(p, &e);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		ev_io_stop(p->sessions->loop, &p->events);
	return n > 0;
}

/* In portions: one session's events must not keep others waiting. */
static void
on_event(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	for (int i = 0; i < 16 && take_event(w->data); i++)
		;
}

static void
audit_start(struct session_process *p, const struct session_order *o,
	    const char *rule)
{
	char rights[256];
	struct audit_line l;

	rights_format(o->limited ? o->rights.classes : RIGHTS_ALL, rights,
		      sizeof(rights));
	audit_begin(&l, "session-start");
	audit_who(&l, p);
	if (p->who.subject[0] != '\0')
		audit_text(&l, "subject", p->who.subject);
	if (p->who.san[0] != '\0')
		audit_text(&l, "san", p->who.san);
	audit_text(&l, "rule", rule);
	audit_text(&l, "role", o->rights.role);
	audit_text(&l, "rights", rights);
	if (o->user[0] != '\0')
		audit_text(&l, "user", o->user);
	audit_number(&l, "process", p->pid);
	audit_write(p->sessions->audit, &l);
}

static void
audit_end(struct session_process *p, int status)
{
	struct audit_line l;

	while (take_event(p))
		;
	audit_begin(&l, "session-end");
	audit_who(&l, p);
	if (WIFSIGNALED(status))
		audit_number(&l, "signal", WTERMSIG(status));
	else
		audit_number(&l, "status", WEXITSTATUS(status));
	audit_number(&l, "seconds", (int64_t)(ev_time() - p->started));
	audit_write(p->sessions->audit, &l);
}

/* Strangers must not fill the disk: 0, or for how many this one stands. */
static int64_t
take_quota(struct quota *q, ev_tstamp now)
{
	int64_t times = ++q->skipped;

	if (q->full < now)
		q->full = now;
	if (q->full - now > (STRANGERS_BURST - 1) * q->seconds)
		return 0;
	q->full += q->seconds;
	q->skipped = 0;
	return times;
}

static void
audit_stranger(struct sessions *s, struct audit_line *l, int64_t times)
{
	if (times > 1)
		audit_number(l, "times", times);
	audit_write(s->audit, l);
}

void
sessions_audit_failed(struct sessions *s, const struct waiting_client *c,
		      const char *why)
{
	int64_t times = take_quota(&s->failed, ev_now(s->loop));
	struct audit_line l;

	if (times == 0)
		return;
	audit_begin(&l, "handshake");
	audit_text(&l, "client", c->host);
	audit_text(&l, "why", why);
	audit_stranger(s, &l, times);
}

static void
audit_refused(struct sessions *s, const struct waiting_client *c,
	      const struct identity *who, const char *why)
{
	int64_t times = take_quota(&s->refused, ev_now(s->loop));
	struct audit_line l;

	if (times == 0)
		return;
	audit_begin(&l, "refused");
	audit_text(&l, "client", c->host);
	if (who->fingerprint[0] != '\0') {
		audit_text(&l, "fingerprint", who->fingerprint);
		audit_text(&l, "subject", who->subject);
	}
	if (who->via == POLICY_UNIX)
		audit_number(&l, "uid", who->uid);
	audit_text(&l, "why", why);
	audit_stranger(s, &l, times);
}

/* ---- the end ---- */

static void
ended(struct sessions *s, pid_t pid, int status)
{
	struct session_process *p = s->first;

	while (p != NULL && p->pid != pid)
		p = p->next;
	if (p == NULL)
		return;
	/* Our own signal may find one that has let go of all and just ends. */
	if (WIFSIGNALED(status) && !(s->ending && WTERMSIG(status) == SIGTERM))
		log_error("%s: the session of process %d was ended by signal "
			  "%d",
			  p->client, (int)pid, WTERMSIG(status));
	audit_end(p, status);
	forget(s, p);
}

void
sessions_reap(struct sessions *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ended(s, pid, status);
}

/* ---- starting one ---- */

static void
identify(const struct waiting_client *c, struct identity *who)
{
	const struct relay_report *r = c->identity;

	memset(who, 0, sizeof(*who));
	who->via = c->port == 0 ? POLICY_UNIX : POLICY_TCP;
	who->uid = c->uid;
	if (r == NULL)
		return;
	who->via = POLICY_TLS;
	memcpy(who->subject, r->subject, sizeof(who->subject));
	memcpy(who->san, r->san, sizeof(who->san));
	memcpy(who->fingerprint, r->fingerprint, sizeof(who->fingerprint));
}

static int
spawn(struct session_process *p, int client, const struct session_order *order)
{
	const char *argv[] = { "rspd", DAEMON_SESSION_ROLE, NULL };
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	err =
	    send(pair[0], order, sizeof(*order), MSG_NOSIGNAL) == sizeof(*order)
		? 0
		: -EPIPE;
	if (err == 0)
		err =
		    spawn_role(argv, (const int[]){ client, pair[1], log_fd() },
			       3, SPAWN_CHILD, &p->pid);
	close(pair[1]);
	if (err < 0)
		close(pair[0]);
	else
		p->control = pair[0];
	ev_io_init(&p->events, on_event, pair[0], EV_READ);
	p->events.data = p;
	return err;
}

static void
announce(const struct session_process *p, const struct waiting_client *client,
	 const struct session_order *o, const char *rule)
{
	if (client->port != 0)
		log_say("Remote debugging from host %s, port %u (session "
			"process %d)",
			client->host, client->port, (int)p->pid);
	else
		log_say("Remote debugging from a local client (session process "
			"%d)",
			(int)p->pid);
	if (client->identity != NULL && client->identity->subject[0] != '\0')
		log_say("Client certificate: %s (SHA-256 %s)",
			client->identity->subject,
			client->identity->fingerprint);
	log_note("%s: rule %s, role %s, user %s", p->client, rule,
		 o->rights.role, o->user[0] != '\0' ? o->user : "-");
}

static void
add(struct sessions *s, struct session_process *p)
{
	p->sessions = s;
	p->number = ++s->last_number;
	p->started = ev_now(s->loop);
	p->next = s->first;
	s->first = p;
	s->n++;
	ev_io_start(s->loop, &p->events);
}

void
sessions_start(struct sessions *s, const struct settings *settings,
	       const struct waiting_client *client)
{
	struct session_process *p = calloc(1, sizeof(*p));
	struct session_order *order = calloc(1, sizeof(*order));
	struct identity who;
	char why[128] = "";
	int err = p == NULL || order == NULL ? -ENOMEM : 0;

	if (err < 0)
		snprintf(why, sizeof(why), "%s", strerror(-err));
	identify(client, &who);
	if (err == 0 && s->n >= settings->limits.sessions) {
		snprintf(why, sizeof(why), "%u sessions are enough",
			 settings->limits.sessions);
		err = -EBUSY;
	}
	if (err == 0 && !audit_is_whole(s->audit)) {
		snprintf(why, sizeof(why), "nothing can be put on record");
		err = -EIO;
	}
	if (err == 0)
		err = order_make(settings, &who, order, why, sizeof(why));
	if (err == 0) {
		snprintf(p->client, sizeof(p->client), "%s port %u",
			 client->host, client->port);
		order->door = client->door;
		err = spawn(p, client->fd, order);
		if (err < 0)
			snprintf(why, sizeof(why), "%s", strerror(-err));
	}
	if (err < 0) {
		log_warning("%s port %u: sent away: %s%s%s", client->host,
			    client->port, why,
			    who.subject[0] != '\0' ? ": " : "", who.subject);
		audit_refused(s, client, &who, why);
		free(p);
	} else {
		p->who = who;
		add(s, p);
		announce(p, client, order, why);
		audit_start(p, order, why);
	}
	free(order);
}
