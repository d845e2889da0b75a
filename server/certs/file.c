/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/log.h"
#include "private.h"

int
certs_path(const struct certs *c, const char *name, const char *suffix,
	   char *path, size_t cap)
{
	const bool here = strcmp(c->dir, ".") == 0;
	int n = snprintf(path, cap, "%s%s%s%s", here ? "" : c->dir,
			 here ? "" : "/", name, suffix);

	if (n < 0 || (size_t)n >= cap) {
		log_error("%s: this name is too long", c->dir);
		return -ENAMETOOLONG;
	}
	return 0;
}

int
certs_lock(const struct certs *c)
{
	int fd;

	if (mkdir(c->dir, 0700) < 0 && errno != EEXIST) {
		log_error("%s: %s", c->dir, strerror(errno));
		return -EACCES;
	}
	fd = open(c->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		log_error("%s: %s", c->dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EACCES;
	}
	return fd;
}

static int
write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left > 0) {
		n = write(fd, text, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* Under another name first; that one is removed whatever happens. */
static int
write_and_move(const char *path, char *other, const char *text, bool secret,
	       bool force)
{
	int fd = mkostemp(other, O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (err == 0 && fchmod(fd, secret ? 0600 : 0644) < 0)
		err = -errno;
	close(fd);
	/* link() does not replace. */
	if (err == 0 && (force ? rename(other, path) : link(other, path)) < 0)
		err = -errno;
	if (err < 0 || !force)
		unlink(other);
	return err;
}

int
certs_write_file(const char *path, const char *text, bool secret, bool force)
{
	char other[4096 + 16];
	int err;

	snprintf(other, sizeof(other), "%s.XXXXXX", path);
	err = write_and_move(path, other, text, secret, force);
	if (err < 0)
		log_error("%s: %s%s", path, strerror(-err),
			  err == -EEXIST ? " (--force replaces it)" : "");
	return err;
}
