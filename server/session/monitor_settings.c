/* SPDX-License-Identifier: Apache-2.0 */
/* "monitor set ...": gdbserver's settings, with its answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"

static bool
parse_switch(const char *args, bool *value)
{
	if (strcmp(args, "0") != 0 && strcmp(args, "1") != 0)
		return false;
	*value = args[0] == '1';
	return true;
}

static int
set_switch(struct session *s, const char *args, const char *what, bool *value)
{
	if (!parse_switch(args, value))
		return MONITOR_USAGE;
	document_printf(s, "%s output %s.\n", what,
			*value ? "enabled" : "disabled");
	return 0;
}

int
monitor_set_debug(struct session *s, const char *args)
{
	return set_switch(s, args, "Debug", &s->debug);
}

int
monitor_set_remote_debug(struct session *s, const char *args)
{
	return set_switch(s, args, "Protocol debug", &s->remote_debug);
}

int
monitor_set_free_on_detach(struct session *s, const char *args)
{
	if (!parse_switch(args, &s->free_on_detach))
		return MONITOR_USAGE;
	document_printf(s, "Allocated memory %s at detach.\n",
			s->free_on_detach ? "is freed" : "stays");
	return 0;
}

static bool
is_word(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && strncmp(at, word, len) == 0;
}

/* The log has time stamps anyway; the words are taken for gdbserver's sake. */
int
monitor_set_debug_format(struct session *s, const char *args)
{
	const char *result = NULL;

	if (args[0] == '\0') {
		document_printf(s, "Missing debug-format argument.\n");
		return MONITOR_USAGE;
	}
	while (*args != '\0') {
		size_t len = strcspn(args, ",");

		if (is_word(args, len, "all"))
			result = "All extra debug format options enabled.\n";
		else if (is_word(args, len, "none"))
			result = "All extra debug format options disabled.\n";
		else if (is_word(args, len, "timestamp"))
			result = "Timestamps will be added to debug output.\n";
		else {
			document_printf(
			    s, "Unknown debug-format argument: \"%.*s\"\n",
			    (int)(len < 200 ? len : 200), args);
			return MONITOR_USAGE;
		}
		args += len;
		if (*args == ',')
			args++;
	}
	if (result != NULL)
		document_printf(s, "%s", result);
	return 0;
}

int
monitor_set_thread_db(struct session *s, const char *args)
{
	char *path = NULL;

	if (args[0] != '\0') {
		path = strdup(args);
		if (path == NULL)
			return -ENOMEM;
	}
	free(s->thread_db_path);
	s->thread_db_path = path;
	document_printf(s, "libthread-db-search-path set to `");
	document_add(s, args, strlen(args));
	document_printf(s, "'\n");
	return 0;
}
