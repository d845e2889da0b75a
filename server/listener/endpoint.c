/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include <errno.h>
#include <string.h>

#include "../common/log.h"

static int
refuse(const struct address *a, const struct settings *s)
{
	log_error("%s:%u: not listening where other machines can connect",
		  a->host, a->port);
	if (s->tls.cert == NULL)
		log_error("whoever reaches the port could run code as this "
			  "user.  Use localhost:%u (and, from\n"
			  "another machine, ssh -L), or TLS (--tls-cert, "
			  "--tls-key, --tls-client-ca), or\n"
			  "--insecure if you mean it",
			  a->port);
	else
		log_error("without --tls-client-ca any client gets in, TLS or "
			  "not; --insecure if you mean it");
	return -EPERM;
}

static int
bind_tcp(const struct address *a, const struct settings *s,
	 struct socket_listeners *l)
{
	struct socket_addresses addresses;
	struct socket_error error;
	bool may_leave = s->tls.ca != NULL || s->insecure;
	int err;

	if (a->host[0] == '\0' && !may_leave) {
		socket_loopback(a->port, &addresses);
		log_say("Note: :%u is taken for localhost:%u; other machines "
			"need TLS or --insecure.",
			a->port, a->port);
	} else {
		err = socket_resolve(a, true, &addresses, &error);
		if (err < 0) {
			log_say("%s", error.text);
			return err;
		}
	}
	if (!may_leave && !socket_all_loopback(&addresses))
		return refuse(a, s);
	err = socket_listen(&addresses, l, &error);
	if (err < 0)
		log_say("%s", error.text);
	return err;
}

int
endpoint_bind(const struct address *a, const struct settings *s,
	      struct socket_listeners *l)
{
	struct socket_error error;
	int err;

	if (a->kind == ADDRESS_TCP)
		return bind_tcp(a, s, l);
	err = socket_listen_unix(a, l, &error);
	if (err < 0)
		log_say("%s", error.text);
	return err;
}

int
endpoint_start(const struct socket_listeners *l)
{
	struct socket_error error;
	int err = socket_listen_start(l, &error);

	if (err < 0)
		log_say("%s", error.text);
	return err;
}
