/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of command line, by the word that they begin with. */
#ifndef LISTENER_FORMS_H
#define LISTENER_FORMS_H

#include "settings.h"

struct form {
	const char *name; /* "": gdbserver's, which has no word */
	enum settings_result (*parse)(char **argv, struct settings *s);
	/* Runs until it is over; the exit status. */
	int (*run)(struct settings *s);
};

/* NULL: no form has that word. */
const struct form *form_find(const char *word);
/* A whole program's life in a form; argv[0] is what follows the word. */
int form_run(const struct form *form, char **argv);

#endif
