/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H, T, and the lists of threads.
 */
#include <errno.h>
#include <string.h>

#include "handlers.h"
#include "private.h"

/* Numbers that lldb's tests compare; gdb does not look at them. */
enum {
	E_NO_SUCH_THREAD = 0x15,
	E_NO_SUCH_PROCESS = 0xff,
	E_DEAD_PROCESS = 0x01,
	E_DEAD_THREAD = 0x02,
	E_NO_CURRENT = 0x44,
};

static bool
names_process(const struct rsp_ptid *id)
{
	return id->has_pid && id->pid != RSP_ID_ANY && id->pid != RSP_ID_ALL;
}

static bool
has_process(struct session *s, int64_t pid)
{
	return pid > 0 && pid <= INT32_MAX &&
	       target_threads(s->target, (pid_t)pid, NULL, 0) > 0;
}

static bool
is_any(const struct rsp_ptid *id)
{
	return id->tid == RSP_ID_ANY || id->tid == RSP_ID_ALL;
}

static int
check_ptid(struct session *s, const struct rsp_ptid *id)
{
	pid_t pid, tid;

	if (names_process(id) && !has_process(s, id->pid))
		return session_code(s, E_NO_SUCH_PROCESS);
	if (is_any(id))
		return 0;
	if (id->has_pid && !names_process(id))
		return session_code(s, E_NO_SUCH_PROCESS);
	if (session_resolve(s, id, &pid, &tid) < 0)
		return session_code(s, E_NO_SUCH_THREAD);
	return 0;
}

int
handle_set_thread_g(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	pid_t pid, tid;
	int err = check_ptid(s, &req->ptid);

	if (err < 0)
		return err;
	if (session_resolve(s, &req->ptid, &pid, &tid) == 0)
		session_select(s, pid, tid);
	else
		session_select(s, 0, 0);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_set_thread_c(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	int err = check_ptid(s, &req->ptid);

	if (err < 0)
		return err;
	s->client.c_tid = req->ptid.tid;
	s->client.c_pid =
	    names_process(&req->ptid) ? req->ptid.pid : RSP_ID_ALL;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_thread_alive(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	pid_t pid, tid;

	if (names_process(&req->ptid) && !has_process(s, req->ptid.pid))
		return session_code(s, E_DEAD_PROCESS);
	if (session_resolve(s, &req->ptid, &pid, &tid) < 0)
		return session_code(s, E_DEAD_THREAD);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_current_thread(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	pid_t pid, tid;

	(void)req;
	if (s->config.disable_current_thread)
		return -EOPNOTSUPP;
	if (session_current(s, &pid, &tid) < 0)
		return session_code(s, E_NO_CURRENT);
	rsp_reply_str(out, "QC");
	session_put_ptid(s, out, pid, tid);
	return 0;
}

/* Longer than any "p<pid>.<tid>,". */
#define PTID_ROOM 48

static int
put_threads(struct session *s, struct rsp_reply *out)
{
	size_t n = session_threads(s, 0), i = s->client.next_thread;

	if (i >= n) {
		rsp_reply_char(out, 'l');
		return 0;
	}
	rsp_reply_char(out, 'm');
	for (bool first = true; i < n; i++, first = false) {
		pid_t tid = s->tids[i];

		if (rsp_reply_body_len(out) > SESSION_PACKET_MAX - PTID_ROOM ||
		    rsp_reply_room(out) < PTID_ROOM)
			break;
		if (!first)
			rsp_reply_char(out, ',');
		session_put_ptid(s, out, target_thread_process(s->target, tid),
				 tid);
	}
	s->client.next_thread = i;
	return 0;
}

int
handle_first_threads(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	(void)req;
	if (s->config.disable_threads_info)
		return -EOPNOTSUPP;
	s->client.next_thread = 0;
	/* lldb makes up a thread 1 where a list is empty. */
	if (s->state == SESSION_EMPTY && s->client.dialect->verbose_stops) {
		rsp_reply_str(out, "OK");
		return 0;
	}
	return put_threads(s, out);
}

int
handle_next_threads(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	(void)req;
	if (s->config.disable_threads_info)
		return -EOPNOTSUPP;
	return put_threads(s, out);
}

int
handle_thread_extra(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	char name[64];
	pid_t pid, tid;
	int err = session_resolve(s, &req->ptid, &pid, &tid);

	if (err < 0)
		return err;
	err = target_thread_name(s->target, tid, name, sizeof(name));
	if (err < 0)
		return err;
	rsp_reply_hex_str(out, name);
	return 0;
}

int
handle_attached(struct session *s, const struct rsp_request *req,
		struct rsp_reply *out)
{
	pid_t pid, tid;

	if (req->pid != 0) {
		if (!has_process(s, req->pid))
			return -ESRCH;
		pid = (pid_t)req->pid;
	} else if (session_current(s, &pid, &tid) < 0) {
		return -ESRCH;
	}
	rsp_reply_char(out, target_was_attached(s->target, pid) ? '1' : '0');
	return 0;
}

/* With more threads than that lldb asks for the memory that it needs: the reply
 * has to stay within its bound. */
#define MEMORY_THREADS_MAX 100

/* One object of the JSON array; a thread that vanished meanwhile is left out.
 */
int
handle_threads_info_json(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	char object[STOP_JSON_MAX];
	pid_t pid, tid;
	size_t n;
	enum stop_detail detail;
	bool first = true;

	(void)req;
	if (session_current(s, &pid, &tid) < 0)
		return session_code(s, E_NO_CURRENT);
	n = session_threads(s, pid);
	detail = n <= MEMORY_THREADS_MAX ? STOP_MEMORY : STOP_REGISTERS;
	rsp_reply_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		size_t len = stop_thread_json(s, s->tids[i], detail, object,
					      sizeof(object));

		if (len == 0)
			continue;
		if (!first)
			rsp_reply_char(out, ',');
		first = false;
		if (rsp_reply_escaped(out, object, len) < len)
			return -EMSGSIZE;
	}
	rsp_reply_char(out, ']');
	return 0;
}

int
handle_thread_stop_info(struct session *s, const struct rsp_request *req,
			struct rsp_reply *out)
{
	struct target_event ev;
	pid_t pid, tid;
	int err = session_resolve(s, &req->ptid, &pid, &tid);

	if (err < 0)
		return err;
	err = target_stop_info(s->target, tid, &ev);
	if (err < 0)
		return err;
	ev.kind = TARGET_EVENT_STOP;
	ev.pid = pid;
	ev.tid = tid;
	stop_reply(s, out, &ev);
	return 0;
}
