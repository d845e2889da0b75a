/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of a launch, and the launch itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "private.h"
#include "program.h"

/* ---- environment -------------------------------------------------------- */

static void
free_strings(char **list)
{
	if (list == NULL)
		return;
	for (char **p = list; *p != NULL; p++)
		free(*p);
	free(list);
}

static size_t
count_strings(char *const *list)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

static char **
copy_strings(const char *const *list)
{
	size_t n = count_strings((char *const *)list);
	char **copy = calloc(n + 1, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		copy[i] = strdup(list[i]);
		if (copy[i] == NULL) {
			free_strings(copy);
			return NULL;
		}
	}
	return copy;
}

/* Where NAME= stands; the count if nowhere. */
static size_t
env_find(char *const *env, const char *name, size_t len)
{
	size_t i;

	for (i = 0; env[i] != NULL; i++) {
		if (strncmp(env[i], name, len) == 0 && env[i][len] == '=')
			break;
	}
	return i;
}

int
launch_env_set(struct launch_settings *l, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	char *copy, **grown;
	size_t n, i;

	if (equals == NULL)
		return launch_env_unset(l, assignment);
	if (equals == assignment)
		return -EINVAL;
	copy = strdup(assignment);
	if (copy == NULL)
		return -ENOMEM;
	i = env_find(l->env, assignment, (size_t)(equals - assignment));
	if (l->env[i] != NULL) {
		free(l->env[i]);
		l->env[i] = copy;
		return 0;
	}
	n = i;
	grown = n < LAUNCH_ENV_MAX ? reallocarray(l->env, n + 2, sizeof(*grown))
				   : NULL;
	if (grown == NULL) {
		free(copy);
		return -ENOMEM;
	}
	l->env = grown;
	l->env[n] = copy;
	l->env[n + 1] = NULL;
	return 0;
}

int
launch_env_unset(struct launch_settings *l, const char *name)
{
	size_t i = env_find(l->env, name, strlen(name));

	if (l->env[i] == NULL)
		return 0;
	free(l->env[i]);
	for (; l->env[i] != NULL; i++)
		l->env[i] = l->env[i + 1];
	return 0;
}

int
launch_env_reset(struct launch_settings *l)
{
	char **fresh = copy_strings((const char *const *)environ);

	if (fresh == NULL)
		return -ENOMEM;
	free_strings(l->env);
	l->env = fresh;
	return 0;
}

void
launch_env_clear(struct launch_settings *l)
{
	for (char **p = l->env; *p != NULL; p++) {
		free(*p);
		*p = NULL;
	}
}

/* ---- settings ---- */

void
launch_settings_init(struct launch_settings *l,
		     const struct session_config *config)
{
	memset(l, 0, sizeof(*l));
	l->env = copy_strings((const char *const *)environ);
	l->disable_randomization = config->disable_randomization;
	l->with_shell = config->startup_with_shell;
}

void
launch_settings_free(struct launch_settings *l)
{
	free_strings(l->env);
	free_strings(l->argv);
	free(l->cwd);
	for (size_t i = 0; i < 3; i++)
		free(l->stdio[i]);
	memset(l, 0, sizeof(*l));
}

void
launch_settings_reset(struct launch_settings *l,
		      const struct session_config *config)
{
	char **argv = l->argv;
	bool one_text = l->one_text;
	struct launch_settings fresh;

	launch_settings_init(&fresh, config);
	if (fresh.env == NULL)
		return;
	l->argv = NULL;
	launch_settings_free(l);
	*l = fresh;
	l->argv = argv;
	l->one_text = one_text;
}

int
launch_set_argv(struct launch_settings *l, const char *const *argv)
{
	char **copy = copy_strings(argv);

	if (copy == NULL)
		return -ENOMEM;
	free_strings(l->argv);
	l->argv = copy;
	l->one_text = false;
	return 0;
}

int
launch_set_string(char **where, const char *data, size_t len)
{
	char *copy = NULL;

	if (len > 0) {
		copy = strndup(data, len);
		if (copy == NULL)
			return -ENOMEM;
	}
	free(*where);
	*where = copy;
	return 0;
}

/* ---- words for the back end ---- */

/* Puts `word`, which is given, behind the others. */
static bool
add_word(char **words, size_t *n, char *word)
{
	words[*n] = word;
	return words[(*n)++] != NULL;
}

/* All arguments came as one text, with a shell's quotes in it. */
static char **
words_of_text(const char *const *argv, bool with_shell)
{
	const char *const whole[] = { argv[0], argv[1], NULL };
	char **split, **words;
	size_t n;

	if (with_shell)
		return copy_strings(whole);
	split = arguments_split(argv[1]);
	if (split == NULL)
		return NULL;
	n = count_strings(split);
	words = calloc(n + 2, sizeof(*words));
	if (words != NULL) {
		memcpy(words + 1, split, n * sizeof(*words));
		words[0] = strdup(argv[0]);
	}
	if (words == NULL || words[0] == NULL) {
		free_strings(split);
		free(words);
		return NULL;
	}
	free(split);
	return words;
}

/* The back end quotes the program's name alone and gives the rest to the shell
 * as it is: the program is to get it so. */
static char **
quoted_words(const char *const *argv)
{
	char **words =
	    calloc(count_strings((char *const *)argv) + 1, sizeof(*words));
	size_t n = 0;

	if (words == NULL || argv[0] == NULL ||
	    !add_word(words, &n, strdup(argv[0])))
		goto failed;
	for (size_t i = 1; argv[i] != NULL; i++) {
		const char *const one[] = { argv[i], NULL };

		if (!add_word(words, &n, arguments_join(one)))
			goto failed;
	}
	return words;
failed:
	free_strings(words);
	return NULL;
}

/* ---- the launch ---- */

static void
close_stdio(int fds[3])
{
	for (size_t i = 0; i < 3; i++) {
		bool shared = i > 0 && fds[i] == fds[0];

		if (fds[i] >= 0 && !shared && !(i == 2 && fds[2] == fds[1]))
			close(fds[i]);
	}
}

static int
open_path(const char *path, size_t which)
{
	int flags = O_CLOEXEC | O_NOCTTY;
	int fd;

	flags |= which == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
	fd = open(path, flags, 0644);
	return fd >= 0 ? fd : -errno;
}

/*
 * What the client named by path; the rest goes through a pty to the client,
 * or is ours.  On success *master is the pty's other end or -1.
 */
static int
open_stdio(struct session *s, int fds[3], int *master)
{
	bool to_client =
	    (s->config.stdio_to_client ||
	     (s->client.present && s->client.dialect->takes_output)) &&
	    !session_is_platform(s);
	int slave = -1, err = 0;

	fds[0] = fds[1] = fds[2] = -1;
	*master = -1;
	if (to_client &&
	    (s->launch.stdio[0] == NULL || s->launch.stdio[1] == NULL ||
	     s->launch.stdio[2] == NULL))
		err = program_open_pty(master, &slave);
	s->launch.unopened = NULL;
	for (size_t i = 0; i < 3 && err == 0; i++) {
		if (s->launch.stdio[i] != NULL)
			fds[i] = open_path(s->launch.stdio[i], i);
		else if (slave >= 0)
			fds[i] = fcntl(slave, F_DUPFD_CLOEXEC, 3);
		else
			continue;
		if (fds[i] < 0) {
			err = fds[i] == -1 ? -EMFILE : fds[i];
			s->launch.unopened = s->launch.stdio[i];
		}
	}
	if (slave >= 0)
		close(slave);
	if (err < 0) {
		close_stdio(fds);
		if (*master >= 0)
			close(*master);
		*master = -1;
	}
	return err;
}

/* With the protocol on our own 0 and 1 the program must not touch them. */
static int
redirect_stdio(struct session *s, int fds[3])
{
	if (!s->config.comm_is_stdio)
		return 0;
	session_say(s, "stdin/stdout redirected");
	if (fds[0] < 0)
		fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0)
		return -errno;
	if (fds[1] < 0)
		fds[1] = fcntl(2, F_DUPFD_CLOEXEC, 3);
	return fds[1] < 0 ? -errno : 0;
}

static int
launch_words(struct session *s, struct target_launch *how,
	     const char *const *argv, pid_t *pid)
{
	char **words;
	int err;

	if (s->launch.one_text && argv[1] != NULL)
		words = words_of_text(argv, how->with_shell);
	else
		words =
		    how->with_shell ? quoted_words(argv) : copy_strings(argv);
	if (words == NULL)
		return -ENOMEM;
	how->argv = (const char *const *)words;
	err = target_launch(s->target, how, pid);
	free_strings(words);
	return err;
}

/*
 * A program named without a slash that is a file in our folder is that file,
 * as with gdbserver; the shell would look along PATH only.  On success
 * *words is owned.
 */
static int
find_program(const char *const *argv, char ***words)
{
	char *cwd, *path = NULL;

	if (argv[0] == NULL)
		return -EINVAL;
	*words = copy_strings(argv);
	if (*words == NULL)
		return -ENOMEM;
	if (strchr(argv[0], '/') != NULL || access(argv[0], F_OK) < 0)
		return 0;
	cwd = getcwd(NULL, 0);
	if (cwd == NULL)
		return 0;
	if (asprintf(&path, "%s/%s", cwd, argv[0]) > 0) {
		free((*words)[0]);
		(*words)[0] = path;
	}
	free(cwd);
	return 0;
}

int
session_start(struct session *s, const char *const *argv, pid_t *pid)
{
	struct target_launch how = {
		.envp = (const char *const *)s->launch.env,
		.cwd = s->launch.cwd,
		.with_shell =
		    s->launch.with_shell && s->client.dialect->starts_by_shell,
		.wrapper = s->config.wrapper,
		.disable_randomization = s->launch.disable_randomization,
		.exit_kill = true,
	};
	char **words = NULL;
	int master, err;

	err = open_stdio(s, how.stdio, &master);
	if (err < 0)
		return err;
	err = redirect_stdio(s, how.stdio);
	if (err == 0)
		err = find_program(argv, &words);
	if (err == 0) {
		err = launch_words(s, &how, (const char *const *)words, pid);
		if (err == 0)
			session_say(s, "Process %s created; pid = %d", words[0],
				    (int)*pid);
		free_strings(words);
	}
	close_stdio(how.stdio);
	/* The arguments may hold secrets. */
	session_audit(s, "launch", err == 0 ? *pid : 0, err, argv[0]);
	if (err == -ECHILD)
		session_say(s, "During startup program exited with code %d.",
			    (int)*pid);
	if (err < 0) {
		if (master >= 0)
			close(master);
		return err;
	}
	if (master >= 0)
		program_set_fd(s, master);
	session_update_state(s);
	return 0;
}
