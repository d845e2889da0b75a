/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching to a process by its id: vAttach, and the command line's --attach.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "attach_refused.h"
#include "handlers.h"
#include "process.h"
#include "run.h"

/* Tells the server's user and the client. */
static int
refused(struct session *s, pid_t pid, int err, struct rsp_reply *out)
{
	char why[sizeof(s->error_text)] = "";
	struct attach_facts facts;

	if (err == -EPERM) {
		attach_facts_read(pid, &facts);
		attach_refused(&facts, why, sizeof(why));
	}
	session_say(s, "Cannot attach to process %d: %s (%d)%s%s", (int)pid,
		    strerror(-err), -err, why[0] != '\0' ? ": " : "", why);
	return session_error(s, out, -err,
			     why[0] != '\0' ? why : strerror(-err));
}

static int
attach(struct session *s, pid_t pid, struct rsp_reply *out)
{
	int err = target_attach(s->target, pid);

	session_audit(s, "attach", pid, err, NULL);
	if (err < 0)
		return refused(s, pid, err, out);
	session_say(s, "Attached; pid = %d", (int)pid);
	session_update_state(s);
	if (!s->client.non_stop)
		return process_first_stop(s, pid, out);
	/*
	 * gdb asks for stops itself, and takes nothing of the process before
	 * it has asked what it is; until then it believes that it runs.
	 */
	if (!s->client.dialect->stops_whole_process) {
		/* It is also asked for its registers' description then, which
		 * is made of those of a thread that stands. */
		(void)session_view(s, pid);
		run_process(s, pid);
	} else {
		err = process_announce(s, pid);
	}
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

/*
 * It is looked at twice: what must not be attached to is not even stopped, and
 * what has become something else meanwhile is let go again.
 */
int
session_attach(struct session *s, pid_t pid, struct rsp_reply *out)
{
	int err = session_may_attach(s, pid);

	if (err < 0)
		return err;
	err = attach(s, pid, out);
	if (err == 0 && session_may_attach(s, pid) < 0) {
		rsp_reply_clear(out);
		err = process_detach(s, pid, false);
		err = err < 0 ? err : -EPERM;
	}
	return err;
}

int
handle_attach(struct session *s, const struct rsp_request *req,
	      struct rsp_reply *out)
{
	if (req->pid <= 0 || req->pid > INT32_MAX)
		return -EINVAL;
	return session_attach(s, (pid_t)req->pid, out);
}

int
handle_attach_or_wait_supported(struct session *s,
				const struct rsp_request *req,
				struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_str(out, "OK");
	return 0;
}

int
session_attach_pid(struct session *s, pid_t pid)
{
	struct rsp_reply none;
	uint8_t buf[RSP_REPLY_MIN];

	/* Nobody is there yet to read the stop reply. */
	rsp_reply_begin(&none, buf, sizeof(buf));
	return attach(s, pid, &none);
}
