/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where it is decided what a client may do, and what it is told
 * where it may not.
 */
#include "rights.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "private.h"
#include "run.h"

/* ---- names ---- */

static const char *const names[CLASS_COUNT] = {
	[CLASS_SESSION] = "session",	     [CLASS_OBSERVE] = "observe",
	[CLASS_CONTROL] = "control",	     [CLASS_WRITE] = "write",
	[CLASS_ALLOCATE] = "allocate",	     [CLASS_LAUNCH] = "launch",
	[CLASS_ATTACH] = "attach",	     [CLASS_FILES_READ] = "files-read",
	[CLASS_FILES_WRITE] = "files-write", [CLASS_SHELL] = "shell",
};

static uint32_t
named(const char *word, size_t len)
{
	if (len == 3 && memcmp(word, "all", len) == 0)
		return RIGHTS_ALL;
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], word, len) == 0)
			return RIGHTS_BIT(i);
	}
	return 0;
}

int
rights_parse(const char *text, uint32_t *classes, char *word, size_t cap)
{
	static const char separators[] = " \t,";
	uint32_t set = RIGHTS_BIT(CLASS_SESSION);

	for (text += strspn(text, separators); *text != '\0';
	     text += strspn(text, separators)) {
		size_t len = strcspn(text, separators);
		uint32_t bits = named(text, len);

		if (bits == 0) {
			snprintf(word, cap, "%.*s",
				 (int)(len < cap ? len : cap), text);
			return -EINVAL;
		}
		set |= bits;
		text += len;
	}
	*classes = set;
	return 0;
}

void
rights_format(uint32_t classes, char *buf, size_t cap)
{
	size_t at = 0;

	if (cap > 0)
		buf[0] = '\0';
	for (unsigned i = CLASS_OBSERVE; i < CLASS_COUNT; i++) {
		int n;

		if (!(classes & RIGHTS_BIT(i)) || at >= cap)
			continue;
		n = snprintf(buf + at, cap - at, "%s%s", at > 0 ? " " : "",
			     names[i]);
		at += n > 0 ? (size_t)n : 0;
	}
	if (at == 0)
		snprintf(buf, cap, "none");
}

/* ---- decisions ---- */

void
rights_apply(struct session *s)
{
	const struct rights *r = s->config.rights;

	s->permitted = RIGHTS_ALL;
	if (r != NULL)
		s->permitted = r->classes | RIGHTS_BIT(CLASS_SESSION);
	if (!(s->permitted & RIGHTS_BIT(CLASS_SHELL)))
		s->config.startup_with_shell = false;
}

/* The reason, for the client; in the log once for each class and client. */
static int
refuse(struct session *s, enum request_class class, const char *what)
{
	snprintf(s->error_text, sizeof(s->error_text), "%s (role %s)", what,
		 s->config.rights->role);
	session_audit(s, "denied", 0, -EPERM, what);
	if (!(s->refused & RIGHTS_BIT(class)))
		session_say(s, "Refused: %s", s->error_text);
	s->refused |= RIGHTS_BIT(class);
	return -EPERM;
}

int
session_may(struct session *s, enum request_class class)
{
	char what[64];

	if (s->permitted & RIGHTS_BIT(class))
		return 0;
	snprintf(what, sizeof(what), "\"%s\" is not permitted", names[class]);
	return refuse(s, class, what);
}

int
session_may_attach(struct session *s, pid_t pid)
{
	int err;

	if (s->config.rights == NULL)
		return 0;
	err = rights_check_attach(&s->config.rights->attach, pid);
	if (err == -EPERM)
		return refuse(s, CLASS_ATTACH,
			      "attaching to this process is not permitted");
	return err;
}

/* ---- what the client is told ---- */

static bool
is_resume(enum rsp_kind kind)
{
	return kind == RSP_VCONT || kind == RSP_CONTINUE ||
	       kind == RSP_CONTINUE_SIGNAL || kind == RSP_STEP ||
	       kind == RSP_STEP_SIGNAL;
}

static bool
is_file(enum rsp_kind kind)
{
	return strncmp(rsp_request_name(kind), "vFile:", 6) == 0;
}

/*
 * While a stop is owed a client prints what comes before it, so the reason can
 * be seen also where errors have no text.  An error would end lldb's session;
 * it gets what it would have got for an interrupt: the program stands.
 */
static int
refuse_resume(struct session *s, struct rsp_reply *out)
{
	struct target_event ev = { .kind = TARGET_EVENT_STOP,
				   .reason = TARGET_STOP_REQUESTED };
	char line[sizeof(s->error_text) + 8];
	int n;

	if (s->client.non_stop)
		return -EPERM;
	n = snprintf(line, sizeof(line), "rspd: %s\n", s->error_text);
	session_console(s, line, (size_t)n);
	session_begin(s, out);
	if (!s->client.dialect->stops_whole_process ||
	    session_current(s, &ev.pid, &ev.tid) < 0)
		return -EPERM;
	stop_reply(s, out, &ev);
	return 0;
}

int
rights_refuse(struct session *s, const struct rsp_request *req,
	      enum request_class class, struct rsp_reply *out)
{
	int err = session_may(s, class);

	if (is_file(req->kind)) {
		rsp_reply_printf(out, "F-1,%x", (unsigned)-err);
		return 0;
	}
	if (is_resume(req->kind))
		return refuse_resume(s, out);
	/* After an error to its own form lldb believes that memory can be had
	 * (fixed in 2026), and all its expressions fail; so "not known". */
	if (req->kind == RSP_ALLOC && !req->alloc.win32)
		return -EOPNOTSUPP;
	/* These have no reply, granted or not (lldb waits for one of k). */
	if (req->kind == RSP_RESTART ||
	    (req->kind == RSP_KILL && !s->client.dialect->verbose_stops))
		return SESSION_NO_REPLY;
	return err;
}
