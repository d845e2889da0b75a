/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qPlatform_shell: a command line of the client's, where the server's owner
 * has allowed that.  It runs in a process of its own; here is only waited.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"
#include "job.h"
#include "shell.h"

#define LOOK_EVERY_MS 20
/* "For ever" is not on offer. */
#define SECONDS_MAX 600

struct shell {
	int fd;
	size_t len; /* bytes had so far */
	uint8_t data[sizeof(struct shell_result) + SHELL_OUTPUT_MAX];
};

/* As lldb-server says it: eight digits each. */
static int
put_result(const struct shell *sh, struct rsp_reply *out)
{
	struct shell_result r = { .status = -1 };

	if (sh->len >= sizeof(r))
		memcpy(&r, sh->data, sizeof(r));
	if (sh->len < sizeof(r) || r.len != sh->len - sizeof(r))
		return -EIO;
	rsp_reply_printf(out, "F,%08x", (unsigned)r.status);
	if (r.status < 0)
		return 0;
	rsp_reply_printf(out, ",%08x,", (unsigned)r.signal);
	rsp_reply_escaped(out, sh->data + sizeof(r), r.len);
	return 0;
}

static int
step(struct session *s, struct rsp_reply *out)
{
	struct shell *sh = s->shell;
	ssize_t n;

	while (sh->len < sizeof(sh->data)) {
		n = read(sh->fd, sh->data + sh->len,
			 sizeof(sh->data) - sh->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? JOB_GOES_ON : -errno;
		if (n == 0)
			break;
		sh->len += (size_t)n;
	}
	return put_result(sh, out);
}

static void
end(struct session *s)
{
	close(s->shell->fd);
	free(s->shell);
	s->shell = NULL;
}

static const struct session_job running = {
	.step = step,
	.end = end,
	.every_ms = LOOK_EVERY_MS,
};

static const char *
folder_of(const struct session *s, const struct rsp_request *req)
{
	if (req->shell.folder.len > 0)
		return (const char *)req->shell.folder.data;
	return s->launch.cwd != NULL ? s->launch.cwd : "";
}

int
handle_shell(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	const char *command = (const char *)req->shell.command.data;
	unsigned seconds = SECONDS_MAX;
	struct shell *sh;
	int err;

	if (s->config.start_shell == NULL)
		return session_error(s, out, EPERM,
				     "no command lines are run here unless "
				     "rspd is started with --allow-shell");
	if (req->shell.command.len == 0)
		return -EINVAL;
	if (req->shell.seconds < SECONDS_MAX)
		seconds = (unsigned)req->shell.seconds;
	sh = malloc(sizeof(*sh));
	if (sh == NULL)
		return -ENOMEM;
	sh->len = 0;
	err =
	    s->config.start_shell(command, folder_of(s, req), seconds, &sh->fd);
	if (err < 0) {
		free(sh);
		return err;
	}
	session_say(s, "Platform shell: %.200s", command);
	s->shell = sh;
	return job_begin(s, &running);
}
