/* SPDX-License-Identifier: Apache-2.0 */
#include "report_port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"

/* Decimal digits and a NUL: what lldb reads. */
static int
put(int fd, uint16_t port)
{
	char text[8];
	int n = snprintf(text, sizeof(text), "%u", port);
	ssize_t sent;

	do
		sent = write(fd, text, (size_t)n + 1);
	while (sent < 0 && errno == EINTR);
	return sent == n + 1 ? 0 : -errno;
}

int
report_port(const struct settings *s, uint16_t port)
{
	int fd, err;

	if (s->port_fd >= 0) {
		err = put(s->port_fd, port);
		close(s->port_fd);
		if (err < 0) {
			log_error("--pipe=%d: %s", s->port_fd, strerror(-err));
			return err;
		}
	}
	if (s->port_path == NULL)
		return 0;
	/* Waits for the reader of a FIFO to open its side. */
	fd = open(s->port_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	err = fd < 0 ? -errno : put(fd, port);
	if (err < 0)
		log_error("%s: %s", s->port_path, strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

static int
write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd, err;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	err = n == (ssize_t)len ? 0 : n < 0 ? -errno : -EIO;
	if (close(fd) < 0 && err == 0)
		err = -errno;
	return err;
}

int
report_socket(const struct settings *s, const struct socket_listeners *l)
{
	char *temporary, port[8];
	int err;

	if (s->socket_file == NULL)
		return 0;
	snprintf(port, sizeof(port), "%u", l->port);
	if (asprintf(&temporary, "%s.%d", s->socket_file, (int)getpid()) < 0)
		return -ENOMEM;
	err = write_file(temporary, l->port != 0 ? port : l->unlink_path);
	if (err == 0 && rename(temporary, s->socket_file) < 0)
		err = -errno;
	if (err < 0) {
		log_error("--socket-file=%s: %s", s->socket_file,
			  strerror(-err));
		if (err != -EEXIST)
			unlink(temporary);
	}
	free(temporary);
	return err;
}
