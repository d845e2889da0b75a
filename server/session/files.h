/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's files as vFile sees them: a bounded table of descriptors, which
 * the client names by their place in it, and paths inside the root that
 * vFile:setfs chose.
 */
#ifndef SERVER_SESSION_FILES_H
#define SERVER_SESSION_FILES_H

#include <limits.h>
#include <sys/stat.h>

#include "private.h"

/* Functions return 0 or more, or -errno. */

/* Returns the client's number for the file. */
int files_open(struct session *s, struct rsp_bytes path, int flags,
	       mode_t mode);
/* The descriptor behind a number; borrowed. */
int files_fd(const struct session *s, int64_t number);
int files_close(struct session *s, int64_t number);
/* Opens for our own reading: a descriptor, the caller's. */
int files_open_read(struct session *s, struct rsp_bytes path);
/* The files of this process from now on; 0: ours. */
int files_set_root(struct session *s, int64_t pid);

/* Relative paths begin there from now on; the folder's whole path goes into
 * `full`, not NUL-terminated: returns its length. */
ssize_t files_set_cwd(struct session *s, const char *path, char *full,
		      size_t cap);

int files_stat(struct session *s, struct rsp_bytes path, bool follow,
	       struct stat *st);
int files_unlink(struct session *s, struct rsp_bytes path);
int files_mkdir(struct session *s, struct rsp_bytes path, mode_t mode);
int files_chmod(struct session *s, struct rsp_bytes path, mode_t mode);
int files_symlink(struct session *s, struct rsp_bytes target,
		  struct rsp_bytes link);
/* Returns the length put into buf. */
int files_readlink(struct session *s, struct rsp_bytes path,
		   char buf[PATH_MAX]);

#endif
