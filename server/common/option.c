/* SPDX-License-Identifier: Apache-2.0 */
#include "option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

/* Width of the column of names in --help. */
#define NAME_COLUMN 28

/* No option is longer. */
#define WORD_MAX 40

static const struct option_row *
find_long(const struct options *o, const char *name, size_t len)
{
	for (const struct option_row *const *t = o->tables; *t != NULL; t++) {
		for (const struct option_row *r = *t; r->name != NULL; r++) {
			if (strlen(r->name) == len &&
			    memcmp(r->name, name, len) == 0)
				return r;
		}
	}
	return NULL;
}

static const struct option_row *
find_letter(const struct options *o, char letter)
{
	for (const struct option_row *const *t = o->tables; *t != NULL; t++) {
		for (const struct option_row *r = *t; r->name != NULL; r++) {
			if (r->letter != 0 && r->letter == letter)
				return r;
		}
	}
	return NULL;
}

/*
 * How many letters must be changed, added or left out to make b of a.  The
 * table of it is filled row by row, so that one row is enough.
 */
static size_t
distance(const char *a, size_t alen, const char *b)
{
	size_t row[WORD_MAX + 1], blen = strlen(b);

	if (alen > WORD_MAX || blen > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= blen; j++)
		row[j] = j;
	for (size_t i = 0; i < alen; i++) {
		size_t before = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < blen; j++) {
			size_t change = before + (a[i] != b[j]);
			size_t other =
			    row[j] < row[j + 1] ? row[j] : row[j + 1];

			before = row[j + 1];
			row[j + 1] = change < other + 1 ? change : other + 1;
		}
	}
	return row[blen];
}

/* The shown option that the user may have meant; NULL: none is near. */
static const struct option_row *
find_nearest(const struct options *o, const char *name, size_t len)
{
	const struct option_row *best = NULL;
	size_t least = len < 4 ? 2 : 3, d;

	for (const struct option_row *const *t = o->tables; *t != NULL; t++) {
		for (const struct option_row *r = *t; r->name != NULL; r++) {
			d = distance(name, len, r->name);
			if (r->help != NULL && d < least) {
				best = r;
				least = d;
			}
		}
	}
	return best;
}

static int
unknown(struct options *o, const char *arg, size_t len)
{
	const struct option_row *near =
	    len > 2 ? find_nearest(o, arg + 2, len - 2) : NULL;

	snprintf(o->error, sizeof(o->error),
		 near != NULL ? "Unknown argument: %.*s; did you mean --%s?"
			      : "Unknown argument: %.*s; try --help",
		 (int)(len < 100 ? len : 100), arg,
		 near != NULL ? near->name : "");
	return OPTION_WRONG;
}

static int
wrong(struct options *o, const char *what, const char *arg)
{
	snprintf(o->error, sizeof(o->error), what, arg);
	return OPTION_WRONG;
}

static int
take(struct options *o, const struct option_row *row, const char *inlined,
     const char **value)
{
	if (inlined != NULL && row->argument == OPTION_BARE)
		return wrong(o, "--%s takes no value", row->name);
	*value = inlined;
	if (row->argument == OPTION_VALUE && inlined == NULL) {
		if (*o->argv == NULL)
			return wrong(o, "--%s needs a value", row->name);
		*value = *o->argv++;
	}
	return row->id;
}

int
options_next(struct options *o, const char **value)
{
	const char *arg = *o->argv;
	const struct option_row *row;
	const char *eq;
	size_t len;

	*value = NULL;
	if (arg == NULL)
		return OPTION_END;
	o->argv++;
	if (arg[0] != '-' || arg[1] == '\0') {
		*value = arg;
		return OPTION_POSITIONAL;
	}
	if (strcmp(arg, "--") == 0)
		return OPTION_SEPARATOR;
	if (arg[1] != '-') {
		row = arg[2] == '\0' ? find_letter(o, arg[1]) : NULL;
		if (row == NULL)
			return unknown(o, arg, strlen(arg));
		return take(o, row, NULL, value);
	}
	eq = strchr(arg, '=');
	len = eq == NULL ? strlen(arg) : (size_t)(eq - arg);
	row = find_long(o, arg + 2, len - 2);
	if (row == NULL)
		return unknown(o, arg, len);
	return take(o, row, eq == NULL ? NULL : eq + 1, value);
}

int
options_take(const struct option_use *use, char **argv)
{
	struct options o = { .tables = use->tables, .argv = argv };
	const char *value;
	int id;

	while ((id = options_next(&o, &value)) != OPTION_END) {
		if (id == OPTION_WRONG) {
			log_error("%s", o.error);
			return -EINVAL;
		}
		if (id == use->help_id) {
			use->help();
			return 1;
		}
		if (!use->take(use->arg, id, value))
			return -EINVAL;
	}
	return 0;
}

void
options_print(const struct option_row *table)
{
	for (const struct option_row *r = table; r->name != NULL; r++) {
		char left[128];
		int n;

		if (r->help == NULL)
			continue;
		n = snprintf(left, sizeof(left), "%s%c%s--%s%s%s",
			     r->letter != 0 ? "-" : "  ",
			     r->letter != 0 ? r->letter : ' ',
			     r->letter != 0 ? ", " : " ", r->name,
			     r->metavar == NULL			  ? ""
			     : r->argument == OPTION_VALUE_INLINE ? "="
								  : " ",
			     r->metavar == NULL ? "" : r->metavar);
		if (n < NAME_COLUMN)
			printf("  %-*s", NAME_COLUMN, left);
		else
			printf("  %s\n  %*s", left, NAME_COLUMN, "");
		/* A help text of several lines is indented as a block. */
		for (const char *p = r->help; *p != '\0'; p++) {
			putchar(*p);
			if (*p == '\n')
				printf("  %*s", NAME_COLUMN, "");
		}
		putchar('\n');
	}
}

int
option_number(const char *text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = text[0] == '-';
	const char *p = text + negative;
	int64_t v = 0;

	if (*p == '\0')
		return -EINVAL;
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || v > (INT64_MAX - 9) / 10)
			return -EINVAL;
		v = v * 10 + (*p - '0');
	}
	if (negative)
		v = -v;
	if (v < min || v > max)
		return -EINVAL;
	*value = v;
	return 0;
}

bool
option_seconds(const char *name, const char *value, unsigned max,
	       unsigned *seconds)
{
	int64_t number;

	if (option_number(value, 0, max, &number) < 0) {
		log_error("--%s=%s: 0 to %u seconds are wanted", name, value,
			  max);
		return false;
	}
	*seconds = (unsigned)number;
	return true;
}
