/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Who may do what: each packet refused without its class, and granted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../server/session/private.h"
#include "../common/client.h"
#include "../common/request_examples.h"

#define PID   100
#define COUNT (sizeof(request_examples) / sizeof(request_examples[0]))

static struct client_bench b;
static struct rights rights;

static void
open_with(uint32_t classes)
{
	struct session_config config = { .rights = &rights, .extended = true };

	memset(&rights, 0, sizeof(rights));
	snprintf(rights.role, sizeof(rights.role), "tester");
	rights.classes = classes;
	bench_open(&b, &config);
}

static void
send_example(const struct request_example *e)
{
	char packet[4096];
	unsigned sum = 0;
	int n;

	for (size_t i = 0; i < e->len; i++)
		sum += (unsigned char)e->body[i];
	packet[0] = '$';
	memcpy(packet + 1, e->body, e->len);
	n = snprintf(packet + 1 + e->len, 4, "#%02x", sum & 0xff);
	bench_raw(&b, packet, 1 + e->len + (size_t)n);
}

/* What a refused packet is answered with; NULL: nothing. */
static const char *
refusal(const struct request_example *e)
{
	if (strncmp(e->body, "vFile:", 6) == 0)
		return "F-1,1";
	if (e->kind == RSP_KILL || e->kind == RSP_RESTART)
		return NULL;
	/* In lldb's form. */
	if (e->kind == RSP_ALLOC &&
	    strchr(e->body, ',') == strrchr(e->body, ','))
		return "";
	return "E01";
}

static bool
is_refused(const struct request_example *e, const char *answer)
{
	const char *want = refusal(e);

	/* The text that a resume is refused with. */
	if (want != NULL && answer != NULL && answer[0] == 'O' &&
	    strcmp(answer, "OK") != 0)
		answer = bench_next(&b, 0);
	if (want == NULL || answer == NULL)
		return want == answer;
	return strcmp(answer, want) == 0;
}

static void
nothing_is_permitted_by_default(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct request_example *e = &request_examples[i];
		const struct handler *h = &session_handlers[e->kind];

		if (h->fn == NULL || h->class == CLASS_SESSION)
			continue;
		open_with(0);
		bench_gdb(&b, PID, 1);
		send_example(e);
		if (!is_refused(e, bench_next(&b, 0)))
			fail_msg("%s: %s", e->body, b.body);
		/* The session goes on. */
		bench_expect(&b, "vMustReplyEmpty", "");
		bench_close(&b);
	}
}

/* Each class alone opens its own packets and no others. */
static void
a_class_opens_its_packets_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct request_example *e = &request_examples[i];
		const struct handler *h = &session_handlers[e->kind];

		/* Not on the files of whoever runs this. */
		if (h->fn == NULL || h->class == CLASS_SESSION ||
		    h->class == CLASS_FILES_WRITE)
			continue;
		for (unsigned c = CLASS_OBSERVE; c < CLASS_COUNT; c++) {
			open_with(RIGHTS_BIT(c));
			bench_gdb(&b, PID, 1);
			send_example(e);
			if (c != h->class)
				assert_true(is_refused(e, bench_next(&b, 0)));
			assert_int_equal(
			    !(b.session->refused & RIGHTS_BIT(h->class)),
			    c == h->class);
			bench_close(&b);
		}
	}
}

/* Packets whose class hangs on what they say. */
static const struct depends {
	uint32_t have;
	const char *packet;
	enum request_class lacks;
} depends[] = {
	/* vFile:open for writing, creating, appending, truncating */
	{ RIGHTS_BIT(CLASS_FILES_READ), "vFile:open:2f746d702f78,1,1b6",
	  CLASS_FILES_WRITE },
	{ RIGHTS_BIT(CLASS_FILES_READ), "vFile:open:2f746d702f78,2,1b6",
	  CLASS_FILES_WRITE },
	{ RIGHTS_BIT(CLASS_FILES_READ), "vFile:open:2f746d702f78,200,1b6",
	  CLASS_FILES_WRITE },
	{ RIGHTS_BIT(CLASS_FILES_READ), "vFile:open:2f746d702f78,400,1b6",
	  CLASS_FILES_WRITE },
	{ RIGHTS_BIT(CLASS_OBSERVE), "qXfer:siginfo:write::0:00", CLASS_WRITE },
	{ RIGHTS_BIT(CLASS_OBSERVE) | RIGHTS_BIT(CLASS_CONTROL), "c400000",
	  CLASS_WRITE },
	{ RIGHTS_BIT(CLASS_OBSERVE) | RIGHTS_BIT(CLASS_CONTROL), "s400000",
	  CLASS_WRITE },
	{ RIGHTS_BIT(CLASS_OBSERVE), "D1", CLASS_CONTROL },
	{ RIGHTS_BIT(CLASS_OBSERVE), "D1;64", CLASS_CONTROL },
	{ RIGHTS_BIT(CLASS_LAUNCH), "QStartupWithShell:1", CLASS_SHELL },
	{ RIGHTS_BIT(CLASS_OBSERVE), "qGetWriteWatch:1000,1000,1",
	  CLASS_ALLOCATE },
};

static void
arguments_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(depends) / sizeof(depends[0]); i++) {
		const struct depends *d = &depends[i];
		const char *want =
		    strncmp(d->packet, "vFile", 5) == 0 ? "F-1,1" : "E01";

		open_with(d->have);
		bench_gdb(&b, PID, 1);
		if (strcmp(bench_ask(&b, d->packet), want) != 0)
			fail_msg("%s: %s", d->packet, b.body);
		bench_close(&b);
		open_with(d->have | RIGHTS_BIT(d->lacks));
		bench_gdb(&b, PID, 1);
		bench_send(&b, d->packet);
		if (bench_next(&b, 0) != NULL &&
		    (strcmp(b.body, want) == 0 ||
		     (b.session->refused & RIGHTS_BIT(d->lacks))))
			fail_msg("%s: refused: %s", d->packet, b.body);
		bench_close(&b);
	}
	unlink("/tmp/x");
}

/* ---- monitor ---- */

static void
ask_monitor(const char *command)
{
	char packet[512] = "qRcmd,";

	for (size_t i = 0; command[i] != '\0'; i++)
		snprintf(packet + 6 + 2 * i, 3, "%02x",
			 (unsigned char)command[i]);
	bench_ask(&b, packet);
	while (b.body[0] == 'O' && strcmp(b.body, "OK") != 0)
		assert_non_null(bench_next(&b, 0));
}

static void
monitor_commands_have_classes(void **state)
{
	static const struct {
		const char *command;
		enum request_class class;
	} commands[] = {
		{ "allocate 0x1000 rw", CLASS_ALLOCATE },
		{ "free 0x1000", CLASS_ALLOCATE },
		{ "protect 0x1000 0x1000 r", CLASS_ALLOCATE },
		{ "write-watch 0x1000 0x1000 reset", CLASS_ALLOCATE },
		{ "write-watch 0x1000 0x1000", CLASS_OBSERVE },
		{ "regions", CLASS_OBSERVE },
		{ "query 0x1000", CLASS_OBSERVE },
		{ "set remote-debug 1", CLASS_SHELL },
		{ "set debug 1", CLASS_SHELL },
		{ "set debug-format all", CLASS_SHELL },
		{ "exit", CLASS_CONTROL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		uint32_t bit = RIGHTS_BIT(commands[i].class);

		open_with(RIGHTS_ALL & ~bit);
		bench_gdb(&b, PID, 1);
		ask_monitor(commands[i].command);
		assert_string_equal(b.body, "E01");
		assert_int_equal(b.session->refused, bit);
		bench_close(&b);
		open_with(RIGHTS_ALL);
		bench_gdb(&b, PID, 1);
		ask_monitor(commands[i].command);
		assert_int_equal(b.session->refused, 0);
		bench_close(&b);
	}
}

/* ---- what clients are told ---- */

static void
lldb_is_told_of_a_stop(void **state)
{
	(void)state;
	open_with(RIGHTS_BIT(CLASS_OBSERVE));
	bench_lldb(&b, PID, 1);
	bench_expect(&b, "QEnableErrorStrings", "OK");
	assert_int_equal(bench_ask(&b, "vCont;c")[0], 'O');
	assert_non_null(bench_next(&b, 0));
	assert_int_equal(b.body[0], 'T');
	/* Texts, where they were asked for. */
	bench_expect(&b, "M1000,1:00",
		     "E01;2277726974652220697320"
		     "6e6f74207065726d69747465642028726f6c652074657374657229");
	bench_close(&b);
}

/* To its own form of _M an error would be taken for memory that can be had. */
static void
lldb_is_told_that_no_memory_is_to_be_had(void **state)
{
	(void)state;
	open_with(RIGHTS_ALL & ~RIGHTS_BIT(CLASS_ALLOCATE));
	bench_lldb(&b, PID, 1);
	bench_expect(&b, "_M1000,rwx", "");
	assert_int_equal(b.session->refused, RIGHTS_BIT(CLASS_ALLOCATE));
	bench_expect(&b, "_M0,1000,3000,4", "E01");
	bench_expect(&b, "_m1000", "E01");
	bench_close(&b);
}

static void
win32_errors_have_names(void **state)
{
	static const char *const packets[] = {
		"_M0,1000,3000,4",
		"_m1000,0,8000",
		"QVirtualProtect:1000,1000,4",
		"qGetWriteWatch:1000,1000,1",
	};

	(void)state;
	open_with(RIGHTS_ALL & ~RIGHTS_BIT(CLASS_ALLOCATE));
	bench_gdb(&b, PID, 1);
	bench_ask(&b, "qSupported:error-message+");
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		bench_expect(&b, packets[i],
			     "E.ERROR_PRIVILEGE_NOT_HELD (1314): "
			     "\"allocate\" is not permitted (role tester)");
	bench_close(&b);
}

static void
the_log_is_not_flooded(void **state)
{
	(void)state;
	open_with(RIGHTS_BIT(CLASS_OBSERVE));
	bench_gdb(&b, PID, 1);
	b.said[0] = '\0';
	for (int i = 0; i < 100; i++)
		bench_expect(&b, "M1000,1:00", "E01");
	assert_string_equal(
	    b.said, "Refused: \"write\" is not permitted (role tester)\n");
	bench_close(&b);
}

static void
no_shell_without_the_right(void **state)
{
	(void)state;
	open_with(RIGHTS_ALL & ~RIGHTS_BIT(CLASS_SHELL));
	assert_false(b.session->launch.with_shell);
	bench_close(&b);
}

/* ---- names ---- */

static void
names_of_rights(void **state)
{
	char word[16], text[256];
	uint32_t set;

	(void)state;
	assert_int_equal(rights_parse("observe, files-read\tattach", &set, word,
				      sizeof(word)),
			 0);
	assert_int_equal(
	    set, RIGHTS_BIT(CLASS_SESSION) | RIGHTS_BIT(CLASS_OBSERVE) |
		     RIGHTS_BIT(CLASS_FILES_READ) | RIGHTS_BIT(CLASS_ATTACH));
	rights_format(set, text, sizeof(text));
	assert_string_equal(text, "observe attach files-read");
	rights_format(set, text, 10);
	assert_string_equal(text, "observe a");
	assert_int_equal(rights_parse("", &set, word, sizeof(word)), 0);
	assert_int_equal(set, RIGHTS_BIT(CLASS_SESSION));
	rights_format(set, text, sizeof(text));
	assert_string_equal(text, "none");
	assert_int_equal(rights_parse("all", &set, word, sizeof(word)), 0);
	assert_int_equal(set, RIGHTS_ALL);
	assert_int_equal(rights_parse("observe,everything-and-more-than-fits",
				      &set, word, sizeof(word)),
			 -EINVAL);
	assert_string_equal(word, "everything-and-");
}

/* ---- which process ---- */

static void
attach_lists(void **state)
{
	struct rights_attach a = { 0 };
	char exe[256];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	assert_true(n > 0);
	exe[n] = '\0';
	assert_int_equal(rights_check_attach(&a, getpid()), 0);
	a.uid[a.nuid++] = getuid() + 1;
	assert_int_equal(rights_check_attach(&a, getpid()), -EPERM);
	a.uid[a.nuid++] = getuid();
	assert_int_equal(rights_check_attach(&a, getpid()), 0);
	/* All lists must fit. */
	snprintf(a.exe[a.nexe++], RIGHTS_PATTERN_MAX, "/no/such/program");
	assert_int_equal(rights_check_attach(&a, getpid()), -EPERM);
	snprintf(a.exe[a.nexe++], RIGHTS_PATTERN_MAX, "%s", exe);
	assert_int_equal(rights_check_attach(&a, getpid()), 0);
	/* A star does not stand for a folder. */
	a.nexe = 0;
	snprintf(a.exe[a.nexe++], RIGHTS_PATTERN_MAX, "/*");
	assert_int_equal(rights_check_attach(&a, getpid()), -EPERM);
	a.nexe = 0;
	snprintf(a.cgroup[a.ncgroup++], RIGHTS_PATTERN_MAX, "/no.such.slice");
	assert_int_equal(rights_check_attach(&a, getpid()), -EPERM);
	if (access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0) {
		snprintf(a.cgroup[a.ncgroup++], RIGHTS_PATTERN_MAX, "/");
		assert_int_equal(rights_check_attach(&a, getpid()), 0);
	}
	assert_int_equal(rights_check_attach(&a, INT32_MAX), -ESRCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_permitted_by_default),
		cmocka_unit_test(a_class_opens_its_packets_only),
		cmocka_unit_test(arguments_count),
		cmocka_unit_test(monitor_commands_have_classes),
		cmocka_unit_test(lldb_is_told_that_no_memory_is_to_be_had),
		cmocka_unit_test(win32_errors_have_names),
		cmocka_unit_test(lldb_is_told_of_a_stop),
		cmocka_unit_test(the_log_is_not_flooded),
		cmocka_unit_test(no_shell_without_the_right),
		cmocka_unit_test(names_of_rights),
		cmocka_unit_test(attach_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
