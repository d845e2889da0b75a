/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../server/session/arguments.h"

static void
free_words(char **words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		free(words[i]);
	free(words);
}

/* The words in brackets, one after the other. */
static void
splits_into(const char *text, const char *want)
{
	char got[256] = "";
	char **words = arguments_split(text);

	assert_non_null(words);
	for (size_t i = 0; words[i] != NULL; i++) {
		strcat(got, "[");
		strcat(got, words[i]);
		strcat(got, "]");
	}
	assert_string_equal(got, want);
	free_words(words);
}

static void
texts_are_split_as_a_shell_does(void **state)
{
	(void)state;
	splits_into("", "");
	splits_into("  \t\n ", "");
	splits_into("a", "[a]");
	splits_into(" one two\tthree ", "[one][two][three]");
	splits_into("'a b' \"c d\" e\\ f", "[a b][c d][e f]");
	splits_into("x'y'\"z\"", "[xyz]");
	splits_into("'' \"\"", "[][]");
	splits_into("'\\' \"\\\"\"", "[\\][\"]");
	splits_into("a b c d e f g", "[a][b][c][d][e][f][g]");
	/* What is not closed ends with the text. */
	splits_into("'a b", "[a b]");
	splits_into("a\\", "[a\\]");
	splits_into("*.c > x", "[*.c][>][x]");
}

static void
what_is_joined_is_read_back(void **state)
{
	static const char *const words[] = {
		"plain", "two words", "",  "it's", "\"",
		"\\",	 "$HOME",     "*", "\n",   NULL,
	};
	static const char *const none[] = { NULL };
	char *text = arguments_join(words);
	char **back;
	size_t i;

	(void)state;
	assert_non_null(text);
	back = arguments_split(text);
	assert_non_null(back);
	for (i = 0; words[i] != NULL; i++)
		assert_string_equal(back[i], words[i]);
	assert_null(back[i]);
	free_words(back);
	free(text);
	text = arguments_join(none);
	assert_string_equal(text, "");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_split_as_a_shell_does),
		cmocka_unit_test(what_is_joined_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
