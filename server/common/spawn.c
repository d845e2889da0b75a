/* SPDX-License-Identifier: Apache-2.0 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts descriptors in their places; none of them is in another's way first. */
static int
place_fds(const int *fds, size_t nfds)
{
	int moved[SPAWN_FDS_MAX];
	int null;

	for (size_t i = 0; i < nfds; i++) {
		moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC,
				 SPAWN_FIRST_FD + SPAWN_FDS_MAX);
		if (moved[i] < 0)
			return -errno;
	}
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		return -errno;
	for (size_t i = 0; i < nfds; i++)
		if (dup2(moved[i], SPAWN_FIRST_FD + (int)i) < 0)
			return -errno;
	syscall(SYS_close_range, SPAWN_FIRST_FD + (unsigned)nfds, ~0U, 0);
	return 0;
}

static void
become(const char *const *argv, const int *fds, size_t nfds)
{
	const char *self = (const char *)getauxval(AT_EXECFN);

	reset_signals();
	if (place_fds(fds, nfds) < 0)
		_exit(127);
	execv("/proc/self/exe", (char *const *)argv);
	/* Without /proc. */
	if (self != NULL)
		execv(self, (char *const *)argv);
	_exit(127);
}

static int
wait_for(pid_t pid)
{
	pid_t got;

	do
		got = waitpid(pid, NULL, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 && errno != ECHILD ? -errno : 0;
}

int
spawn_role(const char *const *argv, const int *fds, size_t nfds,
	   enum spawn_parent parent, pid_t *pid)
{
	pid_t child;

	if (nfds > SPAWN_FDS_MAX)
		return -EINVAL;
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		if (parent == SPAWN_ORPHAN && fork() != 0)
			_exit(0);
		become(argv, fds, nfds);
	}
	if (parent == SPAWN_ORPHAN)
		return wait_for(child);
	*pid = child;
	return 0;
}
