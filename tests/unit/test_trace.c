/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Tracepoints as a client sees them, on the mock's loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/client.h"

/* Addresses as packets write them: MOCK_TICK and its neighbours. */
#define TICK	"400010"
#define LOAD	"400012"
#define NOPS	"400014"
#define COUNTER "600000"

static struct client_bench b;

static void
open_gdb(unsigned nthreads)
{
	bench_open(&b, NULL);
	bench_gdb(&b, 100, nthreads);
	bench_expect(&b, "QTinit", "OK");
}

/* Lets the program run for a while and stops it. */
static void
run(unsigned turns)
{
	bench_send(&b, "vCont;c");
	assert_null(bench_next(&b, turns));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
}

/* A member of qTStatus's answer. */
static uint64_t
status(const char *name)
{
	const char *at = strstr(bench_ask(&b, "qTStatus"), name);

	assert_non_null(at);
	return strtoull(at + strlen(name), NULL, 16);
}

/* ---- definitions -------------------------------------------------------- */

static void
nothing_is_there_at_first(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_starts(bench_ask(&b, "qTStatus"),
		     "T0;tnotrun:0;tframes:0;tcreated:0;tfree:500000;"
		     "tsize:500000;circular:0;disconn:0;starttime:0;stoptime:0;"
		     "username:;notes::");
	bench_expect(&b, "qTfP", "l");
	bench_expect(&b, "qTsP", "l");
	/* $trace_timestamp is there without anybody's doing, and moves. */
	bench_expect(&b, "qTfV", "1:0:1:74726163655f74696d657374616d70");
	bench_expect(&b, "qTsV", "l");
	bench_starts(bench_ask(&b, "qTV:1"), "V");
	assert_string_not_equal(bench_ask(&b, "qTV:1"), "V0");
	bench_expect(&b, "qTV:2", "U");
	bench_expect(&b, "qTP:1:" TICK, "E02");
	bench_expect(&b, "QTEnable:1:" TICK, "E02");
	bench_expect(&b, "QTDPsrc:1:" TICK ":at:0:1:61", "E02");
	bench_expect(&b, "QTDP:-1:" TICK ":R1", "E02");
	bench_expect(&b, "QTFrame:0", "F-1");
	bench_expect(&b, "QTFrame:pc:" TICK, "F-1");
	bench_expect(&b, "QTFrame:ffffffff", "OK");
	bench_expect(&b, "qTBuffer:0,100", "l");
	bench_expect(&b, "QTStop", "OK");
	bench_expect(&b, "qTMinFTPILen", "1");
	bench_starts(bench_ask(&b, "qXfer:traceframe-info:read::0,100"), "E");
	bench_close(&b);
}

static void
definitions_are_told_to_the_next_client(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:2:" TICK ":D:3:a:X2,2707-", "OK");
	bench_expect(&b, "QTDP:-2:" TICK ":R03fM-1,600000,8-", "OK");
	bench_expect(&b, "QTDP:-2:" TICK ":SM5,fffffffffffffff8,4X2,2227-",
		     "OK");
	bench_expect(&b, "QTDP:-2:" TICK ":R1", "OK");
	bench_expect(&b, "QTDPsrc:2:" TICK ":at:0:4:7469636b", "OK");
	bench_expect(&b, "QTDPsrc:2:" TICK ":cmd:0:4:656e", "OK");
	bench_expect(&b, "QTDPsrc:2:" TICK ":cmd:2:4:643b", "OK");
	bench_expect(&b, "QTDPsrc:2:" TICK ":cmd:1:4:64", "E16");
	bench_expect(&b, "QTDPsrc:2:" TICK ":at:4:5:64", "E16");
	bench_expect(&b, "QTDP:3:" LOAD ":E:0:0", "OK");
	/* Said again it is the same one. */
	bench_expect(&b, "QTDP:3:" LOAD ":D:1:2", "OK");
	bench_expect(&b, "QTDP:3:" LOAD ":E:0:0", "OK");
	bench_expect(&b, "QTDV:5:fffffffffffffff6:0:7476", "OK");

	session_client_gone(b.session);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_expect(&b, "qTfP", "T2:" TICK ":D:3:a:X2,2707");
	bench_expect(&b, "qTsP", "A2:" TICK ":R03f");
	bench_expect(&b, "qTsP", "A2:" TICK ":M-1,600000,8");
	bench_expect(&b, "qTsP", "S2:" TICK ":M5,fffffffffffffff8,4");
	bench_expect(&b, "qTsP", "S2:" TICK ":X2,2227");
	bench_expect(&b, "qTsP", "S2:" TICK ":R1");
	bench_expect(&b, "qTsP", "Z2:" TICK ":at:0:4:7469636b");
	bench_expect(&b, "qTsP", "Z2:" TICK ":cmd:0:4:656e643b");
	bench_expect(&b, "qTsP", "T3:" LOAD ":E:0:0");
	bench_expect(&b, "qTsP", "l");
	bench_expect(&b, "qTfV", "5:fffffffffffffff6:0:7476");
	bench_starts(bench_ask(&b, "qTsV"), "1:0:1:");
	bench_expect(&b, "qTsV", "l");
	/* And QTinit forgets. */
	bench_expect(&b, "QTinit", "OK");
	bench_expect(&b, "qTfP", "l");
	bench_expect(&b, "qTV:5", "U");
	bench_close(&b);
}

static void
definitions_are_bounded(void **state)
{
	char packet[64];
	unsigned n;

	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:f4241:0", "E22");
	bench_starts(bench_ask(&b, "QTDP:1:" TICK ":E:0:0:S"), "E");
	for (n = 1; n < 10000; n++) {
		snprintf(packet, sizeof(packet), "QTDP:%x:" TICK ":E:0:0", n);
		if (strcmp(bench_ask(&b, packet), "OK") != 0)
			break;
	}
	assert_int_equal(n, 4097);
	for (n = 2; n < 10000; n++) {
		snprintf(packet, sizeof(packet), "QTDV:%x:0:0:61", n);
		if (strcmp(bench_ask(&b, packet), "OK") != 0)
			break;
	}
	assert_int_equal(n, 4097);
	bench_expect(&b, "QTBuffer:size:0", "E16");
	bench_expect(&b, "QTBuffer:size:4000001", "E07");
	bench_close(&b);
}

/* ---- collecting --------------------------------------------------------- */

static void
registers_and_memory(void **state)
{
	char live[256], code[64];

	(void)state;
	open_gdb(2);
	snprintf(code, sizeof(code), "%s", bench_ask(&b, "m400014,2"));
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":R3fM-1," COUNTER ",8M4,2,4", "OK");
	bench_expect(&b, "QTStart", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T1;tnotrun:0;");
	run(20);
	assert_true(status("tframes:") > 1);
	snprintf(live, sizeof(live), "%s", bench_ask(&b, "m" COUNTER ",8"));
	bench_expect(&b, "QTStop", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tstop::0;");
	bench_expect(&b, "QTNotes:tstop:656e64;user:6d65;notes:7468;", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tstop:656e64:0;");
	bench_has(bench_ask(&b, "qTStatus"), "username:6d65;notes:7468:");

	/* Frame 0: the program had just begun, pc is at the tracepoint. */
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "p4", "1000400000000000");
	bench_has(bench_ask(&b, "g"), "1000400000000000");
	bench_expect(&b, "m" COUNTER ",8", "0000000000000000");
	/* Part of what was collected; M4,2,4 is what lies at pc + 2. */
	bench_expect(&b, "m600004,8", "00000000");
	bench_has(bench_ask(&b, "qXfer:traceframe-info:read::0,400"),
		  "l<traceframe-info>\n"
		  "<memory start=\"0x600000\" length=\"0x8\"/>\n"
		  "<memory start=\"0x400012\" length=\"0x4\"/>\n"
		  "</traceframe-info>\n");
	bench_expect(&b, "m600008,8", "E0e");
	bench_expect(&b, "m400014,8", code);
	/* Nothing of the past can be changed. */
	bench_expect(&b, "M" COUNTER ",1:00", "E1e");
	bench_expect(&b, "P4=1000400000000000", "E1e");
	/* Read-only memory is the program's own: what the client says is it,
	 * and what the program has mapped so. */
	bench_expect(&b, "m600100,8", "E0e");
	bench_expect(&b, "QTro:400,500:600100,600108", "OK");
	bench_expect(&b, "m600100,8", "0000000000000000");
	bench_expect(&b, "m600101,8", "E0e");
	assert_int_equal(strlen(bench_ask(&b, "m400020,8")), 16);
	/* Out of it again. */
	bench_expect(&b, "QTFrame:ffffffff", "OK");
	bench_expect(&b, "m" COUNTER ",8", live);
	bench_close(&b);
}

static void
frames_are_found(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":R1", "OK");
	/* Nothing is collected: its pc is guessed. */
	bench_expect(&b, "QTDP:2:" NOPS ":E:0:0-", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	bench_expect(&b, "QTStop", "OK");
	bench_expect(&b, "QTFrame:tdp:2", "F1T2");
	bench_expect(&b, "p4", "1400400000000000");
	bench_expect(&b, "p0", "xxxxxxxxxxxxxxxx");
	bench_expect(&b, "QTFrame:tdp:2", "F3T2");
	bench_expect(&b, "QTFrame:pc:" TICK, "F4T1");
	bench_expect(&b, "QTFrame:range:" LOAD ":" NOPS, "F5T2");
	bench_expect(&b, "QTFrame:outside:" LOAD ":" NOPS, "F6T1");
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "QTFrame:tdp:3", "F-1");
	/* A search that fails leaves the frame. */
	bench_expect(&b, "p4", "1000400000000000");
	bench_expect(&b, "QTFrame:ffff", "F-1");
	bench_expect(&b, "QTFrame:fffffffffffffffe", "F-1");
	bench_close(&b);
}

/* Bytecode: counter & 1; $5 += 1, collected, and the counter with it. */
#define IF_ODD	"Xa,24006000001a22010f27"
#define COUNT_5 "X15,2c00052201022d0005292e000524006000000d0827"

static void
conditions_variables_and_passes(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:2:" IF_ODD "-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":" COUNT_5, "OK");
	bench_expect(&b, "QTDV:5:10:0:7476", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	/* At 1 and 3; then it was over. */
	bench_starts(bench_ask(&b, "qTStatus"),
		     "T0;tpasscount:1;tframes:2;tcreated:2;");
	bench_expect(&b, "qTP:1:" TICK, "V2:4c");
	bench_expect(&b, "qTV:5", "V12");
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "qTV:5", "V11");
	bench_expect(&b, "m" COUNTER ",8", "0100000000000000");
	bench_has(
	    bench_ask(&b, "qXfer:traceframe-info:read::0,400"),
	    "<tvar id=\"5\"/>\n<memory start=\"0x600000\" length=\"0x8\"/>");
	bench_expect(&b, "QTFrame:1", "F1T1");
	bench_expect(&b, "m" COUNTER ",8", "0300000000000000");
	/* Another run begins at 16 again; the frames of the first are gone. */
	bench_expect(&b, "QTStart", "OK");
	bench_expect(&b, "qTV:5", "V10");
	bench_expect(&b, "QTFrame:0", "F-1");
	bench_close(&b);
}

static void
an_error_ends_the_run(void **state)
{
	(void)state;
	open_gdb(1);
	/* 1 / 0 */
	bench_expect(&b, "QTDP:7:" TICK ":E:0:0:X6,220122000527", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(10);
	bench_starts(bench_ask(&b, "qTStatus"),
		     "T0;terror:6469766973696f6e206279207a65726f:7;tframes:0;");
	bench_expect(&b, "QTinit", "OK");
	/* A variable that is not there, in an action. */
	bench_expect(&b, "QTDP:7:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-7:" TICK ":X4,2e009927", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(10);
	bench_starts(bench_ask(&b, "qTStatus"), "T0;terror:");
	bench_close(&b);
}

/* What cannot be read is not collected, and no error. */
static void
unreadable_memory_is_left_out(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:1-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":M-1,0,8M-1,601ffc,10", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(10);
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tpasscount:1;tframes:1;");
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "m0,8", "E0e");
	bench_expect(&b, "m601ffc,10", "00000000");
	bench_close(&b);
}

static void
steps_after_a_hit(void **state)
{
	(void)state;
	open_gdb(2);
	bench_expect(&b, "QTDP:1:" TICK ":E:3:2-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":M-1," COUNTER ",8-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":SR1", "OK");
	bench_expect(&b, "QTStart", "OK");
	bench_expect(&b, "Hgp64.64", "OK");
	/* A client's steps and the trace's do not get into each other's way. */
	bench_starts(bench_ask(&b, "vCont;r" TICK "," NOPS ":p64.64"), "T05");
	bench_send(&b, "vCont;c:p64.64");
	assert_null(bench_next(&b, 20));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tpasscount:1;tframes:8;");
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "m" COUNTER ",8", "0000000000000000");
	bench_expect(&b, "QTFrame:1", "F1T1");
	bench_expect(&b, "p4", "1200400000000000");
	bench_expect(&b, "m" COUNTER ",8", "E0e");
	bench_expect(&b, "QTFrame:2", "F2T1");
	bench_expect(&b, "p4", "1400400000000000");
	bench_expect(&b, "QTFrame:3", "F3T1");
	bench_expect(&b, "p4", "1500400000000000");
	bench_expect(&b, "QTFrame:4", "F4T1");
	bench_expect(&b, "m" COUNTER ",8", "0100000000000000");
	bench_close(&b);
}

/* ---- the buffer --------------------------------------------------------- */

static void
a_full_buffer_ends_the_run(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":M-1," COUNTER ",8", "OK");
	bench_expect(&b, "QTBuffer:size:28", "OK");
	assert_int_equal(status("tsize:"), 0x28);
	bench_expect(&b, "QTStart", "OK");
	bench_expect(&b, "QTBuffer:size:100", "E10");
	run(20);
	/* One of 25 bytes, and the begin of one. */
	bench_starts(bench_ask(&b, "qTStatus"),
		     "T0;tfull:0;tframes:2;tcreated:2;tfree:9;tsize:28;");
	bench_expect(&b, "qTBuffer:0,100",
		     "0100"
		     "13000000"
		     "4d0000600000000000"
		     "0800"
		     "0000000000000000"
		     "0100"
		     "00000000");
	bench_expect(&b, "qTBuffer:2,3", "130000");
	bench_expect(&b, "qTBuffer:1f,100", "l");
	bench_expect(&b, "qTBuffer:ffffffffffffffff,100", "l");
	/* More than the buffer in one piece. */
	bench_expect(&b, "QTBuffer:circular:1", "OK");
	bench_expect(&b, "QTDP:2:" LOAD ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-2:" LOAD ":M-1," COUNTER ",ffffffffffffffff",
		     "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tfull:0;");
	bench_close(&b);
}

static void
a_circular_buffer_keeps_the_last(void **state)
{
	char first[64];

	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":M-1," COUNTER ",8", "OK");
	bench_expect(&b, "QTBuffer:size:50", "OK");
	bench_expect(&b, "QTBuffer:circular:1", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(40);
	assert_int_equal(status("tframes:"), 3);
	assert_true(status("tcreated:") > 20);
	assert_int_equal(status("tfree:"), 0x50 - 3 * 25);
	bench_expect(&b, "QTFrame:1", "F1T1");
	snprintf(first, sizeof(first), "%s", bench_ask(&b, "m" COUNTER ",1"));
	bench_expect(&b, "QTFrame:2", "F2T1");
	assert_int_equal(strtoul(bench_ask(&b, "m" COUNTER ",1"), NULL, 16),
			 (strtoul(first, NULL, 16) + 1) & 0xff);
	bench_expect(&b, "QTFrame:3", "F-1");
	bench_close(&b);
}

/* ---- beside breakpoints ------------------------------------------------- */

static void
both_act_at_one_address(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0", "OK");
	bench_expect(&b, "Z0," TICK ",1", "OK");
	bench_expect(&b, "QTStart", "OK");
	bench_starts(bench_ask(&b, "vCont;c"), "T05swbreak:;");
	assert_int_equal(status("tframes:"), 1);
	bench_starts(bench_ask(&b, "vCont;c"), "T05swbreak:;");
	assert_int_equal(status("tframes:"), 2);
	/* One goes, the other stays. */
	bench_expect(&b, "z0," TICK ",1", "OK");
	bench_expect(&b, "z0," TICK ",1", "E02");
	run(20);
	assert_true(status("tframes:") > 3);
	bench_expect(&b, "Z0," TICK ",1", "OK");
	bench_expect(&b, "QTStop", "OK");
	bench_starts(bench_ask(&b, "vCont;c"), "T05swbreak:;");
	bench_expect(&b, "z0," TICK ",1", "OK");
	run(20);
	bench_close(&b);
}

static void
changes_while_it_runs(void **state)
{
	uint64_t frames;

	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":D:0:0", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	assert_int_equal(status("tframes:"), 0);
	bench_expect(&b, "QTEnable:1:" TICK, "OK");
	run(20);
	frames = status("tframes:");
	assert_true(frames > 0);
	bench_expect(&b, "QTDisable:1:" TICK, "OK");
	run(20);
	assert_int_equal(status("tframes:"), frames);
	/* One that comes late; it counts when all of it is said. */
	bench_expect(&b, "QTDP:2:" NOPS ":E:0:0-", "OK");
	run(20);
	assert_int_equal(status("tframes:"), frames);
	bench_expect(&b, "QTDP:-2:" NOPS ":R1", "OK");
	bench_expect(&b, "QTDP:-2:" NOPS ":R1", "E10");
	run(20);
	assert_true(status("tframes:") > frames);
	/* Where nothing is mapped there can be none. */
	bench_expect(&b, "QTDP:3:10:E:0:0", "E0e");
	/* It is known, and does not take part. */
	bench_expect(&b, "qTP:3:10", "V0:0");
	bench_expect(&b, "QTDP:4:10:E:0:0-", "OK");
	bench_expect(&b, "QTDP:-4:10:R1", "E0e");
	bench_expect(&b, "QTStart", "E0e");
	bench_close(&b);
}

static void
a_start_that_fails_leaves_nothing(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0", "OK");
	bench_expect(&b, "QTDP:2:10:E:0:0", "OK");
	bench_expect(&b, "QTStart", "E0e");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;");
	run(20);
	assert_int_equal(status("tframes:"), 0);
	bench_close(&b);
	bench_open(&b, NULL);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_expect(&b, "QTStart", "E03");
	bench_close(&b);
}

/* ---- processes and clients ---------------------------------------------- */

static void
a_child_is_not_traced(void **state)
{
	char packet[64];
	const char *at;
	uint64_t frames;

	(void)state;
	open_gdb(1);
	bench_ask(&b, "qSupported:multiprocess+;fork-events+;qRelocInsn+");
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0", "OK");
	bench_expect(&b, "QTStart", "OK");
	assert_int_equal(mock_do(b.target, 100, MOCK_RUN, 20, 0), 0);
	assert_int_equal(mock_do(b.target, 100, MOCK_FORK, 0, 0), 0);
	at = strstr(bench_ask(&b, "vCont;c"), "fork:p");
	assert_non_null(at);
	snprintf(packet, sizeof(packet), "vCont;c:p%lx.-1",
		 strtoul(at + strlen("fork:p"), NULL, 16));
	frames = status("tframes:");
	bench_send(&b, packet);
	assert_null(bench_next(&b, 20));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
	assert_int_equal(status("tframes:"), frames);
	/* The parent is. */
	bench_send(&b, "vCont;c:p64.-1");
	assert_null(bench_next(&b, 20));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
	assert_true(status("tframes:") > frames);
	bench_close(&b);
}

static void
another_program_is_not_traced(void **state)
{
	(void)state;
	open_gdb(1);
	bench_ask(&b, "qSupported:multiprocess+;exec-events+;qRelocInsn+");
	bench_expect(&b, "QTDP:1:" TICK ":E:2:0", "OK");
	bench_expect(&b, "QTStart", "OK");
	assert_int_equal(mock_do(b.target, 100, MOCK_EXEC, 0, 0), 0);
	bench_has(bench_ask(&b, "vCont;c"), "exec:");
	run(20);
	assert_int_equal(status("tframes:"), 0);
	/* Until the client defines one for it. */
	bench_expect(&b, "QTDP:2:" TICK ":E:0:0", "OK");
	run(20);
	assert_true(status("tframes:") > 0);
	bench_close(&b);
}

static void
detach_ends_the_run(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:100:0", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	assert_true(status("tframes:") > 0);
	bench_expect(&b, "D;64", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tstop::0;");
	assert_true(mock_alive(b.target, 100));
	assert_false(mock_traced(b.target, 100));
	bench_close(&b);
}

static void
the_run_ends_with_its_client(void **state)
{
	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(20);
	session_client_gone(b.session);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T0;tdisconnected:0;");
	assert_true(status("tframes:") > 0);
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_close(&b);
}

/* What becomes of it is told by how many frames there are. */
static uint64_t
frames_after_a_pause(void)
{
	unsigned i;

	session_client_gone(b.session);
	for (i = 0; i < 20; i++)
		session_target_ready(b.session);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_starts(bench_ask(&b, "qTStatus"), "T1;tnotrun:0;");
	return status("tframes:");
}

static void
the_run_outlives_its_client(void **state)
{
	uint64_t frames;

	(void)state;
	open_gdb(2);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0-", "OK");
	bench_expect(&b, "QTDP:-1:" TICK ":R1", "OK");
	bench_expect(&b, "Z0," NOPS ",1", "OK");
	bench_expect(&b, "QTDisconnected:1", "OK");
	bench_expect(&b, "QTStart", "OK");
	bench_starts(bench_ask(&b, "vCont;c"), "T05swbreak:;");
	bench_has(bench_ask(&b, "qTStatus"), "disconn:1;");
	/* One that stands stays so. */
	frames = status("tframes:");
	assert_int_equal(frames_after_a_pause(), frames);
	bench_expect(&b, "QTFrame:0", "F0T1");
	bench_expect(&b, "QTFrame:ffffffff", "OK");
	/* One that runs goes on, without the breakpoint of who has gone. */
	bench_send(&b, "vCont;c");
	assert_true(frames_after_a_pause() > frames + 10);
	bench_expect(&b, "QTStop", "OK");
	bench_close(&b);
}

static void
detach_leaves_such_a_run(void **state)
{
	uint64_t frames;

	(void)state;
	open_gdb(1);
	bench_expect(&b, "QTDP:1:" TICK ":E:0:0", "OK");
	bench_expect(&b, "QTDisconnected:1", "OK");
	bench_expect(&b, "QTStart", "OK");
	run(5);
	frames = status("tframes:");
	bench_expect(&b, "D;64", "OK");
	assert_int_equal(session_wish(b.session), SESSION_CLOSE);
	assert_true(frames_after_a_pause() > frames + 10);
	bench_close(&b);
}

/* ---- for other clients -------------------------------------------------- */

static void
offered_to_gdb_only(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_has(
	    bench_ask(&b, "qSupported:qRelocInsn+"),
	    ";ConditionalTracepoints+;TracepointSource+;DisconnectedTracing+;"
	    "InstallInTrace+;EnableDisableTracepoints+;QTBuffer:size+;"
	    "tracenz+;qXfer:traceframe-info:read+;");
	assert_null(
	    strstr(bench_ask(&b, "qSupported:qRelocInsn+"), "FastTracepoints"));
	bench_close(&b);
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	assert_null(strstr(bench_ask(&b, "qSupported"), "race"));
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_there_at_first),
		cmocka_unit_test(definitions_are_told_to_the_next_client),
		cmocka_unit_test(definitions_are_bounded),
		cmocka_unit_test(registers_and_memory),
		cmocka_unit_test(frames_are_found),
		cmocka_unit_test(conditions_variables_and_passes),
		cmocka_unit_test(an_error_ends_the_run),
		cmocka_unit_test(unreadable_memory_is_left_out),
		cmocka_unit_test(steps_after_a_hit),
		cmocka_unit_test(a_full_buffer_ends_the_run),
		cmocka_unit_test(a_circular_buffer_keeps_the_last),
		cmocka_unit_test(both_act_at_one_address),
		cmocka_unit_test(changes_while_it_runs),
		cmocka_unit_test(a_start_that_fails_leaves_nothing),
		cmocka_unit_test(a_child_is_not_traced),
		cmocka_unit_test(another_program_is_not_traced),
		cmocka_unit_test(detach_ends_the_run),
		cmocka_unit_test(the_run_ends_with_its_client),
		cmocka_unit_test(the_run_outlives_its_client),
		cmocka_unit_test(detach_leaves_such_a_run),
		cmocka_unit_test(offered_to_gdb_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
