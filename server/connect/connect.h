/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd connect: the debugger's side of a TLS connection, as a pipe (gdb's
 * `target remote | rspd connect ...`) or behind a local address (--listen).
 */
#ifndef CONNECT_CONNECT_H
#define CONNECT_CONNECT_H

/* argv[0] is the first argument after "connect"; the exit status. */
int connect_main(char **argv);

/* The hidden role behind --listen: one debugger's connection. */
#define CONNECT_ROLE "--role=connect"
int connect_role_main(char **argv);

/* What the exit status says. */
enum connect_status {
	CONNECT_OK = 0,
	CONNECT_USAGE = 1, /* command line, files */
	CONNECT_UNREACHABLE = 2,
	CONNECT_REFUSED = 3, /* handshake: name, certificates, ... */
	CONNECT_BROKEN = 4,  /* TLS went wrong later */
};

#endif
