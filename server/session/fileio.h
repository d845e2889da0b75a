/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol's own numbers for files (gdb manual, "File-I/O Remote Protocol
 * Extension": constants, struct stat), to and from Linux's.
 */
#ifndef SERVER_SESSION_FILEIO_H
#define SERVER_SESSION_FILEIO_H

#include <stdint.h>
#include <sys/stat.h>

#define FILEIO_STAT_SIZE 64

/* Flags of open(2); -EINVAL: a bit that is none. */
int fileio_open_flags(uint64_t flags, int *linux_flags);
/* Permission bits. */
mode_t fileio_mode(uint64_t mode);
/* 9999 (unknown) for what the protocol has no number for. */
unsigned fileio_errno(int err);
void fileio_stat(const struct stat *st, uint8_t out[FILEIO_STAT_SIZE]);

#endif
