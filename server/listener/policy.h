/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what: rules lead from an identity to a role and a Unix user.  The
 * first rule that fits decides; without one nobody gets in.
 */
#ifndef LISTENER_POLICY_H
#define LISTENER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../session/rights.h"

#define POLICY_ROLES_MAX 64
#define POLICY_RULES_MAX 512
#define POLICY_TEXT_MAX	 200

/* How a client came. */
enum policy_via {
	POLICY_TCP = 1,
	POLICY_TLS = 2,
	POLICY_UNIX = 4,
};

/* Who it is; "" where there is nothing to tell. */
struct identity {
	enum policy_via via;
	char subject[256];
	char san[256]; /* "DNS:a, email:b@c" */
	char fingerprint[65];
	uid_t uid; /* Unix sockets: the peer's */
};

struct policy_role {
	struct rights rights; /* with the role's name */
	/* What a session with this role attaches to at its start; "": nothing.
	 */
	char process[POLICY_TEXT_MAX];
};

/* Conditions; those that are given must all fit. */
struct policy_rule {
	char name[RIGHTS_NAME_MAX];
	unsigned via; /* POLICY_ bits; 0: any */
	char subject[POLICY_TEXT_MAX];
	char san[POLICY_TEXT_MAX];
	char fingerprint[65];
	bool has_uid;
	uid_t uid;
	/* What follows. */
	size_t role;		    /* index; POLICY_ROLES_MAX: none yet */
	char user[RIGHTS_NAME_MAX]; /* "": the daemon's own */
};

struct policy {
	struct policy_role *roles; /* owned */
	size_t nroles;
	struct policy_rule *rules; /* owned */
	size_t nrules;
};

void policy_free(struct policy *p);

/*
 * Takes a key of "[role NAME]" or "[rule NAME]".  0, or -1 with a text.  The
 * role that a rule names must stand before it.
 */
int policy_take(struct policy *p, const char *section, const char *key,
		const char *value, char *error, size_t cap);
/* What can be seen only in the end: rules without a role or condition.  The
 * same. */
int policy_check(const struct policy *p, char *error, size_t cap);

/* The rule for this identity; NULL: none. */
const struct policy_rule *policy_find(const struct policy *p,
				      const struct identity *who);

#endif
