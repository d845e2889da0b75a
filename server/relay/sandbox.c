/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#if HAVE_SECCOMP
#include <seccomp.h>
#endif

/* Two buffers, a handshake, and what the library holds of certificates. */
#define DATA_BYTES (64UL << 20)
/* Those that it has or is given: not one more can be opened.  (poll looks at
 * this, too.) */
#define FDS 5
/* Where there is no such user: the number that all systems give it. */
#define NOBODY 65534

/* The sanitizers' runtimes need calls and memory that a relay does not. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* An empty folder without a name, so nobody can put anything into it. */
static int
enter_empty_root(void)
{
	char path[] = "/tmp/rspd-XXXXXX";
	int fd, err = 0;

	if (mkdtemp(path) == NULL)
		return -errno;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err = -errno;
	if (rmdir(path) < 0 && err == 0)
		err = -errno;
	if (err == 0 && (fchdir(fd) < 0 || chroot(".") < 0))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static int
become_nobody(void)
{
	struct passwd *pw = getpwnam("nobody");
	uid_t uid = pw != NULL ? pw->pw_uid : NOBODY;
	gid_t gid = pw != NULL ? pw->pw_gid : NOBODY;
	int err;

	endpwent();
	err = enter_empty_root();
	if (err < 0)
		return err;
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return -errno;
	/* It must not be possible to come back. */
	return setuid(0) == 0 ? -EPERM : 0;
}

static int
set_limits(void)
{
	static const struct {
		int resource;
		rlim_t limit;
		bool always;
	} limits[] = {
		{ RLIMIT_NOFILE, FDS, false },	    { RLIMIT_NPROC, 0, false },
		{ RLIMIT_DATA, DATA_BYTES, false }, { RLIMIT_FSIZE, 0, true },
		{ RLIMIT_CORE, 0, true },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit r = { limits[i].limit, limits[i].limit };

		if (SANITIZED && !limits[i].always)
			continue;
		if (setrlimit((__rlimit_resource_t)limits[i].resource, &r) < 0)
			return -errno;
	}
	return 0;
}

#if HAVE_SECCOMP
static int
allow_little(int from)
{
	static const int calls[] = {
		SCMP_SYS(read),
		SCMP_SYS(write),
		SCMP_SYS(recvfrom),
		SCMP_SYS(sendto),
		SCMP_SYS(recv),
		SCMP_SYS(send),
		SCMP_SYS(poll),
		SCMP_SYS(ppoll),
		SCMP_SYS(shutdown),
		SCMP_SYS(close),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
		SCMP_SYS(brk),
		SCMP_SYS(munmap),
		SCMP_SYS(mremap),
		SCMP_SYS(madvise),
		SCMP_SYS(futex),
		SCMP_SYS(getrandom),
		SCMP_SYS(clock_gettime),
		SCMP_SYS(gettimeofday),
		SCMP_SYS(time),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(getpid),
	};
	/* A library of another version may try something harmless that is not
	 * on the list: it fails, and the relay lives. */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = 0;

	if (ctx == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && err == 0;
	     i++) {
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
		/* Not every machine has every call. */
		if (err == -EDOM)
			err = 0;
	}
	/* Memory, but none that can be executed. */
	if (err == 0)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0));
	if (err == 0)
		err = seccomp_rule_add(
		    ctx, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)from, 0));
	if (err == 0)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}
#endif

/* What libraries read on first use, while it can still be read. */
static void
warm_up(void)
{
	time_t now = time(NULL);
	struct tm tm;

	tzset();
	localtime_r(&now, &tm);
	gmtime_r(&now, &tm);
}

int
sandbox_enter(int from, const char **what)
{
	int err;

	warm_up();
	*what = "becoming nobody";
	if (geteuid() == 0) {
		err = become_nobody();
		if (err < 0)
			return err;
	}
	*what = "dumpable";
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return -errno;
	*what = "no_new_privs";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	*what = "limits";
	err = set_limits();
	if (err < 0)
		return err;
#if HAVE_SECCOMP
	*what = "seccomp";
	if (!SANITIZED)
		return allow_little(from);
#endif
	(void)from;
	return 0;
}
