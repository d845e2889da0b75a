/* SPDX-License-Identifier: Apache-2.0 */
/* rspd audit verify [--key FILE] FILE...: is each line as it was written, and
 * none gone? */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/log.h"
#include "../common/option.h"
#include "audit.h"

enum { ID_KEY = 1, ID_HELP };

static const struct option_row rows[] = {
	{ "key", 0, OPTION_VALUE, ID_KEY, "FILE",
	  "the key that the log was written with" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = { rows, NULL };

struct verification {
	const char *key_path; /* NULL: none */
	struct chain_key key;
	size_t files;
	bool broken;
	char last[CHAIN_HASH_SIZE];
	bool any; /* a line was seen: `last` is its hash */
	unsigned long long lines, begins;
};

/* What is wrong with a line; NULL: nothing. */
static const char *
check_line(struct verification *v, const char *line, size_t len)
{
	char prev[CHAIN_HASH_SIZE], hash[CHAIN_HASH_SIZE];
	bool first = !v->any;
	bool follows;

	if (chain_check(line, len, prev, hash, &v->key) < 0)
		return v->key_path != NULL
			   ? "it is not as it was written, or by another key"
			   : "it is not as it was written (or by a key: "
			     "--key)";
	follows = first || strcmp(prev, v->last) == 0;
	v->any = true;
	memcpy(v->last, hash, sizeof(hash));
	v->lines++;
	if (!follows)
		return "it does not follow the line before: lines are missing, "
		       "or were put in";
	if (first && strcmp(prev, chain_none) != 0)
		v->begins++;
	return NULL;
}

static int
verify(struct verification *v, FILE *f, const char *name)
{
	unsigned long long number = 0;
	const char *wrong = NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while (wrong == NULL && (len = getline(&line, &cap, f)) >= 0) {
		number++;
		if (len > 0 && line[len - 1] == '\n')
			len--;
		else
			wrong = "it is cut";
		if (wrong == NULL)
			wrong = check_line(v, line, (size_t)len);
	}
	free(line);
	if (wrong != NULL)
		log_error("%s:%llu: broken: %s", name, number, wrong);
	else if (ferror(f))
		log_error("%s: %s", name, strerror(errno));
	return wrong != NULL || ferror(f) ? -EINVAL : 0;
}

static int
verify_file(struct verification *v, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	int err;

	if (f == NULL) {
		log_error("%s: %s", path, strerror(errno));
		return -errno;
	}
	err = verify(v, f, path);
	if (!is_stdin)
		fclose(f);
	return err;
}

static void
print_help(void)
{
	printf("Usage: rspd audit verify [OPTIONS] FILE...\n"
	       "\n"
	       "Checks the chain of an audit log, and names the first line "
	       "that is broken.  Several\nfiles are parts of one log, oldest "
	       "first; - is stdin.\n"
	       "\n"
	       "Options:\n");
	options_print(rows);
}

/* The key first, wherever it is named. */
static bool
take_key(void *arg, int id, const char *value)
{
	struct verification *v = arg;

	if (id == ID_KEY)
		v->key_path = value;
	v->files += id == OPTION_POSITIONAL;
	return true;
}

static bool
take_file(void *arg, int id, const char *value)
{
	struct verification *v = arg;

	if (id == OPTION_POSITIONAL && verify_file(v, value) < 0)
		v->broken = true;
	return !v->broken;
}

static int
verify_files(struct verification *v, struct option_use *use, char **argv)
{
	if (v->key_path != NULL && chain_key_read(&v->key, v->key_path) < 0)
		return 2;
	use->take = take_file;
	if (options_take(use, argv) < 0)
		return 1;
	printf("%llu lines, whole%s\n", v->lines,
	       v->begins > 0 ? "; the first one follows an older file" : "");
	if (v->any)
		printf("last hash: %s\n", v->last);
	return 0;
}

int
audit_main(char **argv)
{
	struct verification v = { .any = false };
	struct option_use use = {
		tables, ID_HELP, print_help, take_key, &v,
	};
	int err;

	if (argv[0] != NULL && strcmp(argv[0], "verify") == 0)
		argv++;
	else if (argv[0] == NULL || argv[0][0] != '-') {
		log_error("\"verify\" is wanted; try \"rspd audit --help\"");
		return 2;
	}
	err = options_take(&use, argv);
	if (err != 0)
		return err > 0 ? 0 : 2;
	if (v.files == 0) {
		log_error("a FILE is missing; try \"rspd audit --help\"");
		return 2;
	}
	return verify_files(&v, &use, argv);
}
