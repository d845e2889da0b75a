/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../common/log.h"
#include "settings.h"
#include "shell_process.h"

static int
find_user(const char *name, struct session_order *o, char *why, size_t cap)
{
	const struct passwd *pw;

	if (name[0] == '\0')
		return 0;
	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL) {
		snprintf(why, cap, "there is no user \"%s\"", name);
		return errno != 0 ? -errno : -ENOENT;
	}
	snprintf(o->user, sizeof(o->user), "%s", name);
	o->uid = pw->pw_uid;
	o->gid = pw->pw_gid;
	return 0;
}

/* They mean nothing in another process. */
static void
drop_pointers(struct session_config *c)
{
	c->wrapper = NULL;
	c->rights = NULL;
	c->say = c->log = NULL;
	c->say_arg = c->log_arg = NULL;
	c->start_shell = NULL;
	c->audit = NULL;
	c->audit_arg = NULL;
}

int
order_make(const struct settings *s, const struct identity *who,
	   struct session_order *o, char *why, size_t cap)
{
	const struct policy_rule *rule = policy_find(&s->policy, who);
	const struct session_config *c = &s->session;

	memset(o, 0, sizeof(*o));
	o->magic = ORDER_MAGIC;
	o->limited = true;
	o->session = *c;
	drop_pointers(&o->session);
	o->idle_seconds = s->limits.idle_seconds;
	o->log_level = (int)log_get_level();
	o->allow_shell = c->start_shell != NULL;
	o->audited = s->audit_file != NULL || s->audit_syslog;
	if (rule != NULL) {
		const struct policy_role *role = &s->policy.roles[rule->role];

		o->rights = role->rights;
		memcpy(o->process, role->process, sizeof(o->process));
		snprintf(why, cap, "%s", rule->name);
		return find_user(rule->user, o, why, cap);
	}
	/* lldb-server's form has no rules, and permits what its user may. */
	if (c->rights == NULL && !s->serve) {
		o->limited = false;
		snprintf(why, cap, "none");
		return 0;
	}
	if (c->rights == NULL) {
		snprintf(why, cap, "no rule fits");
		return -EPERM;
	}
	o->rights = *c->rights;
	snprintf(why, cap, "--rights");
	return 0;
}

/* The daemon is trusted, but a mix of versions must be seen. */
int
order_take(int fd, struct session_order *o, struct settings *s)
{
	struct session_config own;
	ssize_t n;

	do
		n = recv(fd, o, sizeof(*o), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != sizeof(*o) || o->magic != ORDER_MAGIC)
		return -EPROTO;
	drop_pointers(&o->session);
	own = s->session;
	s->session = o->session;
	s->session.say = own.say;
	s->session.log = own.log;
	s->session.once = true;
	if (o->allow_shell)
		s->session.start_shell = shell_process_start;
	s->session.rights = o->limited ? &o->rights : NULL;
	s->attach = o->process[0] != '\0' ? o->process : NULL;
	s->limits.idle_seconds = o->idle_seconds;
	s->control_fd = fd;
	s->door = o->door;
	log_set_level((enum log_level)o->log_level);
	return 0;
}
