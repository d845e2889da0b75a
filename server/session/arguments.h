/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's arguments as one text and as words, as a shell reads them; but
 * nothing is expanded here.
 */
#ifndef SERVER_SESSION_ARGUMENTS_H
#define SERVER_SESSION_ARGUMENTS_H

#include <stdbool.h>

/* What a shell reads back as these words (NULL-terminated).  Owned; NULL: no
 * memory. */
char *arguments_join(const char *const *argv);
/* The words of a text, NULL-terminated; a quote that is not closed ends with
 * the text.  Owned, each word too; NULL: no memory. */
char **arguments_split(const char *text);

#endif
