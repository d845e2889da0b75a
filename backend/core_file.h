/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF core files of stopped processes: what the kernel writes when one dies,
 * of one that lives on.  Nothing of its memory is held: it goes to the file
 * piece by piece, and what was never touched becomes a hole there.
 */
#ifndef BACKEND_CORE_FILE_H
#define BACKEND_CORE_FILE_H

#include "target.h"

struct core_file;

/*
 * Writes headers and notes; `tid` is the thread that the core file is about,
 * or 0.  `fd` is an empty file, and stays the caller's.  Which memory goes in
 * is what the process' coredump_filter says.  -EOPNOTSUPP: not of this
 * architecture, or this target cannot tell enough.
 */
int core_file_begin(struct core_file **core, struct target *t, pid_t pid,
		    pid_t tid, int fd) MUST_CHECK;
/* Some of the memory: 1, there is more; 0, it is whole; or -errno: what was
 * written is no core file. */
int core_file_step(struct core_file *core) MUST_CHECK;
/* Bytes that the whole file has, holes included. */
uint64_t core_file_size(const struct core_file *core);
/* NULL is allowed. */
void core_file_end(struct core_file *core);

#endif
