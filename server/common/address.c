/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option.h"

static int
copy(char *to, size_t cap, const char *from, size_t len)
{
	if (len >= cap)
		return -EINVAL;
	memcpy(to, from, len);
	to[len] = '\0';
	return 0;
}

static int
parse_path(enum address_kind kind, const char *path, struct address *a)
{
	a->kind = kind;
	if (path[0] == '\0')
		return -EINVAL;
	return copy(a->path, sizeof(a->path), path, strlen(path));
}

static int
parse_port(const char *text, struct address *a)
{
	int64_t port;

	if (text[0] == '-' || option_number(text, 0, UINT16_MAX, &port) < 0)
		return -EINVAL;
	a->port = (uint16_t)port;
	return 0;
}

/* Brackets only delimit: "[127.0.0.1]:0" is an address, too. */
static int
parse_host_port(const char *text, struct address *a)
{
	const char *end, *colon;

	a->kind = ADDRESS_TCP;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (end == NULL || end == text + 1 || end[1] != ':')
			return -EINVAL;
		if (copy(a->host, sizeof(a->host), text + 1,
			 (size_t)(end - text - 1)) < 0)
			return -EINVAL;
		return parse_port(end + 2, a);
	}
	colon = strrchr(text, ':');
	if (colon == NULL)
		return -EINVAL;
	if (copy(a->host, sizeof(a->host), text, (size_t)(colon - text)) < 0)
		return -EINVAL;
	return parse_port(colon + 1, a);
}

static bool
skip_prefix(const char **text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*text, prefix, n) != 0)
		return false;
	*text += n;
	return true;
}

int
address_parse(const char *text, struct address *a)
{
	memset(a, 0, sizeof(*a));
	a->fd = -1;
	if (strcmp(text, "-") == 0 || strcmp(text, "stdio") == 0) {
		a->kind = ADDRESS_STDIO;
		return 0;
	}
	if (skip_prefix(&text, "unix:"))
		return parse_path(ADDRESS_UNIX, text, a);
	if (strchr(text, '/') != NULL)
		return parse_path(ADDRESS_TTY, text, a);
	if (skip_prefix(&text, "tcp4:"))
		a->family = ADDRESS_IPV4;
	else if (skip_prefix(&text, "tcp6:"))
		a->family = ADDRESS_IPV6;
	else
		skip_prefix(&text, "tcp:");
	return parse_host_port(text, a);
}

static const struct scheme {
	const char *prefix;
	enum address_kind kind;
	enum address_role role;
	bool abstract;
} schemes[] = {
	{ "listen://", ADDRESS_TCP, ADDRESS_LISTEN, false },
	{ "accept://", ADDRESS_TCP, ADDRESS_LISTEN, false },
	{ "tcp://", ADDRESS_TCP, ADDRESS_NO_ROLE, false },
	{ "connect://", ADDRESS_TCP, ADDRESS_CONNECT, false },
	{ "tcp-connect://", ADDRESS_TCP, ADDRESS_CONNECT, false },
	{ "unix-accept://", ADDRESS_UNIX, ADDRESS_LISTEN, false },
	{ "unix-connect://", ADDRESS_UNIX, ADDRESS_CONNECT, false },
	{ "unix-abstract-accept://", ADDRESS_UNIX, ADDRESS_LISTEN, true },
	{ "unix-abstract-connect://", ADDRESS_UNIX, ADDRESS_CONNECT, true },
	{ "serial://", ADDRESS_TTY, ADDRESS_NO_ROLE, false },
	{ "file://", ADDRESS_TTY, ADDRESS_NO_ROLE, false },
	{ "fd://", ADDRESS_FD, ADDRESS_NO_ROLE, false },
};

static int
parse_scheme(const struct scheme *s, const char *rest, struct address *a)
{
	char path[sizeof(a->path)];
	int64_t fd;
	size_t len;

	a->kind = s->kind;
	a->role = s->role;
	a->abstract = s->abstract;
	switch (s->kind) {
	case ADDRESS_TCP:
		return parse_host_port(rest, a);
	case ADDRESS_FD:
		if (option_number(rest, 0, INT32_MAX, &fd) < 0)
			return -EINVAL;
		a->fd = (int)fd;
		return 0;
	default:
		/* serial:///dev/ttyS0?baud=115200: the line's own settings
		 * are used, so what follows the path says nothing. */
		len = strcspn(rest, s->kind == ADDRESS_TTY ? "?" : "");
		if (copy(path, sizeof(path), rest, len) < 0)
			return -EINVAL;
		return parse_path(s->kind, path, a);
	}
}

int
address_parse_url(const char *text, struct address *a)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		const char *rest = text;

		if (!skip_prefix(&rest, schemes[i].prefix))
			continue;
		memset(a, 0, sizeof(*a));
		a->fd = -1;
		return parse_scheme(&schemes[i], rest, a);
	}
	if (strstr(text, "://") != NULL)
		return -EINVAL;
	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0') {
		memset(a, 0, sizeof(*a));
		a->fd = -1;
		a->kind = ADDRESS_TCP;
		return parse_port(text, a);
	}
	return address_parse(text, a);
}

void
address_format(const struct address *a, char *buf, unsigned cap)
{
	switch (a->kind) {
	case ADDRESS_TCP:
		snprintf(buf, cap,
			 strchr(a->host, ':') != NULL ? "[%s]:%u" : "%s:%u",
			 a->host, a->port);
		break;
	case ADDRESS_UNIX:
		snprintf(buf, cap, "unix:%s%s", a->abstract ? "@" : "",
			 a->path);
		break;
	case ADDRESS_STDIO:
		snprintf(buf, cap, "stdio");
		break;
	case ADDRESS_TTY:
		snprintf(buf, cap, "%s", a->path);
		break;
	case ADDRESS_FD:
		snprintf(buf, cap, "fd://%d", a->fd);
		break;
	}
}
