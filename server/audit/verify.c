/* SPDX-License-Identifier: Apache-2.0 */
/* rspd audit verify FILE...: is each line as it was written, and none gone? */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/log.h"
#include "audit.h"

struct verification {
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

	if (chain_check(line, len, prev, hash) < 0)
		return "it is not as it was written";
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

static int
usage(FILE *f)
{
	fprintf(f,
		"Usage: rspd audit verify FILE...\n"
		"\n"
		"Checks the chain of an audit log, and names the first line "
		"that is broken.  Several\nfiles are parts of one log, oldest "
		"first; - is stdin.\n");
	return f == stdout ? 0 : 2;
}

int
audit_main(char **argv)
{
	struct verification v = { .any = false };

	if (argv[0] != NULL && strcmp(argv[0], "--help") == 0)
		return usage(stdout);
	if (argv[0] == NULL || strcmp(argv[0], "verify") != 0 ||
	    argv[1] == NULL)
		return usage(stderr);
	for (argv++; *argv != NULL; argv++) {
		if (verify_file(&v, *argv) < 0)
			return 1;
	}
	printf("%llu lines, whole%s\n", v.lines,
	       v.begins > 0 ? "; the first one follows an older file" : "");
	if (v.any)
		printf("last hash: %s\n", v.last);
	return 0;
}
