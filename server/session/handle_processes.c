/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's processes and users, as lldb's platform lists them.  The error
 * numbers are lldb-server's.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"
#include "process_facts.h"

enum {
	NO_SUCH_PROCESS = 1,
	BAD_MATCH = 2,
	NONE_MATCHES = 3,
	NO_MORE = 4,
	NO_SUCH_USER = 5,
	NO_SUCH_GROUP = 6,
};

/* ---- which are wanted ---------------------------------------------------- */

/* More of a pattern than anybody types. */
#define PATTERN_MAX 256

struct wanted {
	const struct rsp_process_match *match;
	regex_t regex; /* RSP_NAME_REGEX */
};

/*
 * Back-references and counted repetitions are where a matcher's time and
 * memory grow beyond all bounds.
 */
static bool
is_harmless(const char *pattern)
{
	if (strlen(pattern) > PATTERN_MAX || strchr(pattern, '{') != NULL)
		return false;
	for (const char *p = strchr(pattern, '\\'); p != NULL && p[1] != '\0';
	     p = strchr(p + 2, '\\')) {
		if (p[1] >= '1' && p[1] <= '9')
			return false;
	}
	return true;
}

static int
wanted_init(struct session *s, struct wanted *w,
	    const struct rsp_process_match *m, struct rsp_reply *out)
{
	const char *pattern = (const char *)m->name.data;

	w->match = m;
	if (m->how != RSP_NAME_REGEX)
		return 0;
	if (pattern == NULL || !is_harmless(pattern))
		return session_error(s, out, BAD_MATCH,
				     "a regular expression without {} and \\1 "
				     "is wanted, of at most 256 characters");
	if (regcomp(&w->regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return session_error(s, out, BAD_MATCH,
				     "this is no regular expression");
	return 0;
}

static void
wanted_free(struct wanted *w)
{
	if (w->match->how == RSP_NAME_REGEX)
		regfree(&w->regex);
}

static bool
name_matches(const struct wanted *w, const char *name)
{
	const char *want = (const char *)w->match->name.data;
	size_t len = strlen(name), n = w->match->name.len;

	if (w->match->how == RSP_NAME_REGEX)
		return regexec(&w->regex, name, 0, NULL, 0) == 0;
	if (n == 0)
		return true;
	switch (w->match->how) {
	case RSP_NAME_EQUALS:
		return strcmp(name, want) == 0;
	case RSP_NAME_STARTS_WITH:
		return strncmp(name, want, n) == 0;
	case RSP_NAME_ENDS_WITH:
		return len >= n && strcmp(name + len - n, want) == 0;
	case RSP_NAME_CONTAINS:
		return strstr(name, want) != NULL;
	default:
		return true;
	}
}

/* "ARCH-VENDOR-OS[-ENV]": the architecture, and Linux where an OS is named. */
static bool
triple_matches(const struct wanted *w, const struct arch *arch)
{
	const char *want = (const char *)w->match->triple.data;
	const char *os;

	if (w->match->triple.len == 0)
		return true;
	if (arch == NULL || !arch_is_called(arch, want, strcspn(want, "-")))
		return false;
	os = strchr(want, '-');
	os = os != NULL ? strchr(os + 1, '-') : NULL;
	return os == NULL || os[1] == '\0' || os[1] == '-' ||
	       strncmp(os + 1, "linux", 5) == 0 ||
	       strncmp(os + 1, "unknown", 7) == 0;
}

static bool
ids_match(const struct rsp_process_match *m, const struct process_facts *f)
{
	const struct {
		unsigned given;
		uint32_t want, have;
	} ids[] = {
		{ RSP_MATCH_PID, m->pid, (uint32_t)f->pid },
		{ RSP_MATCH_PARENT, m->parent, (uint32_t)f->ppid },
		{ RSP_MATCH_UID, m->uid, f->uid },
		{ RSP_MATCH_GID, m->gid, f->gid },
		{ RSP_MATCH_EUID, m->euid, f->euid },
		{ RSP_MATCH_EGID, m->egid, f->egid },
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if ((m->given & ids[i].given) && ids[i].want != ids[i].have)
			return false;
	}
	return true;
}

static bool
is_wanted(const struct wanted *w, const struct process_facts *f)
{
	if (f->state == 'Z' || f->state == 'X')
		return false;
	/* Other users' only when asked for, or when all is open to us. */
	if (!w->match->all_users && geteuid() != 0 && f->uid != getuid() &&
	    !(w->match->given & (RSP_MATCH_UID | RSP_MATCH_EUID)))
		return false;
	return ids_match(w->match, f) &&
	       name_matches(w, process_facts_name(f)) &&
	       triple_matches(w, f->arch);
}

/* ---- one of them -------------------------------------------------------- */

static void
put_command(struct rsp_reply *out, pid_t pid)
{
	char words[0x8000];
	size_t n = process_facts_command(pid, words, sizeof(words));

	rsp_reply_str(out, "args:");
	for (size_t at = 0; at < n; at += strlen(words + at) + 1) {
		if (at > 0)
			rsp_reply_char(out, '-');
		rsp_reply_hex_str(out, words + at);
	}
	rsp_reply_char(out, ';');
}

static void
put_process(struct rsp_reply *out, const struct process_facts *f)
{
	rsp_reply_printf(
	    out,
	    "pid:%d;ppid:%d;uid:%u;gid:%u;euid:%u;egid:%u;name:", (int)f->pid,
	    (int)f->ppid, f->uid, f->gid, f->euid, f->egid);
	rsp_reply_hex_str(out, f->exe);
	rsp_reply_char(out, ';');
	put_command(out, f->pid);
	if (f->arch != NULL) {
		rsp_reply_str(out, "triple:");
		rsp_reply_hex_str(out, f->arch->lldb_triple);
		rsp_reply_char(out, ';');
	}
}

int
handle_process_info_pid(struct session *s, const struct rsp_request *req,
			struct rsp_reply *out)
{
	struct process_facts f;

	if (process_facts_read((pid_t)req->pid, &f) < 0)
		return session_error(s, out, NO_SUCH_PROCESS,
				     "there is no such process");
	put_process(out, &f);
	return 0;
}

/* ---- the list ----------------------------------------------------------- */

/* Keeps those of s->platform.found that are wanted. */
static void
keep_wanted(struct session *s, const struct wanted *w)
{
	struct platform *p = &s->platform;
	struct process_facts f;
	size_t kept = 0;

	for (size_t i = 0; i < p->nfound; i++) {
		if (process_facts_read(p->found[i], &f) == 0 &&
		    is_wanted(w, &f))
			p->found[kept++] = f.pid;
	}
	p->nfound = kept;
}

/* False: there is no more that still lives. */
static bool
put_next(struct session *s, struct rsp_reply *out)
{
	struct platform *p = &s->platform;
	struct process_facts f;

	while (p->next_found < p->nfound) {
		if (process_facts_read(p->found[p->next_found++], &f) == 0) {
			put_process(out, &f);
			return true;
		}
	}
	return false;
}

int
handle_first_processes(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	struct platform *p = &s->platform;
	struct wanted w;
	int err;

	free(p->found);
	p->found = NULL;
	p->nfound = p->next_found = 0;
	err = wanted_init(s, &w, &req->match, out);
	if (err < 0)
		return err;
	err = process_facts_list(&p->found, &p->nfound);
	if (err == 0)
		keep_wanted(s, &w);
	wanted_free(&w);
	if (err < 0)
		return err;
	return put_next(s, out) ? 0 : session_code(s, NONE_MATCHES);
}

int
handle_next_processes(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	(void)req;
	return put_next(s, out) ? 0 : session_code(s, NO_MORE);
}

/* ---- users and groups --------------------------------------------------- */

int
handle_user_name(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	struct passwd pwd, *found = NULL;
	char buf[4096];

	if (getpwuid_r((uid_t)req->number, &pwd, buf, sizeof(buf), &found) !=
		0 ||
	    found == NULL)
		return session_error(s, out, NO_SUCH_USER,
				     "there is no such user");
	rsp_reply_hex_str(out, pwd.pw_name);
	return 0;
}

int
handle_group_name(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	struct group grp, *found = NULL;
	char buf[0x4000];

	if (getgrgid_r((gid_t)req->number, &grp, buf, sizeof(buf), &found) !=
		0 ||
	    found == NULL)
		return session_error(s, out, NO_SUCH_GROUP,
				     "there is no such group");
	rsp_reply_hex_str(out, grp.gr_name);
	return 0;
}
