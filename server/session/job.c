/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

int
job_begin(struct session *s, const struct session_job *job)
{
	s->job = job;
	s->state = SESSION_RUNNING;
	return SESSION_NO_REPLY;
}

static void
end(struct session *s)
{
	const struct session_job *job = s->job;

	s->job = NULL;
	job->end(s);
	if (s->state == SESSION_RUNNING) {
		s->state = SESSION_STOPPED;
		session_update_state(s);
	}
}

bool
job_cancel(struct session *s)
{
	if (s->job == NULL)
		return false;
	end(s);
	return true;
}

int
session_tick_ms(struct session *s)
{
	return s->job != NULL ? s->job->every_ms : -1;
}

void
session_tick(struct session *s)
{
	const struct session_job *job = s->job;
	struct rsp_reply out;
	int err;

	if (job == NULL || !session_has_room(s))
		return;
	s->error_text[0] = '\0';
	s->error_is_code = false;
	session_begin(s, &out);
	err = job->step(s, &out);
	if (err == JOB_GOES_ON)
		return;
	if (s->job == job)
		end(s);
	session_finish_reply(s, &out, err);
	if (s->state & (SESSION_RUNNING | SESSION_NON_STOP))
		session_pump(s);
}
