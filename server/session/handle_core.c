/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qSaveCore: a core file of the current process, which lldb then fetches by
 * vFile and removes; what it has not removed goes with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core_output.h"
#include "handlers.h"

/* So many are kept for one client. */
#define CORES_MAX 16

struct cores {
	char *kept[CORES_MAX]; /* owned paths */
	size_t nkept;
};

void
cores_forget(struct session *s)
{
	struct cores *c = s->cores;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nkept; i++) {
		unlink(c->kept[i]);
		free(c->kept[i]);
	}
	free(c);
	s->cores = NULL;
}

/* The oldest makes room. */
static int
keep(struct cores *c, const char *path)
{
	char *copy = strdup(path);

	if (copy == NULL) {
		unlink(path);
		return -ENOMEM;
	}
	if (c->nkept == CORES_MAX) {
		unlink(c->kept[0]);
		free(c->kept[0]);
		c->nkept--;
		memmove(c->kept, c->kept + 1, c->nkept * sizeof(c->kept[0]));
	}
	c->kept[c->nkept++] = copy;
	return 0;
}

static int
step(struct session *s, struct rsp_reply *out)
{
	struct core_output *o = s->saving;
	int err = core_output_step(o);

	if (err > 0)
		return JOB_GOES_ON;
	if (err == 0)
		err = keep(s->cores, o->path);
	if (err < 0)
		return err;
	rsp_reply_str(out, "core-path:");
	rsp_reply_hex_str(out, o->path);
	return 0;
}

static const struct session_job saving = {
	.step = step,
	.end = core_output_end,
	.every_ms = 0,
	.alone = true,
};

/* The client's hint is a path of its own machine: nothing is written there. */
int
handle_save_core(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	int err = session_may(s, CLASS_FILES_WRITE);

	(void)req;
	(void)out;
	if (err < 0)
		return err;
	if (s->cores == NULL)
		s->cores = calloc(1, sizeof(*s->cores));
	if (s->cores == NULL)
		return -ENOMEM;
	return core_output_begin(s, NULL, &saving);
}
