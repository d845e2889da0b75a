/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qXfer: objects, read piecemeal.  One is built when its start is asked for and
 * kept while the rest is read, so the pieces fit together though the world
 * moves on.  An annex is a name or a number here, never a path.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../backend/tls.h"
#include "handlers.h"
#include "number.h"
#include "xfer.h"

/* The auxiliary vector and siginfo are far smaller. */
#define RAW_MAX 8192

static int
raw_object(struct session *s, const char *annex, enum target_object object)
{
	uint8_t buf[RAW_MAX];
	size_t got;
	pid_t pid;
	pid_t tid;
	int err;

	if (annex[0] != '\0')
		return -EINVAL;
	err = session_current(s, &pid, &tid);
	if (err == 0)
		err = target_read_object(s->target, pid, tid, object, 0, buf,
					 sizeof(buf), &got);
	if (err == 0)
		document_add(s, buf, got);
	return err;
}

static int
build_auxv(struct session *s, const char *annex)
{
	return raw_object(s, annex, TARGET_OBJECT_AUXV);
}

static int
build_siginfo(struct session *s, const char *annex)
{
	return raw_object(s, annex, TARGET_OBJECT_SIGINFO);
}

/* Hex without a sign or prefix, as the protocol writes pids. */
static int
parse_pid(const char *text, pid_t *pid)
{
	uint64_t value;

	if (!number_hex(&text, &value) || *text != '\0')
		return -EINVAL;
	if (value == 0 || value > INT32_MAX)
		return -ESRCH;
	*pid = (pid_t)value;
	return 0;
}

/* Only of processes that are debugged here. */
static bool
is_ours(struct session *s, pid_t pid)
{
	pid_t pids[64];
	size_t n = target_processes(s->target, pids, 64);

	for (size_t i = 0; i < n && i < 64; i++) {
		if (pids[i] == pid)
			return true;
	}
	return n > 64 && target_thread_process(s->target, pid) == pid;
}

static int
build_exec_file(struct session *s, const char *annex)
{
	struct target_process_info info;
	pid_t pid;
	pid_t tid;
	int err;

	if (annex[0] != '\0')
		err = parse_pid(annex, &pid);
	else
		err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	if (!is_ours(s, pid))
		return -ESRCH;
	err = target_process_info(s->target, pid, &info);
	if (err == 0)
		document_add(s, info.exe, strlen(info.exe));
	return err;
}

static int
build_features(struct session *s, const char *annex)
{
	pid_t pid;
	pid_t tid;
	int err;

	if (strcmp(annex, "target.xml") != 0)
		return -ENOENT;
	s->client.described = true;
	err = session_current(s, &pid, &tid);
	return err < 0 ? err : describe_target_xml(s, pid);
}

/* pthread_t as the program's own bytes; only of one that stands. */
static void
add_handle(struct session *s, pid_t pid, pid_t tid)
{
	const struct arch *a = target_arch(s->target, pid);
	uint64_t handle;

	if (a == NULL || !target_is_stopped(s->target, tid) ||
	    target_thread_handle(s->target, pid, tid, &handle) < 0)
		return;
	document_printf(s, " handle=\"");
	for (unsigned i = 0; i < a->word_size; i++)
		document_printf(s, "%02x", (unsigned)(handle >> 8 * i & 0xff));
	document_printf(s, "\"");
}

static void
add_thread(struct session *s, pid_t tid)
{
	pid_t pid = target_thread_process(s->target, tid);
	char name[64];
	unsigned core;

	if (s->client.multiprocess)
		document_printf(s, "<thread id=\"p%x.%x\"", (unsigned)pid,
				(unsigned)tid);
	else
		document_printf(s, "<thread id=\"%x\"", (unsigned)tid);
	/* The back end gets the name with it. */
	if (target_thread_core(s->target, tid, &core) == 0)
		document_printf(s, " core=\"%u\"", core);
	if (target_thread_name(s->target, tid, name, sizeof(name)) == 0) {
		document_printf(s, " name=\"");
		document_xml(s, name);
		document_printf(s, "\"");
	}
	add_handle(s, pid, tid);
	document_printf(s, "/>\n");
}

static int
build_threads(struct session *s, const char *annex)
{
	size_t n;

	if (annex[0] != '\0')
		return -EINVAL;
	n = session_threads(s, 0);
	document_printf(s, "<threads>\n");
	for (size_t i = 0; i < n; i++)
		add_thread(s, s->tids[i]);
	document_printf(s, "</threads>\n");
	return 0;
}

static const struct object {
	const char *name;
	xfer_build *build;
	bool writable;
} objects[] = {
	{ "auxv", build_auxv, false },
	{ "exec-file", build_exec_file, false },
	{ "features", build_features, false },
	{ "libraries-svr4", build_libraries, false },
	{ "osdata", build_osdata, false },
	{ "siginfo", build_siginfo, true },
	{ "threads", build_threads, false },
	{ "traceframe-info", build_traceframe_info, false },
};

static const struct object *
find_object(struct rsp_bytes name)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		if (rsp_bytes_equal(name, objects[i].name))
			return &objects[i];
	}
	return NULL;
}

static int
write_object(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	pid_t pid;
	pid_t tid;
	int err;

	if (req->xfer.annex.len != 0)
		return -EINVAL;
	err = session_may(s, CLASS_WRITE);
	if (err == 0)
		err = session_current(s, &pid, &tid);
	if (err == 0)
		err = target_write_object(
		    s->target, pid, tid, TARGET_OBJECT_SIGINFO,
		    req->xfer.offset, req->xfer.data.data, req->xfer.data.len);
	if (err < 0)
		return err;
	rsp_reply_hex(out, req->xfer.data.len);
	return 0;
}

/*
 * The name under which a document is kept: what it is of, so that the pieces
 * for one thread are never taken for those of another.
 */
static int
document_name(struct session *s, const struct object *o, const char *annex,
	      char *name, size_t cap)
{
	pid_t pid = 0;
	pid_t tid = 0;
	int n;

	if (session_current(s, &pid, &tid) < 0)
		pid = tid = 0;
	n = snprintf(name, cap, "%s:%s:%d.%d", o->name, annex, (int)pid,
		     (int)tid);
	return n < 0 || (size_t)n >= cap ? -EINVAL : 0;
}

static int
build(struct session *s, const struct object *o, const char *annex,
      const char *name)
{
	int err;

	document_begin(s, name);
	err = o->build(s, annex);
	if (err == 0 && !document_ok(s))
		err = -ENOMEM;
	if (err < 0)
		document_free(s);
	return err;
}

int
handle_xfer(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out)
{
	const struct object *o = find_object(req->xfer.object);
	char annex[160];
	char name[sizeof(s->document.name)];
	int err;

	if (o == NULL || (req->xfer.write && !o->writable))
		return -EOPNOTSUPP;
	if (req->xfer.write)
		return write_object(s, req, out);
	if (req->xfer.annex.len >= sizeof(annex))
		return -EINVAL;
	memcpy(annex, req->xfer.annex.data, req->xfer.annex.len);
	annex[req->xfer.annex.len] = '\0';
	err = document_name(s, o, annex, name, sizeof(name));
	if (err < 0)
		return err;
	/* Fields of what can be written are read from anywhere in it, and are
	 * to be what they are now. */
	if (req->xfer.offset == 0 || o->writable || !document_is(s, name)) {
		err = build(s, o, annex, name);
		if (err < 0)
			return err;
	}
	rsp_reply_xfer(out, s->document.data, s->document.len, req->xfer.offset,
		       req->xfer.len);
	return 0;
}
