/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/socket.h"
#include "../common/tls.h"
#include "../relay/pump.h"
#include "../session/native.h"
#include "private.h"

#define CONNECT_MS	  20000
#define HANDSHAKE_SECONDS 20
#define LINGER_MS	  1000

/*
 * lldb's platform asks the server where further sessions can come in, and that
 * knows its own door only.  So it is told ours, which the debugger has found.
 */
static size_t
describe_door(int fd, char text[SESSION_DOOR_NOTICE_MAX])
{
	struct session_door door;

	socket_local(fd, &door.port, door.path, sizeof(door.path));
	if (door.port == 0 && door.path[0] == '\0')
		return 0;
	return session_door_notice(&door, text);
}

static int
shake_hands(const struct connect *c, const struct pump *pump)
{
	int err = pump_handshake(pump, HANDSHAKE_SECONDS, false);

	if (err == 0)
		return CONNECT_OK;
	log_error("%s: %s", c->server_text,
		  err == -ETIMEDOUT ? "the handshake took too long; is that a "
				      "TLS port?"
				    : tls_error(pump->tls));
	return CONNECT_REFUSED;
}

/*
 * With TLS 1.3 a server looks at our certificate when the handshake is over
 * for us, and what it says then is not always to be read.
 */
static int
run_pump(const struct connect *c, struct pump *pump)
{
	int err = pump_run(pump);

	if (err == 0 && !pump->heard && !pump->peer_ended)
		err = pump_hear(pump, LINGER_MS);
	if (pump->heard || !pump->peer_ended) {
		if (err < 0)
			log_error("%s: %s", c->server_text,
				  tls_error(pump->tls));
		return err < 0 ? CONNECT_BROKEN : CONNECT_OK;
	}
	log_error("%s: the server hung up without a word (%s); it wants "
		  "another certificate, or it is busy with another debugger",
		  c->server_text, err < 0 ? tls_error(pump->tls) : "no error");
	return CONNECT_REFUSED;
}

int
connect_carry(const struct connect *c, int in, int out)
{
	struct pump pump = { .in = in, .out = out };
	struct socket_error error;
	char door[SESSION_DOOR_NOTICE_MAX], text[512];
	int status, err;

	err = tls_new(&pump.tls, TLS_CLIENT, &c->files, c->name, text,
		      sizeof(text));
	if (err < 0) {
		log_error("%s", text);
		return CONNECT_USAGE;
	}
	if (socket_connect(&c->server, CONNECT_MS, &pump.net, &error) < 0) {
		log_error("%s", error.text);
		tls_free(pump.tls);
		return CONNECT_UNREACHABLE;
	}
	socket_set_peer_timeout(pump.net, c->peer_seconds);
	tls_set_socket(pump.tls, pump.net);
	pump.greeting = door;
	pump.greeting_len = (uint16_t)describe_door(in, door);
	status = shake_hands(c, &pump);
	if (status == CONNECT_OK)
		status = run_pump(c, &pump);
	tls_say_end(pump.tls);
	pump_linger(&pump, LINGER_MS);
	tls_free(pump.tls);
	close(pump.net);
	return status;
}
