/* SPDX-License-Identifier: Apache-2.0 */
/* What identifies an ELF file: machine, class, build id.  Files are not
 * trusted: every offset is checked by reading, every walk bounded. */
#ifndef SERVER_SESSION_ELF_FILE_H
#define SERVER_SESSION_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_BUILD_ID_MAX 64

struct elf_file {
	unsigned machine;
	bool elf64;
	uint64_t size; /* of the file */
	uint8_t build_id[ELF_BUILD_ID_MAX];
	size_t build_id_len; /* 0: it has none */
};

/* -ENOEXEC: no ELF file of our byte order. */
int elf_file_read(int fd, struct elf_file *out);

#endif
