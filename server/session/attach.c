/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching by name: processes are looked for in /proc, now or until one
 * comes.  While the session waits, its client is owed a stop reply, as while
 * something runs.
 */
#include "attach.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"
#include "job.h"

/* How soon a new process is seen; a program lives longer than that. */
#define LOOK_EVERY_MS 5

static pid_t
pid_of_name(const char *name)
{
	long pid = 0;

	for (; *name >= '0' && *name <= '9' && pid < INT32_MAX / 10; name++)
		pid = pid * 10 + (*name - '0');
	return *name == '\0' ? (pid_t)pid : 0;
}

/* The program's file as it was started; its last component if `name` has no
 * slash. */
static bool
is_called(pid_t pid, const char *name)
{
	char path[64], exe[4096];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	if (strchr(name, '/') != NULL)
		return strcmp(exe, name) == 0;
	base = strrchr(exe, '/');
	return strcmp(base != NULL ? base + 1 : exe, name) == 0;
}

static bool
is_known(const struct attach_wait *w, pid_t pid)
{
	for (size_t i = 0; i < w->nknown; i++) {
		if (w->known[i] == pid)
			return true;
	}
	return false;
}

/* Calls `found` for every process but ourselves until it says stop. */
static int
walk(bool (*found)(void *arg, pid_t pid), void *arg)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	if (d == NULL)
		return -errno;
	while ((e = readdir(d)) != NULL) {
		pid_t pid = pid_of_name(e->d_name);

		if (pid > 0 && pid != getpid() && found(arg, pid))
			break;
	}
	closedir(d);
	return 0;
}

struct look {
	const struct attach_wait *wait;
	pid_t pid;
	size_t count;
};

static bool
look_at(void *arg, pid_t pid)
{
	struct look *l = arg;

	if (is_known(l->wait, pid) || !is_called(pid, l->wait->name))
		return false;
	l->pid = pid;
	l->count++;
	return l->count > 1;
}

/* Those that are there already do not count. */
static bool
note_known(void *arg, pid_t pid)
{
	struct attach_wait *w = arg;
	pid_t *grown;

	if (!is_called(pid, w->name))
		return false;
	grown = reallocarray(w->known, w->nknown + 1, sizeof(*grown));
	if (grown == NULL)
		return true;
	w->known = grown;
	w->known[w->nknown++] = pid;
	return false;
}

static void
forget_known(struct session *s)
{
	free(s->attach_wait.known);
	s->attach_wait.known = NULL;
	s->attach_wait.nknown = 0;
}

static int
take_name(struct session *s, const struct rsp_request *req)
{
	struct attach_wait *w = &s->attach_wait;

	forget_known(s);
	if (req->text.len == 0 || req->text.len >= sizeof(w->name) ||
	    memchr(req->text.data, '\0', req->text.len) != NULL)
		return -EINVAL;
	memcpy(w->name, req->text.data, req->text.len);
	w->name[req->text.len] = '\0';
	return 0;
}

static int
attach_present(struct session *s, struct rsp_reply *out)
{
	struct look l = { .wait = &s->attach_wait };
	int err = walk(look_at, &l);

	if (err < 0)
		return err;
	if (l.count == 0)
		return -ESRCH;
	if (l.count > 1)
		return session_error(s, out, EEXIST,
				     "more than one process has that name");
	return session_attach(s, l.pid, out);
}

/* ---- waiting for one to come -------------------------------------------- */

static int
look_for_new(struct session *s, struct rsp_reply *out)
{
	struct look l = { .wait = &s->attach_wait };

	if (walk(look_at, &l) < 0 || l.count == 0)
		return JOB_GOES_ON;
	job_cancel(s);
	return session_attach(s, l.pid, out);
}

static const struct session_job waiting = {
	.step = look_for_new,
	.end = forget_known,
	.every_ms = LOOK_EVERY_MS,
};

int
handle_attach_name(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	int err = take_name(s, req);

	return err < 0 ? err : attach_present(s, out);
}

int
handle_attach_wait(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	int err = take_name(s, req);

	(void)out;
	if (err < 0)
		return err;
	walk(note_known, &s->attach_wait);
	return job_begin(s, &waiting);
}

int
handle_attach_or_wait(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	int err = take_name(s, req);

	if (err < 0)
		return err;
	err = attach_present(s, out);
	return err == -ESRCH ? job_begin(s, &waiting) : err;
}
