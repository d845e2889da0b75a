/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "server.h"

static const struct form forms[] = {
	{ "", form_gdbserver, server_run },
	{ "gdbserver", form_lldb, server_run },
	{ "g", form_lldb, server_run },
	{ "serve", form_serve, daemon_run },
	{ "platform", form_platform, daemon_run },
	{ "p", form_platform, daemon_run },
};

const struct form *
form_find(const char *word)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(word, forms[i].name) == 0)
			return &forms[i];
	}
	return NULL;
}

/* Parsing may change argv; session processes get it as it was. */
static char **
copy_argv(char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n] != NULL)
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < n; i++)
		copy[i] = argv[i];
	return copy;
}

int
form_run(const struct form *form, char **argv)
{
	char **given = copy_argv(argv);
	struct settings s;
	int status = 1;

	if (given == NULL)
		return 1;
	/* Nobody need be there to read what we say. */
	signal(SIGPIPE, SIG_IGN);
	settings_init(&s);
	s.form = form->name;
	s.argv = given;
	switch (form->parse(argv, &s)) {
	case SETTINGS_RUN:
		status = settings_open_log(&s) ? form->run(&s) : 1;
		break;
	case SETTINGS_DONE:
		status = 0;
		break;
	case SETTINGS_WRONG:
		break;
	}
	settings_free(&s);
	free(given);
	return status;
}
