/* SPDX-License-Identifier: Apache-2.0 */
/* needs: roles */
/* The audit log's chain: going on, what is changed, cut, missing, full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../server/audit/audit.h"

static char path[64], old_path[80], key_path[80];

static int
setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/rspd-audit-%d", (int)getpid());
	snprintf(old_path, sizeof(old_path), "%s.old", path);
	snprintf(key_path, sizeof(key_path), "%s.key", path);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(old_path);
	unlink(key_path);
	return 0;
}

static void
write_event(struct audit_log *a, const char *text)
{
	struct audit_line l;

	audit_begin(&l, "test");
	audit_text(&l, "what", text);
	audit_number(&l, "number", -1);
	audit_hex(&l, "address", UINT64_MAX);
	audit_write(a, &l);
}

static void
write_events(int n)
{
	struct audit_log *a;

	assert_int_equal(audit_open(&a, path, NULL, false), 0);
	for (int i = 0; i < n; i++)
		write_event(a, "\"\\\n\x01\xff plain");
	audit_close(a);
}

static int
verify(char *first, char *second)
{
	char *argv[] = { (char *)"verify", first, second, NULL };

	return audit_main(argv);
}

static char *
slurp(size_t *len)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	assert_true(n > 0);
	close(fd);
	text[n] = '\0';
	*len = (size_t)n;
	return text;
}

static void
put_back(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void
goes_on_after_a_restart(void **state)
{
	size_t len;
	char *text;

	(void)state;
	write_events(3);
	write_events(2);
	assert_int_equal(verify(path, NULL), 0);
	text = slurp(&len);
	assert_non_null(strstr(text, "\"what\":\"\\\"\\\\\\u000a\\u0001\\u00ff "
				     "plain\",\"number\":-1,\"address\":"
				     "\"0xffffffffffffffff\",\"seq\":0,"));
	assert_non_null(strstr(text, ",\"seq\":4,\"prev\""));
}

static void
goes_on_after_rotation(void **state)
{
	struct audit_log *a, *second;

	(void)state;
	assert_int_equal(audit_open(&a, path, NULL, false), 0);
	/* There is one writer. */
	assert_true(audit_open(&second, path, NULL, false) < 0);
	assert_int_equal(audit_reopen(a, path, false), 0);
	write_event(a, "old");
	assert_int_equal(rename(path, old_path), 0);
	/* Not yet told: it still goes to the old one. */
	write_event(a, "old");
	assert_int_equal(audit_reopen(a, path, false), 0);
	write_event(a, "new");
	/* One that cannot be opened changes nothing. */
	assert_true(audit_reopen(a, "/nowhere/audit", false) < 0);
	write_event(a, "new");
	audit_close(a);
	assert_int_equal(verify(old_path, path), 0);
	assert_int_equal(verify(path, NULL), 0);
	assert_int_equal(verify(path, old_path), 1);
}

/* Each byte of each line counts. */
static void
changes_are_seen(void **state)
{
	size_t len, at;
	char *text;

	(void)state;
	write_events(3);
	text = slurp(&len);
	for (at = 0; at < len; at += 7) {
		char was = text[at];

		text[at] = was == 'x' ? 'y' : 'x';
		put_back(text, len);
		assert_int_equal(verify(path, NULL), 1);
		text[at] = was;
	}
	put_back(text, len - 1);
	assert_int_equal(verify(path, NULL), 1);
	put_back(text, len);
	assert_int_equal(verify(path, NULL), 0);
}

static void
missing_lines_are_seen(void **state)
{
	size_t len, first, second;
	char *text, *copy;

	(void)state;
	write_events(3);
	text = slurp(&len);
	first = strcspn(text, "\n") + 1;
	second = first + strcspn(text + first, "\n") + 1;
	copy = malloc(len);
	assert_non_null(copy);
	/* Without the second; twice the second; in another order. */
	memcpy(copy, text, first);
	memcpy(copy + first, text + second, len - second);
	put_back(copy, first + len - second);
	assert_int_equal(verify(path, NULL), 1);
	memcpy(copy + first, text + first, second - first);
	put_back(copy, second);
	assert_int_equal(verify(path, NULL), 0);
	put_back(text + first, len - first);
	assert_int_equal(verify(path, NULL), 0);
	free(copy);
}

/* Going on behind what was cut does not make it good. */
static void
a_cut_line_stays_broken(void **state)
{
	size_t len;
	char *text;

	(void)state;
	write_events(2);
	text = slurp(&len);
	put_back(text, len - 20);
	write_events(1);
	assert_int_equal(verify(path, NULL), 1);
}

/* What could not be written is told once it can be again. */
static void
a_full_disk(void **state)
{
	struct rlimit was, small;
	struct audit_log *a;
	size_t len;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(audit_open(&a, path, NULL, false), 0);
	write_event(a, "before");
	slurp(&len);
	getrlimit(RLIMIT_FSIZE, &was);
	small = was;
	small.rlim_cur = len + 10;
	setrlimit(RLIMIT_FSIZE, &small);
	write_event(a, "lost");
	write_event(a, "lost");
	assert_false(audit_is_whole(a));
	setrlimit(RLIMIT_FSIZE, &was);
	assert_true(audit_is_whole(a));
	write_event(a, "after");
	audit_close(a);
	assert_int_equal(verify(path, NULL), 0);
	assert_non_null(strstr(slurp(&len), "\"event\":\"lost\",\"times\":2"));
}

static void
long_texts_are_left_out(void **state)
{
	struct audit_log *a;
	struct audit_line l;
	static char text[3000];

	(void)state;
	memset(text, '\x01', sizeof(text) - 1);
	assert_int_equal(audit_open(&a, path, NULL, false), 0);
	audit_begin(&l, "test");
	for (int i = 0; i < 100; i++) {
		audit_text(&l, "long", text);
		audit_text(&l, "short",
			   "0123456789012345678901234567890123456");
	}
	audit_write(a, &l);
	assert_true(audit_is_whole(a));
	audit_close(a);
	assert_int_equal(verify(path, NULL), 0);
}

static void
no_files_but_files(void **state)
{
	struct audit_log *a;

	(void)state;
	assert_true(audit_open(&a, "/nowhere/audit", NULL, false) < 0);
	assert_true(audit_open(&a, "/dev/null", NULL, false) < 0);
	assert_int_equal(symlink("/tmp/elsewhere", path), 0);
	assert_true(audit_open(&a, path, NULL, false) < 0);
}

static void
write_key(int byte, size_t len, mode_t mode)
{
	int fd = open(key_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	for (size_t i = 0; i < len; i++)
		assert_int_equal(write(fd, &byte, 1), 1);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
verify_with_key(void)
{
	char *argv[] = { (char *)"verify", path, (char *)"--key", key_path,
			 NULL };

	return audit_main(argv);
}

/* Who can write the file but has no key cannot write lines that fit. */
static void
a_key_is_needed(void **state)
{
	struct audit_log *a;

	(void)state;
	write_key('k', 32, 0600);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(audit_open(&a, path, key_path, false), 0);
		write_event(a, "with the key");
		audit_close(a);
	}
	assert_int_equal(verify_with_key(), 0);
	assert_int_equal(verify(path, NULL), 1);
	write_key('x', 32, 0600);
	assert_int_equal(verify_with_key(), 1);
	write_key('k', 32, 0600);
	assert_int_equal(verify_with_key(), 0);
	/* The chain of one without the key. */
	assert_int_equal(audit_open(&a, path, NULL, false), 0);
	write_event(a, "forged");
	audit_close(a);
	assert_int_equal(verify_with_key(), 1);
}

static void
keys_that_are_none(void **state)
{
	struct audit_log *a;

	(void)state;
	write_key('k', 31, 0600);
	assert_true(audit_open(&a, path, key_path, false) < 0);
	write_key('k', 257, 0600);
	assert_true(audit_open(&a, path, key_path, false) < 0);
	write_key('k', 32, 0640);
	assert_true(audit_open(&a, path, key_path, false) < 0);
	assert_int_equal(verify_with_key(), 2);
	unlink(key_path);
	assert_true(audit_open(&a, path, key_path, false) < 0);
	write_key('k', 256, 0400);
	assert_int_equal(audit_open(&a, path, key_path, false), 0);
	audit_close(a);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(goes_on_after_a_restart), TEST(goes_on_after_rotation),
		TEST(changes_are_seen),	       TEST(missing_lines_are_seen),
		TEST(a_cut_line_stays_broken), TEST(a_full_disk),
		TEST(long_texts_are_left_out), TEST(no_files_but_files),
		TEST(a_key_is_needed),	       TEST(keys_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
