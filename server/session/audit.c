/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session did, for the record.  Processes that come and go are told
 * where that happens; the rest hangs on the request, by a table.  The number
 * of records is bounded by the time that passes, not by the client: what goes
 * beyond is counted, and the count comes with the next record of its kind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "private.h"

/* So many of one kind at once, and one more in so many milliseconds. */
#define BURST	  32
#define REFILL_MS 1000
#define KINDS_MAX 24

struct kind {
	struct session_event last; /* its `times`: those not told yet */
	int64_t full_ms; /* when its bucket is full; before: as much less */
};

struct audit {
	struct kind kinds[KINDS_MAX];
	size_t n;
};

struct audit *
audit_new(void)
{
	return calloc(1, sizeof(struct audit));
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct kind *
kind_of(struct audit *a, const char *what)
{
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->kinds[i].last.what, what) == 0)
			return &a->kinds[i];
	}
	return a->n < KINDS_MAX ? &a->kinds[a->n++] : &a->kinds[0];
}

static void
tell(struct session *s, struct kind *k)
{
	s->config.audit(s->config.audit_arg, &k->last);
	k->last.times = 0;
}

static void
record(struct session *s, struct session_event *e)
{
	struct kind *k = kind_of(s->audit, e->what);
	int64_t now = now_ms();

	e->times = k->last.times + 1;
	k->last = *e;
	if (k->full_ms < now)
		k->full_ms = now;
	if (k->full_ms - now > (BURST - 1) * REFILL_MS)
		return;
	k->full_ms += REFILL_MS;
	tell(s, k);
}

void
audit_flush(struct session *s)
{
	if (s->audit == NULL)
		return;
	for (size_t i = 0; i < s->audit->n; i++) {
		if (s->audit->kinds[i].last.times > 0)
			tell(s, &s->audit->kinds[i]);
	}
}

/* ---- events ---- */

static void
set_text(struct session_event *e, const void *text, size_t len)
{
	if (len >= sizeof(e->text))
		len = sizeof(e->text) - 1;
	memcpy(e->text, text, len);
	e->text[len] = '\0';
}

static void
begin(struct session_event *e, const char *what)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->what, sizeof(e->what), "%s", what);
}

void
session_audit(struct session *s, const char *what, pid_t pid, int err,
	      const char *text)
{
	struct session_event e;

	if (s->audit == NULL)
		return;
	begin(&e, what);
	e.pid = pid;
	e.error = err;
	if (text != NULL)
		set_text(&e, text, strlen(text));
	record(s, &e);
}

/* ---- requests ---- */

typedef bool detail_fn(const struct rsp_request *req, struct session_event *e);

static void
set_range(struct session_event *e, uint64_t addr, uint64_t len)
{
	e->has_range = true;
	e->addr = addr;
	e->len = len;
}

static bool
detail_memory(const struct rsp_request *req, struct session_event *e)
{
	set_range(e, req->mem.addr, req->mem.len);
	return true;
}

static bool
detail_registers(const struct rsp_request *req, struct session_event *e)
{
	(void)req;
	snprintf(e->text, sizeof(e->text), "registers");
	return true;
}

/* Reading is not on record. */
static bool
detail_object(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->xfer.object.data, req->xfer.object.len);
	return req->xfer.write;
}

static bool
detail_alloc(const struct rsp_request *req, struct session_event *e)
{
	set_range(e, req->alloc.addr, req->alloc.size);
	return true;
}

static bool
detail_dealloc(const struct rsp_request *req, struct session_event *e)
{
	set_range(e, req->dealloc.addr, req->dealloc.size);
	return true;
}

static bool
detail_pages(const struct rsp_request *req, struct session_event *e)
{
	set_range(e, req->pages.addr, req->pages.size);
	return true;
}

static bool
detail_path(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->text.data, req->text.len);
	return true;
}

static bool
detail_open(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->file.path.data, req->file.path.len);
	/* File-I/O's numbers: O_WRONLY, O_RDWR. */
	if ((req->file.flags & 3) != 0)
		snprintf(e->what, sizeof(e->what), "open-write");
	return true;
}

static bool
detail_file(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->file.path.data, req->file.path.len);
	return true;
}

static bool
detail_link(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->file.link.data, req->file.link.len);
	return true;
}

/* Its arguments may hold secrets. */
static bool
detail_shell(const struct rsp_request *req, struct session_event *e)
{
	set_text(e, req->shell.command.data, req->shell.command.len);
	e->text[strcspn(e->text, " \t\n;|&<>")] = '\0';
	return true;
}

static bool
detail_pid(const struct rsp_request *req, struct session_event *e)
{
	e->pid = (pid_t)req->pid;
	return true;
}

static bool
detail_core(const struct rsp_request *req, struct session_event *e)
{
	(void)req;
	(void)e;
	return true;
}

static const struct {
	const char *what;
	detail_fn *detail;
} audited[RSP_REQUEST_COUNT] = {
	[RSP_WRITE_MEMORY] = { "write", detail_memory },
	[RSP_WRITE_BINARY] = { "write", detail_memory },
	[RSP_WRITE_REGISTERS] = { "write", detail_registers },
	[RSP_WRITE_REGISTER] = { "write", detail_registers },
	[RSP_RESTORE_REGISTERS] = { "write", detail_registers },
	[RSP_XFER] = { "write", detail_object },
	[RSP_ALLOC] = { "allocate", detail_alloc },
	[RSP_DEALLOC] = { "free", detail_dealloc },
	[RSP_VIRTUAL_PROTECT] = { "protect", detail_pages },
	[RSP_FILE_OPEN] = { "open", detail_open },
	[RSP_FILE_UNLINK] = { "unlink", detail_path },
	[RSP_FILE_SYMLINK] = { "symlink", detail_link },
	[RSP_MAKE_DIRECTORY] = { "mkdir", detail_file },
	[RSP_CHANGE_MODE] = { "chmod", detail_file },
	[RSP_SAVE_CORE] = { "core", detail_core },
	[RSP_SHELL] = { "shell", detail_shell },
	[RSP_KILL_SPAWNED] = { "kill", detail_pid },
};

/* vFile's failures are replies of a kind of their own. */
static int
file_error(const struct rsp_reply *out)
{
	static const char failed[] = "F-1,";
	size_t len = rsp_reply_body_len(out);
	char text[16] = "";

	if (len <= sizeof(failed) - 1 || len >= sizeof(text))
		return 0;
	memcpy(text, rsp_reply_body(out), len);
	if (strncmp(text, failed, sizeof(failed) - 1) != 0)
		return 0;
	return -(int)strtol(text + sizeof(failed) - 1, NULL, 16);
}

/* The request lies in the packet's own buffer: what is kept of it is taken
 * before its handler works on it. */
int
audit_serve(struct session *s, const struct handler *h,
	    const struct rsp_request *req, struct rsp_reply *out)
{
	struct session_event e;
	bool wanted = false;
	int err;

	if (audited[req->kind].what != NULL) {
		begin(&e, audited[req->kind].what);
		wanted = audited[req->kind].detail(req, &e);
	}
	err = h->fn(s, req, out);
	if (wanted) {
		pid_t tid;

		if (e.pid == 0 && s->state != SESSION_EMPTY)
			session_current(s, &e.pid, &tid);
		e.error = err < 0 ? err : file_error(out);
		record(s, &e);
	}
	return err;
}
