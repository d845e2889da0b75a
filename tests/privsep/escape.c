/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries to get out of a relay's sandbox, from inside it: each attempt in a
 * process of its own that has entered the sandbox as a relay does, with five
 * descriptors.  Status 0: none succeeded.
 *
 *	escape root|user
 *
 * `user`: without root's rights from the start.  Built twice: with the filter
 * of system calls, and (HAVE_SECCOMP 0) without it, to see that what is below
 * the filter holds by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/relay/sandbox.h"

#define USER 12345
/* The highest number that is tried: some after the last one that there is. */
#define CALLS 600
#define X32   0x40000000
/* Not in the headers of Debian 12. */
#define URETPROBE 335
#define UPROBE	  336

/* Without the filter an attempt is still to fail: */
enum { AS_ROOT = 1, AS_USER = 2, ALWAYS = 3, ONLY_FILTERED = 0 };

struct attempt {
	const char *name;
	unsigned bare;
	long nr;
	long args[6];
};

#define TEXT(s) ((long)(intptr_t)(s))

static char page[4096];
static char *const no_args[] = { "/bin/true", NULL };
static struct iovec here = { page, sizeof(page) };
static struct iovec there = { page, sizeof(page) };
static struct rlimit more = { 100, 100 };
static struct pollfd fds[6];

/* Stands for the id of the process outside. */
#define PARENT LONG_MIN

static const struct attempt attempts[] = {
	{ "open a file", ALWAYS, SYS_open, { TEXT("/etc/passwd") } },
	{ "openat", ALWAYS, SYS_openat, { AT_FDCWD, TEXT("/etc/passwd") } },
	{ "read /proc", ALWAYS, SYS_open, { TEXT("/proc/self/maps") } },
	{ "read the parent", ALWAYS, SYS_open, { TEXT("/proc/1/environ") } },
	{ "create a file",
	  ALWAYS,
	  SYS_open,
	  { TEXT("/tmp/escaped"), O_CREAT | O_RDWR, 0600 } },
	{ "make a folder", AS_ROOT, SYS_mkdir, { TEXT("/escaped"), 0700 } },
	{ "remove a file", AS_ROOT, SYS_unlink, { TEXT("/etc/passwd") } },
	{ "look at a file", AS_ROOT, SYS_access, { TEXT("/etc/passwd"), 0 } },
	{ "where we are",
	  ONLY_FILTERED,
	  SYS_getcwd,
	  { TEXT(page), sizeof(page) } },
	{ "chroot", ALWAYS, SYS_chroot, { TEXT(".") } },
	{ "chdir", AS_ROOT, SYS_chdir, { TEXT("/etc") } },
	{ "mount",
	  ALWAYS,
	  SYS_mount,
	  { TEXT("none"), TEXT("/"), TEXT("tmpfs"), 0, 0 } },
	{ "a socket", ALWAYS, SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ "a raw socket", ALWAYS, SYS_socket, { AF_INET, SOCK_RAW, 1 } },
	{ "a Unix socket", ALWAYS, SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } },
	{ "a pipe", ALWAYS, SYS_pipe, { TEXT(page) } },
	{ "one more descriptor", ALWAYS, SYS_dup, { 0 } },
	{ "dup by fcntl", ALWAYS, SYS_fcntl, { 0, F_DUPFD, 0 } },
	{ "a file of memory", ALWAYS, SYS_memfd_create, { TEXT("m"), 0 } },
	{ "an eventfd", ALWAYS, SYS_eventfd2, { 0, 0 } },
	{ "epoll", ALWAYS, SYS_epoll_create1, { 0 } },
	{ "io_uring", ALWAYS, SYS_io_uring_setup, { 1, TEXT(page) } },
	{ "poll of more than we have", ALWAYS, SYS_poll, { TEXT(fds), 6, 0 } },
	{ "send descriptors",
	  ONLY_FILTERED,
	  SYS_sendmsg,
	  { 3, TEXT(page), 0 } },
	{ "fork", ALWAYS, SYS_fork, { 0 } },
	{ "clone", ALWAYS, SYS_clone, { SIGCHLD } },
	{ "a thread",
	  ALWAYS,
	  SYS_clone,
	  { CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
	    TEXT(page + sizeof(page)) } },
	{ "a user namespace", AS_ROOT, SYS_unshare, { CLONE_NEWUSER } },
	{ "exec",
	  AS_ROOT,
	  SYS_execve,
	  { TEXT("/bin/true"), TEXT(no_args), 0 } },
	{ "exec of ourselves",
	  AS_ROOT,
	  SYS_execve,
	  { TEXT("/proc/self/exe"), TEXT(no_args), 0 } },
	{ "trace the parent",
	  ALWAYS,
	  SYS_ptrace,
	  { PTRACE_SEIZE, PARENT, 0, 0 } },
	{ "be traced", ONLY_FILTERED, SYS_ptrace, { PTRACE_TRACEME } },
	{ "kill the parent", AS_ROOT, SYS_kill, { PARENT, 0 } },
	{ "kill init", ALWAYS, SYS_kill, { 1, 0 } },
	{ "read its memory",
	  ALWAYS,
	  SYS_process_vm_readv,
	  { PARENT, TEXT(&here), 1, TEXT(&there), 1, 0 } },
	{ "write its memory",
	  ALWAYS,
	  SYS_process_vm_writev,
	  { PARENT, TEXT(&here), 1, TEXT(&there), 1, 0 } },
	{ "a pidfd", ALWAYS, SYS_pidfd_open, { PARENT, 0 } },
	{ "become root", ALWAYS, SYS_setuid, { 0 } },
	{ "become root's group", ALWAYS, SYS_setgid, { 0 } },
	{ "setresuid", ALWAYS, SYS_setresuid, { 0, 0, 0 } },
	{ "groups", ALWAYS, SYS_setgroups, { 0, 0 } },
	{ "dumpable again", ONLY_FILTERED, SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "new privileges", ALWAYS, SYS_prctl, { PR_SET_NO_NEW_PRIVS, 0 } },
	{ "a wider filter", ONLY_FILTERED, SYS_seccomp, { 0, 0, 0 } },
	{ "more descriptors",
	  ALWAYS,
	  SYS_setrlimit,
	  { RLIMIT_NOFILE, TEXT(&more) } },
	{ "more by prlimit",
	  ALWAYS,
	  SYS_prlimit64,
	  { 0, RLIMIT_NOFILE, TEXT(&more), 0 } },
	{ "much memory",
	  ALWAYS,
	  SYS_mmap,
	  { 0, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0 } },
	{ "memory to be run",
	  ONLY_FILTERED,
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	    0 } },
	{ "run what is there",
	  ONLY_FILTERED,
	  SYS_mprotect,
	  { TEXT(page), 4096, PROT_READ | PROT_EXEC } },
	{ "shared memory", ONLY_FILTERED, SYS_shmget, { 0, 4096, 0600 } },
	{ "a key", ONLY_FILTERED, SYS_keyctl, { 0, -3, 1 } },
	{ "bpf", ALWAYS, SYS_bpf, { 5, TEXT(page), sizeof(page) } },
	{ "perf", ALWAYS, SYS_perf_event_open, { TEXT(page), 0, -1, -1, 0 } },
	{ "the clock", ALWAYS, SYS_settimeofday, { TEXT(page), 0 } },
	{ "ports", ALWAYS, SYS_iopl, { 3 } },
	{ "the host's name", ALWAYS, SYS_sethostname, { TEXT("x"), 1 } },
};

/* The calls that a relay may make, as the filter ought to have them (recvmsg
 * is for one descriptor, which the attempt is not made with); and two
 * that newer kernels keep from filters, since only their own trampolines may
 * make them (others are killed). */
static const long allowed[] = {
	SYS_read,
	SYS_write,
	SYS_close,
	SYS_poll,
	SYS_mmap,
	SYS_munmap,
	SYS_brk,
	SYS_rt_sigreturn,
	SYS_madvise,
	SYS_getpid,
	SYS_sendto,
	SYS_recvfrom,
	SYS_shutdown,
	SYS_exit,
	SYS_gettimeofday,
	SYS_time,
	SYS_futex,
	SYS_mremap,
	SYS_restart_syscall,
	SYS_exit_group,
	SYS_ppoll,
	SYS_clock_gettime,
	SYS_getrandom,
	URETPROBE,
	UPROBE,
};

static pid_t parent;

/* ---- inside ------------------------------------------------------------- */

/* As a relay is with its connection: two streams beside the standard ones. */
static void
enter(bool user)
{
	const char *what;
	int pair[2], err;

	parent = getppid();
	memset(fds, -1, sizeof(fds));
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || pair[1] != 4)
		_exit(3);
	if (user && geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(USER, USER, USER) < 0 ||
	     setresuid(USER, USER, USER) < 0))
		_exit(3);
	err = sandbox_enter(3, &what);
	if (err < 0) {
		fprintf(stderr, "sandbox: %s: %s\n", what, strerror(-err));
		_exit(3);
	}
}

static long
argument(long value)
{
	return value == PARENT ? parent : value;
}

/* 0: it was refused, 1: not. */
static int
try(const struct attempt *a)
{
	const long *v = a->args;
	long got = syscall(a->nr, argument(v[0]), argument(v[1]), v[2], v[3],
			   v[4], v[5]);

	if (got == 0 && (a->nr == SYS_fork || a->nr == SYS_clone))
		_exit(1); /* the child */
	return got >= 0;
}

static bool
is_allowed(long nr)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i] == nr)
			return true;
	return false;
}

/* Every other call, whatever it is, is refused by the filter. */
static int
try_every_call(void)
{
	for (long nr = 0; nr < CALLS; nr++) {
		errno = 0;
		if (!is_allowed(nr) && syscall(nr, -1, 0, 0, 0, 0, 0) != -1) {
			return 1;
		} else if (!is_allowed(nr) && errno != EPERM) {
			dprintf(2, "call %ld: errno %d\n", nr, errno);
			return 1;
		}
	}
	return 0;
}

/* The other two ways into an x86-64 kernel. */
static int
try_x32(void)
{
	return syscall(X32 + SYS_getpid) >= 0 ||
	       syscall(X32 + SYS_socket, AF_INET, SOCK_STREAM, 0) >= 0;
}

static int
try_int80(void)
{
	long ret = 20; /* getpid of 32 bit */

	__asm__ volatile("int $0x80"
			 : "+a"(ret)
			 :
			 : "memory", "r8", "r9", "r10", "r11");
	return ret >= 0;
}

/* ---- outside ------------------------------------------------------------ */

struct run {
	bool user;
	const struct attempt *attempt; /* or */
	int (*fn)(void);
};

/* How it ended: 0 refused, 1 not, 2 something is wrong with the test. */
static int
run(const struct run *r)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		/* Not among those who are the same user's. */
		enter(r->user);
		_exit(r->attempt != NULL ? try(r->attempt) : r->fn());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2;
	/* The filter's answer to a call that is not of its machine. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fprintf(stderr, "status %#x\n", (unsigned)status);
	return WIFEXITED(status) && WEXITSTATUS(status) < 2
		   ? WEXITSTATUS(status)
		   : 2;
}

static int
check(const char *name, int got)
{
	static const char *const words[] = { "refused", "NOT REFUSED",
					     "NOT TRIED" };

	printf("%-28s %s\n", name, words[got]);
	return got != 0;
}

/* A process of the same user must not get at it either. */
static int
look_from_outside(void)
{
	char path[64], byte;
	int out[2], in[2], bad = 0;
	pid_t pid;

	if (pipe(out) < 0 || pipe(in) < 0)
		return 2;
	pid = fork();
	if (pid == 0) {
		const char *what;

		if (setresgid(USER, USER, USER) < 0 ||
		    setresuid(USER, USER, USER) < 0 || dup2(in[0], 3) < 0 ||
		    dup2(out[1], 4) < 0)
			_exit(3);
		for (int fd = 5; fd < 64; fd++)
			close(fd);
		if (sandbox_enter(3, &what) < 0 || write(4, "", 1) != 1 ||
		    read(3, &byte, 1) < 0)
			_exit(3);
		_exit(0);
	}
	if (pid < 0 || read(out[0], &byte, 1) != 1)
		return 2;
	if (setegid(USER) < 0 || seteuid(USER) < 0)
		return 2;
	for (const char *const *f =
		 (const char *const[]){ "mem", "environ", "fd/3", NULL };
	     *f != NULL; f++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, *f);
		bad |= open(path, O_RDONLY) >= 0;
	}
	if (seteuid(0) < 0 || setegid(0) < 0)
		return 2;
	close(in[1]);
	return waitpid(pid, NULL, 0) == pid ? bad : 2;
}

int
main(int argc, char **argv)
{
	const bool user = argc > 1 && strcmp(argv[1], "user") == 0;
	struct run r = { .user = user };
	int bad = 0;

	if (!user && geteuid() != 0) {
		printf("SKIP: not root\n");
		return 77;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		r.attempt = &attempts[i];
		if (HAVE_SECCOMP ||
		    (r.attempt->bare & (user ? AS_USER : AS_ROOT)) != 0)
			bad |= check(r.attempt->name, run(&r));
	}
	r.attempt = NULL;
	if (HAVE_SECCOMP) {
		r.fn = try_every_call;
		bad |= check("every other call", run(&r));
		r.fn = try_x32;
		bad |= check("calls of x32", run(&r));
		r.fn = try_int80;
		bad |= check("calls of 32 bit", run(&r));
	}
	if (geteuid() == 0)
		bad |=
		    check("being looked at by its user", look_from_outside());
	return bad;
}
