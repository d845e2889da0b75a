/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what it was started with to the file argv[1]: "name: value" lines. */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common.h"

extern char **environ;

static FILE *out;

/* What the kernel says of signals, users and the like. */
static void
copy_status(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[4096];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		fputs(line, out);
	fclose(f);
}

static void
say_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;

	fprintf(out, "fds:");
	while ((e = readdir(dir)) != NULL) {
		int fd = atoi(e->d_name);

		if (e->d_name[0] != '.' && fd != dirfd(dir) &&
		    (fd != fileno(out) || out == stdout))
			fprintf(out, " %d", fd);
	}
	fprintf(out, "\n");
	closedir(dir);
}

static void
say_limits(void)
{
	struct rlimit r;

	for (int i = 0; i < RLIM_NLIMITS; i++) {
		if (getrlimit(i, &r) == 0)
			fprintf(out, "limit %d: %lx %lx\n", i,
				(unsigned long)r.rlim_cur,
				(unsigned long)r.rlim_max);
	}
}

static void
say_terminal(void)
{
	fprintf(out, "tty: %d %d %d\n", isatty(0), isatty(1), isatty(2));
	fprintf(out, "leader: %d %d\n", getpgrp() == getpid(),
		getsid(0) == getpid());
	fprintf(out, "foreground: %d\n", tcgetpgrp(0) == getpgrp());
}

int
main(int argc, char **argv)
{
	char cwd[PATH_MAX] = "?";
	mode_t mask = umask(0);

	out = argc > 1 ? fopen(argv[1], "w") : stdout;
	if (out == NULL)
		return 1;
	(void)!getcwd(cwd, sizeof(cwd));
	fprintf(out, "cwd: %s\numask: %o\n", cwd, (unsigned)mask);
	fprintf(out, "personality: %x\n", (unsigned)personality(0xffffffff));
	fprintf(out, "nice: %d\n", getpriority(PRIO_PROCESS, 0));
	say_terminal();
	say_descriptors();
	say_limits();
	copy_status();
	for (char **e = environ; *e != NULL; e++)
		fprintf(out, "env %s\n", *e);
	return fclose(out) != 0;
}
