/* SPDX-License-Identifier: Apache-2.0 */
/* needs: session */
/* The protocol's numbers for files; numbers in text; ELF files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/session/digest.h"
#include "server/session/elf_file.h"
#include "server/session/fileio.h"
#include "server/session/number.h"

static void
test_flags(void **state)
{
	int flags = 0;

	(void)state;
	assert_int_equal(fileio_open_flags(0, &flags), 0);
	assert_int_equal(flags, O_RDONLY);
	assert_int_equal(fileio_open_flags(0x601, &flags), 0);
	assert_int_equal(flags, O_WRONLY | O_CREAT | O_TRUNC);
	assert_int_equal(fileio_open_flags(0xa0a, &flags), 0);
	assert_int_equal(flags, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
	assert_int_equal(fileio_open_flags(1u << 29, &flags), 0);
	assert_int_equal(flags, O_NOFOLLOW);
	assert_int_equal(fileio_open_flags(3, &flags), -EINVAL);
	assert_int_equal(fileio_open_flags(0x10, &flags), -EINVAL);
	assert_int_equal(fileio_open_flags(UINT64_MAX, &flags), -EINVAL);
}

static void
test_errno(void **state)
{
	(void)state;
	assert_int_equal(fileio_errno(ENOENT), 2);
	assert_int_equal(fileio_errno(EMFILE), 24);
	assert_int_equal(fileio_errno(ENOSYS), 88);
	assert_int_equal(fileio_errno(ENAMETOOLONG), 91);
	assert_int_equal(fileio_errno(ELOOP), 9999);
}

static void
test_stat(void **state)
{
	static const uint8_t want[FILEIO_STAT_SIZE] = {
		0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x81, 0xa4, 0, 0, 0, 3,
		0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0,    6,	  0, 0, 0, 1,
		0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0x10, 0,	  0, 0, 0, 0,
		0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0,    10,	  0, 0, 0, 11,
	};
	struct stat st = { .st_dev = 1,
			   .st_ino = 0x700000002,
			   .st_mode = S_IFREG | 0644 | S_ISUID,
			   .st_nlink = 3,
			   .st_uid = 4,
			   .st_gid = 5,
			   .st_rdev = 6,
			   .st_size = 0x100000007,
			   .st_blksize = 4096,
			   .st_blocks = 8 };
	uint8_t got[FILEIO_STAT_SIZE];

	(void)state;
	st.st_atime = 9;
	st.st_mtime = 10;
	st.st_ctime = 11;
	fileio_stat(&st, got);
	assert_memory_equal(got, want, sizeof(want));
	st.st_mode = S_IFSOCK | 0600;
	fileio_stat(&st, got);
	assert_memory_equal(got + 8, "\0\0\1\200", 4);
}

static void
test_numbers(void **state)
{
	const char *at = "ffffffffffffffff;";
	uint64_t v = 0;

	(void)state;
	assert_true(number_hex(&at, &v));
	assert_int_equal(v, UINT64_MAX);
	assert_string_equal(at, ";");
	at = "10000000000000000";
	assert_false(number_hex(&at, &v));
	assert_string_equal(at, "10000000000000000");
	at = "18446744073709551615";
	assert_true(number_decimal(&at, &v));
	at = "18446744073709551616";
	assert_false(number_decimal(&at, &v));
	at = "";
	assert_false(number_hex(&at, &v));
	at = "-1";
	assert_false(number_decimal(&at, &v));
	at = "0x1F ";
	assert_true(number_typed(&at, &v));
	assert_int_equal(v, 31);
	assert_string_equal(at, " ");
	at = "0x";
	assert_false(number_typed(&at, &v));
	assert_string_equal(at, "0x");
	at = "31";
	assert_true(number_typed(&at, &v));
	assert_int_equal(v, 31);
}

static int
file_with(const void *data, size_t len)
{
	char name[] = "/tmp/rspd-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, data, len), len);
	return fd;
}

static int
elf_of(const void *data, size_t len, struct elf_file *out)
{
	int fd = file_with(data, len);
	int err = elf_file_read(fd, out);

	close(fd);
	return err;
}

struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Nhdr nh;
	char name[4];
	uint8_t id[4];
};

static void
test_elf(void **state)
{
	struct image i = {
		.eh = { .e_ident = ELFMAG,
			.e_machine = EM_X86_64,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1 },
		.ph = { .p_type = PT_NOTE,
			.p_offset = offsetof(struct image, nh),
			.p_filesz = sizeof(Elf64_Nhdr) + 8 },
		.nh = { 4, 4, NT_GNU_BUILD_ID },
		.name = "GNU",
		.id = { 1, 2, 3, 4 },
	};
	struct elf_file f;

	(void)state;
	i.eh.e_ident[EI_CLASS] = ELFCLASS64;
	i.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	assert_int_equal(elf_of(&i, sizeof(i), &f), 0);
	assert_int_equal(f.machine, EM_X86_64);
	assert_true(f.elf64);
	assert_int_equal(f.size, sizeof(i));
	assert_int_equal(f.build_id_len, 4);
	assert_memory_equal(f.build_id, i.id, 4);
	/* Cut anywhere it is an error or a file without an id, no crash. */
	for (size_t len = 0; len < offsetof(struct image, id) + 4; len++)
		assert_true(elf_of(&i, len, &f) < 0 || f.build_id_len == 0);
	i.nh.n_namesz = 0xffffffff;
	assert_int_equal(elf_of(&i, sizeof(i), &f), 0);
	assert_int_equal(f.build_id_len, 0);
	i.nh.n_namesz = 4;
	i.nh.n_descsz = 0xfffffffe;
	assert_int_equal(elf_of(&i, sizeof(i), &f), 0);
	assert_int_equal(f.build_id_len, 0);
	i.eh.e_phoff = UINT64_MAX;
	assert_true(elf_of(&i, sizeof(i), &f) < 0);
	i.eh.e_ident[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(elf_of(&i, sizeof(i), &f), -ENOEXEC);
}

static void
test_md5(void **state)
{
	/* RFC 1321, appendix A.5 */
	static const uint8_t want[] = { 0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2,
					0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d,
					0x28, 0xe1, 0x7f, 0x72 };
	uint8_t sum[DIGEST_MD5_SIZE];
	int fd = file_with("abc", 3);

	(void)state;
	assert_int_equal(digest_md5_file(fd, sum), 0);
	assert_memory_equal(sum, want, sizeof(want));
	close(fd);
	fd = open("/tmp", O_RDONLY);
	assert_int_equal(digest_md5_file(fd, sum), -EINVAL);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags), cmocka_unit_test(test_errno),
		cmocka_unit_test(test_stat),  cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_elf),   cmocka_unit_test(test_md5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
