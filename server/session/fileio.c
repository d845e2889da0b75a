/* SPDX-License-Identifier: Apache-2.0 */
#include "fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

/* The first three are a number, not bits; the last two are lldb's own. */
enum {
	FILEIO_WRONLY = 0x1,
	FILEIO_RDWR = 0x2,
	FILEIO_APPEND = 0x8,
	FILEIO_CREAT = 0x200,
	FILEIO_TRUNC = 0x400,
	FILEIO_EXCL = 0x800,
	LLDB_NONBLOCK = 1 << 28,
	LLDB_NOFOLLOW = 1 << 29,
	LLDB_CLOEXEC = 1 << 30,
};

int
fileio_open_flags(uint64_t flags, int *linux_flags)
{
	static const struct {
		uint64_t theirs;
		int ours;
	} bits[] = {
		{ FILEIO_APPEND, O_APPEND },   { FILEIO_CREAT, O_CREAT },
		{ FILEIO_TRUNC, O_TRUNC },     { FILEIO_EXCL, O_EXCL },
		{ LLDB_NOFOLLOW, O_NOFOLLOW }, { LLDB_NONBLOCK, O_NONBLOCK },
		{ LLDB_CLOEXEC, O_CLOEXEC },
	};
	static const int access[] = { O_RDONLY, O_WRONLY, O_RDWR };
	uint64_t mode = flags & 3;
	int out;

	if (mode > FILEIO_RDWR)
		return -EINVAL;
	out = access[mode];
	flags &= ~(uint64_t)3;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (flags & bits[i].theirs)
			out |= bits[i].ours;
		flags &= ~bits[i].theirs;
	}
	if (flags != 0)
		return -EINVAL;
	*linux_flags = out;
	return 0;
}

mode_t
fileio_mode(uint64_t mode)
{
	return (mode_t)(mode & 0777);
}

unsigned
fileio_errno(int err)
{
	/* Most of the protocol's numbers are Linux's own. */
	switch (err) {
	case EPERM:
	case ENOENT:
	case EINTR:
	case EIO:
	case EBADF:
	case EACCES:
	case EFAULT:
	case EBUSY:
	case EEXIST:
	case ENODEV:
	case ENOTDIR:
	case EISDIR:
	case EINVAL:
	case ENFILE:
	case EMFILE:
	case EFBIG:
	case ENOSPC:
	case ESPIPE:
	case EROFS:
		return (unsigned)err;
	case ENOSYS:
		return 88;
	case ENAMETOOLONG:
		return 91;
	default:
		return 9999;
	}
}

/* What has no bit in the protocol is left out: links, sockets, setuid, ... */
static uint32_t
stat_mode(mode_t mode)
{
	uint32_t out = mode & 0777;

	if (S_ISREG(mode) || S_ISDIR(mode) || S_ISCHR(mode))
		out |= mode & S_IFMT;
	return out;
}

static uint8_t *
put(uint8_t *to, uint64_t value, unsigned size)
{
	for (unsigned i = size; i-- > 0;)
		*to++ = (uint8_t)(value >> (8 * i));
	return to;
}

void
fileio_stat(const struct stat *st, uint8_t out[FILEIO_STAT_SIZE])
{
	out = put(out, st->st_dev, 4);
	out = put(out, st->st_ino, 4);
	out = put(out, stat_mode(st->st_mode), 4);
	out = put(out, st->st_nlink, 4);
	out = put(out, st->st_uid, 4);
	out = put(out, st->st_gid, 4);
	out = put(out, st->st_rdev, 4);
	out = put(out, (uint64_t)st->st_size, 8);
	out = put(out, (uint64_t)st->st_blksize, 8);
	out = put(out, (uint64_t)st->st_blocks, 8);
	out = put(out, (uint64_t)st->st_atime, 4);
	out = put(out, (uint64_t)st->st_mtime, 4);
	put(out, (uint64_t)st->st_ctime, 4);
}
