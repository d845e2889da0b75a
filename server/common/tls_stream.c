/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes through the socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tls_private.h"

/* What a record with an alert looks like on the wire, when in the clear. */
#define RECORD_ALERT  21
#define RECORD_HEADER 5

/* A peer that ends it, in whatever way, is there. */
static int
socket_failed(struct tls *t, ssize_t n)
{
	if (n < 0 && errno != ECONNRESET && errno != EPIPE)
		t->lost = errno;
	return MBEDTLS_ERR_SSL_CONN_EOF;
}

static int
bio_send(void *arg, const unsigned char *buf, size_t len)
{
	struct tls *t = arg;
	ssize_t n;

	do
		n = send(t->fd, buf, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	return n < 0 ? socket_failed(t, n) : (int)n;
}

/*
 * The library reads a record's header and then its body; it does not tell
 * which alert came, so that is looked up here.
 */
static void
watch_for_alert(struct tls *t, const unsigned char *buf, ssize_t n)
{
	if (t->alert_begins && n == 2)
		t->alert = buf[1];
	t->alert_begins = n == RECORD_HEADER && buf[0] == RECORD_ALERT &&
			  buf[3] == 0 && buf[4] == 2;
}

/*
 * The library asks for a record's header, for its body, and then for another
 * header that is not there: three system calls in place of one.  What was less
 * than there was room for was all, and the answer to the next question is
 * known.
 */
static int
fill_ahead(struct tls *t)
{
	ssize_t n;

	if (t->drained) {
		t->drained = false;
		return MBEDTLS_ERR_SSL_WANT_READ;
	}
	do
		n = recv(t->fd, t->ahead, sizeof(t->ahead), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n <= 0)
		return socket_failed(t, n);
	t->ahead_start = 0;
	t->ahead_end = (size_t)n;
	t->drained = t->ahead_end < sizeof(t->ahead);
	return 0;
}

static int
bio_recv(void *arg, unsigned char *buf, size_t len)
{
	struct tls *t = arg;
	size_t n;
	int code;

	if (t->ahead_start == t->ahead_end) {
		code = fill_ahead(t);
		if (code != 0)
			return code;
	}
	n = t->ahead_end - t->ahead_start;
	n = n < len ? n : len;
	memcpy(buf, t->ahead + t->ahead_start, n);
	t->ahead_start += n;
	watch_for_alert(t, buf, (ssize_t)n);
	return (int)n;
}

void
tls_set_socket(struct tls *t, int fd)
{
	t->fd = fd;
	mbedtls_ssl_set_bio(&t->ssl, t, bio_send, bio_recv, NULL);
}

/* -EAGAIN for what only wants another call, else 0. */
static int
not_now(struct tls *t, int code)
{
	t->wants_write = code == MBEDTLS_ERR_SSL_WANT_WRITE;
	return code == MBEDTLS_ERR_SSL_WANT_READ ||
		       code == MBEDTLS_ERR_SSL_WANT_WRITE
		   ? -EAGAIN
		   : 0;
}

int
tls_handshake(struct tls *t)
{
	int code = mbedtls_ssl_handshake(&t->ssl);

	if (not_now(t, code) < 0)
		return -EAGAIN;
	return code == 0 ? 0 : tls_fail(t, code);
}

static bool
is_ticket(int code)
{
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
	return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
	(void)code;
	return false;
#endif
}

ssize_t
tls_read(struct tls *t, uint8_t *buf, size_t n)
{
	int code;

	do
		code = mbedtls_ssl_read(&t->ssl, buf, n);
	while (is_ticket(code));
	if (not_now(t, code) < 0)
		return -EAGAIN;
	/* Most debuggers just hang up. */
	if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    code == MBEDTLS_ERR_SSL_CONN_EOF || code == 0)
		return t->lost == 0 ? 0 : tls_fail(t, MBEDTLS_ERR_SSL_CONN_EOF);
	return code > 0 ? code : tls_fail(t, code);
}

ssize_t
tls_write(struct tls *t, const uint8_t *buf, size_t n)
{
	int code = mbedtls_ssl_write(&t->ssl, buf, n);

	if (not_now(t, code) < 0)
		return -EAGAIN;
	return code > 0 ? code : tls_fail(t, code);
}

bool
tls_wants_write(const struct tls *t)
{
	return t->wants_write;
}

void
tls_say_end(struct tls *t)
{
	mbedtls_ssl_close_notify(&t->ssl);
}

const char *
tls_error(const struct tls *t)
{
	return t->error;
}
