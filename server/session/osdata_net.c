/* SPDX-License-Identifier: Apache-2.0 */
/* "info os sockets": from /proc/net. */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "osdata.h"

static const char *
state_name(unsigned state)
{
	static const char *const names[] = {
		"UNKNOWN",    "ESTABLISHED", "SYN_SENT",  "SYN_RECV",
		"FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "CLOSE",
		"CLOSE_WAIT", "LAST_ACK",    "LISTEN",	  "CLOSING",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state]
							: names[0];
}

/* The kernel prints an address as words in its own byte order. */
static void
put_address(struct session *s, const char *column, const char *hex)
{
	int family = strlen(hex) > 8 ? AF_INET6 : AF_INET;
	uint32_t words[4] = { 0 };
	char text[INET6_ADDRSTRLEN] = "";
	int n;

	n = sscanf(hex, "%8x%8x%8x%8x", &words[0], &words[1], &words[2],
		   &words[3]);
	if (n >= 1)
		inet_ntop(family, words, text, sizeof(text));
	osdata_text(s, column, text);
}

static void
put_socket(struct session *s, char *line, const char *family,
	   const char *protocol)
{
	char local[33];
	char remote[33];
	unsigned local_port;
	unsigned remote_port;
	unsigned state;
	unsigned uid;

	if (sscanf(line,
		   "%*u: %32[0-9A-Fa-f]:%x %32[0-9A-Fa-f]:%x %x"
		   " %*x:%*x %*x:%*x %*x %u",
		   local, &local_port, remote, &remote_port, &state, &uid) != 6)
		return;
	osdata_item(s);
	put_address(s, "local address", local);
	osdata_number(s, "local port", local_port);
	put_address(s, "remote address", remote);
	osdata_number(s, "remote port", remote_port);
	osdata_text(s, "state", state_name(state));
	osdata_user(s, "user", uid);
	osdata_text(s, "family", family);
	osdata_text(s, "protocol", protocol);
	osdata_end(s);
}

static void
put_tcp(struct session *s, char *line)
{
	put_socket(s, line, "INET", "STREAM");
}

static void
put_udp(struct session *s, char *line)
{
	put_socket(s, line, "INET", "DGRAM");
}

static void
put_tcp6(struct session *s, char *line)
{
	put_socket(s, line, "INET6", "STREAM");
}

static void
put_udp6(struct session *s, char *line)
{
	put_socket(s, line, "INET6", "DGRAM");
}

void
osdata_sockets(struct session *s)
{
	osdata_lines(s, "/proc/net/tcp", 1, put_tcp);
	osdata_lines(s, "/proc/net/udp", 1, put_udp);
	osdata_lines(s, "/proc/net/tcp6", 1, put_tcp6);
	osdata_lines(s, "/proc/net/udp6", 1, put_udp6);
}
