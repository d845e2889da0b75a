/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_file.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PHDRS_MAX 256
#define NOTES_MAX 4096 /* bytes of one note segment that are looked at */

static int
read_at(int fd, uint64_t offset, void *buf, size_t len)
{
	ssize_t n;

	if (offset > INT64_MAX)
		return -ENOEXEC;
	n = pread(fd, buf, len, (off_t)offset);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOEXEC;
}

static size_t
padded(uint32_t n)
{
	return ((size_t)n + 3) & ~(size_t)3;
}

/* Notes are the same in both classes. */
static bool
find_build_id(const uint8_t *notes, size_t len, struct elf_file *out)
{
	while (len >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr h;
		size_t name;
		size_t desc;

		memcpy(&h, notes, sizeof(h));
		name = padded(h.n_namesz);
		desc = padded(h.n_descsz);
		notes += sizeof(h);
		len -= sizeof(h);
		if (name > len || desc > len - name)
			return false;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    memcmp(notes, "GNU", 4) == 0 && h.n_descsz > 0 &&
		    h.n_descsz <= ELF_BUILD_ID_MAX) {
			memcpy(out->build_id, notes + name, h.n_descsz);
			out->build_id_len = h.n_descsz;
			return true;
		}
		notes += name + desc;
		len -= name + desc;
	}
	return false;
}

static bool
read_notes(int fd, uint64_t offset, uint64_t size, struct elf_file *out)
{
	uint8_t buf[NOTES_MAX];
	size_t len = size < sizeof(buf) ? (size_t)size : sizeof(buf);

	return read_at(fd, offset, buf, len) == 0 &&
	       find_build_id(buf, len, out);
}

static int
read_phdrs(int fd, uint64_t offset, size_t entry, size_t n,
	   struct elf_file *out)
{
	for (size_t i = 0; i < n && i < PHDRS_MAX; i++) {
		union {
			Elf32_Phdr p32;
			Elf64_Phdr p64;
		} ph;
		size_t size = out->elf64 ? sizeof(ph.p64) : sizeof(ph.p32);
		int err;

		err = read_at(fd, offset + i * entry, &ph, size);
		if (err < 0)
			return err;
		if ((out->elf64 ? ph.p64.p_type : ph.p32.p_type) != PT_NOTE)
			continue;
		if (out->elf64
			? read_notes(fd, ph.p64.p_offset, ph.p64.p_filesz, out)
			: read_notes(fd, ph.p32.p_offset, ph.p32.p_filesz, out))
			break;
	}
	return 0;
}

int
elf_file_read(int fd, struct elf_file *out)
{
	union {
		uint8_t ident[EI_NIDENT];
		Elf32_Ehdr e32;
		Elf64_Ehdr e64;
	} eh;
	struct stat st;
	int err;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	memset(&eh, 0, sizeof(eh));
	err = read_at(fd, 0, &eh, sizeof(eh.e32));
	if (err < 0)
		return err;
	if (memcmp(eh.ident, ELFMAG, SELFMAG) != 0 ||
	    eh.ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	*out = (struct elf_file){
		.machine = eh.e32.e_machine,
		.elf64 = eh.ident[EI_CLASS] == ELFCLASS64,
		.size = (uint64_t)st.st_size,
	};
	if (!out->elf64)
		return read_phdrs(fd, eh.e32.e_phoff, eh.e32.e_phentsize,
				  eh.e32.e_phnum, out);
	err = read_at(fd, 0, &eh, sizeof(eh.e64));
	if (err < 0)
		return err;
	return read_phdrs(fd, eh.e64.e_phoff, eh.e64.e_phentsize,
			  eh.e64.e_phnum, out);
}
