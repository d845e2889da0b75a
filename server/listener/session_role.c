/* SPDX-License-Identifier: Apache-2.0 */
/* A session process of the daemon: one client, with what it may do. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/log.h"
#include "become_user.h"
#include "daemon.h"
#include "order.h"
#include "server.h"

/* What systemd told the daemon is nothing for programs that are debugged. */
static void
forget_systemd(void)
{
	static const char *const variables[] = {
		"LISTEN_PID",	 "LISTEN_FDS",	  "LISTEN_FDNAMES",
		"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
}

/* This waits where the daemon is slow: nothing is done that is not told. */
static void
send_event(void *arg, const struct session_event *e)
{
	const struct settings *s = arg;
	ssize_t n;

	do
		n = send(s->control_fd, e, sizeof(*e), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
}

int
daemon_session_main(void)
{
	static struct session_order order;
	struct settings s;
	const char *what;
	int err;

	settings_init(&s);
	forget_systemd();
	log_set_fd(ORDER_LOG_FD);
	err = order_take(ORDER_FD, &order, &s);
	if (err < 0) {
		log_error("no orders came from the daemon: %s", strerror(-err));
		return 1;
	}
	/* Before it touches any process, so that the kernel sees to the rest.
	 */
	err = become_user(order.user, order.uid, order.gid, &what);
	if (err < 0) {
		log_error("cannot become %s: %s: %s",
			  order.user[0] != '\0' ? order.user : "a session",
			  what, strerror(-err));
		return 1;
	}
	if (order.audited) {
		s.session.audit = send_event;
		s.session.audit_arg = &s;
	}
	s.comm[0] =
	    (struct address){ .kind = ADDRESS_FD, .fd = ORDER_CLIENT_FD };
	s.ncomm = 1;
	return server_run(&s);
}
