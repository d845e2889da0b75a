/* SPDX-License-Identifier: Apache-2.0 */
/* Z and z: breakpoints and watchpoints; qWatchpointSupportInfo. */
#include <errno.h>

#include "breakpoints.h"
#include "handlers.h"

static int
kind_of(const struct session *s, unsigned type,
	enum target_breakpoint_kind *kind)
{
	static const enum target_breakpoint_kind kinds[] = {
		TARGET_BREAKPOINT_SOFTWARE, TARGET_BREAKPOINT_HARDWARE,
		TARGET_WATCH_WRITE,	    TARGET_WATCH_READ,
		TARGET_WATCH_ACCESS,
	};

	if (type >= sizeof(kinds) / sizeof(kinds[0]))
		return -EOPNOTSUPP;
	*kind = kinds[type];
	if (*kind == TARGET_WATCH_READ &&
	    s->client.dialect->read_watch_is_access)
		*kind = TARGET_WATCH_ACCESS;
	return 0;
}

static int
breakpoint_of(struct session *s, const struct rsp_request *req,
	      struct breakpoint *b)
{
	pid_t tid;
	int err;

	*b = (struct breakpoint){ .addr = req->bp.addr, .len = req->bp.len };
	err = kind_of(s, req->bp.type, &b->kind);
	if (err < 0)
		return err;
	return session_current(s, &b->pid, &tid);
}

int
handle_insert_breakpoint(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	struct breakpoint b;
	int err;

	err = breakpoint_of(s, req, &b);
	if (err == 0)
		err = breakpoints_insert(s, &b, req->bp.conditions,
					 req->bp.commands);
	if (err < 0)
		return err;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_remove_breakpoint(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	struct breakpoint b;
	int err;

	err = breakpoint_of(s, req, &b);
	if (err == 0)
		err = breakpoints_remove(s, &b);
	if (err < 0)
		return err;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_watchpoint_support(struct session *s, const struct rsp_request *req,
			  struct rsp_reply *out)
{
	(void)req;
	rsp_reply_printf(out, "num:%u;", target_hw_slots(s->target));
	return 0;
}
