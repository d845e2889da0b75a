/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a debugger is to be met: text to struct address.  Pure: resolves no
 * name and opens nothing.
 */
#ifndef COMMON_ADDRESS_H
#define COMMON_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

enum address_kind {
	ADDRESS_TCP,
	ADDRESS_UNIX,
	ADDRESS_STDIO,
	ADDRESS_TTY,
	ADDRESS_FD,
};

enum address_family { ADDRESS_ANY_FAMILY, ADDRESS_IPV4, ADDRESS_IPV6 };

/* Which side opens the connection, where the text says so. */
enum address_role { ADDRESS_NO_ROLE, ADDRESS_LISTEN, ADDRESS_CONNECT };

struct address {
	enum address_kind kind;
	enum address_family family;
	enum address_role role;
	char host[256];	 /* TCP; "" if none was given */
	uint16_t port;	 /* TCP; 0: any */
	bool abstract;	 /* UNIX: not in the file system */
	char path[1024]; /* UNIX, TTY */
	int fd;		 /* FD */
};

/*
 * gdbserver's COMM and the addresses of rspd's own forms: HOST:PORT, :PORT,
 * [V6]:PORT, V6:PORT (the last colon counts), tcp:, tcp4:, tcp6: before them,
 * unix:PATH, "-", "stdio", and a path (with a slash in it): ADDRESS_TTY, to be
 * made ADDRESS_UNIX by the caller if that is what stands there.  -EINVAL.
 */
int address_parse(const char *text, struct address *a);

/*
 * lldb-server's: a bare PORT too, and URLs with the schemes listen, accept,
 * tcp, connect, tcp-connect, unix-accept, unix-connect, unix-abstract-accept,
 * unix-abstract-connect, serial, file, fd.  -EINVAL.
 */
int address_parse_url(const char *text, struct address *a);

/* "[::1]:1234", "unix:/x": for messages. */
void address_format(const struct address *a, char *buf, unsigned cap);

#endif
