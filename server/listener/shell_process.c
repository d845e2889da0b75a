/* SPDX-License-Identifier: Apache-2.0 */
#include "shell_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../common/spawn.h"
#include "../session/shell.h"

/* Descriptors: the session's end of it all. */
#define SESSION_FD SPAWN_FIRST_FD
/* How often the shell's end is looked for. */
#define LOOK_MS 20

int
shell_process_start(const char *command, const char *folder, unsigned seconds,
		    int *fd)
{
	char limit[16];
	const char *argv[] = { "rspd",	SHELL_PROCESS_ROLE,
			       limit,	folder,
			       command, NULL };
	int pair[2], err;

	snprintf(limit, sizeof(limit), "%u", seconds);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	err = fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	if (err == 0)
		err = spawn_role(argv, &pair[1], 1, SPAWN_ORPHAN, NULL);
	close(pair[1]);
	if (err < 0)
		close(pair[0]);
	else
		*fd = pair[0];
	return err;
}

/* ---- the process -------------------------------------------------------- */

struct shell_run {
	pid_t pid;
	int output;   /* our end of its pipe */
	uint64_t end; /* when time is up */
	struct shell_result result;
	char text[SHELL_OUTPUT_MAX];
};

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
become_shell(const char *folder, const char *command, int output)
{
	setsid();
	signal(SIGPIPE, SIG_DFL);
	if (folder[0] != '\0' && chdir(folder) < 0) {
		dprintf(output, "%s: %s\n", folder, strerror(errno));
		_exit(126);
	}
	if (dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(126);
	close(output);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int
start(struct shell_run *r, const char *folder, const char *command)
{
	int pipefd[2];

	if (fcntl(SESSION_FD, F_SETFD, FD_CLOEXEC) < 0 ||
	    pipe2(pipefd, O_CLOEXEC) < 0)
		return -errno;
	r->pid = fork();
	if (r->pid < 0)
		return -errno;
	if (r->pid == 0)
		become_shell(folder, command, pipefd[1]);
	close(pipefd[1]);
	r->output = pipefd[0];
	return fcntl(r->output, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

/* What does not fit is read, too, so that the shell is not held up. */
static void
take_output(struct shell_run *r)
{
	char dropped[4096];
	ssize_t n;

	do {
		size_t room = sizeof(r->text) - r->result.len;

		if (room > 0)
			n = read(r->output, r->text + r->result.len, room);
		else
			n = read(r->output, dropped, sizeof(dropped));
		if (n > 0 && room > 0)
			r->result.len += (uint32_t)n;
	} while (n > 0 && now_ms() < r->end);
	if (n == 0) {
		close(r->output);
		r->output = -1; /* poll looks away from it */
	}
}

static bool
session_has_gone(short revents)
{
	char byte;

	return revents != 0 &&
	       recv(SESSION_FD, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* Until the shell has ended; false: it must be ended. */
static bool
watch(struct shell_run *r, int *status)
{
	while (now_ms() < r->end) {
		struct pollfd p[] = { { .fd = r->output, .events = POLLIN },
				      { .fd = SESSION_FD, .events = POLLIN } };
		pid_t got;

		poll(p, 2, LOOK_MS);
		if (r->output >= 0)
			take_output(r);
		if (session_has_gone(p[1].revents))
			return false;
		got = waitpid(r->pid, status, WNOHANG);
		if (got == r->pid) {
			if (r->output >= 0)
				take_output(r);
			return true;
		}
	}
	return false;
}

static void
put_all(const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len > 0 && (n = write(SESSION_FD, at, len)) > 0) {
		at += n;
		len -= (size_t)n;
	}
}

/* However it goes, r->result tells. */
static void
run(struct shell_run *r, const char *folder, const char *command)
{
	int status = 0;

	r->result.status = -1;
	if (start(r, folder, command) < 0)
		return;
	if (!watch(r, &status)) {
		/* All that it started and that stayed with it. */
		kill(-r->pid, SIGKILL);
		waitpid(r->pid, &status, 0);
		r->result.len = 0;
		return;
	}
	r->result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	r->result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int
shell_process_main(char **argv)
{
	struct shell_run *r = calloc(1, sizeof(*r));

	if (r == NULL || argv[0] == NULL || argv[1] == NULL || argv[2] == NULL)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	r->end = now_ms() + 1000 * strtoull(argv[0], NULL, 10);
	run(r, argv[1], argv[2]);
	put_all(&r->result, sizeof(r->result));
	put_all(r->text, r->result.len);
	free(r);
	return 0;
}
