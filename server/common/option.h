/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines read by a table of options.
 *
 * "--name", "--name=value", "--name value" and "-n" are known; names are not
 * abbreviated.  What is no option is handed back in its place, so that each
 * form of command line decides itself where its options end.
 */
#ifndef COMMON_OPTION_H
#define COMMON_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_argument {
	OPTION_BARE,	     /* --once */
	OPTION_VALUE,	     /* --fd N, --fd=N */
	OPTION_VALUE_INLINE, /* --disable-packet=T; a bare one has none */
};

struct option_row {
	const char *name; /* without dashes; NULL ends a table */
	char letter;	  /* 0: none */
	enum option_argument argument;
	int id;		     /* > 0; the form's own */
	const char *metavar; /* "FILE" */
	const char *help;    /* NULL: not shown */
};

/* What options_next gives beside the ids. */
enum {
	OPTION_END = 0,		/* no arguments left */
	OPTION_POSITIONAL = -1, /* *value is the argument */
	OPTION_SEPARATOR = -2,	/* "--" */
	OPTION_WRONG = -3,	/* error[] says what */
};

struct options {
	const struct option_row *const *tables; /* NULL-terminated */
	char **argv; /* the argument that comes next */
	char error[256];
};

/*
 * Takes the next argument.  A lone "-" is positional.  `argv` then stands on
 * the one after it; a positional is taken, too (step back by argv--).
 */
int options_next(struct options *o, const char **value);

/* What is done with all of them. */
struct option_use {
	const struct option_row *const *tables;
	int help_id; /* the option that only wants `help` */
	void (*help)(void);
	/* An option or OPTION_POSITIONAL, _SEPARATOR; false: it is wrong, and a
	 * message was printed. */
	bool (*take)(void *arg, int id, const char *value);
	void *arg;
};

/* 0: all are taken; 1: help was printed; -EINVAL: a message was. */
int options_take(const struct option_use *use, char **argv);

/* Prints the tables' rows to stdout, in two columns. */
void options_print(const struct option_row *table);

/* The value of --NAME in [0, max]; false and a message. */
bool option_seconds(const char *name, const char *value, unsigned max,
		    unsigned *seconds);

/* A decimal number in [min, max]: 0 or -EINVAL. */
int option_number(const char *text, int64_t min, int64_t max, int64_t *value);

#endif
