/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of allocate and free per second, in lldb's form of the packets, which
 * every server knows.
 *
 *	alloc_bench limit SECONDS PROG	raw: two injected calls, no wire
 *	alloc_bench serve PROG		the same behind a socket; says its port
 *	alloc_bench client SECONDS PORT	who asks
 *
 * The limit keeps what a server must do: the registers are as before after each
 * pair.
 */
#include <arpa/inet.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Prints the rate of the fastest tenth of a second: others use the machine. */
static void
measure(double seconds, void (*pair)(int of), int of)
{
	double end = now() + seconds, start, at, best = 0;
	unsigned n;

	do {
		start = now();
		for (n = 0; n < 50 || now() < start + 0.1; n++)
			pair(of);
		at = now();
		if (n / (at - start) > best)
			best = n / (at - start);
	} while (at < end);
	printf("%.0f\n", best);
}

/* ---- the limit -------------------------------------------------------- */

static struct user_regs_struct saved;
static uint64_t gate;

/* The vDSO has one. */
static void
find_gate(pid_t pid)
{
	uint64_t auxv[128] = { 0 };
	uint8_t code[8192];
	struct iovec local = { code, sizeof(code) }, remote;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, auxv, sizeof(auxv) - 16) < 16)
		die(path);
	close(fd);
	for (size_t i = 0; auxv[i] != AT_NULL; i += 2) {
		if (auxv[i] == AT_SYSINFO_EHDR)
			gate = auxv[i + 1];
	}
	remote = (struct iovec){ (void *)(uintptr_t)gate, sizeof(code) };
	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) < 4096)
		die("vDSO");
	for (size_t i = 0; i + 1 < sizeof(code); i++) {
		if (code[i] == 0x0f && code[i + 1] == 0x05) {
			gate += i;
			return;
		}
	}
	die("no syscall instruction");
}

static pid_t
launch(const char *prog)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(prog, prog, (char *)NULL);
		die(prog);
	}
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		die(prog);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL);
	if (ptrace(PTRACE_GETREGS, pid, 0, &saved) < 0)
		die("registers");
	find_gate(pid);
	return pid;
}

static uint64_t
call(pid_t pid, uint64_t nr, uint64_t a, uint64_t b)
{
	struct user_regs_struct r = saved;
	int status;

	r.rip = gate;
	r.rax = nr;
	r.orig_rax = UINT64_MAX;
	r.rdi = a;
	r.rsi = b;
	r.rdx = PROT_READ | PROT_WRITE;
	r.r10 = MAP_PRIVATE | MAP_ANONYMOUS;
	r.r8 = UINT64_MAX;
	r.r9 = 0;
	if (ptrace(PTRACE_SETREGS, pid, 0, &r) < 0 ||
	    ptrace(PTRACE_SINGLESTEP, pid, 0, 0) < 0 ||
	    waitpid(pid, &status, __WALL) != pid ||
	    ptrace(PTRACE_GETREGS, pid, 0, &r) < 0)
		die("injected call");
	return r.rax;
}

static void
restore(pid_t pid)
{
	if (ptrace(PTRACE_SETREGS, pid, 0, &saved) < 0)
		die("registers");
}

static void
raw_pair(int pid)
{
	uint64_t p = call(pid, SYS_mmap, 0, 4096);

	if (p % 4096 != 0 || call(pid, SYS_munmap, p, 4096) != 0)
		die("mmap");
	restore(pid);
}

static void
limit(double seconds, const char *prog)
{
	pid_t pid = launch(prog);
	measure(seconds, raw_pair, pid);
}

/* ---- sockets ---------------------------------------------------------- */

static void
put_packet(int fd, const char *body)
{
	char packet[128];
	uint8_t sum = 0;
	int n;

	for (const char *p = body; *p != '\0'; p++)
		sum = (uint8_t)(sum + (uint8_t)*p);
	n = snprintf(packet, sizeof(packet), "$%s#%02x", body, sum);
	if (write(fd, packet, (size_t)n) != n)
		die("write");
}

/* One packet, without what stands before it; false: the end. */
static int
get_packet(int fd, char *body, size_t cap)
{
	char buf[512];
	size_t len = 0;
	ssize_t n;
	char *start, *end;

	for (;;) {
		n = read(fd, buf + len, sizeof(buf) - 1 - len);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		buf[len] = '\0';
		start = strchr(buf, '$');
		end = start == NULL ? NULL : strchr(start, '#');
		if (end == NULL || end + 3 > buf + len)
			continue;
		*end = '\0';
		snprintf(body, cap, "%s", start + 1);
		return 1;
	}
}

static int
tcp(struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*to = (struct sockaddr_in){ .sin_family = AF_INET };
	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		die("socket");
	return fd;
}

static void
at_once(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void
answer(int fd, pid_t pid, const char *body)
{
	uint64_t ret;
	char text[32];

	if (strncmp(body, "_M", 2) == 0)
		ret = call(pid, SYS_mmap, 0, 4096);
	else if (strncmp(body, "_m", 2) == 0)
		ret = call(pid, SYS_munmap, strtoull(body + 2, NULL, 16), 4096);
	else {
		put_packet(fd, strcmp(body, "QStartNoAckMode") ? "" : "OK");
		return;
	}
	restore(pid);
	snprintf(text, sizeof(text), "%llx", (unsigned long long)ret);
	put_packet(fd, body[1] == 'M' ? text : ret == 0 ? "OK" : "E01");
}

static void
serve(const char *prog)
{
	struct sockaddr_in to;
	socklen_t len = sizeof(to);
	int listener = tcp(&to), fd;
	pid_t pid = launch(prog);
	char body[128];

	if (bind(listener, (struct sockaddr *)&to, len) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&to, &len) < 0)
		die("listen");
	printf("Listening on port %d\n", ntohs(to.sin_port));
	fflush(stdout);
	fd = accept(listener, NULL, NULL);
	at_once(fd);
	while (get_packet(fd, body, sizeof(body)))
		answer(fd, pid, body);
}

static void
ask(int fd, const char *body, char *reply, size_t cap)
{
	put_packet(fd, body);
	if (!get_packet(fd, reply, cap))
		die("the server has gone");
}

static void
pair(int fd)
{
	char addr[64], body[80], reply[64];

	ask(fd, "_M1000,rw", addr, sizeof(addr));
	snprintf(body, sizeof(body), "_m%s", addr);
	ask(fd, body, reply, sizeof(reply));
	if (addr[0] == 'E' || strcmp(reply, "OK") != 0) {
		fprintf(stderr, "refused: %s, %s\n", addr, reply);
		exit(1);
	}
}

static void
client(double seconds, int port)
{
	struct sockaddr_in to;
	int fd = tcp(&to);
	char reply[64];

	to.sin_port = htons((uint16_t)port);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("connect");
	at_once(fd);
	ask(fd, "QStartNoAckMode", reply, sizeof(reply));
	if (write(fd, "+", 1) != 1)
		die("write");
	measure(seconds, pair, fd);
}

int
main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";

	if (strcmp(how, "limit") == 0 && argc == 4)
		limit(strtod(argv[2], NULL), argv[3]);
	else if (strcmp(how, "serve") == 0)
		serve(argv[2]);
	else if (strcmp(how, "client") == 0 && argc == 4)
		client(strtod(argv[2], NULL), (int)strtol(argv[3], NULL, 10));
	else
		return 2;
	return 0;
}
