/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../audit/audit.h"
#include "../common/log.h"
#include "../common/tls.h"
#include "doors.h"
#include "end_signals.h"
#include "sessions.h"
#include "systemd.h"

/* How long sessions have to let go of their targets in the end. */
#define END_SECONDS 6.5

struct daemon {
	/* In force; the first ones are the caller's, later ones ours. */
	struct settings *settings;
	bool owns_settings;
	struct ev_loop *loop;
	struct end_signals signals;
	ev_signal child, reload;
	ev_timer watchdog, end;
	bool ending;
	struct sessions *sessions;
	struct audit_log *audit; /* NULL: none */
	struct doors *doors;
};

static void
on_ready(void *arg, const struct waiting_client *client)
{
	struct daemon *d = arg;

	sessions_start(d->sessions, d->settings, client);
	close(client->fd);
}

static void
on_failed(void *arg, const struct waiting_client *client, const char *why)
{
	struct daemon *d = arg;

	sessions_audit_failed(d->sessions, client, why);
}

static void
on_child(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct daemon *d = w->data;

	(void)revents;
	sessions_reap(d->sessions);
	if ((d->ending || d->settings->session.once) &&
	    sessions_count(d->sessions) == 0)
		ev_break(loop, EVBREAK_ALL);
}

static void
on_watchdog(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	systemd_notify("WATCHDOG=1");
}

/* ---- settings ---- */

static void
audit(struct daemon *d, const char *event)
{
	struct audit_line l;

	audit_begin(&l, event);
	audit_text(&l, "version", RSPD_VERSION);
	audit_number(&l, "process", getpid());
	audit_write(d->audit, &l);
}

/* What can only be seen by opening files. */
static int
check_files(const struct settings *s)
{
	return s->tls.cert != NULL ? tls_check_files(TLS_SERVER, &s->tls) : 0;
}

static void
replace_settings(struct daemon *d, struct settings *s)
{
	if (d->owns_settings) {
		settings_free(d->settings);
		free(d->settings);
	}
	d->settings = s;
	d->owns_settings = true;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* All of the new settings, or none of them. */
static bool
try_settings(struct daemon *d, struct settings *s)
{
	settings_init(s);
	s->form = d->settings->form;
	s->argv = d->settings->argv;
	if (form_serve(s->argv, s) != SETTINGS_RUN || check_files(s) < 0 ||
	    !settings_open_log(s))
		return false;
	if ((s->audit_file == NULL && !s->audit_syslog) != (d->audit == NULL)) {
		log_error("the audit log can only be begun or ended by a new "
			  "start");
		return false;
	}
	if (!same_text(s->audit_key, d->settings->audit_key)) {
		log_error("the audit log's key can only be changed by a new "
			  "start");
		return false;
	}
	if (d->audit != NULL &&
	    audit_reopen(d->audit, s->audit_file, s->audit_syslog) < 0)
		return false;
	return doors_change(d->doors, s) == 0;
}

static void
on_reload(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct daemon *d = w->data;
	struct settings *s = calloc(1, sizeof(*s));

	(void)loop;
	(void)revents;
	systemd_notify_reloading();
	if (s != NULL && try_settings(d, s)) {
		replace_settings(d, s);
		log_say("Configuration read again");
		audit(d, "reload");
	} else {
		log_error("the configuration stays as it was");
		if (s != NULL)
			settings_free(s);
		free(s);
	}
	systemd_notify("READY=1");
}

/* ---- life ---- */

static void
watch(struct daemon *d)
{
	double watchdog = systemd_watchdog();

	end_signals_start(&d->signals, d->loop);
	ev_signal_init(&d->child, on_child, SIGCHLD);
	d->child.data = d;
	ev_signal_start(d->loop, &d->child);
	/* Without a file there is nothing to read again, and a terminal that
	 * goes ends us as it ends others. */
	ev_signal_init(&d->reload, on_reload, SIGHUP);
	d->reload.data = d;
	if (d->settings->config != NULL) {
		end_signals_leave(&d->signals, SIGHUP);
		ev_signal_start(d->loop, &d->reload);
	}
	if (watchdog > 0) {
		ev_timer_init(&d->watchdog, on_watchdog, watchdog / 2,
			      watchdog / 2);
		ev_timer_start(d->loop, &d->watchdog);
	}
}

static int
open_audit(struct daemon *d)
{
	const struct settings *s = d->settings;
	int err;

	if (s->audit_file == NULL && !s->audit_syslog)
		return 0;
	err =
	    audit_open(&d->audit, s->audit_file, s->audit_key, s->audit_syslog);
	if (err == 0)
		audit(d, "start");
	return err;
}

static int
start(struct daemon *d)
{
	const struct waiting_events events = {
		.ready = on_ready,
		.failed = on_failed,
		.arg = d,
	};
	int err;

	/* What runs as the same user must not look into us. */
	prctl(PR_SET_DUMPABLE, 0);
	d->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (d->loop == NULL)
		return -ENOMEM;
	err = check_files(d->settings);
	if (err == 0)
		err = open_audit(d);
	if (err == 0)
		err = sessions_new(&d->sessions, d->loop, d->audit);
	if (err == 0)
		err = doors_open(&d->doors, d->loop, d->settings, &events);
	if (err < 0)
		return err;
	watch(d);
	return 0;
}

static void
on_end(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)w;
	(void)revents;
	log_warning("some sessions do not end");
	ev_break(loop, EVBREAK_ALL);
}

/* No new clients; those that are there end as if they had gone. */
static void
end_sessions(struct daemon *d)
{
	systemd_notify("STOPPING=1");
	d->ending = true;
	sessions_end(d->sessions);
	sessions_reap(d->sessions);
	if (sessions_count(d->sessions) == 0)
		return;
	ev_timer_init(&d->end, on_end, END_SECONDS, 0.);
	ev_timer_start(d->loop, &d->end);
	ev_run(d->loop, 0);
	ev_timer_stop(d->loop, &d->end);
}

static void
finish(struct daemon *d)
{
	if (d->signals.loop != NULL) {
		ev_timer_stop(d->loop, &d->watchdog);
		ev_signal_stop(d->loop, &d->reload);
		ev_signal_stop(d->loop, &d->child);
		end_signals_stop(&d->signals);
	}
	sessions_free(d->sessions);
	if (d->audit != NULL)
		audit(d, "stop");
	audit_close(d->audit);
	if (d->loop != NULL)
		ev_loop_destroy(d->loop);
	if (d->owns_settings) {
		settings_free(d->settings);
		free(d->settings);
	}
}

int
daemon_run(struct settings *s)
{
	struct daemon d = { .settings = s };
	int err;

	if (s->check_config) {
		err = check_files(s);
		if (err == 0)
			printf("rspd: this can be used\n");
		return err < 0 ? 1 : 0;
	}
	err = start(&d);
	if (err == 0) {
		systemd_notify("READY=1");
		ev_run(d.loop, 0);
	}
	doors_close(d.doors);
	if (err == 0)
		end_sessions(&d);
	finish(&d);
	if (err < 0)
		log_say("Exiting");
	return err < 0 ? 1 : 0;
}
