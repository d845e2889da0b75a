/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of server/connect/ share. */
#ifndef CONNECT_PRIVATE_H
#define CONNECT_PRIVATE_H

#include <stdbool.h>

#include "../common/address.h"
#include "../common/option.h"
#include "../common/tls_files.h"
#include "connect.h"

/* Texts from configuration files. */
#define CONNECT_OWNED_MAX 32

/* What the command line asks for, and connect.conf where that says nothing. */
struct connect {
	char *const *argv;
	struct tls_files files;
	const char *name; /* in the server's certificate */
	struct address server;
	const char *server_text; /* an address or a section's name */
	const char *config;	 /* the only file to be read, or NULL */
	const char *configured;	 /* the section's address, or NULL */
	char *owned[CONNECT_OWNED_MAX];
	size_t nowned;
	unsigned peer_seconds; /* socket_set_peer_timeout */
	struct address listen;
	bool listens;
	bool once;
};

extern const struct option_row connect_rows[];
/* An option of these with its value; false and a message if it is wrong. */
bool connect_apply(struct connect *c, int id, const char *value);

/* config.c: what the files say of c->server_text; 0, or -EINVAL and a message.
 */
int connect_read_config(struct connect *c);

/* Carries one debugger's bytes, at stdio or at a socket; the exit status. */
int connect_carry(const struct connect *c, int in, int out);

/* --listen; the exit status. */
int connect_listen(const struct connect *c);

#endif
