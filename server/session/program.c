/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's terminal, when that is the client.
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "handlers.h"
#include "run.h"

int
program_open_pty(int *master, int *slave)
{
	char path[64];
	int err, m = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (m < 0)
		return -errno;
	if (grantpt(m) < 0 || unlockpt(m) < 0) {
		err = -errno;
		close(m);
		return err;
	}
	err = ptsname_r(m, path, sizeof(path));
	if (err != 0) {
		close(m);
		return -err;
	}
	*slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0) {
		err = -errno;
		close(m);
		return err;
	}
	*master = m;
	return 0;
}

void
program_set_fd(struct session *s, int master)
{
	if (s->program_fd >= 0)
		close(s->program_fd);
	s->program_fd = master;
}

int
program_write(struct session *s, const void *data, size_t len)
{
	ssize_t n;

	if (s->program_fd < 0)
		return -EBADF;
	n = write(s->program_fd, data, len);
	if (n < 0)
		return -errno;
	return (size_t)n < len ? -EAGAIN : 0;
}

/* What the program wrote, at most `cap`; 0: nothing now.  All its ends closed
 * is an error of the pty's, and the end of this one. */
static size_t
read_program(struct session *s, void *buf, size_t cap)
{
	ssize_t n;

	if (s->program_fd < 0)
		return 0;
	n = read(s->program_fd, buf, cap);
	if (n > 0)
		return (size_t)n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	program_set_fd(s, -1);
	return 0;
}

/* So much before a stop reply that there is always room for both. */
#define DRAIN_MAX 0x8000

void
run_drain_program(struct session *s)
{
	uint8_t buf[0x1000];
	size_t n, all = 0;

	while (all < DRAIN_MAX && (n = read_program(s, buf, sizeof(buf))) > 0) {
		session_console(s, buf, n);
		all += n;
	}
}

bool
session_wants_program_output(struct session *s)
{
	if (s->program_fd < 0)
		return false;
	if (s->state == SESSION_RUNNING)
		return !s->client.present || session_has_room(s);
	/* Non-stop, also what is left when the program has ended. */
	return s->client.non_stop && !s->stdio_notified && session_has_room(s);
}

/* Non-stop mode owes no reply that an O packet could go before. */
static void
notify_output(struct session *s, const uint8_t *data, size_t len)
{
	struct rsp_reply r;

	session_begin_notification(s, &r);
	rsp_reply_str(&r, "Stdio:O");
	rsp_reply_hex_bytes(&r, data, len);
	session_send(s, &r);
	s->stdio_notified = true;
}

void
session_program_ready(struct session *s)
{
	uint8_t buf[0x1000];
	size_t n;

	if (!session_wants_program_output(s))
		return;
	n = read_program(s, buf, sizeof(buf));
	if (n == 0 || !s->client.present)
		return;
	if (s->client.non_stop)
		notify_output(s, buf, n);
	else
		session_console(s, buf, n);
}

int
handle_stdio(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	uint8_t buf[0x1000];
	size_t n = 0;

	(void)req;
	if (s->stdio_notified)
		n = read_program(s, buf, sizeof(buf));
	if (n == 0) {
		s->stdio_notified = false;
		rsp_reply_str(out, "OK");
		return 0;
	}
	rsp_reply_char(out, 'O');
	rsp_reply_hex_bytes(out, buf, n);
	return 0;
}

int
handle_stdin_data(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	int err = program_write(s, req->text.data, req->text.len);

	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}
