/* SPDX-License-Identifier: Apache-2.0 */
/* needs: roles */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/listener/settings.h"

#define WORDS_MAX 24

typedef enum settings_result form_fn(char **argv, struct settings *s);

/* Splits at spaces, runs the form; argv stays valid until the next call. */
static enum settings_result
run(form_fn *form, const char *line, struct settings *s)
{
	static char text[512];
	static char *argv[WORDS_MAX + 1];
	char *save = NULL;
	size_t n = 0;

	assert_true(strlen(line) < sizeof(text));
	strcpy(text, line);
	for (char *w = strtok_r(text, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save)) {
		assert_true(n < WORDS_MAX);
		argv[n++] = w;
	}
	argv[n] = NULL;
	settings_init(s);
	return form(argv, s);
}

/* The program's words joined with spaces. */
static void
assert_program(const struct settings *s, const char *wanted)
{
	char text[512] = "";

	for (size_t i = 0; s->program != NULL && s->program[i] != NULL; i++) {
		if (i > 0)
			strcat(text, " ");
		strcat(text, s->program[i]);
	}
	assert_string_equal(text, wanted);
}

static void
gdbserver_launch(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(run(form_gdbserver, "--once :1 prog --multi -x", &s),
			 SETTINGS_RUN);
	assert_program(&s, "prog --multi -x");
	assert_int_equal(s.comm[0].port, 1);
	assert_true(s.session.once);
	assert_false(s.session.extended);
	assert_false(s.session.native_regs);
	assert_true(s.session.startup_with_shell);
	assert_true(s.session.disable_randomization);
	assert_int_equal(s.session.on_disconnect, ON_DISCONNECT_DETACH);
	run(form_gdbserver, ":1 prog", &s);
	assert_int_equal(s.session.on_disconnect, ON_DISCONNECT_KEEP);
	run(form_gdbserver, "--on-disconnect=kill --once :1 prog", &s);
	assert_int_equal(s.session.on_disconnect, ON_DISCONNECT_KILL);
}

static void
gdbserver_attach_before_and_after(void **state)
{
	static const char *const lines[] = { "--attach :1 42", ":1 --attach 42",
					     "--attach --once :1 42" };
	struct settings s;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(run(form_gdbserver, lines[i], &s),
				 SETTINGS_RUN);
		assert_string_equal(s.attach, "42");
		assert_program(&s, "");
	}
}

static void
gdbserver_wrapper(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(
	    run(form_gdbserver, "--once --wrapper env TEST=1 -- :1 p -- q", &s),
	    SETTINGS_RUN);
	assert_string_equal(s.session.wrapper[0], "env");
	assert_string_equal(s.session.wrapper[1], "TEST=1");
	assert_null(s.session.wrapper[2]);
	assert_program(&s, "p -- q");
	assert_int_equal(run(form_gdbserver, "--wrapper env :1 p", &s),
			 SETTINGS_WRONG);
	assert_int_equal(run(form_gdbserver, "--wrapper -- :1 p", &s),
			 SETTINGS_WRONG);
}

static void
gdbserver_disable_packet(void **state)
{
	struct settings s;

	(void)state;
	run(form_gdbserver, "--disable-packet=T :1 p", &s);
	assert_true(s.session.disable_t_stop);
	assert_false(s.session.disable_vcont);
	run(form_gdbserver, "--disable-packet=vCont,qC :1 p", &s);
	assert_true(s.session.disable_vcont &&
		    s.session.disable_current_thread);
	assert_false(s.session.disable_thread_in_stop);
	run(form_gdbserver, "--disable-packet=threads :1 p", &s);
	assert_true(
	    s.session.disable_vcont && s.session.disable_current_thread &&
	    s.session.disable_thread_in_stop && s.session.disable_threads_info);
	assert_int_equal(run(form_gdbserver, "--disable-packet=x :1 p", &s),
			 SETTINGS_WRONG);
}

static void
gdbserver_comm(void **state)
{
	struct settings s;

	(void)state;
	run(form_gdbserver, "- p", &s);
	assert_true(s.session.comm_is_stdio);
	run(form_gdbserver, "stdio p", &s);
	assert_int_equal(s.comm[0].kind, ADDRESS_STDIO);
	run(form_gdbserver, "/dev/nothing p", &s);
	assert_int_equal(s.comm[0].kind, ADDRESS_TTY);
	run(form_gdbserver, "/nonexistent/socket p", &s);
	assert_int_equal(s.comm[0].kind, ADDRESS_UNIX);
	assert_int_equal(run(form_gdbserver, "--multi :1", &s), SETTINGS_RUN);
	assert_true(s.session.extended);
	assert_null(s.program);
}

static void
gdbserver_wrong(void **state)
{
	static const char *const lines[] = {
		"",
		":1",
		"--attach :1",
		"--nonsense :1 p",
		"--once=1 :1 p",
		"nocolon p",
		":x p",
		"--on-disconnect :1",
		"--on-disconnect=explode :1 p",
		"--tls-cert=c :1 p",
		"--tls-key=k :1 p",
		"--tls-client-ca=a :1 p",
		"--tls-cert=c --tls-key=k --tls-crl=r :1 p",
		"--tls-cert=c --tls-key=k - p",
		"--tls-cert=c --tls-key=k unix:/x p",
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (run(form_gdbserver, lines[i], &s) != SETTINGS_WRONG)
			fail_msg("accepted: %s", lines[i]);
}

static void
lldb_local(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(run(form_lldb, "--fd=5 --native-regs --setsid", &s),
			 SETTINGS_RUN);
	assert_int_equal(s.comm[0].kind, ADDRESS_FD);
	assert_int_equal(s.comm[0].fd, 5);
	assert_true(s.setsid && s.session.native_regs &&
		    s.session.stdio_to_client);
	assert_int_equal(s.session.on_disconnect, ON_DISCONNECT_DETACH);
	run(form_lldb, "--fd 5 -- prog a", &s);
	assert_int_equal(s.comm[0].fd, 5);
}

static void
lldb_options_anywhere(void **state)
{
	struct settings s;

	(void)state;
	run(form_lldb, "tcp://[127.0.0.1]:0 --native-regs --pipe 4 -- p foo",
	    &s);
	assert_int_equal(s.port_fd, 4);
	assert_string_equal(s.comm[0].host, "127.0.0.1");
	assert_program(&s, "p foo");
	run(form_lldb, "localhost:0 p --named-pipe /f arg", &s);
	assert_string_equal(s.port_path, "/f");
	assert_program(&s, "p arg");
	run(form_lldb, "localhost:0 p --unknown -x", &s);
	assert_program(&s, "p --unknown -x");
	run(form_lldb, "localhost:0 -- p --named-pipe /f", &s);
	assert_null(s.port_path);
	assert_program(&s, "p --named-pipe /f");
	run(form_lldb, "-S --reverse-connect [127.0.0.1]:9", &s);
	assert_true(s.setsid && s.reverse_connect);
	run(form_lldb, "--attach=77 --reverse-connect 127.0.0.1:9", &s);
	assert_string_equal(s.attach, "77");
	run(form_lldb, "connect://127.0.0.1:9", &s);
	assert_true(s.reverse_connect);
	run(form_lldb, "1234", &s);
	assert_int_equal(s.comm[0].port, 1234);
}

static void
lldb_wrong(void **state)
{
	static const char *const lines[] = {
		"",
		"--fd x",
		"--fd",
		"--nonsense :1",
		"nothing",
		"--attach 1 :1 -- p",
		"--pipe -1 :1",
		"http://x:1",
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (run(form_lldb, lines[i], &s) != SETTINGS_WRONG)
			fail_msg("accepted: %s", lines[i]);
}

static void
serve(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(run(form_serve,
			     "--rights all :1 unix:/x --insecure "
			     "--free-on-detach [::1]:2",
			     &s),
			 SETTINGS_RUN);
	assert_int_equal(s.ncomm, 3);
	assert_true(s.insecure && s.session.extended);
	assert_true(s.session.free_on_detach);
	assert_int_equal(run(form_serve, "", &s), SETTINGS_WRONG);
	assert_int_equal(run(form_serve, "-", &s), SETTINGS_WRONG);
	assert_int_equal(run(form_serve, ":1 :1 :1 :1 :1 :1 :1 :1 :1", &s),
			 SETTINGS_WRONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gdbserver_launch),
		cmocka_unit_test(gdbserver_attach_before_and_after),
		cmocka_unit_test(gdbserver_wrapper),
		cmocka_unit_test(gdbserver_disable_packet),
		cmocka_unit_test(gdbserver_comm),
		cmocka_unit_test(gdbserver_wrong),
		cmocka_unit_test(lldb_local),
		cmocka_unit_test(lldb_options_anywhere),
		cmocka_unit_test(lldb_wrong),
		cmocka_unit_test(serve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
