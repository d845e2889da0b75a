/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/socket.h"
#include "../common/spawn.h"
#include "pump.h"
#include "sandbox.h"

/* Where relay_start puts its end of the pair. */
#define FD_PAIR SPAWN_FIRST_FD

/* How long a peer may take to read why it was refused. */
#define LINGER_MS 1000

/* A byte with a descriptor. */
union handover {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int
relay_start(const struct tls_files *f, int *fd)
{
	const char *argv[] = { "rspd",
			       RELAY_ROLE,
			       f->cert,
			       f->key,
			       f->ca != NULL ? f->ca : "",
			       f->crl != NULL ? f->crl : "",
			       NULL };
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) < 0)
		return -errno;
	err = spawn_role(argv, &pair[1], 1, SPAWN_ORPHAN, NULL);
	close(pair[1]);
	if (err < 0) {
		close(pair[0]);
		return err;
	}
	*fd = pair[0];
	return 0;
}

int
relay_give(int fd, int tcp)
{
	union handover h = { .align = { .cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS } };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = h.space,
			    .msg_controllen = sizeof(h.space) };

	memcpy(CMSG_DATA(&h.align), &tcp, sizeof(tcp));
	return sendmsg(fd, &m, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/* ---- the relay itself ---------------------------------------------------- */

/* The connection; -ECONNABORTED: none comes any more. */
static int
take_connection(int *net)
{
	struct pollfd p = { .fd = FD_PAIR, .events = POLLIN };
	union handover h = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = h.space,
			    .msg_controllen = sizeof(h.space) };
	ssize_t n;

	do {
		poll(&p, 1, -1);
		n = recvmsg(FD_PAIR, &m, MSG_DONTWAIT);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n <= 0 || m.msg_controllen == 0 || h.align.cmsg_type != SCM_RIGHTS)
		return -ECONNABORTED;
	memcpy(net, CMSG_DATA(&h.align), sizeof(*net));
	return 0;
}

static int
send_report(struct relay_report *r)
{
	r->magic = RELAY_REPORT_MAGIC;
	return send(FD_PAIR, r, sizeof(*r), MSG_NOSIGNAL) == sizeof(*r)
		   ? 0
		   : -EPIPE;
}

static int
refuse(struct relay_report *r, const char *format, const char *a, const char *b)
{
	char text[sizeof(r->error)];

	/* What is told may stand in the report already. */
	snprintf(text, sizeof(text), format, a, b);
	memcpy(r->error, text, sizeof(text));
	send_report(r);
	return 1;
}

static void
tell_peer(struct relay_report *r, const struct tls *t)
{
	struct tls_peer peer;

	tls_get_peer(t, &peer);
	memcpy(r->subject, peer.subject, sizeof(r->subject));
	memcpy(r->san, peer.san, sizeof(r->san));
	memcpy(r->fingerprint, peer.fingerprint, sizeof(r->fingerprint));
	memcpy(r->version, peer.version, sizeof(r->version));
	memcpy(r->cipher, peer.cipher, sizeof(r->cipher));
	r->ok = 1;
}

static int
relay(struct tls *t, int net, struct relay_report *r)
{
	struct pump pump = {
		.tls = t,
		.net = net,
		.in = FD_PAIR,
		.out = FD_PAIR,
	};
	int err;

	err = pump_handshake(&pump, RELAY_HANDSHAKE_SECONDS, true);
	if (err == -ECONNABORTED)
		return 1;
	if (err < 0) {
		refuse(r, "%s%s",
		       err == -EPROTO	   ? tls_error(t)
		       : err == -ETIMEDOUT ? "the handshake took too long"
					   : strerror(-err),
		       "");
		pump_linger(&pump, LINGER_MS);
		return 1;
	}
	tell_peer(r, t);
	err = send_report(r);
	if (err == 0)
		err = pump_run(&pump);
	tls_say_end(t);
	pump_linger(&pump, LINGER_MS);
	return err < 0;
}

int
relay_main(char **argv)
{
	struct relay_report report = { 0 };
	struct tls_files files = { 0 };
	const char *what;
	struct tls *t;
	int net, err, status = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argv[0] == NULL || argv[1] == NULL || argv[2] == NULL ||
	    argv[3] == NULL)
		return 1;
	files.cert = argv[0];
	files.key = argv[1];
	files.ca = argv[2][0] != '\0' ? argv[2] : NULL;
	files.crl = argv[3][0] != '\0' ? argv[3] : NULL;
	if (tls_new(&t, TLS_SERVER, &files, NULL, report.error,
		    sizeof(report.error)) < 0)
		return refuse(&report, "%s%s", report.error, "");
	err = sandbox_enter(FD_PAIR, &what);
	if (err < 0)
		return refuse(&report, "the relay's sandbox: %s: %s", what,
			      strerror(-err));
	if (take_connection(&net) == 0) {
		tls_set_socket(t, net);
		status = relay(t, net, &report);
	}
	tls_free(t);
	/* What runs at exit (a sanitizer's search for leaks) would need more
	 * than is left to us. */
	_exit(status);
}
