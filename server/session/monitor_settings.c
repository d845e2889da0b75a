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

static bool
is_word(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && strncmp(at, word, len) == 0;
}

struct word {
	const char *at;
	int len;
};

/* The next word of *at, which then stands behind it and blanks. */
static struct word
take_word(const char **at)
{
	struct word w = { *at, (int)strcspn(*at, " \t") };

	*at += w.len;
	*at += strspn(*at, " \t");
	return w;
}

static bool
is_one_of(struct word w, const char *const *words)
{
	for (; *words != NULL; words++)
		if (is_word(w.at, (size_t)w.len, *words))
			return true;
	return false;
}

/* What may be shown again. */
#define DEBUG_WORDS_MAX 200

/* gdbserver since 14 has components: COMPONENT on, or on alone. */
static const char *const components[] = { "all", "threads", "remote",
					  "event-loop", NULL };
static const char *const on_words[] = { "1", "on", NULL };
static const char *const off_words[] = { "0", "off", NULL };

static bool
is_switch(struct word w)
{
	return is_one_of(w, on_words) || is_one_of(w, off_words);
}

/* Says what is wrong, in gdbserver's words; false if anything is. */
static bool
check_debug(struct session *s, struct word name, struct word value,
	    const char *rest)
{
	int len = (int)(value.at + value.len - name.at);

	if (value.len == 0)
		document_printf(s,
				"Missing value for 'set debug %.*s' "
				"command.\n",
				name.len, name.at);
	else if (*rest != '\0')
		document_printf(s,
				"Junk '%s' found at end of 'set debug %.*s' "
				"command.\n",
				rest, len, name.at);
	else if (!is_switch(value))
		document_printf(s,
				"Invalid value '%.*s' for 'set debug %.*s'."
				"\n",
				value.len, value.at, name.len, name.at);
	else if (!is_switch(name) && !is_one_of(name, components))
		document_printf(s, "Unknown debug component '%.*s'.\n",
				name.len, name.at);
	else
		return true;
	return false;
}

/* Packets are all that a session logs: each component means them. */
int
monitor_set_debug(struct session *s, const char *args)
{
	const char *rest = args;
	struct word name = take_word(&rest), value = name;
	bool on;

	if (name.len == 0 || strlen(args) > DEBUG_WORDS_MAX)
		return MONITOR_USAGE;
	if (!is_switch(name))
		value = take_word(&rest);
	if (!check_debug(s, name, value, rest))
		return MONITOR_USAGE;
	on = is_one_of(value, on_words);
	s->remote_debug = on;
	if (name.at != value.at)
		document_printf(s, "Debug output for '%.*s' %s.\n", name.len,
				name.at, on ? "enabled" : "disabled");
	else if (s->client.error_message)
		document_printf(s, "%s.\n",
				on ? "General debug output enabled"
				   : "All debug output disabled");
	else /* as the gdbserver of a gdb before 16 */
		document_printf(s, "Debug output %s.\n",
				on ? "enabled" : "disabled");
	return 0;
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
