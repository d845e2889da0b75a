/* SPDX-License-Identifier: Apache-2.0 */
/* needs: roles */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/common/address.h"

struct example {
	const char *text;
	enum address_kind kind;
	const char *host;
	unsigned port;
	const char *path;
};

static void
check(int (*parse)(const char *, struct address *), const struct example *e)
{
	struct address a;

	if (parse(e->text, &a) != 0)
		fail_msg("refused: %s", e->text);
	assert_int_equal(a.kind, e->kind);
	assert_string_equal(a.host, e->host);
	assert_int_equal(a.port, e->port);
	assert_string_equal(a.path, e->path);
}

static void
comm_forms(void **state)
{
	static const struct example examples[] = {
		{ "localhost:1234", ADDRESS_TCP, "localhost", 1234, "" },
		{ ":1234", ADDRESS_TCP, "", 1234, "" },
		{ ":0", ADDRESS_TCP, "", 0, "" },
		{ "::1:1234", ADDRESS_TCP, "::1", 1234, "" },
		{ "[::1]:1234", ADDRESS_TCP, "::1", 1234, "" },
		{ "[127.0.0.1]:5", ADDRESS_TCP, "127.0.0.1", 5, "" },
		{ "*:65535", ADDRESS_TCP, "*", 65535, "" },
		{ "tcp:h:1", ADDRESS_TCP, "h", 1, "" },
		{ "tcp6:[::]:1", ADDRESS_TCP, "::", 1, "" },
		{ "unix:/run/x", ADDRESS_UNIX, "", 0, "/run/x" },
		{ "unix:x", ADDRESS_UNIX, "", 0, "x" },
		{ "/dev/ttyS0", ADDRESS_TTY, "", 0, "/dev/ttyS0" },
		{ "-", ADDRESS_STDIO, "", 0, "" },
		{ "stdio", ADDRESS_STDIO, "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		check(address_parse, &examples[i]);
}

static void
wrong_comm(void **state)
{
	static const char *const wrong[] = {
		"",
		"1234",
		"localhost",
		"localhost:",
		"h:65536",
		"h:-1",
		"h:+1",
		"h: 1",
		"h:1x",
		"h:0x10",
		"[::1]",
		"[::1]1234",
		"[]:1",
		"[::1:1",
		"unix:",
		"h:99999999999999999999",
		"localhost:stdio",
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (address_parse(wrong[i], &a) != -EINVAL)
			fail_msg("accepted: %s", wrong[i]);
}

static void
long_comm(void **state)
{
	char text[2048];
	struct address a;

	(void)state;
	memset(text, 'h', sizeof(text));
	memcpy(text + sizeof(text) - 3, ":1", 3);
	assert_int_equal(address_parse(text, &a), -EINVAL);
	memcpy(text, "unix:", 5);
	assert_int_equal(address_parse(text, &a), -EINVAL);
	text[0] = '/';
	assert_int_equal(address_parse(text, &a), -EINVAL);
}

static void
families_and_roles(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(address_parse("tcp4:h:1", &a), 0);
	assert_int_equal(a.family, ADDRESS_IPV4);
	assert_int_equal(address_parse("tcp6:h:1", &a), 0);
	assert_int_equal(a.family, ADDRESS_IPV6);
	assert_int_equal(address_parse_url("connect://h:1", &a), 0);
	assert_int_equal(a.role, ADDRESS_CONNECT);
	assert_int_equal(address_parse_url("unix-abstract-accept://n", &a), 0);
	assert_int_equal(a.role, ADDRESS_LISTEN);
	assert_true(a.abstract);
	assert_int_equal(address_parse_url("fd://7", &a), 0);
	assert_int_equal(a.kind, ADDRESS_FD);
	assert_int_equal(a.fd, 7);
}

static void
urls(void **state)
{
	static const struct example examples[] = {
		{ "1234", ADDRESS_TCP, "", 1234, "" },
		{ "localhost:0", ADDRESS_TCP, "localhost", 0, "" },
		{ "tcp://[127.0.0.1]:0", ADDRESS_TCP, "127.0.0.1", 0, "" },
		{ "listen://[::1]:9", ADDRESS_TCP, "::1", 9, "" },
		{ "unix-connect:///tmp/s", ADDRESS_UNIX, "", 0, "/tmp/s" },
		{ "serial:///dev/pts/3", ADDRESS_TTY, "", 0, "/dev/pts/3" },
		{ "serial:///dev/ttyS0?baud=9600", ADDRESS_TTY, "", 0,
		  "/dev/ttyS0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		check(address_parse_url, &examples[i]);
}

static void
wrong_urls(void **state)
{
	static const char *const wrong[] = {
		"",	  "http://h:1", "fd://", "fd://x",	    "fd://-1",
		"tcp://", "serial://",	"65536", "unix-connect://",
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (address_parse_url(wrong[i], &a) != -EINVAL)
			fail_msg("accepted: %s", wrong[i]);
}

static void
formats(void **state)
{
	static const char *const texts[] = { "h:1", "[::1]:2", "unix:/x",
					     "/dev/x", "stdio" };
	struct address a;
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(address_parse(texts[i], &a), 0);
		address_format(&a, buf, sizeof(buf));
		assert_string_equal(buf, texts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comm_forms),
		cmocka_unit_test(wrong_comm),
		cmocka_unit_test(long_comm),
		cmocka_unit_test(families_and_roles),
		cmocka_unit_test(urls),
		cmocka_unit_test(wrong_urls),
		cmocka_unit_test(formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
