/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of the next launch.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "files.h"
#include "handlers.h"
#include "program.h"

/* The text of all arguments, as a shell would read it.  Owned. */
static char *
arguments_text(const struct launch_settings *l)
{
	const char *const *argv = (const char *const *)l->argv;

	if (l->one_text && argv[1] != NULL)
		return strdup(argv[1]);
	return arguments_join(argv + 1);
}

/* What the client may take over for its next `run`. */
int
handle_exec_and_args(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	char *text;

	(void)req;
	if (s->launch.argv == NULL || s->launch.argv[0] == NULL) {
		rsp_reply_char(out, 'U');
		return 0;
	}
	text = arguments_text(&s->launch);
	if (text == NULL)
		return -ENOMEM;
	rsp_reply_str(out, "S;");
	rsp_reply_hex_str(out, s->launch.argv[0]);
	rsp_reply_char(out, ';');
	rsp_reply_hex_str(out, text);
	rsp_reply_char(out, ';');
	free(text);
	return 0;
}

int
handle_disable_randomization(struct session *s, const struct rsp_request *req,
			     struct rsp_reply *out)
{
	s->launch.disable_randomization = req->flag;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_startup_with_shell(struct session *s, const struct rsp_request *req,
			  struct rsp_reply *out)
{
	int err = req->flag ? session_may(s, CLASS_SHELL) : 0;

	if (err < 0)
		return err;
	s->launch.with_shell = req->flag;
	rsp_reply_str(out, "OK");
	return 0;
}

/* An owned C string; a NUL inside would cut it unseen. */
static int
c_string(const struct rsp_bytes *text, char **s)
{
	if (memchr(text->data, '\0', text->len) != NULL)
		return -EINVAL;
	*s = strndup((const char *)text->data, text->len);
	return *s == NULL ? -ENOMEM : 0;
}

static int
with_string(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out,
	    int (*change)(struct launch_settings *, const char *))
{
	char *text;
	int err = c_string(&req->text, &text);

	if (err < 0)
		return err;
	err = change(&s->launch, text);
	free(text);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

int
handle_environment(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	return with_string(s, req, out, launch_env_set);
}

int
handle_environment_unset(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	return with_string(s, req, out, launch_env_unset);
}

int
handle_environment_reset(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	int err = launch_env_reset(&s->launch);

	(void)req;
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

static int
set_path(char **where, const struct rsp_request *req, struct rsp_reply *out)
{
	int err;

	if (memchr(req->text.data, '\0', req->text.len) != NULL)
		return -EINVAL;
	err = launch_set_string(where, (const char *)req->text.data,
				req->text.len);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

/* Puts `head` in place of the first bytes of an owned string. */
static int
join(char **text, const char *head, size_t skip)
{
	char *joined;

	if (asprintf(&joined, "%s%s", head, *text + skip) < 0)
		return -ENOMEM;
	free(*text);
	*text = joined;
	return 0;
}

/* The home directory that a leading ~ or ~USER stands for; 0: none. */
static size_t
find_home(const char *path, char *home, size_t cap)
{
	size_t len = strcspn(path, "/");
	char name[256], buf[1024];
	struct passwd pwd, *found = NULL;
	const char *dir = getenv("HOME");

	if (path[0] != '~' || len > sizeof(name))
		return 0;
	memcpy(name, path + 1, len - 1);
	name[len - 1] = '\0';
	if (len > 1) {
		if (getpwnam_r(name, &pwd, buf, sizeof(buf), &found) != 0 ||
		    found == NULL)
			return 0;
		dir = pwd.pw_dir;
	}
	if (dir == NULL || strlen(dir) >= cap)
		return 0;
	memcpy(home, dir, strlen(dir) + 1);
	return len;
}

/* The platform's own working directory: that of its files, too. */
static int
enter_working_dir(struct session *s, const char *where, struct rsp_reply *out)
{
	char path[4096];
	ssize_t n = files_set_cwd(s, where, path, sizeof(path));
	int err = (int)n;

	if (n >= 0)
		err = launch_set_string(&s->launch.cwd, path, (size_t)n);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

/* gdb leaves "~" to the server, whose home it is. */
int
handle_set_working_dir(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	char home[1024];
	size_t skip;
	int err;

	if (session_is_platform(s))
		return enter_working_dir(s, (const char *)req->text.data, out);
	err = set_path(&s->launch.cwd, req, out);
	if (err < 0 || s->launch.cwd == NULL)
		return err;
	skip = find_home(s->launch.cwd, home, sizeof(home));
	if (skip > 0)
		err = join(&s->launch.cwd, home, skip);
	if (err < 0)
		rsp_reply_clear(out);
	return err;
}

int
handle_get_working_dir(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	char cwd[4096];

	(void)req;
	if (s->launch.cwd != NULL) {
		rsp_reply_hex_str(out, s->launch.cwd);
		return 0;
	}
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return -errno;
	rsp_reply_hex_str(out, cwd);
	return 0;
}

int
handle_set_stdin(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	return set_path(&s->launch.stdio[0], req, out);
}

int
handle_set_stdout(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	return set_path(&s->launch.stdio[1], req, out);
}

int
handle_set_stderr(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	return set_path(&s->launch.stdio[2], req, out);
}

/* Which program it is says what it is. */
int
handle_launch_arch(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_str(out, "OK");
	return 0;
}
