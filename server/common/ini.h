/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files: "[section]" and "key = value" lines, comments from '#'
 * or ';' at a line's begin and from " ;" on.  Read by inih, with the line of
 * what is wrong.
 */
#ifndef COMMON_INI_H
#define COMMON_INI_H

#include <stddef.h>

struct ini_error {
	unsigned line; /* 0: the file as a whole */
	char text[256];
};

/*
 * Called for each key.  0, or -1 with error->text set; the line is filled in.
 * Nothing more is called after the first error.
 */
typedef int ini_key_fn(void *arg, const char *section, const char *key,
		       const char *value, struct ini_error *error);

/* 0, or -EINVAL with the error. */
int ini_read_file(const char *path, ini_key_fn *fn, void *arg,
		  struct ini_error *error);
int ini_read_text(const char *text, size_t len, ini_key_fn *fn, void *arg,
		  struct ini_error *error);

#endif
