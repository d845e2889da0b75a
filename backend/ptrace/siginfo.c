/* SPDX-License-Identifier: Apache-2.0 */
/* What came with the signal that a thread has stopped for. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include "engine.h"

/* As the program knows it. */
static int
get_siginfo(struct target *t, pid_t tid, siginfo_t *native, uint8_t *info)
{
	struct thread *th = thread_find((struct ptrace_target *)t, tid);

	_Static_assert(sizeof(*native) == ARCH_SIGINFO_SIZE, "the kernel's");
	if (th == NULL)
		return -ESRCH;
	if (th->run != THREAD_STOPPED)
		return -EBUSY;
	memset(native, 0, sizeof(*native));
	if (ptrace(PTRACE_GETSIGINFO, tid, 0, native) < 0)
		return -errno;
	if (th->process->arch->siginfo_get != NULL)
		th->process->arch->siginfo_get(native, info);
	else
		memcpy(info, native, ARCH_SIGINFO_SIZE);
	return 0;
}

int
siginfo_read(struct target *t, pid_t tid, uint64_t offset, void *buf,
	     size_t len, size_t *got)
{
	uint8_t info[ARCH_SIGINFO_SIZE];
	siginfo_t native;
	int err = get_siginfo(t, tid, &native, info);

	if (err < 0)
		return err;
	*got = 0;
	if (offset < sizeof(info)) {
		*got =
		    sizeof(info) - offset < len ? sizeof(info) - offset : len;
		memcpy(buf, info + offset, *got);
	}
	return 0;
}

int
siginfo_write(struct target *t, pid_t tid, uint64_t offset, const void *buf,
	      size_t len)
{
	uint8_t info[ARCH_SIGINFO_SIZE];
	const struct arch *arch;
	siginfo_t native;
	int err;

	if (offset > sizeof(info) || len > sizeof(info) - offset)
		return -EINVAL;
	err = get_siginfo(t, tid, &native, info);
	if (err < 0)
		return err;
	memcpy(info + offset, buf, len);
	arch = thread_find((struct ptrace_target *)t, tid)->process->arch;
	if (arch->siginfo_put != NULL)
		arch->siginfo_put(&native, info);
	else
		memcpy(&native, info, sizeof(info));
	return ptrace(PTRACE_SETSIGINFO, tid, 0, &native) < 0 ? -errno : 0;
}
