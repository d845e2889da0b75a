/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loaded libraries of a process, as its dynamic linker lists them for
 * debuggers (struct r_debug), and what is found through them.
 *
 * Works on target.h alone: the auxiliary vector leads to the program headers,
 * these to DT_DEBUG.  Memory of the target is not trusted: every walk is
 * bounded.
 */
#ifndef BACKEND_SVR4_H
#define BACKEND_SVR4_H

#include "target.h"

/* Where a walk begins: at link map `lm`, whose l_prev is `prev`. */
struct svr4_start {
	uint64_t lm;
	uint64_t prev;
	uint64_t lmid;
};

/* One library; `main`: it is the program itself.  Nonzero ends the walk, and
 * is what it returns. */
typedef int svr4_fn(void *arg, const struct target_library *lib, bool main);

/*
 * Walks all libraries of all namespaces, or with `start` those of one list
 * from there on.  -ENOENT: there is no list (yet): a static program, or one
 * that the dynamic linker has not set up.
 */
int svr4_walk(struct target *t, pid_t pid, const struct svr4_start *start,
	      svr4_fn *fn, void *arg);

/*
 * Where the address of r_debug is written, before the dynamic linker has done
 * so too.  -ENOENT: the program has no dynamic section, or no place in it.
 */
int svr4_debug_location(struct target *t, pid_t pid, uint64_t *addr) MUST_CHECK;

/* Reads a word (4 or 8 bytes) of the process's own size. */
int svr4_read_word(struct target *t, pid_t pid, uint64_t addr,
		   uint64_t *value) MUST_CHECK;
/* Reads all `len` bytes; -EFAULT otherwise. */
int svr4_read(struct target *t, pid_t pid, uint64_t addr, void *buf,
	      size_t len) MUST_CHECK;
/* A NUL-terminated string of at most cap - 1 bytes (longer ones are cut). */
int svr4_read_string(struct target *t, pid_t pid, uint64_t addr, char *buf,
		     size_t cap) MUST_CHECK;

/* The address of a library's dynamic symbol; -ENOENT. */
int svr4_symbol(struct target *t, pid_t pid, const struct target_library *lib,
		const char *name, uint64_t *addr) MUST_CHECK;

#endif
