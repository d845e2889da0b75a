/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../common/option.h"
#include "settings.h"

static int64_t
number_of(const char *variable, int64_t max)
{
	const char *text = getenv(variable);
	int64_t n;

	if (text == NULL || option_number(text, 0, max, &n) < 0)
		return -1;
	return n;
}

size_t
systemd_listeners(void)
{
	int64_t n;

	if (number_of("LISTEN_PID", INT32_MAX) != getpid())
		return 0;
	n = number_of("LISTEN_FDS", SETTINGS_ADDRESSES_MAX);
	return n > 0 ? (size_t)n : 0;
}

void
systemd_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(un.sun_path))
		return;
	memcpy(un.sun_path, path, len);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(
	    fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void
systemd_notify_reloading(void)
{
	struct timespec now;
	char state[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	systemd_notify(state);
}

double
systemd_watchdog(void)
{
	int64_t pid = number_of("WATCHDOG_PID", INT32_MAX);
	int64_t usec = number_of("WATCHDOG_USEC", INT64_C(1) << 50);

	if (usec <= 0 || (pid >= 0 && pid != getpid()))
		return 0;
	return (double)usec / 1e6;
}
