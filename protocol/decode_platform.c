/* SPDX-License-Identifier: Apache-2.0 */
/* What lldb's "platform" asks of a machine: processes, files, a shell. */
#include <string.h>

#include "decode.h"

/* ":number", decimal */
static bool
dec_id(struct rsp_args *a, uint64_t max, uint64_t *id)
{
	uint64_t n;

	rsp_args_separator(a);
	if (!rsp_args_dec_u64(a, &n) || n > max)
		return false;
	*id = n;
	return rsp_args_at_end(a);
}

/* :pid; the same as decode_pid, but decimal */
bool
decode_dec_pid(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t n;

	if (!dec_id(a, INT32_MAX, &n))
		return false;
	req->pid = (int64_t)n;
	return true;
}

/* :uid */
bool
decode_dec_uid(struct rsp_args *a, struct rsp_request *req)
{
	return dec_id(a, UINT32_MAX, &req->number);
}

/* ---- qfProcessInfo ------------------------------------------------------ */

enum match_value { MATCH_ID, MATCH_HEX, MATCH_HOW, MATCH_FLAG, MATCH_TEXT };

/* Offsets are into struct rsp_process_match. */
static const struct match_key {
	const char *name;
	enum match_value value;
	unsigned given; /* RSP_MATCH_* */
	size_t offset;
} match_keys[] = {
#define KEY(name, value, given, member)                                        \
	{                                                                      \
		name, value, given, offsetof(struct rsp_process_match, member) \
	}
	KEY("pid", MATCH_ID, RSP_MATCH_PID, pid),
	KEY("parent_pid", MATCH_ID, RSP_MATCH_PARENT, parent),
	KEY("uid", MATCH_ID, RSP_MATCH_UID, uid),
	KEY("gid", MATCH_ID, RSP_MATCH_GID, gid),
	KEY("euid", MATCH_ID, RSP_MATCH_EUID, euid),
	KEY("egid", MATCH_ID, RSP_MATCH_EGID, egid),
	KEY("name", MATCH_HEX, 0, name),
	KEY("name_match", MATCH_HOW, 0, how),
	KEY("all_users", MATCH_FLAG, 0, all_users),
	KEY("triple", MATCH_TEXT, 0, triple),
#undef KEY
};

static bool
match_how(struct rsp_bytes word, enum rsp_name_match *how)
{
	static const char *const words[] = {
		[RSP_NAME_EQUALS] = "equals",
		[RSP_NAME_STARTS_WITH] = "starts_with",
		[RSP_NAME_ENDS_WITH] = "ends_with",
		[RSP_NAME_CONTAINS] = "contains",
		[RSP_NAME_REGEX] = "regex",
	};

	for (size_t i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (rsp_bytes_equal(word, words[i])) {
			*how = (enum rsp_name_match)i;
			return true;
		}
	}
	return false;
}

static bool
match_flag(struct rsp_bytes word, bool *flag)
{
	*flag = rsp_bytes_equal(word, "1") || rsp_bytes_equal(word, "true");
	return *flag || rsp_bytes_equal(word, "0") ||
	       rsp_bytes_equal(word, "false");
}

static bool
match_value(struct rsp_args *a, const struct match_key *key,
	    struct rsp_process_match *m)
{
	void *to = (char *)m + key->offset;
	struct rsp_bytes word;
	uint64_t n;

	m->given |= key->given;
	switch (key->value) {
	case MATCH_ID:
		if (!rsp_args_dec_u64(a, &n) || n > UINT32_MAX)
			return false;
		*(uint32_t *)to = (uint32_t)n;
		return rsp_args_expect(a, ';');
	case MATCH_HEX:
		return rsp_args_hex_text(a, to) && rsp_args_expect(a, ';');
	case MATCH_HOW:
		return rsp_args_until(a, ';', &word) && match_how(word, to);
	case MATCH_FLAG:
		return rsp_args_until(a, ';', &word) && match_flag(word, to);
	case MATCH_TEXT:
		return rsp_args_until(a, ';', to);
	}
	return false;
}

/* [:key:value;...] */
bool
decode_find_processes(struct rsp_args *a, struct rsp_request *req)
{
	size_t n = sizeof(match_keys) / sizeof(match_keys[0]);
	struct rsp_bytes word;
	size_t i;

	memset(&req->match, 0, sizeof(req->match));
	if (rsp_args_at_end(a))
		return true;
	rsp_args_separator(a);
	while (!rsp_args_at_end(a)) {
		if (!rsp_args_until(a, ':', &word))
			return false;
		for (i = 0; i < n; i++) {
			if (rsp_bytes_equal(word, match_keys[i].name))
				break;
		}
		if (i == n || !match_value(a, &match_keys[i], &req->match))
			return false;
	}
	return true;
}

/* ---- servers, files, shell ---------------------------------------------- */

/* [;host:NAME;port:N;]: who may connect, and where; both are the server's own
 * affair, so they are only checked for their form. */
bool
decode_launch_server(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_bytes word;

	(void)req;
	if (rsp_args_at_end(a))
		return true;
	rsp_args_separator(a);
	while (!rsp_args_at_end(a)) {
		if (!rsp_args_until(a, ':', &word) ||
		    !rsp_args_until(a, ';', &word))
			return false;
	}
	return true;
}

/* :port,hexpath */
bool
decode_door(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t port;

	rsp_args_separator(a);
	if (!rsp_args_hex_max(a, UINT16_MAX, &port) ||
	    !rsp_args_expect(a, ',') ||
	    !rsp_args_hex_text(a, &req->door.path) || !rsp_args_at_end(a))
		return false;
	req->door.port = (uint16_t)port;
	return true;
}

/* :only_directories,hexpath */
bool
decode_path_complete(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_flag(a, &req->complete.directories) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_text(a, &req->complete.path) && rsp_args_at_end(a);
}

/* :mode,hexpath */
bool
decode_mode_path(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_u64(a, &req->file.mode) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_text(a, &req->file.path) && rsp_args_at_end(a);
}

/* :hexcommand,seconds[,hexfolder] */
bool
decode_shell(struct rsp_args *a, struct rsp_request *req)
{
	req->shell.folder.data = NULL;
	req->shell.folder.len = 0;
	rsp_args_separator(a);
	if (!rsp_args_hex_text(a, &req->shell.command) ||
	    !rsp_args_expect(a, ',') ||
	    !rsp_args_hex_max(a, UINT32_MAX, &req->shell.seconds))
		return false;
	if (rsp_args_at_end(a))
		return true;
	return rsp_args_expect(a, ',') &&
	       rsp_args_hex_text(a, &req->shell.folder) && rsp_args_at_end(a);
}
