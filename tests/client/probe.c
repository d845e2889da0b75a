/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdatatarget by commands on standard input, for system tests: each line is
 * a command with hex arguments, each answer a line that begins with an HRESULT.
 *
 *	datatarget-probe tcp HOST PORT | unix PATH | fd | tls HOST PORT CA [CERT
 *		KEY [NAME]]
 */
#include <datatarget.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS 6

static struct datatarget *target;

struct command {
	const char *name;
	HRESULT (*run)(const uint64_t *args, const char *text);
};

static void
put_hex(const void *data, size_t len)
{
	const uint8_t *bytes = data;

	putchar(' ');
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

static HRESULT
run_read(const uint64_t *a, const char *text)
{
	uint8_t *buf = calloc(1, a[1] + 1);
	DWORD got = 0;
	HRESULT hr = datatarget_read_memory(target, a[0], (DWORD)a[2], buf,
					    (DWORD)a[1], &got);

	(void)text;
	if (hr == DATATARGET_OK)
		put_hex(buf, got);
	free(buf);
	return hr;
}

/* fill ADDR SIZE SEED: many bytes, all values */
static HRESULT
run_fill(const uint64_t *a, const char *text)
{
	uint8_t *buf = malloc(a[1] + 1);
	HRESULT hr;

	(void)text;
	for (uint64_t i = 0; i < a[1]; i++)
		buf[i] = (uint8_t)(i * 7 + (i >> 8) + a[2]);
	hr = datatarget_write_memory(target, a[0], buf, (DWORD)a[1]);
	free(buf);
	return hr;
}

static HRESULT
run_write(const uint64_t *a, const char *text)
{
	uint8_t buf[256];
	unsigned byte;
	DWORD n = 0;

	text = strrchr(text, ' ') + 1;
	for (; n < sizeof(buf) && sscanf(text, "%2x", &byte) == 1; text += 2)
		buf[n++] = (uint8_t)byte;
	return datatarget_write_memory(target, a[0], buf, n);
}

static HRESULT
run_alloc(const uint64_t *a, const char *text)
{
	uint64_t address = 0;
	HRESULT hr = datatarget_allocate_virtual_memory(
	    target, a[0], (DWORD)a[1], (DWORD)a[2], (DWORD)a[3], &address);

	(void)text;
	if (hr == DATATARGET_OK)
		printf(" %" PRIx64, address);
	return hr;
}

static HRESULT
run_free(const uint64_t *a, const char *text)
{
	(void)text;
	return datatarget_free_virtual_memory(target, a[0], (DWORD)a[1],
					      (DWORD)a[2]);
}

static HRESULT
put_string(HRESULT hr, BSTR string)
{
	if (!datatarget_failed(hr)) {
		put_hex(string, datatarget_bstr_size(string));
		datatarget_bstr_free(string);
	}
	return hr;
}

static HRESULT
run_bstr(const uint64_t *a, const char *text)
{
	BSTR string = NULL;
	HRESULT hr = datatarget_read_bstr(target, a[0], &string);

	(void)text;
	return put_string(hr, string);
}

static HRESULT
run_string(const uint64_t *a, const char *text)
{
	BSTR string = NULL;
	HRESULT hr = datatarget_read_null_terminated_string(
	    target, a[0], (uint16_t)a[1], (uint32_t)a[2], &string);

	(void)text;
	return put_string(hr, string);
}

static HRESULT
run_tls(const uint64_t *a, const char *text)
{
	uint64_t value = 0;
	HRESULT hr = datatarget_get_tls_value(target, (DWORD)a[0],
					      (uint32_t)a[1], &value);

	(void)text;
	printf(" %" PRIx64, value);
	return hr;
}

static HRESULT
run_tlsaddr(const uint64_t *a, const char *text)
{
	uint64_t value = 0;
	HRESULT hr =
	    datatarget_get_tls_address(target, (DWORD)a[0], a[1], a[2], &value);

	(void)text;
	printf(" %" PRIx64, value);
	return hr;
}

static HRESULT
run_context(const uint64_t *a, const char *text)
{
	struct datatarget_context c;
	uint32_t size = a[2] != 0 ? (uint32_t)a[2] : (uint32_t)sizeof(c);
	HRESULT hr = datatarget_get_thread_context(target, (DWORD)a[0],
						   (uint32_t)a[1], size, &c);

	(void)text;
	if (hr == DATATARGET_OK)
		put_hex(&c, sizeof(c));
	return hr;
}

static HRESULT
run_frames(const uint64_t *a, const char *text)
{
	struct datatarget_frames *frames;
	struct datatarget_frame some[3];
	uint32_t n = 0;
	HRESULT hr = datatarget_create_stack_frame_enumerator(
	    target, (DWORD)a[0], &frames);

	(void)text;
	if (hr != DATATARGET_OK)
		return hr;
	datatarget_frames_next(frames, 2, some, &n);
	datatarget_frames_reset(frames);
	do {
		hr = datatarget_frames_next(frames, 3, some, &n);
		for (uint32_t i = 0; i < n; i++)
			printf(" %" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64,
			       some[i].InstructionOffset, some[i].ReturnOffset,
			       some[i].FrameOffset, some[i].StackOffset);
	} while (hr == DATATARGET_OK);
	datatarget_frames_free(frames);
	return hr == DATATARGET_FALSE ? DATATARGET_OK : hr;
}

static HRESULT
run_threads(const uint64_t *a, const char *text)
{
	DWORD ids[64], n = 0, cap = a[0] != 0 ? (DWORD)a[0] : 64;
	HRESULT hr = datatarget_threads(target, ids, cap, &n);

	(void)text;
	if (hr != DATATARGET_OK)
		printf(" %" PRIx32, n);
	for (DWORD i = 0; hr == DATATARGET_OK && i < n; i++)
		printf(" %" PRIx32, ids[i]);
	return hr;
}

static HRESULT
run_process(const uint64_t *a, const char *text)
{
	(void)a;
	(void)text;
	printf(" %" PRIx32, datatarget_process(target));
	return DATATARGET_OK;
}

static HRESULT
run_attach(const uint64_t *a, const char *text)
{
	(void)text;
	return datatarget_attach(target, (DWORD)a[0]);
}

static HRESULT
run_detach(const uint64_t *a, const char *text)
{
	(void)a;
	(void)text;
	return datatarget_detach(target);
}

static const struct command commands[] = {
	{ "read", run_read },	    { "fill", run_fill },
	{ "write", run_write },	    { "alloc", run_alloc },
	{ "free", run_free },	    { "bstr", run_bstr },
	{ "string", run_string },   { "tls", run_tls },
	{ "tlsaddr", run_tlsaddr }, { "context", run_context },
	{ "frames", run_frames },   { "threads", run_threads },
	{ "process", run_process }, { "attach", run_attach },
	{ "detach", run_detach },
};

/* Values first, then the HRESULT and the text of what failed. */
static void
run_line(const char *line)
{
	uint64_t args[ARGS] = { 0 };
	char name[16] = "";
	int at = 0, n;

	sscanf(line, "%15s%n", name, &at);
	for (int i = 0;
	     i < ARGS && sscanf(line + at, "%" SCNx64 "%n", &args[i], &n) == 1;
	     i++)
		at += n;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		HRESULT hr;

		if (strcmp(commands[i].name, name) != 0)
			continue;
		printf("=");
		hr = commands[i].run(args, line);
		printf(" | %08" PRIx32 " %s\n", (uint32_t)hr,
		       datatarget_failed(hr) ? datatarget_error(target) : "");
		return;
	}
	printf("= | unknown command %s\n", name);
}

static HRESULT
connect_to(int argc, char **argv, const struct datatarget_options *options)
{
	struct datatarget_tls tls = { 0 };

	if (strcmp(argv[1], "unix") == 0 && argc == 3)
		return datatarget_connect_unix(argv[2], options, &target);
	if (strcmp(argv[1], "tcp") == 0 && argc == 4)
		return datatarget_connect_tcp(argv[2], argv[3], options,
					      &target);
	if (strcmp(argv[1], "fd") == 0)
		return datatarget_connect_fd(3, 4, options, &target);
	if (strcmp(argv[1], "tls") != 0 || argc < 5)
		exit(2);
	tls.ca_file = argv[4];
	tls.cert_file = argc > 6 ? argv[5] : NULL;
	tls.key_file = argc > 6 ? argv[6] : NULL;
	tls.server_name = argc > 7 ? argv[7] : NULL;
	return datatarget_connect_tls(argv[2], argv[3], &tls, options, &target);
}

int
main(int argc, char **argv)
{
	char error[256] = "", line[1024];
	const char *timeout = getenv("PROBE_TIMEOUT_MS");
	struct datatarget_options options = { .error = error,
					      .error_size = sizeof(error) };
	HRESULT hr;

	if (argc < 2)
		return 2;
	if (timeout != NULL)
		sscanf(timeout, "%u", &options.timeout_ms);
	setvbuf(stdout, NULL, _IOLBF, 0);
	hr = connect_to(argc, argv, &options);
	printf("connected | %08" PRIx32 " %s\n", (uint32_t)hr, error);
	if (hr != DATATARGET_OK)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL)
		run_line(line);
	datatarget_close(target);
	return 0;
}
