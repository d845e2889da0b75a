/* SPDX-License-Identifier: Apache-2.0 */
#include "become_user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* One that starts programs (nologin does not). */
static const char *
usable_shell(const char *wanted)
{
	const char *shell;

	setusershell();
	while ((shell = getusershell()) != NULL && strcmp(shell, wanted) != 0)
		;
	endusershell();
	return shell != NULL ? wanted : "/bin/sh";
}

/* As a login has it; programs that are started see it. */
static int
set_environment(const char *user, const char **home)
{
	const struct passwd *pw = getpwnam(user);

	if (pw == NULL)
		return errno != 0 ? -errno : -ENOENT;
	*home = pw->pw_dir;
	if (clearenv() != 0 || setenv("USER", user, 1) < 0 ||
	    setenv("LOGNAME", user, 1) < 0 ||
	    setenv("HOME", pw->pw_dir, 1) < 0 ||
	    setenv("SHELL", usable_shell(pw->pw_shell), 1) < 0 ||
	    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1) < 0)
		return -ENOMEM;
	return 0;
}

static int
change(const char *user, uid_t uid, gid_t gid, const char **what)
{
	const char *home = "/";
	int err;

	*what = "environment";
	err = set_environment(user, &home);
	if (err < 0)
		return err;
	/* Without root there is nothing to change but what was checked. */
	*what = "user";
	if (geteuid() != 0)
		return geteuid() == uid && getuid() == uid ? 0 : -EPERM;
	*what = "groups";
	if (initgroups(user, gid) < 0 || setresgid(gid, gid, gid) < 0)
		return -errno;
	*what = "user";
	if (setresuid(uid, uid, uid) < 0)
		return -errno;
	/* It must not be possible to come back. */
	if (uid != 0 && setuid(0) == 0)
		return -EPERM;
	if (chdir(home) < 0 && chdir("/") < 0)
		return -errno;
	return 0;
}

int
become_user(const char *user, uid_t uid, gid_t gid, const char **what)
{
	int err;

	if (user[0] != '\0') {
		err = change(user, uid, gid, what);
		if (err < 0)
			return err;
	}
	*what = "no_new_privs";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	*what = "dumpable";
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}
