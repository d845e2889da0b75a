/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding: good packets give what they say, others are refused rightly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/common/describe.h"
#include "tests/common/request_examples.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In memory of just its size, so that sanitizers see a step beside it. */
static uint8_t *
copy_body(const char *body, size_t len)
{
	uint8_t *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, body, len);
	copy[len] = '5';
	return copy;
}

static enum rsp_decode
outcome(const char *body, size_t len, struct rsp_request *req)
{
	uint8_t *copy = copy_body(body, len);
	enum rsp_decode decode = rsp_request_decode(req, copy, len);

	free(copy);
	return decode;
}

static void
good_examples_decode(void **state)
{
	const struct request_example *e;
	struct rsp_request req;
	char text[4096];
	uint8_t *copy;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(request_examples); i++) {
		e = &request_examples[i];
		copy = copy_body(e->body, e->len);
		if (rsp_request_decode(&req, copy, e->len) != RSP_DECODED)
			fail_msg("%s does not decode", e->body);
		if (req.kind != e->kind)
			fail_msg("%s is taken for %s", e->body,
				 describe_kind(req.kind));
		describe_request(&req, text, sizeof(text));
		if (strcmp(text, e->text) != 0)
			fail_msg("%s gives %s, not %s", e->body, text, e->text);
		free(copy);
	}
}

static void
every_row_has_an_example(void **state)
{
	bool seen[RSP_REQUEST_COUNT] = { false };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(request_examples); i++)
		seen[request_examples[i].kind] = true;
	for (i = 0; i < RSP_REQUEST_COUNT; i++)
		if (!seen[i])
			fail_msg("%s: no example in request_examples.h",
				 describe_kind((enum rsp_kind)i));
}

static void
names_are_as_on_the_wire(void **state)
{
	const struct request_example *e;
	const char *name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(request_examples); i++) {
		e = &request_examples[i];
		name = rsp_request_name(e->kind);
		assert_true(strlen(name) > 0);
		assert_memory_equal(name, e->body, strlen(name));
	}
	assert_string_equal(rsp_request_name(RSP_REQUEST_COUNT), "");
}

/* The cut packet may mean something else, but is never read past its end. */
static void
cut_examples_are_safe(void **state)
{
	const struct request_example *e;
	struct rsp_request req;
	char text[4096];
	uint8_t *copy;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(request_examples); i++) {
		e = &request_examples[i];
		for (len = 0; len < e->len; len++) {
			copy = copy_body(e->body, len);
			if (rsp_request_decode(&req, copy, len) == RSP_DECODED)
				describe_request(&req, text, sizeof(text));
			free(copy);
		}
	}
}

static const struct {
	enum rsp_kind kind;
	const char *body;
	size_t len;
} malformed[] = {
#define BAD(kind, body)                            \
	{                                          \
		RSP_##kind, body, sizeof(body) - 1 \
	}
	/* tracepoints */
	BAD(TRACEPOINT, "QTDP:"),
	BAD(TRACEPOINT, "QTDP:0:1:E:0:0"),
	BAD(TRACEPOINT, "QTDP:10000:1:E:0:0"),
	BAD(TRACEPOINT, "QTDP:1:1"),
	BAD(TRACEPOINT, "QTDP:1:1:E"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0"),
	BAD(TRACEPOINT, "QTDP:1:1:x:0:0"),
	BAD(TRACEPOINT, "QTDP:1:1:ED:0:0"),
	BAD(TRACEPOINT, "QTDP:1:10000000000000000:E:0:0"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0--"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0:"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0:F"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0:X2,41"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0:X0,"),
	BAD(TRACEPOINT, "QTDP:1:1:E:0:0:X1,4g"),
	BAD(TRACEPOINT, "QTDP:--1:1:R"),
	BAD(TRACEPOINT, "QTDP:-1:1"),
	BAD(TRACEPOINT, "QTDP:-1:1:Q"),
	BAD(TRACEPOINT, "QTDP:-1:1:SS"),
	BAD(TRACEPOINT, "QTDP:-1:1:M"),
	BAD(TRACEPOINT, "QTDP:-1:1:M-1"),
	BAD(TRACEPOINT, "QTDP:-1:1:M-1,0"),
	BAD(TRACEPOINT, "QTDP:-1:1:M-1,0,"),
	BAD(TRACEPOINT, "QTDP:-1:1:M-2,0,1"),
	BAD(TRACEPOINT, "QTDP:-1:1:M10000,0,1"),
	BAD(TRACEPOINT, "QTDP:-1:1:M1,-4,1"),
	BAD(TRACEPOINT, "QTDP:-1:1:X3,4142"),
	BAD(TRACEPOINT, "QTDP:-1:1:Xffffffffffffffff,41"),
	BAD(TRACEPOINT, "QTDP:-1:1:R-R"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1:at:0:1:4142"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1:at:ffffffffffffffff:1:41"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1::0:1:41"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1:at:0:1"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1:at:0:1:4"),
	BAD(TRACE_SOURCE, "QTDPsrc:1:1:at:0:1:00"),
	BAD(TRACE_VARIABLE, "QTDV:1:0:2:41"),
	BAD(TRACE_VARIABLE, "QTDV:1:0:0"),
	BAD(TRACE_VARIABLE, "QTDV:10000:0:0:41"),
	BAD(TRACE_VARIABLE, "QTDV:1:-1:0:41"),
	BAD(TRACE_READ_ONLY, "QTro:"),
	BAD(TRACE_READ_ONLY, "QTro:1"),
	BAD(TRACE_READ_ONLY, "QTro:1,2:"),
	BAD(TRACE_READ_ONLY, "QTro:1,2,3"),
	BAD(TRACE_ENABLE, "QTEnable:1"),
	BAD(TRACE_ENABLE, "QTEnable:1:"),
	BAD(TRACE_ENABLE, "QTEnable:0:1"),
	BAD(TRACE_BUFFER_SIZE, "QTBuffer:size:"),
	BAD(TRACE_BUFFER_SIZE, "QTBuffer:size:-2"),
	BAD(TRACE_BUFFER_SIZE, "QTBuffer:size:-11"),
	BAD(TRACE_CIRCULAR, "QTBuffer:circular:2"),
	BAD(TRACE_NOTES, "QTNotes:"),
	BAD(TRACE_NOTES, "QTNotes:user"),
	BAD(TRACE_NOTES, "QTNotes:other:41;"),
	BAD(TRACE_NOTES, "QTNotes:user:4;"),
	BAD(TRACE_NOTES, "QTNotes:user:41,notes:41"),
	BAD(TRACE_FRAME, "QTFrame:"),
	BAD(TRACE_FRAME, "QTFrame:-1"),
	BAD(TRACE_FRAME, "QTFrame:pc:"),
	BAD(TRACE_FRAME, "QTFrame:tdp"),
	BAD(TRACE_FRAME, "QTFrame:range:1"),
	BAD(TRACE_FRAME, "QTFrame:outside:1:"),
	BAD(TRACE_FRAME, "QTFrame:range:1:2:3"),
	BAD(TRACE_BUFFER, "qTBuffer:1"),
	BAD(TRACE_POINT_STATUS, "qTP:1"),
	BAD(TRACE_VALUE, "qTV:"),
	/* numbers */
	BAD(READ_MEMORY, "m10000000000000000,4"),
	BAD(READ_MEMORY, "m0,10000000000000000"),
	BAD(READ_MEMORY, "m0,ffffffffffffffffffffffff"),
	BAD(READ_MEMORY, "m"),
	BAD(READ_MEMORY, "m,"),
	BAD(READ_MEMORY, "m0"),
	BAD(READ_MEMORY, "m0,"),
	BAD(READ_MEMORY, "m,4"),
	BAD(READ_MEMORY, "m-1,4"),
	BAD(READ_MEMORY, "m0x1000,4"),
	BAD(READ_MEMORY, "m 1000,4"),
	BAD(READ_MEMORY, "m+1,4"),
	BAD(READ_MEMORY, "m1000,4,"),
	BAD(READ_MEMORY, "m1000,4 "),
	BAD(READ_MEMORY, "m1000,4\0"),
	BAD(READ_MEMORY, "m1000:4"),
	BAD(READ_MEMORY, "m:1000,4"),
	BAD(READ_BINARY, "x1000"),
	BAD(READ_RANGES, "MultiMemRead:"),
	BAD(READ_RANGES, "MultiMemRead:ranges:"),
	BAD(READ_RANGES, "MultiMemRead:ranges:;"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10,2"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10,2,;"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10,2,20;"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10,2;x"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10000000000000000,2;"),
	BAD(READ_RANGES, "MultiMemRead:ranges:10,-2;"),
	BAD(CRC, "qCRC:"),
	BAD(CRC, "qCRC:1000"),
	BAD(CRC, "qCRC::1000,4"),
	BAD(REGISTER_INFO, "qRegisterInfo"),
	BAD(REGISTER_INFO, "qRegisterInfo:1"),
	BAD(MEMORY_REGION, "qMemoryRegionInfo:"),
	BAD(MEMORY_REGION, "qMemoryRegionInfo:g"),
	/* sizes and data */
	BAD(WRITE_MEMORY, "M1000,2:41"),
	BAD(WRITE_MEMORY, "M1000,2:414243"),
	BAD(WRITE_MEMORY, "M1000,2:414"),
	BAD(WRITE_MEMORY, "M1000,2:41424"),
	BAD(WRITE_MEMORY, "M1000,2:41zz"),
	BAD(WRITE_MEMORY, "M1000,2"),
	BAD(WRITE_MEMORY, "M1000,8000000000000001:4142"),
	BAD(WRITE_BINARY, "X1000,2:a"),
	BAD(WRITE_BINARY, "X1000,2:abc"),
	BAD(WRITE_BINARY, "X1000,2:a}"),
	BAD(WRITE_BINARY, "X1000,1:}"),
	BAD(WRITE_BINARY, "X1000,3:a}\003"),
	BAD(WRITE_BINARY, "X1000,0"),
	BAD(WRITE_BINARY, "X1000,ffffffffffffffff:a"),
	BAD(SEARCH_MEMORY, "qSearch:memory:0;10;"),
	BAD(SEARCH_MEMORY, "qSearch:memory:0;10;a}"),
	BAD(SEARCH_MEMORY, "qSearch:memory:0,10,a"),
	BAD(SEARCH_MEMORY, "qSearch:memory:0;10"),
	/* registers */
	BAD(READ_REGISTERS, "g;"),
	BAD(READ_REGISTERS, "g;thread:"),
	BAD(READ_REGISTERS, "g;thread:;"),
	BAD(READ_REGISTERS, "g;thread:1;;"),
	BAD(READ_REGISTERS, "g;thread:1;x"),
	BAD(WRITE_REGISTERS, "G"),
	BAD(WRITE_REGISTERS, "G0"),
	BAD(WRITE_REGISTERS, "G;thread:1;"),
	BAD(WRITE_REGISTERS, "G00xx"),
	BAD(READ_REGISTER, "p"),
	BAD(READ_REGISTER, "px"),
	BAD(READ_REGISTER, "p;thread:1;"),
	BAD(READ_REGISTER, "p10000000000000000"),
	BAD(WRITE_REGISTER, "P0"),
	BAD(WRITE_REGISTER, "P0="),
	BAD(WRITE_REGISTER, "P=00"),
	BAD(WRITE_REGISTER, "P0=123"),
	BAD(WRITE_REGISTER, "P0=12,thread:1;"),
	BAD(SAVE_REGISTERS, "QSaveRegisterState;"),
	BAD(RESTORE_REGISTERS, "QRestoreRegisterState:"),
	BAD(RESTORE_REGISTERS, "QRestoreRegisterState:a"),
	BAD(RESTORE_REGISTERS, "QRestoreRegisterState:18446744073709551616"),
	/* ids */
	BAD(SET_THREAD_G, "Hg"),
	BAD(SET_THREAD_G, "Hgp"),
	BAD(SET_THREAD_G, "Hgp."),
	BAD(SET_THREAD_G, "Hgp1."),
	BAD(SET_THREAD_G, "Hgp.1"),
	BAD(SET_THREAD_G, "Hg-2"),
	BAD(SET_THREAD_G, "Hg-"),
	BAD(SET_THREAD_G, "Hg1.1"),
	BAD(SET_THREAD_G, "Hgp1.1.1"),
	BAD(SET_THREAD_G, "Hg80000000"),
	BAD(SET_THREAD_G, "Hg100000001"),
	BAD(SET_THREAD_G, "Hgffffffffffffffff"),
	BAD(SET_THREAD_C, "Hc-1x"),
	BAD(THREAD_ALIVE, "T"),
	BAD(THREAD_ALIVE, "T1;"),
	BAD(THREAD_EXTRA, "qThreadExtraInfo,"),
	BAD(THREAD_STOP_INFO, "qThreadStopInfo"),
	BAD(ATTACHED, "qAttached:"),
	BAD(ATTACHED, "qAttached:-1"),
	BAD(TLS_ADDR, "qGetTLSAddr:1,2"),
	BAD(TLS_ADDR, "qGetTLSAddr:1,2,3,4"),
	BAD(ATTACH, "vAttach;"),
	BAD(ATTACH, "vAttach;-1"),
	BAD(ATTACH, "vAttach;100000001"),
	BAD(ATTACH, "vAttach;1;2"),
	BAD(VKILL, "vKill;"),
	BAD(VKILL, "vKill;80000001"),
	BAD(DETACH, "D2"),
	BAD(DETACH, "D;"),
	BAD(DETACH, "D;-1"),
	BAD(DETACH, "D11"),
	BAD(DETACH, "D1;"),
	BAD(DETACH, "D0"),
	/* allocation: lldb's own list of bad ones, and ours */
	BAD(ALLOC, "_M"),
	BAD(ALLOC, "_M1x"),
	BAD(ALLOC, "_M1:"),
	BAD(ALLOC, "_M1,q"),
	BAD(ALLOC, "_M1"),
	BAD(ALLOC, "_M,rw"),
	BAD(ALLOC, "_M1000,rr"),
	BAD(ALLOC, "_M1000,rwxw"),
	BAD(ALLOC, "_M1000,rw "),
	BAD(ALLOC, "_M1000,RW"),
	BAD(ALLOC, "_M10000000000000000,rw"),
	BAD(ALLOC, "_M0,1000,3000"),
	BAD(ALLOC, "_M0,1000,3000,4,5,6"),
	BAD(ALLOC, "_M0,1000,3000,4,"),
	BAD(ALLOC, "_M0,1000,3000,4,rw"),
	BAD(ALLOC, "_M0,1000,3000,4,10000000000000000"),
	BAD(VIRTUAL_PROTECT, "QVirtualProtect:"),
	BAD(VIRTUAL_PROTECT, "QVirtualProtect:1000,1000"),
	BAD(VIRTUAL_PROTECT, "QVirtualProtect:1000,1000,4,4"),
	BAD(VIRTUAL_PROTECT, "QVirtualProtect:1000,,4"),
	BAD(VIRTUAL_PROTECT, "QVirtualProtect:1000,1000,rw"),
	BAD(VIRTUAL_QUERY, "qVirtualQuery:"),
	BAD(VIRTUAL_QUERY, "qVirtualQuery:1000,"),
	BAD(VIRTUAL_QUERY, "qVirtualQuery:-1"),
	BAD(VIRTUAL_QUERY, "qVirtualQuery:10000000000000000"),
	BAD(GET_WRITE_WATCH, "qGetWriteWatch:"),
	BAD(GET_WRITE_WATCH, "qGetWriteWatch:1000,1000"),
	BAD(GET_WRITE_WATCH, "qGetWriteWatch:1000,1000,"),
	BAD(ALLOC, "_M,1000,3000,4"),
	BAD(ALLOC, "_M0,1000,,4"),
	BAD(ALLOC, "_M0,1000,3000,"),
	BAD(ALLOC, "_M0,1000,3000,rw"),
	BAD(ALLOC, "_M0,10000000000000000,3000,4"),
	BAD(DEALLOC, "_m"),
	BAD(DEALLOC, "_mx"),
	BAD(DEALLOC, "_m1000,"),
	BAD(DEALLOC, "_m1000,0"),
	BAD(DEALLOC, "_m1000,0,"),
	BAD(DEALLOC, "_m1000,,8000"),
	BAD(DEALLOC, "_m1000,0,8000,1"),
	/* breakpoints */
	BAD(INSERT_BREAKPOINT, "Z"),
	BAD(INSERT_BREAKPOINT, "Z0"),
	BAD(INSERT_BREAKPOINT, "Z0,"),
	BAD(INSERT_BREAKPOINT, "Z0,1"),
	BAD(INSERT_BREAKPOINT, "Z0,1,"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X0,"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X2,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X2,414"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X1,4142"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X1,4g"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X1,41;"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X1,41;;X1,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;X8000000000000001,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;Xffffffffffffffff,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1X1,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;foo"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:0"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:0,"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:2,X1,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:X1,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:0,X1,41;cmds:0,X1,41"),
	BAD(INSERT_BREAKPOINT, "Z0,1,1;cmds:0,X1,41;X1,41;"),
	BAD(REMOVE_BREAKPOINT, "z0,1,1;X1,41"),
	BAD(REMOVE_BREAKPOINT, "z0,1"),
	BAD(WATCHPOINT_SUPPORT, "qWatchpointSupportInfo:1"),
	/* run control */
	BAD(VCONT, "vCont;"),
	BAD(VCONT, "vCont;c;"),
	BAD(VCONT, "vCont;;c"),
	BAD(VCONT, "vCont;x"),
	BAD(VCONT, "vCont;C"),
	BAD(VCONT, "vCont;C100"),
	BAD(VCONT, "vCont;c05"),
	BAD(VCONT, "vCont;r"),
	BAD(VCONT, "vCont;r1000"),
	BAD(VCONT, "vCont;r1000,"),
	BAD(VCONT, "vCont;c:"),
	BAD(VCONT, "vCont;c:p1."),
	BAD(VCONT, "vCont;c:1:2"),
	BAD(VCONT, "vCont;c:p1.1;s:zz"),
	BAD(CONTINUE, "cx"),
	BAD(CONTINUE, "c10000000000000000"),
	BAD(CONTINUE_SIGNAL, "C"),
	BAD(CONTINUE_SIGNAL, "C100"),
	BAD(CONTINUE_SIGNAL, "C05;"),
	BAD(CONTINUE_SIGNAL, "C05,1000"),
	BAD(STEP, "s;"),
	BAD(STEP_SIGNAL, "S"),
	BAD(PASS_SIGNALS, "QPassSignals:100"),
	BAD(PASS_SIGNALS, "QPassSignals:;1"),
	BAD(PASS_SIGNALS, "QPassSignals:1;;2"),
	BAD(PASS_SIGNALS, "QPassSignals:1,2"),
	BAD(CATCH_SYSCALLS, "QCatchSyscalls:"),
	BAD(CATCH_SYSCALLS, "QCatchSyscalls:2"),
	BAD(CATCH_SYSCALLS, "QCatchSyscalls:0;1"),
	BAD(CATCH_SYSCALLS, "QCatchSyscalls:1;"),
	BAD(CATCH_SYSCALLS, "QCatchSyscalls:1;x"),
	BAD(THREAD_OPTIONS, "QThreadOptions;"),
	BAD(THREAD_OPTIONS, "QThreadOptions;3;"),
	BAD(THREAD_OPTIONS, "QThreadOptions;3:"),
	BAD(THREAD_OPTIONS, "QThreadOptions;:p1.1"),
	BAD(NON_STOP, "QNonStop:"),
	BAD(NON_STOP, "QNonStop:2"),
	BAD(NON_STOP, "QNonStop:01"),
	BAD(NON_STOP, "QNonStop:1 "),
	/* strings */
	BAD(MONITOR, "qRcmd,6"),
	BAD(MONITOR, "qRcmd,zz"),
	BAD(MONITOR, "qRcmd,6100"),
	BAD(ATTACH_NAME, "vAttachName;0061"),
	BAD(STDIN_DATA, "I6"),
	BAD(ENVIRONMENT, "QEnvironment:A=\0b"),
	BAD(ENVIRONMENT_HEX, "QEnvironmentHexEncoded:413d0062"),
	BAD(SYMBOL, "qSymbol:"),
	BAD(SYMBOL, "qSymbol:x:61"),
	BAD(SYMBOL, "qSymbol:1:6"),
	BAD(COMPRESSION, "QEnableCompression:"),
	BAD(COMPRESSION, "QEnableCompression:zlib-deflate;"),
	BAD(COMPRESSION, "QEnableCompression:type:zlib-deflate"),
	BAD(COMPRESSION, "QEnableCompression:type:zlib-deflate;x"),
	BAD(COMPRESSION, "QEnableCompression:type:zlib-deflate;minsize:;"),
	BAD(COMPRESSION, "QEnableCompression:type:zlib-deflate;minsize:1"),
	BAD(COMPRESSION, "QEnableCompression:type:a;minsize:1;minsize:1;"),
	BAD(COMPRESSION,
	    "QEnableCompression:type:a;minsize:18446744073709551616;"),
	BAD(SPEED_TEST, "qSpeedTest:"),
	BAD(SPEED_TEST, "qSpeedTest:response_size:;data:"),
	BAD(SPEED_TEST, "qSpeedTest:response_size:18446744073709551616;data:"),
	BAD(SPEED_TEST, "qSpeedTest:response_size:1x"),
	BAD(RUN, "vRun;6"),
	BAD(RUN, "vRun;61;6"),
	BAD(RUN, "vRun;61,62"),
	BAD(RUN, "vRun;6100"),
	BAD(RUN, "vRun;61;0062"),
	BAD(LAUNCH_ARGS, "A"),
	BAD(LAUNCH_ARGS, "A4"),
	BAD(LAUNCH_ARGS, "A4,0"),
	BAD(LAUNCH_ARGS, "A4,0,6c"),
	BAD(LAUNCH_ARGS, "A2,0,6c73"),
	BAD(LAUNCH_ARGS, "A3,0,6c7"),
	BAD(LAUNCH_ARGS, "A4,1,6c73"),
	BAD(LAUNCH_ARGS, "A4,0,6c73,4,0,2d6c"),
	BAD(LAUNCH_ARGS, "A4,0,6c73,"),
	BAD(LAUNCH_ARGS, "A4,0,6c00"),
	BAD(LAUNCH_ARGS, "A4,0,6c73;4,1,6c73"),
	BAD(RESTART, "Rx"),
	BAD(MODULES_INFO_JSON, "jModulesInfo:[}"),
	BAD(MODULE_INFO, "qModuleInfo:2f61"),
	BAD(MODULE_INFO, "qModuleInfo:2f6;61"),
	/* objects */
	BAD(XFER, "qXfer:"),
	BAD(XFER, "qXfer:auxv"),
	BAD(XFER, "qXfer:auxv:read"),
	BAD(XFER, "qXfer:auxv:read:"),
	BAD(XFER, "qXfer:auxv:read::"),
	BAD(XFER, "qXfer:auxv:read::0"),
	BAD(XFER, "qXfer:auxv:read::0,"),
	BAD(XFER, "qXfer:auxv:read::,0"),
	BAD(XFER, "qXfer:auxv:read::0,10000000000000000"),
	BAD(XFER, "qXfer:auxv:read::0,1,"),
	BAD(XFER, "qXfer:siginfo:write::0"),
	BAD(XFER, "qXfer:siginfo:write::0:a}"),
	/* files */
	BAD(FILE_SETFS, "vFile:setfs:"),
	BAD(FILE_SETFS, "vFile:setfs:-1"),
	BAD(FILE_OPEN, "vFile:open:"),
	BAD(FILE_OPEN, "vFile:open:2f61"),
	BAD(FILE_OPEN, "vFile:open:2f61,0"),
	BAD(FILE_OPEN, "vFile:open:2f6,0,0"),
	BAD(FILE_OPEN, "vFile:open:2f00,0,0"),
	BAD(FILE_OPEN, "vFile:open:2f61,0,0,0"),
	BAD(FILE_CLOSE, "vFile:close:"),
	BAD(FILE_CLOSE, "vFile:close:-1"),
	BAD(FILE_CLOSE, "vFile:close:100000003"),
	BAD(FILE_PREAD, "vFile:pread:1,2"),
	BAD(FILE_PREAD, "vFile:pread:1,2,3,4"),
	BAD(FILE_PWRITE, "vFile:pwrite:1,2"),
	BAD(FILE_PWRITE, "vFile:pwrite:1,2,a}"),
	BAD(FILE_STAT, "vFile:stat:2f61,0"),
	BAD(FILE_SYMLINK, "vFile:symlink:2f61"),
	BAD(FILE_SYMLINK, "vFile:symlink:2f61,2"),
	BAD(SAVE_CORE, "qSaveCore;path-hint"),
	BAD(SAVE_CORE, "qSaveCore;path-hint:2;"),
	BAD(SAVE_CORE, "qSaveCore;path:2f61;"),
	BAD(SAVE_CORE, "qSaveCore;path-hint:2f00;"),
	BAD(LAUNCH_SERVER, "qLaunchGDBServer;host"),
	BAD(LAUNCH_SERVER, "qLaunchGDBServer;host:a"),
	BAD(DOOR, "QDoor:"),
	BAD(DOOR, "QDoor:1"),
	BAD(DOOR, "QDoor:10000,"),
	BAD(DOOR, "QDoor:,2f"),
	BAD(DOOR, "QDoor:1,2"),
	BAD(DOOR, "QDoor:1,2f00"),
	BAD(DOOR, "QDoor:1,2f,"),
	BAD(KILL_SPAWNED, "qKillSpawnedProcess:"),
	BAD(KILL_SPAWNED, "qKillSpawnedProcess:-1"),
	BAD(KILL_SPAWNED, "qKillSpawnedProcess:2147483648"),
	BAD(KILL_SPAWNED, "qKillSpawnedProcess:1f"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:pid"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:pid:1"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:pid:4294967296;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:pid:;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:colour:1;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:name:6;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:name:6100;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:name_match:is;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:all_users:2;"),
	BAD(FIRST_PROCESSES, "qfProcessInfo:triple:x"),
	BAD(PROCESS_INFO_PID, "qProcessInfoPID:"),
	BAD(PROCESS_INFO_PID, "qProcessInfoPID:99999999999"),
	BAD(USER_NAME, "qUserName:-1"),
	BAD(USER_NAME, "qUserName:4294967296"),
	BAD(GROUP_NAME, "qGroupName:"),
	BAD(PATH_COMPLETE, "qPathComplete:2f"),
	BAD(PATH_COMPLETE, "qPathComplete:2,2f"),
	BAD(PATH_COMPLETE, "qPathComplete:0,2f00"),
	BAD(MAKE_DIRECTORY, "qPlatform_mkdir:1c0"),
	BAD(MAKE_DIRECTORY, "qPlatform_mkdir:,2f61"),
	BAD(CHANGE_MODE, "qPlatform_chmod:1c0,2f6"),
	BAD(SHELL, "qPlatform_shell:6c73"),
	BAD(SHELL, "qPlatform_shell:6c73,"),
	BAD(SHELL, "qPlatform_shell:6c73,100000000"),
	BAD(SHELL, "qPlatform_shell:6c73,a,2"),
	BAD(SHELL, "qPlatform_shell:6c00,a"),
#undef BAD
};

static void
malformed_packets_are_refused(void **state)
{
	struct rsp_request req;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(malformed); i++) {
		if (outcome(malformed[i].body, malformed[i].len, &req) !=
		    RSP_MALFORMED)
			fail_msg("%s is not malformed", malformed[i].body);
		if (req.kind != malformed[i].kind)
			fail_msg("%s is taken for %s", malformed[i].body,
				 describe_kind(req.kind));
	}
}

static void
unknown_packets_are_unknown(void **state)
{
	static const char *const unknown[] = {
		"",
		"q",
		"Q",
		"v",
		"vMustReplyEmpty",
		"vFoo;1",
		"qTStatuss",
		"qOffsets",
		"qCx",
		"qC:",
		"qCRC",
		"qCRCx",
		"qCRC,1,1",
		"qSupportedx",
		"qSupported,",
		"qXfer",
		"qXferx:",
		"vContx",
		"vCont",
		"vCont:c",
		"vCont?x",
		"vRun",
		"vRunx",
		"vAttach",
		"vAttachFoo;1",
		"vFile:",
		"vFile:foo:1",
		"vFile:open",
		"vFile:openx:",
		"vFile",
		"Hx1",
		"H",
		"QNonStop",
		"QStartNoAckMode:1",
		"g1",
		"k1",
		"?1",
		"!1",
		"bc",
		"bs",
		"_x",
		"_",
		"jThreadsInfo:x",
		"qfThreadInfox",
		"QThreadOptions:3",
		"qXfer:auxv:foo::0,1",
		"qXfer:auxv::0,1",
		"Z5,1,1",
		"Zffffffffffffffff,1,1",
		"z9,1,1",
		"\x80",
		"~",
	};
	struct rsp_request req;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(unknown); i++)
		if (outcome(unknown[i], strlen(unknown[i]), &req) !=
		    RSP_UNKNOWN)
			fail_msg("%s is known", unknown[i]);
}

/* But those that cannot: they take whatever comes, or only nothing. */
static void
every_decoder_has_a_bad_example(void **state)
{
	static const char *const decoders[RSP_REQUEST_COUNT] = {
#define X(kind, name, follow, decode) [RSP_##kind] = #decode,
		RSP_REQUEST_LIST(X)
#undef X
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < RSP_REQUEST_COUNT; i++) {
		if (strcmp(decoders[i], "decode_nothing") == 0 ||
		    strcmp(decoders[i], "decode_supported") == 0)
			continue;
		for (n = 0; n < COUNT(malformed); n++)
			if (strcmp(decoders[malformed[n].kind], decoders[i]) ==
			    0)
				break;
		if (n == COUNT(malformed))
			fail_msg("%s: no malformed example", decoders[i]);
	}
}

/* As gdb 13 sent it: two conditions, with nothing between them. */
static void
conditions_of_gdb_decode(void **state)
{
	static const char packet[] =
	    "Z0,555555555140,1;X12,26000622100222ec16080219162022031327"
	    "X12,26000622100222ec16080219162022051327";
	uint8_t *copy = copy_body(packet, sizeof(packet) - 1);
	struct rsp_bytes code;
	struct rsp_request req;

	(void)state;
	assert_int_equal(rsp_request_decode(&req, copy, sizeof(packet) - 1),
			 RSP_DECODED);
	assert_true(rsp_agent_next(&req.bp.conditions, &code));
	assert_int_equal(code.len, 0x12);
	assert_memory_equal(code.data, "\x26\x00\x06\x22\x10\x02", 6);
	assert_true(rsp_agent_next(&req.bp.conditions, &code));
	assert_int_equal(code.len, 0x12);
	assert_memory_equal(code.data + 15, "\x05\x13\x27", 3);
	assert_false(rsp_agent_next(&req.bp.conditions, &code));
	assert_false(rsp_agent_next(&req.bp.commands, &code));
	free(copy);
}

static void
bytes_equal_compares_whole(void **state)
{
	const struct rsp_bytes b = { (const uint8_t *)"abc", 2 };

	(void)state;
	assert_true(rsp_bytes_equal(b, "ab"));
	assert_false(rsp_bytes_equal(b, "a"));
	assert_false(rsp_bytes_equal(b, "abc"));
	assert_false(rsp_bytes_equal(b, "ac"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_examples_decode),
		cmocka_unit_test(every_row_has_an_example),
		cmocka_unit_test(names_are_as_on_the_wire),
		cmocka_unit_test(cut_examples_are_safe),
		cmocka_unit_test(malformed_packets_are_refused),
		cmocka_unit_test(unknown_packets_are_unknown),
		cmocka_unit_test(every_decoder_has_a_bad_example),
		cmocka_unit_test(conditions_of_gdb_decode),
		cmocka_unit_test(bytes_equal_compares_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
