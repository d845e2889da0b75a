/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Memory, breakpoints, files, objects: as a client sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../backend/target_ops.h"
#include "../common/client.h"

#define PID 100

struct talk {
	struct client_bench b;
	/* The last reply's body, escapes resolved, and a NUL. */
	char reply[0x20000];
	size_t reply_len;
	/* Text of the O packets that came before it. */
	char console[0x20000];
	size_t console_len;
};

static int
setup(void **state, void (*greet)(struct client_bench *, pid_t, unsigned))
{
	struct talk *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	bench_open(&t->b, NULL);
	greet(&t->b, PID, 1);
	*state = t;
	return 0;
}

static int
setup_gdb(void **state)
{
	return setup(state, bench_gdb);
}

static int
setup_lldb(void **state)
{
	return setup(state, bench_lldb);
}

static int
teardown(void **state)
{
	struct talk *t = *state;

	bench_close(&t->b);
	free(t);
	return 0;
}

static unsigned
digit(char c)
{
	return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

static void
take_console(struct talk *t)
{
	for (size_t i = 1; i + 1 < t->b.body_len; i += 2) {
		unsigned byte =
		    digit(t->b.body[i]) << 4 | digit(t->b.body[i + 1]);

		assert_true(t->console_len + 1 < sizeof(t->console));
		t->console[t->console_len++] = (char)byte;
	}
	t->console[t->console_len] = '\0';
}

static void
take_reply(struct talk *t)
{
	t->reply_len = 0;
	for (size_t i = 0; i < t->b.body_len; i++) {
		char c = t->b.body[i];

		if (c == '}') {
			assert_true(++i < t->b.body_len);
			c = (char)(t->b.body[i] ^ 0x20);
		}
		t->reply[t->reply_len++] = c;
	}
	t->reply[t->reply_len] = '\0';
}

/* Sends one packet and waits for its reply. */
static const char *
talk(struct talk *t, const char *packet)
{
	const char *body;

	t->console_len = 0;
	t->console[0] = '\0';
	bench_send(&t->b, packet);
	for (;;) {
		body = bench_next(&t->b, 200);
		if (body == NULL)
			fail_msg("no reply to %s", packet);
		if (body[0] != 'O' || strcmp(body, "OK") == 0)
			break;
		take_console(t);
	}
	take_reply(t);
	return t->reply;
}

#define SAID(begin)	   assert_memory_equal(t->console, begin, sizeof(begin) - 1)
#define SAYS(packet, want) assert_string_equal(talk(t, packet), want)

static const char *
hexed(const char *prefix, const char *text, const char *suffix)
{
	static char buf[4096];
	size_t n = (size_t)snprintf(buf, sizeof(buf), "%s", prefix);

	for (; *text != '\0'; text++)
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%02x",
				      (unsigned char)*text);
	snprintf(buf + n, sizeof(buf) - n, "%s", suffix);
	return buf;
}

/* ---- memory ---- */

static void
test_memory(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,4:01020304", "OK");
	SAYS("m600000,4", "01020304");
	SAYS("m600000,0", "");
	/* Data ends at 602000: what there is of it; and nothing. */
	SAYS("m601ffe,10", "0000");
	SAYS("m602000,10", "E0e");
	SAYS("m0,1", "E0e");
	SAYS("mffffffffffffffff,2", "E0e");
	SAYS("X600002,2:ab", "OK");
	SAYS("m600000,4", "01026162");
	SAYS("X0,0:", "OK");
	SAYS("X0,1:a", "E0e");
	SAYS("M601fff,2:0909", "E0e");
	SAYS("m601fff,1", "00");
	SAYS("M600000,4:0102", "E16");
	SAYS("M600000,2:01zz", "E16");
	/* Longer than any reply: as much as fits. */
	assert_int_equal(strlen(talk(t, "m600000,fffffffffffffff")), 0x4000);
}

static void
test_binary_gdb(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,4:23247d2a", "OK");
	SAYS("x600000,4", "b#$}*");
	SAYS("x0,0", "b");
	SAYS("x0,4", "E0e");
}

static void
test_binary_lldb(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,4:23247d2a", "OK");
	SAYS("x600000,4", "#$}*");
	SAYS("x0,0", "OK");
}

static void
test_ranges(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,4:23247d2a", "OK");
	SAYS("M601ffe,2:6162", "OK");
	SAYS("MultiMemRead:ranges:600000,4;", "4;#$}*");
	/* Partly there, not there, nothing wanted. */
	SAYS("MultiMemRead:ranges:601ffe,10,0,8,600000,0,600001,2;",
	     "2,0,0,2;ab$}");
	SAYS("MultiMemRead:ranges:ffffffffffffffff,2;", "0;");
	SAYS("MultiMemRead:ranges:600000,10000000;", "E07");
	SAYS("MultiMemRead:ranges:600000,ffffffffffffffff,600000,2;", "E07");
	SAYS("MultiMemRead:ranges:600000,40000,600000,40000;", "E07");
	SAYS("MultiMemRead:ranges:10,2", "E16");
}

/* `n` ranges of no bytes, and then some of all: bounded, and whole. */
static void
test_many_ranges(void **state)
{
	struct talk *t = *state;
	char *packet = malloc(0x20000);
	size_t n = (size_t)sprintf(packet, "MultiMemRead:ranges:600000,1");
	const char *reply;

	for (int i = 0; i < 9000; i++)
		n += (size_t)sprintf(packet + n, ",60000%x,1", i % 10);
	strcpy(packet + n, ";");
	reply = strchr(talk(t, packet), ';');
	assert_non_null(reply);
	assert_int_equal(t->reply_len - (size_t)(reply + 1 - t->reply), 9001);
	free(packet);
}

#define MULTI(list) "jMultiBreakpoint:{\"breakpoint_requests\":[" list "]}]"

static void
test_multi_breakpoint(void **state)
{
	struct talk *t = *state;

	SAYS(MULTI(""), "{\"results\":[]}");
	SAYS(MULTI("\"Z0,400010,1\", \"Z0,400020,1\""),
	     "{\"results\":[\"OK\",\"OK\"]}");
	/* One that fails does not keep the next from being done. */
	SAYS(MULTI("\"z0,400010,1\",\"z0,400014,1\",\"z0,400020,1\""),
	     "{\"results\":[\"OK\",\"E02\",\"OK\"]}");
	SAYS(MULTI("\"Z0,400010,1\",\"z0,400010,1\""),
	     "{\"results\":[\"OK\",\"OK\"]}");
	SAYS(MULTI("\"\",\"?\",\"Z9,1,1\",\"k\",7,null,\"Z0,x,1\""),
	     "{\"results\":[\"E16\",\"E16\",\"E16\",\"E16\",\"E16\",\"E16\","
	     "\"E16\"]}");
	SAYS("jMultiBreakpoint:", "E16");
	SAYS("jMultiBreakpoint:[\"Z0,400010,1\"]", "E16");
	SAYS("jMultiBreakpoint:{\"breakpoint_requests\":7}]", "E16");
	SAYS("jMultiBreakpoint:{\"breakpoint_requests\":[", "E16");
	SAYS("jMultiBreakpoint: {\"breakpoint_requests\": []}]",
	     "{\"results\":[]}");
}

static void
test_search(void **state)
{
	struct talk *t = *state;

	SAYS("M601ff0,3:616263", "OK");
	SAYS("qSearch:memory:600000;2000;abc", "1,601ff0");
	SAYS("qSearch:memory:600000;1ff2;abc", "0");
	SAYS("qSearch:memory:601ff1;3;abc", "0");
	SAYS("qSearch:memory:600000;2001;xyz", "E0e");
	SAYS("qSearch:memory:600000;ffffffffffffffff;xyz", "E16");
	SAYS("M600000,9:313233343536373839", "OK");
	SAYS("qCRC:600000,9", "C376e6e7");
	SAYS("qCRC:600000,0", "Cffffffff");
	SAYS("qCRC:601fff,2", "E0e");
	SAYS("qCRC:600000,fffffff00000000", "E16");
}

static void
test_regions(void **state)
{
	struct talk *t = *state;

	SAYS("qMemoryRegionInfo", "OK");
	assert_non_null(
	    strstr(talk(t, "qMemoryRegionInfo:400010"),
		   "start:400000;size:1000;permissions:rx;flags:;"));
	SAYS("qMemoryRegionInfo:500000", "start:500000;size:100000;");
	/* lldb goes on until a region ends at the highest address. */
	SAYS("qMemoryRegionInfo:7ffffffff000",
	     "start:7ffffffff000;size:ffff800000000fff;");
	SAYS("qMemoryRegionInfo:ffffffffffffffff",
	     "start:ffffffffffffffff;size:0;");
}

/* ---- allocation ---- */

static void
test_alloc(void **state)
{
	struct talk *t = *state;
	char packet[64];
	char base[32];

	snprintf(base, sizeof(base), "%s", talk(t, "_M1000,rw"));
	assert_true(base[0] != 'E' && base[0] != '\0');
	snprintf(packet, sizeof(packet), "M%s,1:aa", base);
	SAYS(packet, "OK");
	snprintf(packet, sizeof(packet), "qMemoryRegionInfo:%s", base);
	assert_non_null(strstr(talk(t, packet), "permissions:rw;"));
	/* [rspd:allocated] */
	assert_non_null(strstr(t->reply, "5b727370643a616c6c6f63617465645d"));
	snprintf(packet, sizeof(packet), "_m%s", base);
	SAYS(packet, "OK");
	SAYS(packet, "E63");
	SAYS("_M0,rw", "E16");
	SAYS("_M1000,q", "E16");
	SAYS("_M0,1000,400000,4", "E16");
	/* MEM_PHYSICAL: an error, and not "unknown packet". */
	assert_int_equal(talk(t, "_M0,1000,402000,4")[0], 'E');
	SAYS("_M0,1000,100003000,4", "E16");
	SAYS("_m0,0,100008000", "E16");
}

/* ---- breakpoints ---- */

/* "value at MOCK_COUNTER == n": const32, ref64, const8, equal, end */
#define COUNTER_IS(n)    \
	";Xa,2400600000" \
	"1a22" n "1327"

static void
test_condition(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,8:0000000000000000", "OK");
	SAYS("Z0,400012,1" COUNTER_IS("05"), "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "05");
	/* Another condition instead; then none. */
	SAYS("Z0,400012,1" COUNTER_IS("09"), "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "09");
	SAYS("Z0,400012,1", "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "0a");
	/* Any of several. */
	SAYS("Z0,400012,1" COUNTER_IS("ff") COUNTER_IS("0c"), "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "0c");
	/* One that fails holds: division by zero. */
	SAYS("Z0,400012,1;X6,220122000527", "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "0d");
	/* One that has no end too. */
	SAYS("Z0,400012,1;X4,21000027", "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	SAYS("m600000,1", "0e");
	SAYS("z0,400012,1", "OK");
	SAYS("z0,400012,1", "E02");
	SAYS("Z0,400012,1;X3,22", "E16");
	SAYS("Z0,0,1", "E0e");
	SAYS("Z5,400012,1", "");
}

/* Commands instead of a stop; a second breakpoint ends it. */
static void
test_commands(void **state)
{
	struct talk *t = *state;

	SAYS("M600000,8:0000000000000000", "OK");
	/* printf ("n=%d\n", counter): the counter, channel, function. */
	SAYS("Z0,400012,1;cmds:0,X19,24006000001a"
	     "22002200"
	     "340100086e3d"
	     "25645c6e0027",
	     "E16");
	SAYS("Z0,400012,1;cmds:0,X16,24006000001a"
	     "22002200"
	     "340100076e3d"
	     "25645c6e0027",
	     "OK");
	SAYS("Z0,400032,1" COUNTER_IS("03"), "OK");
	assert_memory_equal(talk(t, "vCont;c"), "T05", 3);
	assert_string_equal(t->console, "n=1\nn=2\nn=3\n");
	SAYS("m600000,1", "03");
}

static void
test_watchpoints(void **state)
{
	struct talk *t = *state;

	SAYS("qWatchpointSupportInfo:", "num:4;");
	SAYS("Z2,600000,8", "OK");
	assert_non_null(strstr(talk(t, "vCont;c"), "watch:600000;"));
	SAYS("z2,600000,8", "OK");
	SAYS("z2,600000,8", "E02");
}

/* ---- objects ---- */

static void
test_xfer(void **state)
{
	struct talk *t = *state;
	char packet[128];
	char want[128];

	SAYS("qXfer:exec-file:read::0,100", "l/mock/program");
	SAYS("qXfer:exec-file:read::0,4", "m/moc");
	SAYS("qXfer:exec-file:read::4,100", "lk/program");
	SAYS("qXfer:exec-file:read::ffff,100", "l");
	snprintf(packet, sizeof(packet), "qXfer:exec-file:read:%x:0,100",
		 (unsigned)PID);
	SAYS(packet, "l/mock/program");
	SAYS("qXfer:exec-file:read:1:0,100", "E03");
	SAYS("qXfer:exec-file:read:../etc/passwd:0,100", "E16");
	SAYS("qXfer:auxv:read:x:0,100", "E16");
	talk(t, "qXfer:auxv:read::0,1000");
	assert_int_equal(t->reply_len, 1 + 48);
	assert_int_equal(t->reply[0], 'l');
	SAYS("qXfer:nothing:read::0,100", "");
	SAYS("qXfer:auxv:write::0:ab", "");
	SAYS("qXfer:features:read:/etc/passwd:0,100", "E02");
	SAYS("qXfer:features:read:target.xml:0,5", "m<?xml");
	snprintf(want, sizeof(want), "<thread id=\"p%x.%x\"", (unsigned)PID,
		 (unsigned)PID);
	assert_non_null(strstr(talk(t, "qXfer:threads:read::0,1000"), want));
	SAYS("qXfer:libraries-svr4:read::0,1000",
	     "l<library-list-svr4 version=\"1.0\"></library-list-svr4>");
	SAYS("qXfer:libraries-svr4:read:start=zz:0,1000", "E16");
	SAYS("qXfer:libraries-svr4:read:start:0,1000", "E16");
	SAYS("qXfer:siginfo:write::7f:ab", "E16");
	SAYS("qXfer:siginfo:write::10:ab", "2");
	talk(t, "qXfer:siginfo:read::0,1000");
	assert_memory_equal(t->reply + 1 + 16, "ab", 2);
}

static void
test_osdata(void **state)
{
	static const char *const tables[] = {
		"cpus",	      "files",	    "modules", "msg",	  "processes",
		"procgroups", "semaphores", "shm",     "sockets", "threads",
	};
	struct talk *t = *state;
	char packet[128];
	const char *found = NULL;
	char self[64];

	assert_non_null(strstr(talk(t, "qXfer:osdata:read::0,8000"),
			       "<column name=\"Type\">procgroups</column>"));
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		snprintf(packet, sizeof(packet), "qXfer:osdata:read:%s:0,8000",
			 tables[i]);
		assert_memory_equal(talk(t, packet) + 1, "<osdata type=", 13);
		if (t->reply[0] == 'l')
			assert_non_null(strstr(t->reply, "</osdata>\n"));
	}
	SAYS("qXfer:osdata:read:../maps:0,100", "l");
	snprintf(self, sizeof(self),
		 "<item><column name=\"pid\">%d</column><column name=\"user\">",
		 (int)getpid());
	/* Many processes do not fit into one reply; pieces overlap. */
	for (unsigned at = 0; found == NULL; at += 0x8000) {
		snprintf(packet, sizeof(packet),
			 "qXfer:osdata:read:processes:%x,ffff", at);
		found = strstr(talk(t, packet), self);
		assert_true(found != NULL || t->reply[0] == 'm');
	}
}

/* ---- files ---- */

static void
test_files(void **state)
{
	struct talk *t = *state;
	char dir[] = "/tmp/rspd-test-XXXXXX";
	char path[64];
	char link[64];
	char packet[8192];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	SAYS("vFile:setfs:0", "F0");
	SAYS("vFile:open:6a7573742070726f62696e67,0,1c0", "F-1,2");
	SAYS(hexed("vFile:open:", path, ",0,0"), "F-1,2");
	SAYS(hexed("vFile:open:", path, ",3,0"), "F-1,16");
	SAYS(hexed("vFile:open:", path, ",602,1a4"), "F0");
	SAYS("vFile:pwrite:0,0,a}\x03"
	     "b*c",
	     "F5");
	SAYS("vFile:pread:0,100,0", "F5;a#b*c");
	SAYS("vFile:pread:0,2,1", "F2;#b");
	SAYS("vFile:pread:0,2,5", "F0;");
	SAYS("vFile:pread:0,2,ffffffffffffffff", "F-1,16");
	SAYS("vFile:pread:1,2,0", "F-1,9");
	SAYS("vFile:pread:100,2,0", "F-1,9");
	talk(t, "vFile:fstat:0");
	assert_int_equal(t->reply_len, 4 + 64);
	assert_memory_equal(t->reply, "F40;", 4);
	assert_int_equal(t->reply[4 + 35], 5);
	talk(t, hexed("vFile:stat:", path, ""));
	assert_int_equal(t->reply_len, 4 + 64);
	SAYS(hexed("vFile:size:", path, ""), "F0000000000000005");
	SAYS(hexed("vFile:mode:", path, ""), "F1a4");
	SAYS(hexed("vFile:exists:", path, ""), "F,1");
	SAYS(hexed("vFile:exists:", link, ""), "F,0");
	SAYS(hexed("vFile:MD5:", dir, ""), "F,x");
	/* MD5 of "a#b*c", each half the other way round, as lldb-server. */
	SAYS(hexed("vFile:MD5:", path, ""),
	     "F,43eba4bda14c8be464ead4de7f408231");
	SAYS("vFile:close:0", "F0");
	SAYS("vFile:close:0", "F-1,9");
	SAYS("vFile:fstat:0", "F-1,9");
	snprintf(packet, sizeof(packet), "%s,",
		 hexed("vFile:symlink:", path, ""));
	snprintf(packet, sizeof(packet), "%s", hexed(packet, link, ""));
	SAYS(packet, "F0");
	SAYS(packet, "F-1,11");
	snprintf(packet, sizeof(packet), "F%zx;%s", strlen(path), path);
	SAYS(hexed("vFile:readlink:", link, ""), packet);
	/* What the link is, for which there is no bit, and what it leads to. */
	talk(t, hexed("vFile:lstat:", link, ""));
	assert_int_equal((uint8_t)t->reply[4 + 10], 1);
	talk(t, hexed("vFile:stat:", link, ""));
	assert_int_equal((uint8_t)t->reply[4 + 10], S_IFREG >> 8 | 1);
	SAYS(hexed("vFile:readlink:", path, ""), "F-1,16");
	SAYS(hexed("vFile:unlink:", link, ""), "F0");
	SAYS(hexed("vFile:unlink:", path, ""), "F0");
	SAYS(hexed("vFile:unlink:", path, ""), "F-1,2");
	assert_int_equal(rmdir(dir), 0);
}

/* A FIFO nobody writes to, more files than there are places, a file of /proc.
 */
static void
test_odd_files(void **state)
{
	struct talk *t = *state;
	char dir[] = "/tmp/rspd-test-XXXXXX";
	char path[64];
	char want[16];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	SAYS(hexed("vFile:open:", path, ",0,0"), "F0");
	SAYS("vFile:pread:0,10,0", "F-1,1d");
	SAYS("vFile:close:0", "F0");
	unlink(path);
	rmdir(dir);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(want, sizeof(want), "F%x", i);
		SAYS(hexed("vFile:open:", "/proc/self/cmdline", ",0,0"), want);
	}
	SAYS(hexed("vFile:open:", "/proc/self/cmdline", ",0,0"), "F-1,18");
	assert_memory_equal(talk(t, "vFile:pread:ff,100,0"), "F", 1);
	assert_true(t->reply_len > 4);
	SAYS("vFile:close:7", "F0");
	SAYS(hexed("vFile:open:", "/proc/self/cmdline", ",0,0"), "F7");
	SAYS("vFile:close:8", "F0");
	SAYS("vFile:open:,0,0", "F-1,2");
	SAYS("vFile:open:2f00,0,0", "E16");
}

/* ---- facts -------------------------------------------------------------- */

static void
test_info(void **state)
{
	struct talk *t = *state;
	char want[64];

	snprintf(want, sizeof(want), "pid:%x;parent-pid:", (unsigned)PID);
	assert_memory_equal(talk(t, "qProcessInfo"), want, strlen(want));
	assert_null(strstr(t->reply, "cputype"));
	snprintf(want, sizeof(want), "%x", (unsigned)PID);
	SAYS("qGetPid", want);
	assert_non_null(strstr(talk(t, "qHostInfo"), "ptrsize:"));
	assert_memory_equal(talk(t, "qGDBServerVersion"), "name:rspd;", 10);
	SAYS(hexed("qFileLoadAddress:", "/nowhere", ""), "E02");
}

static void
test_modules(void **state)
{
	struct talk *t = *state;
	char self[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char packet[512];

	assert_true(n > 0);
	self[n] = '\0';
	snprintf(packet, sizeof(packet),
		 "jModulesInfo:[{\"file\":\"%s\",\"triple\":\"x\"}]]", self);
	assert_memory_equal(talk(t, packet), "[{\"uuid\":\"", 10);
	assert_non_null(strstr(t->reply, "\"triple\":\"x86_64-pc-linux-gnu\""));
	SAYS("jModulesInfo:[{\"file\":\"/nowhere\"}]]", "[]");
	SAYS("jModulesInfo:[1,null,{}]]", "[]");
	SAYS("jModulesInfo:{}]", "E16");
	SAYS("jModulesInfo:[", "E16");
	/* A megabyte of brackets is no deep recursion. */
	memset(packet, '[', sizeof(packet) - 1);
	memcpy(packet, "jModulesInfo:", 13);
	packet[sizeof(packet) - 1] = '\0';
	SAYS(packet, "E16");
}

/* ---- monitor ------------------------------------------------------------ */

/* A target that cannot allocate: the packets are none that it knows, lldb's
 * probe included, and are not offered. */
static void
test_no_allocation(void **state)
{
	static const char *const packets[] = {
		"_M1000,rwx",
		"_M0,1000,3000,4",
		"_m1000",
		"_m1000,0,8000",
		"QVirtualProtect:1000,1000,4",
		"qVirtualQuery:1000",
		"qGetWriteWatch:1000,1000,0",
	};
	struct talk *t = *state;
	struct target *target = t->b.target;
	const struct target_ops *own = target->ops;
	struct target_ops ops = *own;

	ops.alloc = NULL;
	target->ops = &ops;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		SAYS(packets[i], "");
	talk(t, "qSupported:xmlRegisters=i386");
	assert_null(strstr(t->reply, "Virtual"));
	assert_null(strstr(t->reply, "qGetWriteWatch"));
	target->ops = own;
}

static void
test_monitor(void **state)
{
	struct talk *t = *state;
	char packet[128];
	char base[64];

	SAYS(hexed("qRcmd,", "help", ""), "OK");
	assert_memory_equal(
	    t->console, "The following monitor commands are supported:\n", 46);
	assert_non_null(strstr(t->console, "\n    Quit GDBserver\n"));
	SAYS(hexed("qRcmd,", "nonsense", ""), "E01");
	assert_memory_equal(t->console,
			    "Unknown monitor command.\n\n"
			    "The following monitor commands",
			    56);
	SAYS("qRcmd,", "E01");
	assert_memory_equal(t->console, "Unknown monitor command.\n", 25);
	SAYS(hexed("qRcmd,", "set debug 1", ""), "OK");
	assert_string_equal(t->console, "Debug output enabled.\n");
	SAYS(hexed("qRcmd,", "set debug 0", ""), "OK");
	assert_string_equal(t->console, "Debug output disabled.\n");
	SAYS(hexed("qRcmd,", "set debug remote on", ""), "OK");
	assert_string_equal(t->console, "Debug output for 'remote' enabled.\n");
	SAYS(hexed("qRcmd,", "set debug  all  off ", ""), "OK");
	assert_string_equal(t->console, "Debug output for 'all' disabled.\n");
	SAYS(hexed("qRcmd,", "set debug 2", ""), "E01");
	SAID("Missing value for 'set debug 2' command.\n");
	SAYS(hexed("qRcmd,", "set debug on at once", ""), "E01");
	SAID("Junk 'at once' found at end of 'set debug on' command.\n");
	SAYS(hexed("qRcmd,", "set debug all maybe", ""), "E01");
	SAID("Invalid value 'maybe' for 'set debug all'.\n");
	SAYS(hexed("qRcmd,", "set debug colours on", ""), "E01");
	SAID("Unknown debug component 'colours'.\n");
	SAYS(hexed("qRcmd,", "set remote-debug 0", ""), "OK");
	assert_string_equal(t->console, "Protocol debug output disabled.\n");
	SAYS(hexed("qRcmd,", "set debug-format all", ""), "OK");
	assert_string_equal(t->console,
			    "All extra debug format options enabled.\n");
	SAYS(hexed("qRcmd,", "set debug-format none", ""), "OK");
	assert_string_equal(t->console,
			    "All extra debug format options disabled.\n");
	SAYS(hexed("qRcmd,", "set libthread-db-search-path /x", ""), "OK");
	assert_string_equal(t->console,
			    "libthread-db-search-path set to `/x'\n");
	SAYS(hexed("qRcmd,", "allocate 0x2000 rw", ""), "OK");
	assert_memory_equal(t->console, "0x", 2);
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(t->console, "\n"),
		 t->console);
	SAYS(hexed("qRcmd,", "regions", ""), "OK");
	assert_non_null(strstr(t->console, base));
	assert_non_null(strstr(t->console, "0x2000"));
	snprintf(packet, sizeof(packet), "free %s", base);
	SAYS(hexed("qRcmd,", packet, ""), "OK");
	SAYS(hexed("qRcmd,", packet, ""), "E63");
	SAYS(hexed("qRcmd,", "allocate 0 rw", ""), "E16");
	assert_null(strstr(t->console, "Unknown"));
	SAYS(hexed("qRcmd,", "allocate 1", ""), "E01");
	SAYS(hexed("qRcmd,", "allocate 1 PAGE_FANCY", ""), "E01");
	SAYS(hexed("qRcmd,", "allocate 1 rw 0 MEM_COMMIT|", ""), "E01");
	SAYS(hexed("qRcmd,",
		   "allocate 0x3000 PAGE_READONLY|PAGE_GUARD 0x200000000 "
		   "MEM_COMMIT|MEM_RESERVE|MEM_WRITE_WATCH",
		   ""),
	     "OK");
	assert_string_equal(t->console, "0x200000000\n");
	SAYS(hexed("qRcmd,", "query 0x200001000", ""), "OK");
	assert_non_null(strstr(t->console, "size               0x2000\n"));
	assert_non_null(strstr(t->console, "PAGE_READONLY|PAGE_GUARD\n"));
	assert_non_null(strstr(t->console, "MEM_PRIVATE"));
	SAYS(hexed("qRcmd,", "protect 0x200000000 1 rw", ""), "OK");
	assert_string_equal(t->console, "was PAGE_READONLY|PAGE_GUARD\n");
	SAYS(hexed("qRcmd,", "protect 0x300000000 1 rw", ""), "E63");
	SAYS(hexed("qRcmd,", "protect 0x200000000 1", ""), "E01");
	SAYS(hexed("qRcmd,", "write-watch 0x200000000 0x3000", ""), "OK");
	assert_string_equal(t->console, "0 written\n");
	SAYS("M200001000,1:00", "OK");
	SAYS(hexed("qRcmd,", "write-watch 0x200000000 0x3000 reset", ""), "OK");
	assert_string_equal(t->console, "0x200001000\n1 written\n");
	SAYS(hexed("qRcmd,", "write-watch 0x200000000 0x3000", ""), "OK");
	assert_string_equal(t->console, "0 written\n");
	SAYS(hexed("qRcmd,", "query", ""), "E01");
	SAYS(hexed("qRcmd,", "exit", ""), "OK");
	assert_string_equal(t->console, "");
	assert_int_equal(session_wish(t->b.session), SESSION_EXIT);
}

#define GDB(f)	cmocka_unit_test_setup_teardown(f, setup_gdb, teardown)
#define LLDB(f) cmocka_unit_test_setup_teardown(f, setup_lldb, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GDB(test_memory),	  GDB(test_binary_gdb),
		LLDB(test_binary_lldb),	  LLDB(test_ranges),
		LLDB(test_many_ranges),	  LLDB(test_multi_breakpoint),
		GDB(test_search),	  GDB(test_regions),
		GDB(test_alloc),	  GDB(test_condition),
		GDB(test_commands),	  GDB(test_watchpoints),
		GDB(test_xfer),		  GDB(test_osdata),
		GDB(test_files),	  GDB(test_odd_files),
		LLDB(test_info),	  LLDB(test_modules),
		GDB(test_monitor),	  GDB(test_no_allocation),
		LLDB(test_no_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
