/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A longer line is cut: what clients name must not fill disks. */
#define LINE_MAX_BYTES 2048

static struct {
	int fd;
	enum log_level level;
	int timestamps;
} logger = { .fd = STDERR_FILENO, .level = LOG_WARNINGS };

void
log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level
log_get_level(void)
{
	return logger.level;
}

void
log_set_timestamps(int on)
{
	logger.timestamps = on;
}

int
log_open(const char *path)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd < 0)
		return -errno;
	if (logger.fd != STDERR_FILENO)
		close(logger.fd);
	logger.fd = fd;
	return 0;
}

int
log_fd(void)
{
	return logger.fd;
}

void
log_set_fd(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	logger.fd = fd;
}

/* One write per line, so that lines of several processes do not mix. */
static void
write_line(int fd, char *line, size_t len)
{
	ssize_t n;

	if (len > LINE_MAX_BYTES - 2)
		len = LINE_MAX_BYTES - 2;
	line[len++] = '\n';
	do
		n = write(fd, line, len);
	while (n < 0 && errno == EINTR);
}

static size_t
put_timestamp(char *line)
{
	struct timespec now;
	int n;

	if (!logger.timestamps)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	n = snprintf(line, LINE_MAX_BYTES, "%lld.%06ld ", (long long)now.tv_sec,
		     now.tv_nsec / 1000);
	return n > 0 ? (size_t)n : 0;
}

static void
put(enum log_level level, const char *word, const char *format, va_list ap)
{
	char line[LINE_MAX_BYTES];
	size_t at;
	int n;

	if (level > logger.level)
		return;
	at = put_timestamp(line);
	n = snprintf(line + at, sizeof(line) - at, "rspd: %s", word);
	at += n > 0 ? (size_t)n : 0;
	n = vsnprintf(line + at, sizeof(line) - at, format, ap);
	at += n > 0 ? (size_t)n : 0;
	write_line(logger.fd, line, at);
}

void
log_say(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	size_t at;
	int n;

	at = put_timestamp(line);
	va_start(ap, format);
	n = vsnprintf(line + at, sizeof(line) - at, format, ap);
	va_end(ap);
	write_line(STDERR_FILENO, line, at + (n > 0 ? (size_t)n : 0));
}

void
log_error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put(LOG_ERRORS, "", format, ap);
	va_end(ap);
}

void
log_warning(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put(LOG_WARNINGS, "warning: ", format, ap);
	va_end(ap);
}

void
log_note(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put(LOG_NOTES, "", format, ap);
	va_end(ap);
}

void
log_debug(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put(LOG_DEBUG, "", format, ap);
	va_end(ap);
}
