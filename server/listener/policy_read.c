/* SPDX-License-Identifier: Apache-2.0 */
/* Roles and rules as a configuration file has them. */
#include <ctype.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/option.h"
#include "policy.h"

struct failure {
	char *text;
	size_t cap;
};

static int fail(const struct failure *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(const struct failure *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(f->text, f->cap, format, ap);
	va_end(ap);
	return -1;
}

static int
take_text(char *to, size_t cap, const char *value, const struct failure *f)
{
	size_t len = strlen(value);

	if (len == 0)
		return fail(f, "a value is missing");
	if (len >= cap)
		return fail(f, "longer than %zu characters", cap - 1);
	memcpy(to, value, len + 1);
	return 0;
}

/* A number, or a name that this machine knows. */
static int
take_uid(uid_t *uid, const char *value, const struct failure *f)
{
	struct passwd *pw;
	int64_t number;

	if (option_number(value, 0, INT32_MAX, &number) == 0) {
		*uid = (uid_t)number;
		return 0;
	}
	pw = getpwnam(value);
	if (pw == NULL)
		return fail(f, "there is no user \"%.48s\"", value);
	*uid = pw->pw_uid;
	return 0;
}

/* ---- roles ---- */

static int
take_rights(struct policy_role *r, const char *value, const struct failure *f)
{
	char word[32];

	if (rights_parse(value, &r->rights.classes, word, sizeof(word)) < 0)
		return fail(f, "there is no right \"%s\"", word);
	return 0;
}

static int
full(const struct failure *f)
{
	return fail(f, "more than %d of these", RIGHTS_ATTACH_MAX);
}

static int
take_attach_uid(struct policy_role *r, const char *value,
		const struct failure *f)
{
	struct rights_attach *a = &r->rights.attach;

	if (a->nuid == RIGHTS_ATTACH_MAX)
		return full(f);
	return take_uid(&a->uid[a->nuid++], value, f);
}

static int
take_path(char (*list)[RIGHTS_PATTERN_MAX], size_t *n, const char *value,
	  const struct failure *f)
{
	if (*n == RIGHTS_ATTACH_MAX)
		return full(f);
	if (value[0] != '/')
		return fail(f, "a path that begins with / is wanted");
	return take_text(list[(*n)++], RIGHTS_PATTERN_MAX, value, f);
}

static int
take_attach_exe(struct policy_role *r, const char *value,
		const struct failure *f)
{
	return take_path(r->rights.attach.exe, &r->rights.attach.nexe, value,
			 f);
}

static int
take_attach_cgroup(struct policy_role *r, const char *value,
		   const struct failure *f)
{
	return take_path(r->rights.attach.cgroup, &r->rights.attach.ncgroup,
			 value, f);
}

static int
take_process(struct policy_role *r, const char *value, const struct failure *f)
{
	return take_text(r->process, sizeof(r->process), value, f);
}

static const struct {
	const char *key;
	int (*take)(struct policy_role *r, const char *value,
		    const struct failure *f);
} role_keys[] = {
	{ "rights", take_rights },
	{ "attach-uid", take_attach_uid },
	{ "attach-exe", take_attach_exe },
	{ "attach-cgroup", take_attach_cgroup },
	{ "process", take_process },
};

/* ---- rules ---- */

static int
take_via(struct policy_rule *r, const char *value, const struct failure *f)
{
	static const struct {
		const char *word;
		unsigned bits;
	} words[] = {
		{ "tcp", POLICY_TCP },
		{ "tls", POLICY_TLS },
		{ "unix", POLICY_UNIX },
		{ "any", POLICY_TCP | POLICY_TLS | POLICY_UNIX },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i].word) == 0) {
			r->via = words[i].bits;
			return 0;
		}
	}
	return fail(f, "tcp, tls, unix or any is wanted");
}

static int
take_subject(struct policy_rule *r, const char *value, const struct failure *f)
{
	return take_text(r->subject, sizeof(r->subject), value, f);
}

static int
take_san(struct policy_rule *r, const char *value, const struct failure *f)
{
	if (strchr(value, ':') == NULL)
		return fail(f, "KIND:NAME is wanted, as email:a@example.org "
			       "or DNS:host");
	return take_text(r->san, sizeof(r->san), value, f);
}

/* With or without colons, as tools print them. */
static int
take_fingerprint(struct policy_rule *r, const char *value,
		 const struct failure *f)
{
	size_t n = 0;

	for (; *value != '\0'; value++) {
		if (*value == ':')
			continue;
		if (n == 64 || !isxdigit((unsigned char)*value))
			break;
		r->fingerprint[n++] = *value;
	}
	r->fingerprint[n] = '\0';
	if (n != 64 || *value != '\0')
		return fail(f, "a SHA-256 of 64 hex digits is wanted");
	return 0;
}

static int
take_rule_uid(struct policy_rule *r, const char *value, const struct failure *f)
{
	r->has_uid = true;
	return take_uid(&r->uid, value, f);
}

static int
take_user(struct policy_rule *r, const char *value, const struct failure *f)
{
	uid_t uid;

	if (take_text(r->user, sizeof(r->user), value, f) < 0)
		return -1;
	if (getpwnam(value) == NULL)
		return fail(f, "there is no user \"%s\"", value);
	return take_uid(&uid, value, f);
}

static const struct {
	const char *key;
	int (*take)(struct policy_rule *r, const char *value,
		    const struct failure *f);
} rule_keys[] = {
	{ "connection", take_via }, { "subject", take_subject },
	{ "san", take_san },	    { "fingerprint", take_fingerprint },
	{ "uid", take_rule_uid },   { "user", take_user },
};

static int
take_role(const struct policy *p, struct policy_rule *r, const char *value,
	  const struct failure *f)
{
	for (size_t i = 0; i < p->nroles; i++) {
		if (strcmp(p->roles[i].rights.role, value) == 0) {
			r->role = i;
			return 0;
		}
	}
	return fail(f, "there is no [role %.48s] above", value);
}

/* ---- sections ---- */

/* The entry of this name, or a new one. */
static struct policy_role *
role_of(struct policy *p, const char *name)
{
	struct policy_role *grown;

	for (size_t i = 0; i < p->nroles; i++) {
		if (strcmp(p->roles[i].rights.role, name) == 0)
			return &p->roles[i];
	}
	if (p->nroles == POLICY_ROLES_MAX)
		return NULL;
	grown = reallocarray(p->roles, p->nroles + 1, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	p->roles = grown;
	grown += p->nroles++;
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->rights.role, sizeof(grown->rights.role), "%s", name);
	return grown;
}

static struct policy_rule *
rule_of(struct policy *p, const char *name)
{
	struct policy_rule *grown;

	for (size_t i = 0; i < p->nrules; i++) {
		if (strcmp(p->rules[i].name, name) == 0)
			return &p->rules[i];
	}
	if (p->nrules == POLICY_RULES_MAX)
		return NULL;
	grown = reallocarray(p->rules, p->nrules + 1, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	p->rules = grown;
	grown += p->nrules++;
	memset(grown, 0, sizeof(*grown));
	grown->role = POLICY_ROLES_MAX;
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return grown;
}

static int
take_in_role(struct policy *p, const char *name, const char *key,
	     const char *value, const struct failure *f)
{
	struct policy_role *r = role_of(p, name);

	if (r == NULL)
		return fail(f, "more than %d roles", POLICY_ROLES_MAX);
	for (size_t i = 0; i < sizeof(role_keys) / sizeof(role_keys[0]); i++) {
		if (strcmp(key, role_keys[i].key) == 0)
			return role_keys[i].take(r, value, f);
	}
	return fail(f, "a role has no \"%.48s\"", key);
}

static int
take_in_rule(struct policy *p, const char *name, const char *key,
	     const char *value, const struct failure *f)
{
	struct policy_rule *r = rule_of(p, name);

	if (r == NULL)
		return fail(f, "more than %d rules", POLICY_RULES_MAX);
	if (strcmp(key, "role") == 0)
		return take_role(p, r, value, f);
	for (size_t i = 0; i < sizeof(rule_keys) / sizeof(rule_keys[0]); i++) {
		if (strcmp(key, rule_keys[i].key) == 0)
			return rule_keys[i].take(r, value, f);
	}
	return fail(f, "a rule has no \"%.48s\"", key);
}

int
policy_take(struct policy *p, const char *section, const char *key,
	    const char *value, char *error, size_t cap)
{
	const struct failure f = { error, cap };
	const char *name = section + 5;

	if (strlen(section) <= 5 || strlen(name) >= RIGHTS_NAME_MAX)
		return fail(&f, "[%.5s NAME] is wanted", section);
	if (section[0] == 'r' && section[1] == 'o')
		return take_in_role(p, name, key, value, &f);
	return take_in_rule(p, name, key, value, &f);
}

int
policy_check(const struct policy *p, char *error, size_t cap)
{
	const struct failure f = { error, cap };

	for (size_t i = 0; i < p->nrules; i++) {
		const struct policy_rule *r = &p->rules[i];

		if (r->role == POLICY_ROLES_MAX)
			return fail(&f, "[rule %s] has no role", r->name);
		if (r->via == 0 && r->subject[0] == '\0' && r->san[0] == '\0' &&
		    r->fingerprint[0] == '\0' && !r->has_uid)
			return fail(&f,
				    "[rule %s] fits everybody; if that is "
				    "meant: connection = any",
				    r->name);
	}
	return 0;
}
