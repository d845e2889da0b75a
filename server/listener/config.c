/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file of `rspd serve`.  Keys of [server] are the options of
 * the command line; [limits], [role ...] and [rule ...] there are only here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/ini.h"
#include "../common/log.h"
#include "settings.h"

/* ---- [server] ---- */

static const struct option_row *
find_option(const char *name)
{
	static const struct option_row *const tables[] = {
		settings_rows,
		settings_launch_rows,
		settings_debug_rows,
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct option_row *r = tables[i]; r->name != NULL;
		     r++) {
			if (strcmp(r->name, name) == 0)
				return r;
		}
	}
	return NULL;
}

static int
fail(struct ini_error *error, const char *what, const char *about)
{
	snprintf(error->text, sizeof(error->text), what, about);
	return -1;
}

/* "insecure = yes"; "no" is the option's opposite, if there is one. */
static int
take_switch(struct settings *s, const struct option_row *row, const char *value,
	    struct ini_error *error)
{
	char opposite[64];

	if (strcmp(value, "no") == 0) {
		snprintf(opposite, sizeof(opposite), "no-%s", row->name);
		row = find_option(opposite);
		if (row == NULL)
			return 0;
	} else if (strcmp(value, "yes") != 0) {
		return fail(error, "%s: yes or no is wanted", row->name);
	}
	return settings_apply(s, row->id, NULL)
		   ? 0
		   : fail(error, "%s cannot be", row->name);
}

static int
take_mode(struct settings *s, const char *value, struct ini_error *error)
{
	unsigned mode = 0;
	const char *p = value;

	for (; *p >= '0' && *p <= '7' && mode <= 0777; p++)
		mode = mode * 8 + (unsigned)(*p - '0');
	if (*p != '\0' || p == value || mode > 0777)
		return fail(error, "unix-mode: \"%.32s\" is no octal mode",
			    value);
	s->unix_mode = mode;
	return 0;
}

static int
take_server(struct settings *s, const char *key, const char *value,
	    struct ini_error *error)
{
	const struct option_row *row = find_option(key);

	if (strcmp(key, "unix-mode") == 0)
		return take_mode(s, value, error);
	if (strcmp(key, "listen") == 0)
		return settings_add_address(s, value)
			   ? 0
			   : fail(error, "no address: %.200s", value);
	if (row == NULL || strncmp(key, "no-", 3) == 0)
		return fail(error, "[server] has no \"%.48s\"", key);
	if (row->argument != OPTION_VALUE)
		return take_switch(s, row, value, error);
	value = settings_keep(s, value);
	if (value == NULL)
		return fail(error, "%s", "not enough memory");
	return settings_apply(s, row->id, value)
		   ? 0
		   : fail(error, "the value of %s is wrong", row->name);
}

/* ---- [limits] ---- */

static int
take_limit(struct settings *s, const char *key, const char *value,
	   struct ini_error *error)
{
	struct limits *l = &s->limits;
	const struct {
		const char *key;
		unsigned *limit;
		int64_t min, max;
	} keys[] = {
		{ "sessions", &l->sessions, 1, 4096 },
		{ "handshakes", &l->handshakes, 1, 4096 },
		{ "waiting", &l->waiting, 1, 4096 },
		{ "handshake-timeout", &l->handshake_seconds, 1, 20 },
		{ "greeting-timeout", &l->greeting_seconds, 0, 86400 },
		{ "idle-timeout", &l->idle_seconds, 0, 31536000 },
		{ "rate", &l->rate, 0, 100000 },
	};
	int64_t number;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(key, keys[i].key) != 0)
			continue;
		if (option_number(value, keys[i].min, keys[i].max, &number) <
		    0) {
			snprintf(error->text, sizeof(error->text),
				 "%s: a number from %lld to %lld is wanted",
				 key, (long long)keys[i].min,
				 (long long)keys[i].max);
			return -1;
		}
		*keys[i].limit = (unsigned)number;
		return 0;
	}
	return fail(error, "[limits] has no \"%.48s\"", key);
}

/* ---- [audit] ---- */

static int
take_path(struct settings *s, const char **path, const char *key,
	  const char *value, struct ini_error *error)
{
	if (value[0] != '/')
		return fail(error, "%s: a path that begins with / is wanted",
			    key);
	*path = settings_keep(s, value);
	return *path != NULL ? 0 : fail(error, "%s", "not enough memory");
}

static int
take_audit(struct settings *s, const char *key, const char *value,
	   struct ini_error *error)
{
	if (strcmp(key, "file") == 0)
		return take_path(s, &s->audit_file, key, value, error);
	if (strcmp(key, "key") == 0)
		return take_path(s, &s->audit_key, key, value, error);
	if (strcmp(key, "syslog") == 0) {
		s->audit_syslog = strcmp(value, "yes") == 0;
		if (!s->audit_syslog && strcmp(value, "no") != 0)
			return fail(error, "%s: yes or no is wanted", key);
		return 0;
	}
	return fail(error, "[audit] has no \"%.48s\"", key);
}

/* ---- the file ---- */

static int
take_key(void *arg, const char *section, const char *key, const char *value,
	 struct ini_error *error)
{
	struct settings *s = arg;

	if (strcmp(section, "server") == 0)
		return take_server(s, key, value, error);
	if (strcmp(section, "limits") == 0)
		return take_limit(s, key, value, error);
	if (strcmp(section, "audit") == 0)
		return take_audit(s, key, value, error);
	if (strncmp(section, "role ", 5) == 0 ||
	    strncmp(section, "rule ", 5) == 0)
		return policy_take(&s->policy, section, key, value, error->text,
				   sizeof(error->text));
	if (section[0] == '\0')
		return fail(error, "\"%.48s\" stands in no section", key);
	return fail(error, "there is no section [%.48s]", section);
}

static int
finish(struct settings *s, int err, struct ini_error *error)
{
	if (err < 0)
		return err;
	return policy_check(&s->policy, error->text, sizeof(error->text)) < 0
		   ? -EINVAL
		   : 0;
}

int
settings_read_text(struct settings *s, const char *text, size_t len,
		   struct ini_error *error)
{
	return finish(s, ini_read_text(text, len, take_key, s, error), error);
}

bool
settings_read_file(struct settings *s, const char *path)
{
	struct ini_error error;

	if (finish(s, ini_read_file(path, take_key, s, &error), &error) == 0)
		return true;
	if (error.line != 0)
		log_error("%s:%u: %s", path, error.line, error.text);
	else
		log_error("%s: %s", path, error.text);
	return false;
}
