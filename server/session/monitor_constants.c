/* SPDX-License-Identifier: Apache-2.0 */
/* Win32's constants as users type and read them. */
#include <string.h>

#include "monitor.h"
#include "number.h"

struct constant {
	const char *name;
	uint32_t value;
};

static const struct constant protections[] = {
	{ "PAGE_NOACCESS", PAGE_NOACCESS },
	{ "PAGE_READONLY", PAGE_READONLY },
	{ "PAGE_READWRITE", PAGE_READWRITE },
	{ "PAGE_WRITECOPY", PAGE_WRITECOPY },
	{ "PAGE_EXECUTE", PAGE_EXECUTE },
	{ "PAGE_EXECUTE_READ", PAGE_EXECUTE_READ },
	{ "PAGE_EXECUTE_READWRITE", PAGE_EXECUTE_READWRITE },
	{ "PAGE_EXECUTE_WRITECOPY", PAGE_EXECUTE_WRITECOPY },
	{ "PAGE_GUARD", PAGE_GUARD },
	{ "PAGE_NOCACHE", PAGE_NOCACHE },
	{ "PAGE_WRITECOMBINE", PAGE_WRITECOMBINE },
	{ "none", PAGE_NOACCESS },
	{ NULL, 0 },
};

static const struct constant types[] = {
	{ "MEM_COMMIT", MEM_COMMIT },
	{ "MEM_RESERVE", MEM_RESERVE },
	{ "MEM_DECOMMIT", MEM_DECOMMIT },
	{ "MEM_RELEASE", MEM_RELEASE },
	{ "MEM_RESET", MEM_RESET },
	{ "MEM_TOP_DOWN", MEM_TOP_DOWN },
	{ "MEM_WRITE_WATCH", MEM_WRITE_WATCH },
	{ "MEM_PHYSICAL", MEM_PHYSICAL },
	{ "MEM_RESET_UNDO", MEM_RESET_UNDO },
	{ "MEM_LARGE_PAGES", MEM_LARGE_PAGES },
	{ NULL, 0 },
};

/* One name or number, up to '|', a blank or the end. */
static bool
parse_one(const struct constant *names, const char **at, uint32_t *value)
{
	size_t len = strcspn(*at, "| ");
	uint64_t number;

	for (; names->name != NULL; names++) {
		if (strlen(names->name) != len ||
		    strncmp(names->name, *at, len) != 0)
			continue;
		*value |= names->value;
		*at += len;
		return true;
	}
	if (!number_typed(at, &number) || number > UINT32_MAX)
		return false;
	*value |= (uint32_t)number;
	return true;
}

static bool
parse(const struct constant *names, const char **at, uint32_t *value)
{
	const char *p = *at;
	uint32_t v = 0;

	for (;;) {
		if (!parse_one(names, &p, &v))
			return false;
		if (*p != '|')
			break;
		p++;
	}
	if (*p != '\0' && *p != ' ')
		return false;
	*at = p + strspn(p, " ");
	*value = v;
	return true;
}

/* "rw", "x", ... up to a blank or the end. */
static bool
parse_letters(const char **at, uint32_t *protection)
{
	static const uint32_t of[8] = {
		PAGE_NOACCESS,		PAGE_READONLY,
		PAGE_READWRITE,		PAGE_READWRITE,
		PAGE_EXECUTE,		PAGE_EXECUTE_READ,
		PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_READWRITE,
	};
	size_t len = strcspn(*at, " ");
	unsigned perms = 0;

	if (len == 0 || len != strspn(*at, "rwx"))
		return false;
	for (; len > 0; len--, ++*at)
		perms |= **at == 'r' ? 1U : **at == 'w' ? 2U : 4U;
	*protection = of[perms];
	*at += strspn(*at, " ");
	return true;
}

bool
monitor_protection(const char **at, uint32_t *protection)
{
	return parse_letters(at, protection) ||
	       parse(protections, at, protection);
}

bool
monitor_type(const char **at, uint32_t *type)
{
	return parse(types, at, type);
}

/* The one name of the base value, and modifiers behind it. */
void
monitor_put_protection(struct session *s, uint32_t protection)
{
	const char *between = "";

	for (const struct constant *c = protections;
	     strcmp(c->name, "none") != 0; c++) {
		if (!(protection & c->value))
			continue;
		document_printf(s, "%s%s", between, c->name);
		between = "|";
	}
	document_printf(s, "%s\n", *between == '\0' ? "-" : "");
}
