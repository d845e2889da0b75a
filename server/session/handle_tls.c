/* SPDX-License-Identifier: Apache-2.0 */
/* qGetTLSAddr: thread-local variables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../backend/tls.h"
#include "handlers.h"

/*
 * rspd needs no libthread_db; but who sets a search path in which there is
 * none ("monitor set libthread-db-search-path") wants thread-local variables
 * not to be looked up, as with gdbserver.
 */
static bool
is_switched_off(const struct session *s)
{
	const char *at = s->thread_db_path;

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, ":");
		char path[4096];

		/* $sdir and $pdir: the system's and the program's own. */
		if (*at == '$')
			return false;
		if (snprintf(path, sizeof(path), "%.*s/libthread_db.so.1",
			     (int)(len < 4000 ? len : 4000), at) > 0 &&
		    access(path, R_OK) == 0)
			return false;
		at += len;
		if (*at == ':')
			at++;
	}
	return s->thread_db_path != NULL;
}

int
handle_tls_addr(struct session *s, const struct rsp_request *req,
		struct rsp_reply *out)
{
	uint64_t addr;
	pid_t pid;
	pid_t tid;
	int err;

	err = session_resolve(s, &req->tls.ptid, &pid, &tid);
	if (err < 0)
		return err;
	if (is_switched_off(s))
		return -ENOENT;
	err = target_tls_address(s->target, pid, tid, req->tls.link_map,
				 req->tls.offset, &addr);
	if (err < 0)
		return err;
	rsp_reply_hex(out, addr);
	return 0;
}
