/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Win32's calls on the current process, for packets and for monitor commands.
 * An error comes with a text: which Win32 error it is, and why.
 */
#ifndef SERVER_SESSION_VIRTUAL_H
#define SERVER_SESSION_VIRTUAL_H

#include "../../backend/vm_check.h"
#include "private.h"

int virtual_allocate(struct session *s, const struct vm_request *ask,
		     uint64_t *base);
int virtual_release(struct session *s, const struct vm_request *ask);
int virtual_protect(struct session *s, const struct vm_request *ask,
		    uint32_t *old);
int virtual_query(struct session *s, uint64_t addr,
		  struct target_vm_info *info);
/* ask->protect: the flags. */
int virtual_write_watch(struct session *s, const struct vm_request *ask,
			uint64_t *pages, size_t cap, size_t *n);

/* Remembers the text; `why` NULL: what the number usually means.  Returns err,
 * which is negative. */
int virtual_error(struct session *s, int err, const char *why);

#endif
