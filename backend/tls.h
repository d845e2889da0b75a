/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a thread's instance of a thread-local variable lies.
 *
 * Read from glibc's own structures (the thread control block's dtv), with the
 * offsets that glibc exports for debuggers (_thread_db_*), so no libthread_db
 * has to match the target's libc.
 */
#ifndef BACKEND_TLS_H
#define BACKEND_TLS_H

#include "target.h"

/*
 * The variable at `offset` in the TLS block of the module with link map `lm`
 * (0: the program itself, also a static one).  -ENODATA: the thread has no
 * such block yet; -ENOENT: this libc does not tell.
 */
int target_tls_address(struct target *t, pid_t pid, pid_t tid, uint64_t lm,
		       uint64_t offset, uint64_t *addr) MUST_CHECK;

/*
 * The thread's pthread_t: its control block, which x86's thread pointer is.
 * -ENODATA: the libc has not set it up (yet).
 */
int target_thread_handle(struct target *t, pid_t pid, pid_t tid,
			 uint64_t *handle) MUST_CHECK;

#endif
