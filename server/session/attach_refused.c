/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_refused.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process_facts.h"

#define YAMA "/proc/sys/kernel/yama/ptrace_scope"

/* A file's first number; 0 if there is none. */
static int
read_small_number(const char *path)
{
	char digit = '0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (read(fd, &digit, 1) != 1 || digit < '0' || digit > '9')
		digit = '0';
	close(fd);
	return digit - '0';
}

static bool
has_ptrace_capability(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective &
		   CAP_TO_MASK(CAP_SYS_PTRACE);
}

void
attach_facts_read(pid_t pid, struct attach_facts *f)
{
	struct process_facts of, our;

	memset(f, 0, sizeof(*f));
	f->self = pid == getpid();
	f->root = geteuid() == 0;
	f->capable = has_ptrace_capability();
	f->yama = read_small_number(YAMA);
	if (process_facts_read(getpid(), &our) == 0)
		f->filtered = our.filtered;
	if (process_facts_read(pid, &of) < 0)
		return;
	f->tracer = of.tracer;
	f->ours = of.tracer == getpid();
	f->mismatch = of.uid != geteuid() || of.euid != geteuid();
	f->uid = of.euid;
}

void
attach_refused(const struct attach_facts *f, char *buf, size_t cap)
{
	const char *why = "";

	if (f->self)
		why = "it is rspd itself";
	else if (f->ours)
		why = "this session has it already";
	else if (f->tracer != 0)
		return (void)snprintf(buf, cap,
				      "process %d traces it already: a "
				      "debugger, strace or the like",
				      (int)f->tracer);
	else if (f->yama >= 3)
		why = "kernel.yama.ptrace_scope is 3: nobody may attach until "
		      "the machine is started anew; let rspd start the program";
	else if (f->capable)
		why = f->filtered ? "a seccomp filter forbids ptrace here: "
				    "start the container with "
				    "--security-opt seccomp=unconfined"
				  : "";
	else if (f->root)
		why = "root without CAP_SYS_PTRACE: start the container with "
		      "--cap-add=SYS_PTRACE";
	else if (f->mismatch)
		return (void)snprintf(buf, cap,
				      "it runs as user %u: start rspd as that "
				      "user, or as root",
				      (unsigned)f->uid);
	else if (f->yama == 2)
		why = "kernel.yama.ptrace_scope is 2: only root may attach";
	else if (f->yama == 1)
		why = "kernel.yama.ptrace_scope is 1: \"sysctl "
		      "kernel.yama.ptrace_scope=0\" or root lets rspd attach; "
		      "it may start the program at any time";
	snprintf(buf, cap, "%s", why);
}
