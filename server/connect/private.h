/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of server/connect/ share. */
#ifndef CONNECT_PRIVATE_H
#define CONNECT_PRIVATE_H

#include <stdbool.h>

#include "../common/address.h"
#include "../common/tls_files.h"
#include "connect.h"

/* What the command line asks for. */
struct connect {
	char *const *argv;
	struct tls_files files;
	const char *name; /* in the server's certificate */
	struct address server;
	const char *server_text;
	struct address listen;
	bool listens;
	bool once;
};

/* Carries one debugger's bytes, at stdio or at a socket; the exit status. */
int connect_carry(const struct connect *c, int in, int out);

/* --listen; the exit status. */
int connect_listen(const struct connect *c);

#endif
