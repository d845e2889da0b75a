/* SPDX-License-Identifier: Apache-2.0 */
#include "session_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/spawn.h"
#include "forms.h"
#include "server.h"

/* Before the server's own arguments: rspd ROLE FORM PORT PATH FOLDER */
enum { AT_ROLE = 1, AT_FORM, AT_PORT, AT_PATH, AT_FOLDER, AT_OWN };

static const char **
make_argv(const struct settings *s, const struct waiting_client *client,
	  const char *port, const char *folder)
{
	const char **argv;
	size_t n = 0;

	while (s->argv[n] != NULL)
		n++;
	argv = calloc(AT_OWN + n + 1, sizeof(*argv));
	if (argv == NULL)
		return NULL;
	argv[0] = "rspd";
	argv[AT_ROLE] = SESSION_PROCESS_ROLE;
	argv[AT_FORM] = s->form;
	argv[AT_PORT] = port;
	argv[AT_PATH] = client->door.path;
	argv[AT_FOLDER] = folder;
	for (size_t i = 0; i < n; i++)
		argv[AT_OWN + i] = s->argv[i];
	return argv;
}

int
session_process_start(const struct settings *s,
		      const struct waiting_client *client, const char *folder,
		      int *server)
{
	const char **argv;
	char port[8];
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) < 0)
		return -errno;
	snprintf(port, sizeof(port), "%u", client->door.port);
	argv = make_argv(s, client, port, folder);
	err = argv == NULL
		  ? -ENOMEM
		  : spawn_role(argv, (const int[]){ client->fd, pair[1] }, 2,
			       SPAWN_ORPHAN, NULL);
	free(argv);
	close(pair[1]);
	if (err < 0)
		close(pair[0]);
	else
		*server = pair[0];
	return err;
}

/* Whatever the server was to do with a target or a port is not for it. */
static void
keep_to_client(struct settings *s, char **argv)
{
	s->comm[0] =
	    (struct address){ .kind = ADDRESS_FD, .fd = SPAWN_FIRST_FD };
	s->ncomm = 1;
	s->program = NULL;
	s->attach = NULL;
	s->tls = (struct tls_files){ 0 };
	s->setsid = false;
	s->reverse_connect = false;
	s->port_fd = -1;
	s->port_path = NULL;
	s->socket_file = NULL;
	s->door.port = (uint16_t)strtoul(argv[AT_PORT], NULL, 10);
	snprintf(s->door.path, sizeof(s->door.path), "%s", argv[AT_PATH]);
	s->server_fd = SPAWN_FIRST_FD + 1;
	s->session.once = true;
	s->session.extended = true;
	s->session.comm_is_stdio = false;
	if (!s->on_disconnect_given)
		s->session.on_disconnect = ON_DISCONNECT_DETACH;
}

int
session_process_main(char **argv)
{
	const struct form *form;
	struct settings s;

	/* The same numbers as when they were made. */
	argv -= AT_FORM;
	for (size_t i = AT_FORM; i < AT_OWN; i++) {
		if (argv[i] == NULL) {
			log_error("this role is not for users");
			return 1;
		}
	}
	form = form_find(argv[AT_FORM]);
	settings_init(&s);
	if (form == NULL || form->parse(argv + AT_OWN, &s) != SETTINGS_RUN ||
	    !settings_open_log(&s))
		return 1;
	keep_to_client(&s, argv);
	/* It may be gone by now; the client sees where it is. */
	if (argv[AT_FOLDER][0] != '\0' && chdir(argv[AT_FOLDER]) < 0)
		log_warning("%s: %s", argv[AT_FOLDER], strerror(errno));
	return server_run(&s);
}
