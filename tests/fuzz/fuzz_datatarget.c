/* SPDX-License-Identifier: Apache-2.0 */
/* needs: datatarget */
/*
 * libdatatarget against a server that is out to harm it.  The first byte says
 * what the others are:
 *
 *	'r'	bytes as they come from the server
 *	'l'	the bodies of its replies, a line each
 *	'm'	the memory of a process whose server behaves: objects, unwind
 *		tables, strings; two more bytes choose registers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "protocol/client/datatarget.h"

#define BASE	  UINT64_C(0x400000)
#define SERVE_MAX ((size_t)2 << 20)
#define TID	  0x2a

struct server {
	char kind;
	const uint8_t *data; /* of the input, what is left */
	size_t len;
	const uint8_t *memory;
	size_t memory_len;
	uint8_t pc, sp;
	size_t served;
	uint8_t request[0x20010];
	size_t request_len;
	uint8_t out[0x50000]; /* on its way to the client */
	size_t out_at, out_len;
};

/* ---- replies ------------------------------------------------------------- */

static void
put(struct server *s, const void *data, size_t len)
{
	if (len > sizeof(s->out) - s->out_len)
		abort();
	memcpy(s->out + s->out_len, data, len);
	s->out_len += len;
}

static void
reply(struct server *s, const void *body, size_t len)
{
	const uint8_t *bytes = body;
	uint8_t sum = 0;
	char tail[4];

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	snprintf(tail, sizeof(tail), "#%02x", sum);
	put(s, "+$", 2);
	put(s, body, len);
	put(s, tail, 3);
}

static void
reply_text(struct server *s, const char *text)
{
	reply(s, text, strlen(text));
}

static void
reply_line(struct server *s)
{
	const uint8_t *end = memchr(s->data, '\n', s->len);
	size_t len = end == NULL ? s->len : (size_t)(end - s->data);

	if (s->len == 0)
		return;
	if (len < sizeof(s->out) - 16)
		reply(s, s->data, len);
	len += end != NULL;
	s->data += len;
	s->len -= len;
}

/* The input, over and over, at every address. */
static void
reply_memory(struct server *s, const char *request)
{
	static char hex[0x8001];
	unsigned long long addr, size;

	if (sscanf(request, "m%llx,%llx", &addr, &size) != 2)
		abort();
	if (size > 0x4000)
		size = 0x4000;
	s->served += size;
	if (s->served > SERVE_MAX || s->memory_len == 0) {
		reply_text(s, "E0e");
		return;
	}
	for (size_t i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x",
			 s->memory[(addr - BASE + i) % s->memory_len]);
	reply_text(s, hex);
}

static const char target_xml[] =
    "l<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
    "<target><architecture>i386:x86-64</architecture><feature name=\"a\">"
    "<reg name=\"rip\" bitsize=\"64\" regnum=\"1\"/>"
    "<reg name=\"rsp\" bitsize=\"64\"/><reg name=\"rbp\" bitsize=\"64\"/>"
    "<reg name=\"rax\" bitsize=\"64\"/><reg name=\"rbx\" bitsize=\"64\"/>"
    "<reg name=\"rcx\" bitsize=\"64\"/><reg name=\"rdx\" bitsize=\"64\"/>"
    "<reg name=\"rsi\" bitsize=\"64\"/><reg name=\"rdi\" bitsize=\"64\"/>"
    "<reg name=\"r8\" bitsize=\"64\"/><reg name=\"r9\" bitsize=\"64\"/>"
    "<reg name=\"r10\" bitsize=\"64\"/><reg name=\"r11\" bitsize=\"64\"/>"
    "<reg name=\"r12\" bitsize=\"64\"/><reg name=\"r13\" bitsize=\"64\"/>"
    "<reg name=\"r14\" bitsize=\"64\"/><reg name=\"r15\" bitsize=\"64\"/>"
    "<reg name=\"fs_base\" bitsize=\"64\" regnum=\"0\"/>"
    "</feature></target>";

/* AT_PHDR and AT_PHENT, binary: no byte needs an escape. */
static const uint8_t auxv[] = {
	'l', 3, 0, 0, 0, 0, 0, 0, 0,  0x40, 0, 0x40, 0, 0, 0, 0, 0,
	4,   0, 0, 0, 0, 0, 0, 0, 56, 0,    0, 0,    0, 0, 0, 0,
};

static void
reply_registers(struct server *s)
{
	static char hex[18 * 16 + 1];
	unsigned long long values[18] = { BASE + 64, BASE + 8u * s->pc,
					  BASE + 16u * s->sp,
					  BASE + 32u * s->sp };

	for (size_t i = 0; i < 18; i++)
		for (size_t j = 0; j < 8; j++)
			snprintf(hex + 16 * i + 2 * j, 3, "%02x",
				 (unsigned)(values[i] >> 8 * j & 0xff));
	reply_text(s, hex);
}

static void
reply_well(struct server *s, const char *request)
{
	static const struct {
		const char *request, *reply;
	} replies[] = {
		{ "qSupported", "PacketSize=20000;multiprocess+" },
		{ "QStartNoAckMode", "OK" },
		{ "?", "T05thread:p2a.2a;" },
		{ "Hg", "OK" },
		{ "qXfer:features", target_xml },
		{ "qXfer:libraries-svr4",
		  "l<library-list-svr4><library name=\"libc.so.6\" lm=\"0x1\" "
		  "l_addr=\"0x400000\" l_ld=\"0x1\"/>"
		  "</library-list-svr4>" },
		{ "qfThreadInfo", "mp2a.2a,p2a.2b" },
		{ "qsThreadInfo", "l" },
		{ "qGetTLSAddr", "400000" },
		{ "_M", "500000" },
		{ "_m", "OK" },
		{ "X", "OK" },
		{ "!", "OK" },
		{ "vAttach", "S05" },
	};

	if (request[0] == 'm') {
		reply_memory(s, request);
		return;
	}
	if (strcmp(request, "g") == 0) {
		reply_registers(s);
		return;
	}
	if (strncmp(request, "qXfer:auxv", 10) == 0) {
		reply(s, auxv, sizeof(auxv));
		return;
	}
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		if (strncmp(request, replies[i].request,
			    strlen(replies[i].request)) == 0) {
			reply_text(s, replies[i].reply);
			return;
		}
	reply_text(s, "");
}

/* ---- the stream ---------------------------------------------------------- */

static void
answer(struct server *s)
{
	char *hash = memrchr(s->request, '#', s->request_len);

	/* Acknowledgements, and requests that are not whole yet. */
	if (s->request_len > 0 && s->request[0] != '$') {
		memmove(s->request, s->request + 1, --s->request_len);
		answer(s);
		return;
	}
	if (hash == NULL || hash + 3 != (char *)s->request + s->request_len)
		return;
	*hash = '\0';
	s->request_len = 0;
	if (s->kind == 'l')
		reply_line(s);
	else
		reply_well(s, (char *)s->request + 1);
}

static ssize_t
server_write(void *arg, const void *buf, size_t size, int timeout_ms)
{
	struct server *s = arg;

	if (timeout_ms <= 0 || size == 0)
		abort();
	if (s->kind == 'r')
		return (ssize_t)size;
	if (size > sizeof(s->request) - s->request_len)
		abort();
	memcpy(s->request + s->request_len, buf, size);
	s->request_len += size;
	answer(s);
	return (ssize_t)size;
}

static ssize_t
server_read(void *arg, void *buf, size_t size, int timeout_ms)
{
	struct server *s = arg;
	const uint8_t *from = s->out + s->out_at;
	size_t n = s->out_len - s->out_at;

	if (timeout_ms <= 0)
		abort();
	if (s->kind == 'r') {
		from = s->data;
		n = s->len < 100 ? s->len : 100;
	}
	if (n > size)
		n = size;
	memcpy(buf, from, n);
	if (s->kind == 'r') {
		s->data += n;
		s->len -= n;
		return (ssize_t)n;
	}
	s->out_at += n;
	if (s->out_at == s->out_len)
		s->out_at = s->out_len = 0;
	return (ssize_t)n;
}

/* ---- the client ---------------------------------------------------------- */

static void
check(struct datatarget *t, HRESULT hr)
{
	/* A failure has its text. */
	if (datatarget_failed(hr) && datatarget_error(t)[0] == '\0')
		abort();
}

static void
read_strings(struct datatarget *t)
{
	BSTR string = NULL;
	HRESULT hr = datatarget_read_bstr(t, BASE + 4, &string);

	check(t, hr);
	if (!datatarget_failed(hr) &&
	    string[datatarget_bstr_size(string) / 2] != 0 &&
	    datatarget_bstr_size(string) % 2 == 0)
		abort();
	datatarget_bstr_free(datatarget_failed(hr) ? NULL : string);
	for (uint16_t size = 1; size <= 4; size++) {
		string = NULL;
		hr = datatarget_read_null_terminated_string(
		    t, BASE + size, size, 20000, &string);
		check(t, hr);
		if (!datatarget_failed(hr) &&
		    string[datatarget_bstr_size(string) / 2] != 0)
			abort();
		datatarget_bstr_free(string);
	}
}

static void
read_threads(struct datatarget *t)
{
	struct datatarget_frames *frames;
	struct datatarget_frame frame;
	struct datatarget_context context;
	DWORD ids[3], n;
	uint64_t value;
	HRESULT hr;

	check(t, datatarget_threads(t, ids, 3, &n));
	check(t, datatarget_get_thread_context(t, TID, DATATARGET_CONTEXT_ALL,
					       sizeof(context), &context));
	check(t, datatarget_get_tls_value(t, TID, 33, &value));
	check(t, datatarget_get_tls_address(t, TID, 0, 8, &value));
	hr = datatarget_create_stack_frame_enumerator(t, TID, &frames);
	check(t, hr);
	if (hr != DATATARGET_OK)
		return;
	for (n = 0;
	     datatarget_frames_next(frames, 1, &frame, NULL) == DATATARGET_OK;)
		n++;
	if (n == 0 || n > DATATARGET_FRAMES_MAX)
		abort();
	datatarget_frames_free(frames);
}

static void
use(struct datatarget *t)
{
	static uint8_t buf[50000];
	uint64_t address;
	DWORD got = 0;
	HRESULT hr;

	hr = datatarget_read_memory(t, BASE, DATATARGET_READ_PARTIAL, buf,
				    sizeof(buf), &got);
	check(t, hr);
	if (hr == DATATARGET_OK && (got == 0 || got > sizeof(buf)))
		abort();
	check(t, datatarget_write_memory(t, BASE, buf, sizeof(buf)));
	check(t,
	      datatarget_allocate_virtual_memory(t, 0, 1, 0x3000, 4, &address));
	check(t, datatarget_free_virtual_memory(t, BASE, 0, 0x8000));
	read_strings(t);
	read_threads(t);
	check(t, datatarget_attach(t, TID));
	check(t, datatarget_detach(t));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct server s;
	struct datatarget_stream stream = { .arg = &s,
					    .read = server_read,
					    .write = server_write };
	char error[64] = "";
	struct datatarget_options options = { .error = error,
					      .error_size = sizeof(error) };
	struct datatarget *t;

	if (len < 3 || (data[0] != 'r' && data[0] != 'l' && data[0] != 'm'))
		return 0;
	memset(&s, 0, offsetof(struct server, request));
	s.request_len = s.out_at = s.out_len = 0;
	s.kind = (char)data[0];
	s.data = data + 1;
	s.len = len - 1;
	s.pc = data[1];
	s.sp = data[2];
	s.memory = data + 3;
	s.memory_len = len - 3;
	if (datatarget_connect(&stream, &options, &t) != DATATARGET_OK) {
		if (error[0] == '\0')
			abort();
		return 0;
	}
	use(t);
	datatarget_close(t);
	return 0;
}
