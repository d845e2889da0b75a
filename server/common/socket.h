/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: name resolution, listening, connecting.  All descriptors made here
 * are non-blocking and close-on-exec.
 */
#ifndef COMMON_SOCKET_H
#define COMMON_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "address.h"

#define SOCKET_ADDRESSES_MAX 16
/* "[2001:db8::1]:12345", or "unix client". */
#define SOCKET_NAME_MAX 96

struct socket_addresses {
	struct sockaddr_storage at[SOCKET_ADDRESSES_MAX];
	socklen_t len[SOCKET_ADDRESSES_MAX];
	size_t n;
};

struct socket_listeners {
	int fd[SOCKET_ADDRESSES_MAX];
	size_t n;
	uint16_t port;		/* the one that clients use; 0: UNIX */
	char unlink_path[1024]; /* "" or the socket to remove in the end */
};

/* Why something did not work, as a line without its end. */
struct socket_error {
	char text[512];
};

/*
 * What a TCP host stands for.  "" and "*" are the wildcard; a `passive`
 * resolution is for listening.  -EINVAL with the error's text.
 */
int socket_resolve(const struct address *a, bool passive,
		   struct socket_addresses *out, struct socket_error *error);
/* 127.0.0.1 and ::1. */
void socket_loopback(uint16_t port, struct socket_addresses *out);
bool socket_all_loopback(const struct socket_addresses *addresses);

/*
 * Takes all of them, on one port (0: one is found).  A family that this
 * machine does not have is left out if another one works.  Connections are
 * refused until socket_listen_start.
 */
int socket_listen(const struct socket_addresses *addresses,
		  struct socket_listeners *l, struct socket_error *error);
int socket_listen_start(const struct socket_listeners *l,
			struct socket_error *error);
/* A socket in the file system that only its owner can connect to; one that
 * nobody listens on any more is replaced. */
int socket_listen_unix(const struct address *a, struct socket_listeners *l,
		       struct socket_error *error);
void socket_listeners_close(struct socket_listeners *l);

/* Connects, TCP or UNIX, within timeout_ms. */
int socket_connect(const struct address *a, int timeout_ms, int *fd,
		   struct socket_error *error);

/* The next connection or -errno; -EAGAIN: none. */
int socket_accept(int listener, int *fd);
/* No delay for small packets; dead peers are found within SOCKET_PEER_SECONDS.
 * Harmless for what is no TCP socket. */
void socket_tune(int fd);
/* The connection ends when the other machine is silent for so long: it is asked
 * while there is nothing to say, and must acknowledge what it is sent.  0: the
 * kernel's own hours and minutes. */
void socket_set_peer_timeout(int fd, unsigned seconds);
#define SOCKET_PEER_SECONDS	120
#define SOCKET_PEER_SECONDS_MAX 86400

/* Our side's: a TCP port (0: not TCP), or a UNIX socket's path (""). */
void socket_local(int fd, uint16_t *port, char *path, size_t cap);
/* The other side's address and port in words; port 0: not TCP. */
void socket_peer(int fd, char host[SOCKET_NAME_MAX], uint16_t *port);
int socket_set_nonblocking(int fd);

#endif
