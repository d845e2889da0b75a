/* SPDX-License-Identifier: Apache-2.0 */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* ---- before the fork -------------------------------------------------- */

static size_t
count(const char *const *list)
{
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

static const char *
environment_get(const char *const *envp, const char *name)
{
	size_t len = strlen(name);

	for (; envp != NULL && *envp != NULL; envp++)
		if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=')
			return *envp + len + 1;
	return NULL;
}

/* The shell would make something else of the program's name than its name. */
static bool
needs_quotes(const char *word)
{
	return word[strcspn(word, "\t !\"#$&*()\\|[]{}<>?'`~^;\n")] != '\0';
}

static void
add_word(FILE *out, const char *word, bool quote)
{
	if (!quote || !needs_quotes(word)) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word != '\0'; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

/* Arguments stay as they are: globs and redirections are meant to work. */
static char *
shell_command(const struct target_launch *how)
{
	const char *const *word;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("exec", out);
	for (word = how->wrapper; word != NULL && *word != NULL; word++) {
		fputc(' ', out);
		add_word(out, *word, true);
	}
	for (word = how->argv; *word != NULL; word++) {
		fputc(' ', out);
		add_word(out, *word, word == how->argv);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int
plan_argv(struct launch_plan *plan)
{
	const struct target_launch *how = plan->how;
	size_t wrapper = count(how->wrapper), args = count(how->argv);
	const char *shell = getenv("SHELL");

	if (args == 0)
		return -EINVAL;
	plan->argv = calloc(wrapper + args + 4, sizeof(*plan->argv));
	if (plan->argv == NULL)
		return -ENOMEM;
	if (!how->with_shell) {
		if (wrapper > 0)
			memcpy(plan->argv, how->wrapper,
			       wrapper * sizeof(*plan->argv));
		memcpy(plan->argv + wrapper, how->argv,
		       args * sizeof(*plan->argv));
		return 0;
	}
	plan->command = shell_command(how);
	if (plan->command == NULL)
		return -ENOMEM;
	plan->argv[0] = shell != NULL && shell[0] == '/' ? shell : "/bin/sh";
	plan->argv[1] = "-c";
	plan->argv[2] = plan->command;
	return 0;
}

/*
 * The program shares our terminal when it has our standard input: then its
 * group must be the foreground one, or it could not read.
 */
static void
plan_terminal(struct launch_plan *plan)
{
	plan->tty_fd = -1;
	if (plan->how->new_session || plan->how->stdio[0] >= 0)
		return;
	plan->tty_user = tcgetpgrp(STDIN_FILENO);
	if (plan->tty_user > 0)
		plan->tty_fd = STDIN_FILENO;
}

int
launch_plan_make(struct launch_plan *plan, const struct target_launch *how)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->how = how;
	err = plan_argv(plan);
	if (err < 0)
		return err;
	plan->path = environment_get(how->envp, "PATH");
	if (plan->path == NULL)
		plan->path = "/usr/local/bin:/bin:/usr/bin";
	plan->file_size = strlen(plan->path) + strlen(plan->argv[0]) + 3;
	plan->file = malloc(plan->file_size);
	if (plan->file == NULL)
		return -ENOMEM;
	plan_terminal(plan);
	return 0;
}

void
launch_plan_free(struct launch_plan *plan)
{
	free(plan->command);
	free(plan->argv);
	free(plan->file);
}

/* ---- after it ------------------------------------------------------------ */

static _Noreturn void
give_up(int error_fd, int error)
{
	(void)!write(error_fd, &error, sizeof(error));
	_exit(127);
}

/* What a server ignores or handles; what it was itself started with stays. */
static void
set_signals(void)
{
	static const int ours[] = { SIGPIPE, SIGXFSZ, SIGCHLD, SIGTTOU,
				    SIGTTIN };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
set_session(const struct launch_plan *plan)
{
	sigset_t ttou;

	if (plan->how->new_session) {
		setsid();
		/* No terminal at all is as good. */
		if (plan->how->stdio[0] >= 0)
			ioctl(STDIN_FILENO, TIOCSCTTY, 0);
		return 0;
	}
	setpgid(0, 0);
	if (plan->tty_fd >= 0) {
		sigemptyset(&ttou);
		sigaddset(&ttou, SIGTTOU);
		sigprocmask(SIG_BLOCK, &ttou, NULL);
		tcsetpgrp(plan->tty_fd, getpid());
	}
	return 0;
}

/* Descriptors may be among 0, 1, 2 themselves: out of the way first. */
static int
set_stdio(const struct launch_plan *plan)
{
	int fd[3];

	for (int i = 0; i < 3; i++) {
		fd[i] = plan->how->stdio[i];
		if (fd[i] < 0)
			continue;
		fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 3);
		if (fd[i] < 0)
			return errno;
	}
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0 && dup2(fd[i], i) < 0)
			return errno;
	return 0;
}

/* Tries argv[0] along PATH; the error that says most comes back. */
static int
exec_along_path(const struct launch_plan *plan)
{
	char *const *argv = (char *const *)(uintptr_t)plan->argv;
	char *const *envp = (char *const *)(uintptr_t)plan->how->envp;
	const char *dir = plan->path, *end;
	int error = ENOENT;

	if (strchr(argv[0], '/') != NULL) {
		execve(argv[0], argv, envp);
		return errno;
	}
	for (;; dir = end + 1) {
		end = strchrnul(dir, ':');
		(void)snprintf(plan->file, plan->file_size, "%.*s%s%s",
			       (int)(end - dir), dir, end == dir ? "" : "/",
			       argv[0]);
		execve(plan->file, argv, envp);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
		if (*end == '\0')
			return error;
	}
}

_Noreturn void
launch_child(const struct launch_plan *plan, int go_fd, int error_fd)
{
	const struct target_launch *how = plan->how;
	char byte;
	int error;

	if (read(go_fd, &byte, 1) != 1)
		_exit(127);
	error = set_stdio(plan);
	if (error == 0)
		error = set_session(plan);
	if (error != 0)
		give_up(error_fd, error);
	set_signals();
	if (how->disable_randomization)
		personality(ADDR_NO_RANDOMIZE);
	if (how->cwd != NULL && chdir(how->cwd) < 0)
		give_up(error_fd, errno);
	syscall(SYS_close_range, 3u, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	give_up(error_fd, exec_along_path(plan));
}
