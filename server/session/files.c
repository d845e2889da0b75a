/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A FIFO must not block us, a terminal not become ours. */
#define ALWAYS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static int
copy_path(struct rsp_bytes path, char buf[PATH_MAX])
{
	if (path.len == 0)
		return -ENOENT;
	if (path.len >= PATH_MAX)
		return -ENAMETOOLONG;
	if (memchr(path.data, '\0', path.len) != NULL)
		return -EINVAL;
	memcpy(buf, path.data, path.len);
	buf[path.len] = '\0';
	return 0;
}

/* Where relative paths begin. */
static int
base(const struct session *s)
{
	return s->files_cwd >= 0 ? s->files_cwd : AT_FDCWD;
}

/* Opens inside the chosen root; symbolic links do not lead out of it. */
static int
open_path(struct session *s, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned)flags,
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd;
	int err;

	if (s->files_root < 0)
		fd = openat(base(s), path, flags, mode);
	else
		fd = syscall(SYS_openat2, s->files_root, path, &how,
			     sizeof(how));
	if (fd < 0)
		return -errno;
	err = session_may_open(s, (int)fd);
	if (err < 0)
		close((int)fd);
	return err < 0 ? err : (int)fd;
}

void
files_init(struct session *s)
{
	for (size_t i = 0; i < SESSION_FILES_MAX; i++)
		s->files[i].fd = -1;
	s->nfiles = 0;
	s->files_root = -1;
	s->files_cwd = -1;
}

void
files_close_all(struct session *s)
{
	for (size_t i = 0; i < SESSION_FILES_MAX; i++) {
		if (s->files[i].fd >= 0)
			close(s->files[i].fd);
	}
	if (s->files_root >= 0)
		close(s->files_root);
	if (s->files_cwd >= 0)
		close(s->files_cwd);
	files_init(s);
}

static int
free_slot(const struct session *s)
{
	for (int i = 0; i < SESSION_FILES_MAX; i++) {
		if (s->files[i].fd < 0)
			return i;
	}
	return -EMFILE;
}

/* What makes a file that is only read the same as another; size 0: nothing. */
static struct open_file
identify(int fd, int flags)
{
	struct open_file f = { .fd = fd, .users = 1 };
	struct stat st;

	if ((flags & O_ACCMODE) != O_RDONLY || fstat(fd, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return f;
	f.device = st.st_dev;
	f.inode = st.st_ino;
	f.size = st.st_size;
	f.changed = st.st_mtim;
	return f;
}

/* The slot that has the same file as it is now; -1: none. */
static int
same_slot(const struct session *s, const struct open_file *f)
{
	for (int i = 0; i < SESSION_FILES_MAX && f->size > 0; i++) {
		const struct open_file *g = &s->files[i];

		if (g->fd >= 0 && g->size == f->size && g->inode == f->inode &&
		    g->device == f->device &&
		    g->changed.tv_sec == f->changed.tv_sec &&
		    g->changed.tv_nsec == f->changed.tv_nsec)
			return i;
	}
	return -1;
}

int
files_open(struct session *s, struct rsp_bytes path, int flags, mode_t mode)
{
	char name[PATH_MAX];
	int slot = free_slot(s);
	struct open_file file;
	int fd;
	int same;
	int err;

	if (slot < 0)
		return slot;
	err = copy_path(path, name);
	if (err < 0)
		return err;
	fd = open_path(s, name, flags | ALWAYS, mode);
	if (fd < 0)
		return fd;
	file = identify(fd, flags);
	same = same_slot(s, &file);
	if (same >= 0) {
		close(fd);
		if (s->files[same].users == SESSION_FILES_MAX)
			return -EMFILE;
		s->files[same].users++;
		return same;
	}
	s->files[slot] = file;
	s->nfiles++;
	return slot;
}

int
files_open_read(struct session *s, struct rsp_bytes path)
{
	char name[PATH_MAX];
	int err;

	err = copy_path(path, name);
	if (err < 0)
		return err;
	return open_path(s, name, O_RDONLY | ALWAYS, 0);
}

int
files_fd(const struct session *s, int64_t number)
{
	if (number < 0 || number >= SESSION_FILES_MAX ||
	    s->files[number].fd < 0)
		return -EBADF;
	return s->files[number].fd;
}

int
files_close(struct session *s, int64_t number)
{
	int fd = files_fd(s, number);

	if (fd < 0)
		return fd;
	if (--s->files[number].users > 0)
		return 0;
	s->files[number].fd = -1;
	s->nfiles--;
	/* The descriptor is gone even where close reports an error. */
	return close(fd) < 0 ? -errno : 0;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat sa;
	struct stat sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/*
 * A process with our own mounts and root needs nothing special, and magic
 * links (/proc/PID/exe) then work too.
 */
int
files_set_root(struct session *s, int64_t pid)
{
	char ns[64];
	char path[64];
	int fd = -1;

	if (pid < 0 || pid > INT_MAX)
		return -EINVAL;
	snprintf(ns, sizeof(ns), "/proc/%d/ns/mnt", (int)pid);
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	if (pid != 0 && !(same_file(ns, "/proc/self/ns/mnt") &&
			  same_file(path, "/proc/self/root"))) {
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	}
	if (s->files_root >= 0)
		close(s->files_root);
	s->files_root = fd;
	return 0;
}

ssize_t
files_set_cwd(struct session *s, const char *path, char *full, size_t cap)
{
	char link[64];
	ssize_t n;
	int fd;

	fd = openat(base(s), path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, full, cap);
	if (n <= 0 || (size_t)n == cap) {
		close(fd);
		return n < 0 ? -errno : -ENAMETOOLONG;
	}
	if (s->files_cwd >= 0)
		close(s->files_cwd);
	s->files_cwd = fd;
	return n;
}

/* ---- by name ------------------------------------------------------------ */

/* A directory and a name in it, for the *at calls. */
struct place {
	int dir;
	bool own; /* `dir` is to be closed */
	const char *name;
	char path[PATH_MAX];
};

static int
place_open(struct session *s, struct rsp_bytes path, struct place *p)
{
	char *slash;
	int err;

	err = copy_path(path, p->path);
	if (err < 0)
		return err;
	p->dir = base(s);
	p->own = false;
	p->name = p->path;
	if (s->files_root < 0)
		return 0;
	slash = strrchr(p->path, '/');
	if (slash == NULL || slash[1] == '\0')
		return -EINVAL;
	*slash = '\0';
	p->name = slash + 1;
	p->dir = open_path(s, p->path[0] != '\0' ? p->path : "/",
			   O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	p->own = p->dir >= 0;
	return p->own ? 0 : p->dir;
}

static void
place_close(struct place *p)
{
	if (p->own)
		close(p->dir);
}

int
files_stat(struct session *s, struct rsp_bytes path, bool follow,
	   struct stat *st)
{
	char name[PATH_MAX];
	int flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
	int fd;
	int err;

	err = copy_path(path, name);
	if (err < 0)
		return err;
	fd = open_path(s, name, flags, 0);
	if (fd < 0)
		return fd;
	err = fstat(fd, st) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int
files_unlink(struct session *s, struct rsp_bytes path)
{
	struct place p;
	int err;

	err = place_open(s, path, &p);
	if (err < 0)
		return err;
	err = unlinkat(p.dir, p.name, 0) < 0 ? -errno : 0;
	place_close(&p);
	return err;
}

int
files_mkdir(struct session *s, struct rsp_bytes path, mode_t mode)
{
	struct place p;
	int err;

	err = place_open(s, path, &p);
	if (err < 0)
		return err;
	err = mkdirat(p.dir, p.name, mode) < 0 ? -errno : 0;
	place_close(&p);
	return err;
}

/* By descriptor: a symbolic link must not lead out of the root. */
int
files_chmod(struct session *s, struct rsp_bytes path, mode_t mode)
{
	char name[PATH_MAX], link[64];
	int fd;
	int err;

	err = copy_path(path, name);
	if (err < 0)
		return err;
	fd = open_path(s, name, O_PATH | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	err = chmod(link, mode) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int
files_symlink(struct session *s, struct rsp_bytes target, struct rsp_bytes link)
{
	char to[PATH_MAX];
	struct place p;
	int err;

	err = copy_path(target, to);
	if (err == 0)
		err = place_open(s, link, &p);
	if (err < 0)
		return err;
	err = symlinkat(to, p.dir, p.name) < 0 ? -errno : 0;
	place_close(&p);
	return err;
}

int
files_readlink(struct session *s, struct rsp_bytes path, char buf[PATH_MAX])
{
	struct place p;
	ssize_t n;
	int err;

	err = place_open(s, path, &p);
	if (err < 0)
		return err;
	n = readlinkat(p.dir, p.name, buf, PATH_MAX);
	err = n < 0 ? -errno : (int)n;
	place_close(&p);
	return err;
}
