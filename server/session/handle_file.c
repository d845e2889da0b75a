/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vFile: gdb's host I/O, and what lldb asks of files.  A failure is a reply of
 * its own kind here: F-1 and the protocol's number for the errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "digest.h"
#include "fileio.h"
#include "files.h"
#include "handlers.h"

/* A descriptor number, a count, or a failure, as `F`'s result. */
static int
result(struct rsp_reply *out, int64_t value)
{
	if (value < 0)
		rsp_reply_printf(out, "F-1,%x", fileio_errno((int)-value));
	else
		rsp_reply_printf(out, "F%llx", (unsigned long long)value);
	return 0;
}

/* Where lldb looks for a result of 0 and an errno behind any other, gdb takes
 * a failure as everywhere. */
static int
done(const struct session *s, struct rsp_reply *out, int err)
{
	unsigned code = fileio_errno(-err);

	if (err >= 0 || s->client.dialect->view != ARCH_VIEW_LLDB)
		return result(out, err);
	rsp_reply_printf(out, "F%x,%x", code, code);
	return 0;
}

int
handle_file_setfs(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	return result(out, files_set_root(s, req->file.pid));
}

int
handle_file_open(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	int flags = 0;
	int err;

	err = fileio_open_flags(req->file.flags, &flags);
	if (err == 0 && (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY)
		err = session_may(s, CLASS_FILES_WRITE);
	if (err < 0)
		return result(out, err);
	return result(out, files_open(s, req->file.path, flags,
				      fileio_mode(req->file.mode)));
}

int
handle_file_close(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	return result(out, files_close(s, req->file.fd));
}

/* How many of n bytes go into the reply with `spare` bytes for escapes. */
static size_t
bytes_that_fit(const uint8_t *data, size_t n, size_t spare)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t b = data[i];

		if (b != '#' && b != '$' && b != '}' && b != '*')
			continue;
		if (spare == 0)
			break;
		spare--;
	}
	return i;
}

/* Read straight into the reply, behind a head whose length is known only when
 * the count is. */
int
handle_file_pread(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	const size_t head = 32;
	size_t room = rsp_reply_room(out);
	size_t spare = room / 8;
	size_t n = room - spare;
	int fd = files_fd(s, req->file.fd);
	uint8_t *tail;
	ssize_t got;

	if (fd < 0)
		return result(out, fd);
	if (req->file.offset > INT64_MAX || spare <= head)
		return result(out, -EINVAL);
	if (req->file.count < n)
		n = (size_t)req->file.count;
	tail = rsp_reply_tail(out, n);
	if (tail == NULL)
		return -ENOBUFS;
	got = pread(fd, tail, n, (off_t)req->file.offset);
	if (got < 0)
		return result(out, -errno);
	n = bytes_that_fit(tail, (size_t)got, spare - head);
	rsp_reply_printf(out, "F%zx;", n);
	rsp_reply_tail_escaped(out, tail, n);
	return 0;
}

int
handle_file_pwrite(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	int fd = files_fd(s, req->file.fd);
	ssize_t n;

	if (fd < 0)
		return result(out, fd);
	if (req->file.offset > INT64_MAX)
		return result(out, -EINVAL);
	n = pwrite(fd, req->file.data.data, req->file.data.len,
		   (off_t)req->file.offset);
	return result(out, n < 0 ? -errno : (int64_t)n);
}

static int
stat_result(struct rsp_reply *out, int err, const struct stat *st)
{
	uint8_t bytes[FILEIO_STAT_SIZE];

	if (err < 0)
		return result(out, err);
	fileio_stat(st, bytes);
	rsp_reply_printf(out, "F%x;", FILEIO_STAT_SIZE);
	rsp_reply_escaped(out, bytes, sizeof(bytes));
	return 0;
}

int
handle_file_fstat(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	int fd = files_fd(s, req->file.fd);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) < 0)
		fd = -errno;
	return stat_result(out, fd, &st);
}

/* gdb 16 looks with it whether a link is there, as its gdbserver's is an
 * lstat.  gdb 17 has that in a packet of its own, and 18 says who it is. */
static bool
wants_the_link(const struct client *c)
{
	return c->error_message && !c->one_text_argument && !c->knows_lstat;
}

int
handle_file_stat(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	struct stat st;
	int err = files_stat(s, req->text, true, &st);

	if (err == -ENOENT && wants_the_link(&s->client))
		err = files_stat(s, req->text, false, &st);
	return stat_result(out, err, &st);
}

int
handle_file_lstat(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	struct stat st;
	int err = files_stat(s, req->text, false, &st);

	s->client.knows_lstat = true;
	return stat_result(out, err, &st);
}

int
handle_file_unlink(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	return done(s, out, files_unlink(s, req->text));
}

int
handle_file_symlink(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	return done(s, out, files_symlink(s, req->file.path, req->file.link));
}

int
handle_file_readlink(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	char buf[PATH_MAX];
	int n = files_readlink(s, req->text, buf);

	if (n < 0)
		return result(out, n);
	rsp_reply_printf(out, "F%x;", (unsigned)n);
	rsp_reply_escaped(out, buf, (size_t)n);
	return 0;
}

/* ---- lldb's own --------------------------------------------------------- */

/* Sixteen digits, as lldb-server writes it. */
int
handle_file_size(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	struct stat st;
	int err = files_stat(s, req->text, true, &st);

	if (err < 0)
		return result(out, err);
	rsp_reply_printf(out, "F%016llx", (unsigned long long)st.st_size);
	return 0;
}

int
handle_file_mode(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	struct stat st;
	int err = files_stat(s, req->text, true, &st);

	return result(out, err < 0 ? err : (int64_t)(st.st_mode & 07777));
}

int
handle_file_exists(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct stat st;

	rsp_reply_str(out,
		      files_stat(s, req->text, true, &st) < 0 ? "F,0" : "F,1");
	return 0;
}

/* lldb compares the sum's halves as numbers, of which the low byte is first. */
static void
put_sum(struct rsp_reply *out, const uint8_t sum[DIGEST_MD5_SIZE])
{
	for (size_t half = 0; half < DIGEST_MD5_SIZE; half += 8) {
		for (size_t i = 8; i-- > 0;)
			rsp_reply_hex8(out, sum[half + i]);
	}
}

/* "F,x" says that there is no such sum. */
int
handle_file_md5(struct session *s, const struct rsp_request *req,
		struct rsp_reply *out)
{
	uint8_t sum[DIGEST_MD5_SIZE];
	int fd = files_open_read(s, req->text);
	int err = fd;

	if (fd >= 0) {
		err = digest_md5_file(fd, sum);
		close(fd);
	}
	rsp_reply_str(out, "F,");
	if (err < 0)
		rsp_reply_char(out, 'x');
	else
		put_sum(out, sum);
	return 0;
}
