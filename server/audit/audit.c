/* SPDX-License-Identifier: Apache-2.0 */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/log.h"
#include "to_syslog.h"

struct audit_log {
	int fd; /* -1: no file */
	bool syslog;
	uint64_t seq; /* of the next line */
	char hash[CHAIN_HASH_SIZE];
	struct chain_key key;
	uint64_t lost; /* lines that could not be written */
};

/* ---- where the chain goes on ---- */

static uint64_t
seq_of(const char *line)
{
	static const char key[] = ",\"seq\":";
	const char *at = strstr(line, key);

	return at != NULL ? strtoull(at + sizeof(key) - 1, NULL, 10) : 0;
}

/* The last line, NUL-terminated; its length, 0 if there is none. */
static ssize_t
read_last_line(int fd, char buf[CHAIN_LINE_MAX + 1])
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > CHAIN_LINE_MAX ? size - CHAIN_LINE_MAX : 0;
	char *line;
	ssize_t n;

	if (size < 0)
		return -errno;
	n = pread(fd, buf, (size_t)(size - from), from);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	while (n > 0 && buf[n - 1] == '\n')
		buf[--n] = '\0';
	line = memrchr(buf, '\n', (size_t)n);
	if (line == NULL)
		return n;
	n -= line + 1 - buf;
	memmove(buf, line + 1, (size_t)n + 1);
	return n;
}

static bool
ends_within_line(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/*
 * What was changed is not made good by going on: the new line names what
 * stands there, and verifying finds the place.
 */
static int
find_end(struct audit_log *a, int fd, const char *path)
{
	char line[CHAIN_LINE_MAX + 1], prev[CHAIN_HASH_SIZE];
	ssize_t len = read_last_line(fd, line);

	if (len <= 0)
		return (int)len;
	if (chain_check(line, (size_t)len, prev, a->hash, &a->key) < 0) {
		log_warning("%s: its last line is broken, or of another key; "
			    "the chain begins anew",
			    path);
		memcpy(a->hash, chain_none, sizeof(a->hash));
		/* So that the next line is one. */
		if (ends_within_line(fd) && write(fd, "\n", 1) != 1)
			return -errno;
		return 0;
	}
	a->seq = seq_of(line) + 1;
	return 0;
}

static int
open_file(const char *path, int *out)
{
	int fd = open(path,
		      O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY |
			  O_NOFOLLOW,
		      0600);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	/* Two writers would make two chains of it. */
	if (err == 0 && flock(fd, LOCK_EX | LOCK_NB) < 0)
		err = -errno;
	if (err < 0) {
		close(fd);
		return err;
	}
	*out = fd;
	return 0;
}

int
audit_open(struct audit_log **out, const char *path, const char *key,
	   bool also_syslog)
{
	struct audit_log *a = calloc(1, sizeof(*a));
	int err = 0;

	if (a == NULL)
		return -ENOMEM;
	a->fd = -1;
	a->syslog = also_syslog;
	memcpy(a->hash, chain_none, sizeof(a->hash));
	if (key != NULL && chain_key_read(&a->key, key) < 0) {
		audit_close(a);
		return -EINVAL;
	}
	if (path != NULL)
		err = open_file(path, &a->fd);
	if (err == 0 && a->fd >= 0)
		err = find_end(a, a->fd, path);
	if (err < 0) {
		log_error("the audit log %s: %s", path, strerror(-err));
		audit_close(a);
		return err;
	}
	*out = a;
	return 0;
}

void
audit_close(struct audit_log *a)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	explicit_bzero(&a->key, sizeof(a->key));
	free(a);
}

static bool
is_open(int fd, const char *path)
{
	struct stat open, named;

	return fstat(fd, &open) == 0 && stat(path, &named) == 0 &&
	       open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

int
audit_reopen(struct audit_log *a, const char *path, bool also_syslog)
{
	int fd = -1;
	int err;

	a->syslog = also_syslog;
	if (path != NULL && a->fd >= 0 && is_open(a->fd, path))
		return 0;
	err = path != NULL ? open_file(path, &fd) : 0;
	if (err < 0) {
		log_error("the audit log %s: %s", path, strerror(-err));
		return err;
	}
	if (a->fd >= 0)
		close(a->fd);
	a->fd = fd;
	return 0;
}

/* ---- lines ---- */

static void
put(struct audit_line *l, const char *text, size_t len)
{
	memcpy(l->text + l->len, text, len);
	l->len += len;
	l->text[l->len] = '\0';
}

/* Room for the chain's tail stays free. */
static bool
has_room(const struct audit_line *l, size_t len)
{
	return l->len + len + 256 < sizeof(l->text);
}

void
audit_begin(struct audit_line *l, const char *event)
{
	struct timespec now;
	struct tm tm;
	char time[40];

	l->len = 0;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &tm);
	l->len = (size_t)snprintf(l->text, sizeof(l->text),
				  "{\"time\":\"%s.%06ldZ\",\"event\":\"%s\"",
				  time, now.tv_nsec / 1000, event);
}

/* Bytes beyond ASCII and control characters as \u00XX: what clients name is
 * any bytes. */
void
audit_text(struct audit_line *l, const char *key, const char *text)
{
	char piece[8];

	if (!has_room(l, strlen(key) + 6 * strlen(text) + 8))
		return;
	put(l, ",\"", 2);
	put(l, key, strlen(key));
	put(l, "\":\"", 3);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			snprintf(piece, sizeof(piece), "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			snprintf(piece, sizeof(piece), "\\u%04x", c);
		else
			snprintf(piece, sizeof(piece), "%c", c);
		put(l, piece, strlen(piece));
	}
	put(l, "\"", 1);
}

static void
put_raw(struct audit_line *l, const char *key, const char *value)
{
	if (!has_room(l, strlen(key) + strlen(value) + 8))
		return;
	put(l, ",\"", 2);
	put(l, key, strlen(key));
	put(l, "\":", 2);
	put(l, value, strlen(value));
}

void
audit_number(struct audit_line *l, const char *key, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	put_raw(l, key, text);
}

/* Numbers of 64 bits are too long for many readers of JSON. */
void
audit_hex(struct audit_line *l, const char *key, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "\"0x%" PRIx64 "\"", number);
	put_raw(l, key, text);
}

/* A line is there whole or not at all. */
static bool
write_file(struct audit_log *a, const char *text, size_t len)
{
	off_t before = lseek(a->fd, 0, SEEK_END);
	ssize_t n;

	do
		n = write(a->fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return true;
	if (a->lost == 0)
		log_error("the audit log cannot be written: %s",
			  n < 0 ? strerror(errno) : "the disk is full");
	if (n > 0 && before >= 0)
		(void)!ftruncate(a->fd, before);
	return false;
}

static bool
emit(struct audit_log *a, struct audit_line *l)
{
	char hash[CHAIN_HASH_SIZE];
	int len;

	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len,
				   ",\"seq\":%" PRIu64, a->seq);
	memcpy(hash, a->hash, sizeof(hash));
	len = chain_close(l->text, hash, &a->key);
	if (len < 0)
		return false;
	if (a->syslog)
		to_syslog(l->text);
	l->text[len] = '\n';
	if (a->fd >= 0 && !write_file(a, l->text, (size_t)len + 1))
		return false;
	memcpy(a->hash, hash, sizeof(hash));
	a->seq++;
	return true;
}

bool
audit_is_whole(struct audit_log *a)
{
	struct audit_line l;

	if (a == NULL || a->lost == 0)
		return true;
	audit_begin(&l, "lost");
	audit_number(&l, "times", (int64_t)a->lost);
	if (!emit(a, &l))
		return false;
	a->lost = 0;
	return true;
}

void
audit_write(struct audit_log *a, struct audit_line *l)
{
	if (a != NULL && (!audit_is_whole(a) || !emit(a, l)))
		a->lost++;
}
