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

struct session_process {
	struct session_process *next;
	pid_t pid;
	int control; /* our end; its end tells the session that we are gone */
	char client[SOCKET_NAME_MAX + 16]; /* "HOST port N", for messages */
};

struct sessions {
	struct ev_loop *loop;
	struct session_process *first;
	size_t n;
};

int
sessions_new(struct sessions **out, struct ev_loop *loop)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->loop = loop;
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
	for (struct session_process *p = s->first; p != NULL; p = p->next)
		kill(p->pid, SIGTERM);
}

static void
ended(struct sessions *s, pid_t pid, int status)
{
	struct session_process *p = s->first;

	while (p != NULL && p->pid != pid)
		p = p->next;
	if (p == NULL)
		return;
	if (WIFSIGNALED(status))
		log_error("%s: the session of process %d was ended by signal "
			  "%d",
			  p->client, (int)pid, WTERMSIG(status));
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

void
sessions_start(struct sessions *s, const struct settings *settings,
	       const struct waiting_client *client)
{
	struct session_process *p = calloc(1, sizeof(*p));
	struct session_order *order = calloc(1, sizeof(*order));
	struct identity who;
	char why[128] = "";
	int err = p == NULL || order == NULL ? -ENOMEM : 0;

	identify(client, &who);
	if (err == 0 && s->n >= settings->limits.sessions) {
		snprintf(why, sizeof(why), "%u sessions are enough",
			 settings->limits.sessions);
		err = -EBUSY;
	}
	if (err == 0)
		err = order_make(settings, &who, order, why, sizeof(why));
	if (err == 0) {
		snprintf(p->client, sizeof(p->client), "%s port %u",
			 client->host, client->port);
		order->door = client->door;
		err = spawn(p, client->fd, order);
	}
	if (err < 0) {
		log_warning("%s port %u: sent away: %s%s%s", client->host,
			    client->port, why[0] != '\0' ? why : strerror(-err),
			    who.subject[0] != '\0' ? ": " : "", who.subject);
		free(p);
	} else {
		p->next = s->first;
		s->first = p;
		s->n++;
		announce(p, client, order, why);
	}
	free(order);
}
