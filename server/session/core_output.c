/* SPDX-License-Identifier: Apache-2.0 */
#include "core_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
make_file(struct core_output *o, const char *path, pid_t pid)
{
	const char *folder = getenv("TMPDIR");
	int n, m;

	if (folder == NULL || folder[0] != '/')
		folder = "/tmp";
	if (path != NULL)
		n = snprintf(o->temporary, sizeof(o->temporary), "%s.XXXXXX",
			     path);
	else
		n = snprintf(o->temporary, sizeof(o->temporary),
			     "%s/rspd-core.%d.XXXXXX", folder, (int)pid);
	if (n < 0 || (size_t)n >= sizeof(o->temporary))
		return -ENAMETOOLONG;
	o->fd = mkostemp(o->temporary, O_CLOEXEC);
	if (o->fd < 0)
		return -errno;
	m = snprintf(o->path, sizeof(o->path), "%s",
		     path != NULL ? path : o->temporary);
	return m < 0 || (size_t)m >= sizeof(o->path) ? -ENAMETOOLONG : 0;
}

static int
open_output(struct session *s, struct core_output *o, const char *path)
{
	pid_t pid, tid;
	int err;

	o->fd = -1;
	o->result = -EINTR;
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	/* The thread that the last stop was about, where it is one of them. */
	if (target_thread_process(s->target, s->last_stop.tid) == pid)
		tid = s->last_stop.tid;
	err = make_file(o, path, pid);
	if (err == 0)
		err = core_file_begin(&o->core, s->target, pid, tid, o->fd);
	return err;
}

int
core_output_begin(struct session *s, const char *path,
		  const struct session_job *job)
{
	int err;

	s->saving = calloc(1, sizeof(*s->saving));
	if (s->saving == NULL)
		return -ENOMEM;
	err = open_output(s, s->saving, path);
	if (err < 0) {
		core_output_end(s);
		return err;
	}
	return job_begin(s, job);
}

static int
finish(struct core_output *o)
{
	int err = 0;

	/* A full disk may only be told of now. */
	if (close(o->fd) < 0)
		err = -errno;
	o->fd = -1;
	if (err == 0 && strcmp(o->temporary, o->path) != 0 &&
	    rename(o->temporary, o->path) < 0)
		err = -errno;
	if (err == 0)
		o->temporary[0] = '\0';
	return err;
}

int
core_output_step(struct core_output *o)
{
	int err = core_file_step(o->core);

	if (err == 0)
		err = finish(o);
	if (err <= 0)
		o->result = err;
	return err;
}

void
core_output_end(struct session *s)
{
	struct core_output *o = s->saving;

	core_file_end(o->core);
	if (o->fd >= 0)
		close(o->fd);
	if (o->temporary[0] != '\0')
		unlink(o->temporary);
	free(o);
	s->saving = NULL;
}
