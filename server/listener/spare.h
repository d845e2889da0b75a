/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that stands ready before its connection comes: to start one, with
 * keys and a sandbox, takes a client's time.  It has seen nothing of any
 * client, and serves one.  One whose files have changed since is not used.
 */
#ifndef LISTENER_SPARE_H
#define LISTENER_SPARE_H

#include <ev.h>
#include <sys/stat.h>

#include "../common/tls_files.h"

/* Certificate, key, CA, list of revoked ones. */
#define SPARE_FILES 4

struct spare {
	struct ev_loop *loop;
	const struct tls_files *files; /* borrowed; NULL: no TLS, no spare */
	ev_timer timer;		       /* makes one */
	int fd;			       /* our end of its pair; -1: none */
	ev_io end;		       /* it says why it cannot, or has died */
	struct stat seen[SPARE_FILES]; /* as they were before it read them */
};

/* Stands ready some time after this. */
void spare_start(struct spare *s, struct ev_loop *loop,
		 const struct tls_files *files);
/* With these files from now on; they may be the same. */
void spare_change(struct spare *s, const struct tls_files *files);
void spare_stop(struct spare *s);

/* A relay at work for `tcp`, which stays the caller's: the spare one, or a new
 * one.  *fd: our end of its pair. */
int spare_take(struct spare *s, int tcp, int *fd);

#endif
