/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_seeds DIR: writes a seed for each example in request_examples.h,
 * DIR/body/NUMBER-NAME as a packet body and DIR/packet/NUMBER-NAME framed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "protocol/sum.h"
#include "tests/common/describe.h"
#include "tests/common/request_examples.h"

static FILE *
create(const char *dir, const char *form, size_t number, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, form);
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		perror(path);
	snprintf(path, sizeof(path), "%s/%s/%03zu-%s", dir, form, number, name);
	f = fopen(path, "wb");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	return f;
}

int
main(int argc, char **argv)
{
	const struct request_example *e;
	size_t i;
	FILE *f;

	if (argc != 2)
		return 2;
	if (mkdir(argv[1], 0777) < 0 && errno != EEXIST)
		perror(argv[1]);
	for (i = 0; i < sizeof(request_examples) / sizeof(request_examples[0]);
	     i++) {
		e = &request_examples[i];
		f = create(argv[1], "body", i, describe_kind(e->kind));
		fwrite(e->body, 1, e->len, f);
		fclose(f);
		f = create(argv[1], "packet", i, describe_kind(e->kind));
		fprintf(f, "$");
		fwrite(e->body, 1, e->len, f);
		fprintf(f, "#%02x", rsp_sum((const uint8_t *)e->body, e->len));
		fclose(f);
	}
	return 0;
}
