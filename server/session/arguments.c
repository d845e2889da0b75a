/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static bool
is_plain(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:=@%+,-";

	return s[0] != '\0' && s[strspn(s, plain)] == '\0';
}

static size_t
quoted_len(const char *s)
{
	size_t len = 2;

	if (is_plain(s))
		return strlen(s);
	for (; *s != '\0'; s++)
		len += *s == '\'' ? 4 : 1;
	return len;
}

/* Behind what was written; no NUL is. */
static char *
put(char *to, const char *s)
{
	while (*s != '\0')
		*to++ = *s++;
	return to;
}

static char *
put_quoted(char *to, const char *s)
{
	if (is_plain(s))
		return put(to, s);
	*to++ = '\'';
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			to = put(to, "'\\''");
		else
			*to++ = *s;
	}
	*to++ = '\'';
	return to;
}

char *
arguments_join(const char *const *argv)
{
	size_t len = 1;
	char *text, *to;

	for (size_t i = 0; argv[i] != NULL; i++)
		len += quoted_len(argv[i]) + 1;
	text = malloc(len);
	if (text == NULL)
		return NULL;
	to = text;
	for (size_t i = 0; argv[i] != NULL; i++) {
		if (i > 0)
			*to++ = ' ';
		to = put_quoted(to, argv[i]);
	}
	*to = '\0';
	return text;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* One word without its quotes, which is never longer than it was with them. */
static const char *
take_word(const char *at, char *to)
{
	char quote = '\0';

	for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
		if (*at == '\\' && quote != '\'' && at[1] != '\0')
			*to++ = *++at;
		else if (quote == '\0' && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (*at == quote)
			quote = '\0';
		else
			*to++ = *at;
	}
	*to = '\0';
	return at;
}

char **
arguments_split(const char *text)
{
	/* Each word takes a character and a blank. */
	size_t most = strlen(text) / 2 + 2, n = 0;
	char **words = calloc(most, sizeof(*words));
	char *word = malloc(strlen(text) + 1);
	bool ok = words != NULL && word != NULL;

	while (ok) {
		while (is_blank(*text))
			text++;
		if (*text == '\0')
			break;
		text = take_word(text, word);
		words[n] = strdup(word);
		ok = words[n++] != NULL;
	}
	free(word);
	if (ok)
		return words;
	while (n > 0)
		free(words[--n]);
	free(words);
	return NULL;
}
