/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* A session's framing, negotiation, threads, registers and life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../server/session/compress.h"
#include "../common/client.h"

static struct client_bench b;

/* ---- framing ---- */

static void
acks_until_told_not_to(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	session_client_new(b.session);
	bench_raw(&b, "$!#21", 5);
	assert_string_equal(b.out, "+$OK#9a");
	b.len = 0;
	/* The answer to it is still acknowledged. */
	bench_raw(&b, "$QStartNoAckMode#b0", 19);
	assert_string_equal(b.out, "+$OK#9a");
	b.len = 0;
	bench_raw(&b, "$!#21", 5);
	assert_string_equal(b.out, "$OK#9a");
	bench_close(&b);
}

static void
sends_again_once(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	session_client_new(b.session);
	bench_raw(&b, "$!#21", 5);
	b.len = 0;
	bench_raw(&b, "-", 1);
	assert_string_equal(b.out, "$OK#9a");
	b.len = 0;
	bench_raw(&b, "----", 4);
	assert_int_equal(b.len, 0);
	bench_raw(&b, "$!#22", 5);
	assert_string_equal(b.out, "-");
	bench_close(&b);
}

static void
garbage_does_not_deafen(void **state)
{
	static const char junk[] = "\x00\xff#$$$}}*\x03++--$#$m#";
	char *big = malloc(0x60000);

	(void)state;
	bench_open(&b, NULL);
	session_client_new(b.session);
	bench_raw(&b, junk, sizeof(junk) - 1);
	bench_raw(&b, "00", 2);
	b.len = 0;
	bench_expect(&b, "!", "OK");
	/* Longer than a packet may be: refused as a whole, once. */
	memset(big, 'a', 0x60000);
	big[0] = '$';
	memcpy(big + 0x60000 - 3, "#00", 3);
	bench_raw(&b, big, 0x60000);
	assert_string_equal(bench_next(&b, 0), "E16");
	bench_expect(&b, "!", "OK");
	free(big);
	bench_close(&b);
}

static void
a_slow_reader_stops_the_input(void **state)
{
	static const char ask[] = "$qSpeedTest:response_size:10000;data:#00";
	size_t n, most = 0;

	(void)state;
	bench_open(&b, NULL);
	session_client_new(b.session);
	bench_expect(&b, "QStartNoAckMode", "OK");
	for (int i = 0; i < 200; i++) {
		size_t used = session_receive(b.session, (const uint8_t *)ask,
					      sizeof(ask) - 1);

		session_output(b.session, &n);
		most = n > most ? n : most;
		if (used == 0)
			break;
		assert_true(i < 199);
	}
	assert_true(most > 0x10000 && most < 0x400000);
	while (session_output(b.session, &n), n > 0)
		session_sent(b.session, n);
	bench_expect(&b, "!", "OK");
	bench_close(&b);
}

/* ---- negotiation ---- */

static void
offers_what_each_client_knows(void **state)
{
	const char *answer;

	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	answer = bench_ask(&b, "qSupported:multiprocess+;swbreak+;qRelocInsn+");
	assert_non_null(strstr(answer, "PacketSize=40000;"));
	assert_non_null(strstr(answer, ";multiprocess+"));
	assert_non_null(strstr(answer, ";swbreak+"));
	assert_null(strstr(answer, "native-signals"));
	assert_null(strstr(answer, "binary-upload"));
	answer = bench_ask(&b, "qSupported:qRelocInsn+;binary-upload+");
	assert_non_null(strstr(answer, ";binary-upload+"));
	assert_null(strstr(answer, "error-message"));
	bench_close(&b);

	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	answer = bench_ask(&b, "qSupported:error-message+");
	assert_non_null(strstr(answer, ";binary-upload+"));
	assert_non_null(strstr(answer, ";error-message+"));
	bench_close(&b);

	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	answer = bench_ask(&b, "qSupported:xmlRegisters=i386,arm,mips,arc");
	assert_non_null(strstr(answer, ";native-signals+"));
	assert_non_null(strstr(answer, ";QThreadSuffixSupported+"));
	assert_null(strstr(answer, "vContSupported"));
	bench_close(&b);
}

/* What is in it, the system tests see (rsp_compression, lldb_compression). */
static void
compresses_for_who_asks(void **state)
{
	static const char on[] = "QEnableCompression:type:zlib-deflate;";
	static const char all[] =
	    "QEnableCompression:type:zlib-deflate;minsize:0;";
	const struct session_config config = { .compression = true };
	const char *answer;

	(void)state;
	if (compressor_types[0] == '\0')
		skip();
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	bench_expect(&b, on, "");
	bench_close(&b);

	bench_open(&b, &config);
	bench_gdb(&b, 100, 1);
	answer = bench_ask(&b, "qSupported:qRelocInsn+");
	assert_null(strstr(answer, "Compression"));
	bench_close(&b);

	bench_open(&b, &config);
	bench_lldb(&b, 100, 1);
	answer = bench_ask(&b, "qSupported:xmlRegisters=i386,arm,mips,arc");
	assert_non_null(strstr(answer, ";SupportedCompressions=zlib-deflate"));
	bench_expect(&b, "QEnableCompression:type:lzfse;", "E16");
	bench_expect(&b, "qEcho:1", "qEcho:1");
	bench_expect(&b, on, "OK");
	bench_expect(&b, "qEcho:1", "NqEcho:1");
	bench_expect(&b, "nonsense", "N");
	answer = bench_ask(&b, "qSpeedTest:response_size:378;data:");
	assert_int_equal(b.body_len, 1 + 5 + 378);
	answer = bench_ask(&b, "qSpeedTest:response_size:379;data:");
	assert_int_equal(strncmp(answer, "C384:", 5), 0);
	assert_true(b.body_len < 100);
	/* What does not get shorter stays as it is. */
	bench_expect(&b, all, "NOK");
	bench_expect(&b, "qEcho:1", "NqEcho:1");
	/* The next client has not asked yet. */
	session_client_gone(b.session);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "qEcho:1", "qEcho:1");
	bench_close(&b);
}

static void
sends_compressed_packets_again(void **state)
{
	const struct session_config config = { .compression = true };
	static char first[0x100];

	(void)state;
	if (compressor_types[0] == '\0')
		skip();
	bench_open(&b, &config);
	session_client_new(b.session);
	bench_expect(&b, "QEnableCompression:type:zlib-deflate;", "OK");
	bench_send(&b, "qSpeedTest:response_size:1000;data:");
	assert_true(b.len < sizeof(first));
	memcpy(first, b.out, b.len + 1);
	assert_int_equal(strncmp(first, "+$C1005:", 8), 0);
	b.len = 0;
	bench_raw(&b, "-", 1);
	assert_string_equal(b.out, first + 1);
	bench_close(&b);
}

static void
finds_out_who_it_is(void **state)
{
	struct session_config config = { .native_regs = true };

	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	assert_non_null(strstr(bench_ask(&b, "?"), "T05"));
	bench_close(&b);
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	assert_non_null(strstr(bench_ask(&b, "?"), "reason:signal;"));
	bench_close(&b);
	/* lldb-server's form takes anybody for lldb but who says otherwise. */
	bench_open(&b, &config);
	mock_add_process(b.target, 100, 1);
	session_attach_pid(b.session, 100);
	session_client_new(b.session);
	assert_int_equal(strncmp(bench_ask(&b, "?"), "T13thread:64;", 13), 0);
	bench_ask(&b, "qSupported:qRelocInsn+");
	assert_int_equal(strncmp(bench_ask(&b, "?"), "T05", 3), 0);
	bench_close(&b);
}

static void
unknown_is_empty_malformed_is_not(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "vMustReplyEmpty", "");
	bench_expect(&b, "", "");
	bench_expect(&b, "jGetSharedCacheInfo:{}", "");
	bench_expect(&b, "mxyz,4", "E16");
	bench_expect(&b, "QNonStop:2", "E16");
	bench_expect(&b, "qEcho:hello", "qEcho:hello");
	bench_close(&b);
}

static void
errors_have_texts_for_those_who_asked(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	bench_expect(&b, "vAttach;7", "E03");
	bench_expect(&b, "QEnableErrorStrings", "OK");
	bench_expect(&b, "vAttach;7", "E03;4e6f20737563682070726f63657373");
	/* A number that means something in the protocol only. */
	bench_expect(&b, "Hg999", "E15");
	bench_close(&b);
}

/* ---- threads and registers ---- */

static void
tells_threads(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 3);
	bench_expect(&b, "qfThreadInfo", "mp64.64,p64.65,p64.66");
	bench_expect(&b, "qsThreadInfo", "l");
	bench_expect(&b, "Hgp64.66", "OK");
	bench_expect(&b, "qC", "QCp64.66");
	bench_expect(&b, "Tp64.65", "OK");
	bench_expect(&b, "Tp64.99", "E02");
	bench_expect(&b, "Tp63.65", "E01");
	bench_expect(&b, "Hgp64.99", "E15");
	bench_expect(&b, "Hgp63.65", "Eff");
	/* An error changes nothing. */
	bench_expect(&b, "qC", "QCp64.66");
	bench_expect(&b, "qAttached:64", "1");
	bench_expect(&b, "qAttached:65", "E03");
	bench_expect(&b, "qThreadExtraInfo,p64.64", "6d6f636b2d313030");
	bench_close(&b);
}

static void
reads_and_writes_registers(void **state)
{
	char all[0x400];

	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_expect(&b, "P0=0102030405060708", "OK");
	bench_expect(&b, "p0", "0102030405060708");
	bench_expect(&b, "P0=01020304050607", "E16");
	bench_expect(&b, "P0=010203040506070809", "E16");
	bench_expect(&b, "pffff", "E15");
	snprintf(all, sizeof(all), "G%s", bench_ask(&b, "g"));
	memcpy(all + 1, "ffeeddccbbaa9988", 16);
	bench_expect(&b, all, "OK");
	bench_expect(&b, "p0", "ffeeddccbbaa9988");
	all[strlen(all) - 2] = '\0';
	bench_expect(&b, all, "E16");
	/* The other thread has its own. */
	bench_expect(&b, "Hgp64.65", "OK");
	bench_expect(&b, "p0", "0000000000000000");
	bench_close(&b);
}

/* A client that has no description of the registers takes those that it knows
 * from elsewhere; more of them are an error to it. */
static void
registers_without_description(void **state)
{
	size_t plain;

	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	plain = strlen(bench_ask(&b, "g"));
	bench_close(&b);

	bench_open(&b, NULL);
	assert_int_equal(mock_add_process(b.target, 100, 1), 0);
	assert_int_equal(session_attach_pid(b.session, 100), 0);
	assert_int_equal(session_client_new(b.session), 0);
	bench_ask(&b, "qSupported:multiprocess+;qRelocInsn+");
	assert_int_equal(strlen(bench_ask(&b, "g")), plain - 2 * 16);
	bench_expect(&b, "p7", "E15");
	/* Unless it asks for one all the same. */
	bench_ask(&b, "qXfer:features:read:target.xml:0,1000");
	assert_int_equal(strlen(bench_ask(&b, "g")), plain);
	bench_close(&b);
}

static void
saves_registers(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 2);
	bench_expect(&b, "QSaveRegisterState;thread:65;", "1");
	bench_expect(&b, "P0=0102030405060708;thread:65;", "OK");
	bench_expect(&b, "QRestoreRegisterState:1;thread:64;", "E77");
	bench_expect(&b, "QRestoreRegisterState:1;thread:65;", "OK");
	bench_expect(&b, "p0;thread:65;", "0000000000000000");
	bench_expect(&b, "QRestoreRegisterState:1;thread:65;", "E77");
	/* However many are never asked for again, there is always a place. */
	for (int i = 0; i < 200; i++)
		assert_int_not_equal(bench_ask(&b, "QSaveRegisterState")[0],
				     'E');
	bench_close(&b);
}

/* ---- life --------------------------------------------------------------- */

static void
nothing_to_do_without_a_process(void **state)
{
	static const char *const packets[] = {
		"g",	   "G00",    "p0",	"P0=00",     "m0,1", "M0,1:00",
		"Z0,0,1",  "z0,0,1", "vCont;c", "c",	     "s",    "D",
		"vKill;1", "qC",     "T1",	"_M1000,rwx"
	};

	(void)state;
	bench_open(&b, NULL);
	session_client_new(b.session);
	bench_expect(&b, "?", "W00");
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		assert_int_equal(bench_ask(&b, packets[i])[0], 'E');
	bench_expect(&b, "qfThreadInfo", "l");
	bench_close(&b);
}

/* lldb 19 crashes at the launch, or gives up, on other answers. */
static void
nothing_yet_for_lldb(void **state)
{
	struct session_config config = { .native_regs = true };

	(void)state;
	bench_open(&b, &config);
	session_client_new(b.session);
	bench_expect(&b, "qC", "E44");
	bench_expect(&b, "qfThreadInfo", "OK");
	bench_expect(&b, "?", "E02");
	bench_close(&b);
}

static void
keeps_the_target_for_the_next_client(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "Z0,400004,1", "OK");
	bench_send(&b, "vCont;c");
	session_client_gone(b.session);
	assert_int_equal(session_wish(b.session), SESSION_GO_ON);
	assert_int_equal(session_client_new(b.session), 0);
	assert_int_equal(session_client_new(b.session), -16);
	b.len = 0;
	/* A new client, with nothing of the old one's. */
	assert_int_equal(bench_ask(&b, "?")[0], 'T');
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_send(&b, "c");
	assert_null(bench_next(&b, 50));
	bench_raw(&b, "\x03", 1);
	assert_int_equal(strncmp(bench_next(&b, 50), "T02", 3), 0);
	bench_close(&b);
}

static void
lets_go_as_it_was_told(void **state)
{
	struct session_config config = {
		.on_disconnect = ON_DISCONNECT_DETACH,
		.once = true,
	};

	(void)state;
	bench_open(&b, &config);
	bench_gdb(&b, 100, 1);
	session_client_gone(b.session);
	assert_true(mock_alive(b.target, 100));
	assert_false(mock_traced(b.target, 100));
	assert_int_equal(session_wish(b.session), SESSION_EXIT);
	bench_close(&b);

	config.on_disconnect = ON_DISCONNECT_KILL;
	bench_open(&b, &config);
	bench_gdb(&b, 100, 1);
	session_client_gone(b.session);
	assert_false(mock_alive(b.target, 100));
	bench_close(&b);
}

static void
detach_and_kill(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "D;65", "E03");
	bench_expect(&b, "D;64", "OK");
	assert_true(mock_alive(b.target, 100));
	bench_expect(&b, "qC", "E44");
	bench_expect(&b, "vAttach;64",
		     "T0504:0000400000000000;05:00f0dfffff7f0000;"
		     "03:0000000000000000;thread:p64.64;");
	bench_expect(&b, "vKill;64", "OK");
	assert_false(mock_alive(b.target, 100));
	bench_expect(&b, "?", "W00");
	bench_close(&b);
}

static void
k_ends_it(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_send(&b, "k");
	assert_null(bench_next(&b, 5));
	assert_int_equal(session_wish(b.session), SESSION_EXIT);
	bench_close(&b);
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	bench_expect(&b, "k", "X09;process:64");
	bench_close(&b);
}

static void
logs_packets_when_asked(void **state)
{
	struct session_config config = { .remote_debug = true };

	(void)state;
	bench_open(&b, &config);
	session_client_new(b.session);
	bench_expect(&b, "qEcho:\x01", "qEcho:\x01");
	assert_non_null(strstr(b.said, "[remote] received: qEcho:\\x01\n"));
	assert_non_null(strstr(b.said, "[remote] sent: qEcho:\\x01\n"));
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acks_until_told_not_to),
		cmocka_unit_test(sends_again_once),
		cmocka_unit_test(garbage_does_not_deafen),
		cmocka_unit_test(a_slow_reader_stops_the_input),
		cmocka_unit_test(offers_what_each_client_knows),
		cmocka_unit_test(compresses_for_who_asks),
		cmocka_unit_test(sends_compressed_packets_again),
		cmocka_unit_test(finds_out_who_it_is),
		cmocka_unit_test(unknown_is_empty_malformed_is_not),
		cmocka_unit_test(errors_have_texts_for_those_who_asked),
		cmocka_unit_test(tells_threads),
		cmocka_unit_test(reads_and_writes_registers),
		cmocka_unit_test(registers_without_description),
		cmocka_unit_test(saves_registers),
		cmocka_unit_test(nothing_to_do_without_a_process),
		cmocka_unit_test(nothing_yet_for_lldb),
		cmocka_unit_test(keeps_the_target_for_the_next_client),
		cmocka_unit_test(lets_go_as_it_was_told),
		cmocka_unit_test(detach_and_kill),
		cmocka_unit_test(k_ends_it),
		cmocka_unit_test(logs_packets_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
