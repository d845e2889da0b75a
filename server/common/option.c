/* SPDX-License-Identifier: Apache-2.0 */
#include "option.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Width of the column of names in --help. */
#define NAME_COLUMN 28

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
			return wrong(o, "Unknown argument: %s", arg);
		return take(o, row, NULL, value);
	}
	eq = strchr(arg, '=');
	row = find_long(o, arg + 2,
			eq == NULL ? strlen(arg + 2) : (size_t)(eq - arg - 2));
	if (row == NULL)
		return wrong(o, "Unknown argument: %s", arg);
	return take(o, row, eq == NULL ? NULL : eq + 1, value);
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
