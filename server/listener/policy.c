/* SPDX-License-Identifier: Apache-2.0 */
/* Does a rule fit? */
#include "policy.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
policy_free(struct policy *p)
{
	free(p->roles);
	free(p->rules);
	memset(p, 0, sizeof(*p));
}

/* Patterns as of files: '*', '?', [a-z].  Nobody is nobody's pattern. */
static bool
pattern_fits(const char *pattern, const char *text)
{
	return text[0] != '\0' && fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

/* One of the names in "DNS:a, email:b@c". */
static bool
san_fits(const char *pattern, const char *san)
{
	char name[sizeof(((struct identity *)NULL)->san)];

	while (*san != '\0') {
		size_t len = strcspn(san, ",");

		if (len >= sizeof(name))
			return false;
		memcpy(name, san, len);
		name[len] = '\0';
		if (pattern_fits(pattern, name))
			return true;
		san += len;
		san += strspn(san, ", ");
	}
	return false;
}

static bool
rule_fits(const struct policy_rule *r, const struct identity *who)
{
	if (r->via != 0 && !(r->via & (unsigned)who->via))
		return false;
	if (r->subject[0] != '\0' && !pattern_fits(r->subject, who->subject))
		return false;
	if (r->san[0] != '\0' && !san_fits(r->san, who->san))
		return false;
	if (r->fingerprint[0] != '\0' &&
	    strcasecmp(r->fingerprint, who->fingerprint) != 0)
		return false;
	if (r->has_uid && (who->via != POLICY_UNIX || r->uid != who->uid))
		return false;
	return true;
}

const struct policy_rule *
policy_find(const struct policy *p, const struct identity *who)
{
	for (size_t i = 0; i < p->nrules; i++) {
		if (rule_fits(&p->rules[i], who))
			return &p->rules[i];
	}
	return NULL;
}
