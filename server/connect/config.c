/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect.conf: what the command line need not say, by host.  A section's keys
 * are the options --tls-* and --peer-timeout, and `address`; section [*] is for
 * all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/ini.h"
#include "../common/log.h"
#include "private.h"

#define SYSTEM_FILE "/etc/rspd/connect.conf"
#define EVERYONE    "*"

struct reading {
	struct connect *c;
	const char *path;    /* of the file */
	const char *section; /* the one that counts now */
	size_t found;	     /* keys in it */
};

/* ---- values ------------------------------------------------------------- */

/* "~/x", "x" (beside the configuration file) and "/x" to a path of our own. */
static char *
expand(const struct reading *r, const char *value)
{
	const char *home = getenv("HOME");
	const char *slash = strrchr(r->path, '/');
	char *path = NULL;
	int n;

	if (value[0] == '~' && value[1] == '/' && home != NULL)
		n = asprintf(&path, "%s%s", home, value + 1);
	else if (value[0] == '/' || slash == NULL)
		n = asprintf(&path, "%s", value);
	else
		n = asprintf(&path, "%.*s/%s", (int)(slash - r->path), r->path,
			     value);
	return n < 0 ? NULL : path;
}

static int
keep(struct connect *c, char *value)
{
	if (value != NULL && c->nowned < CONNECT_OWNED_MAX) {
		c->owned[c->nowned++] = value;
		return 0;
	}
	free(value);
	return -1;
}

static const struct option_row *
find_row(const char *key)
{
	for (const struct option_row *row = connect_rows; row->name != NULL;
	     row++)
		if (strcmp(row->name, key) == 0 &&
		    (strncmp(key, "tls-", 4) == 0 ||
		     strcmp(key, "peer-timeout") == 0))
			return row;
	return NULL;
}

static int
refuse(struct ini_error *error, const char *format, const char *a)
{
	snprintf(error->text, sizeof(error->text), format, a);
	return -1;
}

static int
apply_value(struct reading *r, const struct option_row *row, const char *value,
	    struct ini_error *error)
{
	const bool file = strcmp(row->metavar, "FILE") == 0;
	char *own = file ? expand(r, value) : strdup(value);

	if (keep(r->c, own) < 0)
		return refuse(error, "%s", "too much of it");
	if (!connect_apply(r->c, row->id, own))
		return refuse(error, "%s: this value is wrong", row->name);
	return 0;
}

static int
take_address(struct reading *r, const char *value, struct ini_error *error)
{
	char *own = strdup(value);

	if (keep(r->c, own) < 0)
		return refuse(error, "%s", "too much of it");
	r->c->configured = own;
	return 0;
}

/* Also a section that does not count must be right. */
static int
on_key(void *arg, const char *section, const char *key, const char *value,
       struct ini_error *error)
{
	struct reading *r = arg;
	const struct option_row *row = find_row(key);
	const bool address = strcmp(key, "address") == 0;

	if (section[0] == '\0')
		return refuse(error, "%s: this is in no [section]", key);
	if (row == NULL && !address)
		return refuse(error, "%s: no such key", key);
	if (value[0] == '\0')
		return refuse(error, "%s has no value", key);
	if (strcmp(section, r->section) != 0)
		return 0;
	r->found++;
	return address ? take_address(r, value, error)
		       : apply_value(r, row, value, error);
}

/* ---- files ---- */

/* Ours over the system's, if it can be told where ours is. */
static char *
own_file(void)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (config != NULL && config[0] == '/')
		n = asprintf(&path, "%s/rspd/connect.conf", config);
	else if (home != NULL && home[0] != '\0')
		n = asprintf(&path, "%s/.config/rspd/connect.conf", home);
	return n < 0 ? NULL : path;
}

/* A file that nobody asked for need not be there. */
static int
read_section(struct reading *r, const char *path, bool asked,
	     const char *section)
{
	struct ini_error error;

	if (path == NULL || (!asked && access(path, F_OK) < 0))
		return 0;
	r->path = path;
	r->section = section;
	if (ini_read_file(path, on_key, r, &error) == 0)
		return 0;
	if (error.line != 0)
		log_error("%s:%u: %s", path, error.line, error.text);
	else
		log_error("%s: %s", path, error.text);
	return -EINVAL;
}

static int
read_files(struct reading *r, const char *section)
{
	int err;

	if (r->c->config != NULL)
		return read_section(r, r->c->config, true, section);
	err = read_section(r, SYSTEM_FILE, false, section);
	return err < 0 ? err : read_section(r, r->c->owned[0], false, section);
}

/* [board] also for "board:1234"; [board:1234] comes first. */
static int
read_host(struct reading *r, const char *name)
{
	struct address a;
	int err;

	err = read_files(r, name);
	if (err < 0 || r->found > 0 || address_parse(name, &a) < 0 ||
	    a.kind != ADDRESS_TCP || a.host[0] == '\0')
		return err;
	err = read_files(r, a.host);
	/* The command line has an address of its own. */
	r->c->configured = NULL;
	return err;
}

int
connect_read_config(struct connect *c)
{
	struct reading r = { .c = c };
	int err;

	c->owned[c->nowned++] = own_file();
	err = read_files(&r, EVERYONE);
	if (err < 0)
		return err;
	if (c->configured != NULL) {
		log_error("[*] has an address: it would be everyone's");
		return -EINVAL;
	}
	r.found = 0;
	return read_host(&r, c->server_text);
}
