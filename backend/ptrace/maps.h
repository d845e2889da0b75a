/* SPDX-License-Identifier: Apache-2.0 */
/* Reads /proc/PID/maps line by line, without malloc. */
#ifndef BACKEND_PTRACE_MAPS_H
#define BACKEND_PTRACE_MAPS_H

#include "../target.h"

#define MAPS_NAME_MAX 1024

struct maps_line {
	uint64_t start, end;
	unsigned prot; /* TARGET_MAP_* */
	uint64_t offset, inode;
	/* Cut where longer; the kernel's escapes (\012) are undone. */
	char name[MAPS_NAME_MAX];
};

struct maps {
	int fd;
	int err;
	size_t pos, len;
	char buf[16384];
};

/* `tid`: a thread that has the address space. */
int maps_open(struct maps *m, pid_t tid) MUST_CHECK;
/* 1 and the next line, 0 at the end, or -errno. */
int maps_next(struct maps *m, struct maps_line *line);
void maps_close(struct maps *m);

/* The value of a lower-case hex digit, or -1. */
int maps_digit(char ch);
/* One line without its newline; false: not of the known form. */
bool maps_parse(const char *text, size_t len, struct maps_line *line);

#endif
