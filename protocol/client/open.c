/* SPDX-License-Identifier: Apache-2.0 */
/* A target's life: greeting, and end. */
#include "private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS	30000u
#define TIMEOUT_MAX	86400000u
#define PACKET_SIZE_MIN ((uint64_t)PACKET_MIN)
#define PACKET_SIZE_DEF ((size_t)1024)

/* qRelocInsn tells gdb's way of talking from lldb's. */
#define FEATURES                                                  \
	"qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;" \
	"xmlRegisters=i386;binary-upload+"

unsigned
dt_open_timeout(const struct datatarget_options *options)
{
	if (options == NULL || options->timeout_ms == 0)
		return TIMEOUT_MS;
	return options->timeout_ms < TIMEOUT_MAX ? options->timeout_ms
						 : TIMEOUT_MAX;
}

HRESULT
dt_open_failed(const struct datatarget_options *options, HRESULT hr,
	       const char *format, ...)
{
	va_list ap;

	if (options == NULL || options->error == NULL ||
	    options->error_size == 0)
		return hr;
	va_start(ap, format);
	vsnprintf(options->error, options->error_size, format, ap);
	va_end(ap);
	return hr;
}

/* ---- greeting ----------------------------------------------------------- */

/* "name=value" or "name+", up to the next ';'. */
static bool
feature_is(const char *at, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(at, name, len) == 0;
}

static HRESULT
take_packet_size(struct datatarget *t, const char *digits)
{
	uint64_t size;

	if (!dt_number_hex(&digits, &size) || size < PACKET_SIZE_MIN)
		return dt_fail(t, DATATARGET_E_DATA,
			       "the server's packet size cannot be used");
	t->packet_size = size < OUT_MAX ? (size_t)size : OUT_MAX;
	return DATATARGET_OK;
}

static HRESULT
take_features(struct datatarget *t)
{
	static const char size[] = "PacketSize=";
	const char *at = (const char *)t->reply;
	HRESULT hr = DATATARGET_OK;

	while (*at != '\0' && hr == DATATARGET_OK) {
		size_t len = strcspn(at, ";");

		if (strncmp(at, size, sizeof(size) - 1) == 0)
			hr = take_packet_size(t, at + sizeof(size) - 1);
		else if (feature_is(at, len, "multiprocess+"))
			t->multiprocess = true;
		else if (feature_is(at, len, "binary-upload+"))
			t->binary_reads = true;
		at += len;
		at += *at == ';';
	}
	return hr;
}

static HRESULT
greet(struct datatarget *t)
{
	HRESULT hr = dt_ask(t, FEATURES);

	if (hr == DATATARGET_OK)
		hr = dt_reply_is_error(t) ? dt_reply_error(t, "greeting")
					  : take_features(t);
	if (hr == DATATARGET_OK)
		hr = dt_ask(t, "QStartNoAckMode");
	if (hr == DATATARGET_OK && dt_reply_is(t, "OK")) {
		t->ack = false;
		t->reader.check = false;
	}
	/* Errors with their texts; who does not know it does without. */
	if (hr == DATATARGET_OK)
		hr = dt_ask(t, "QEnableErrorStrings");
	if (hr == DATATARGET_OK)
		hr = dt_ask(t, "?");
	return hr == DATATARGET_OK ? dt_process_take_stop(t) : hr;
}

/* ---- life --------------------------------------------------------------- */

static void
free_target(struct datatarget *t)
{
	dt_describe_forget(t);
	free(t->reader.body);
	free(t->in);
	free(t->reply);
	free(t->out);
	free(t);
}

static struct datatarget *
new_target(const struct datatarget_options *options)
{
	struct datatarget *t = calloc(1, sizeof(*t));
	uint8_t *body = malloc(REPLY_MAX);

	if (t == NULL || body == NULL) {
		free(t);
		free(body);
		return NULL;
	}
	rsp_reader_init(&t->reader, body, REPLY_MAX);
	t->in = malloc(IN_SIZE);
	t->reply = calloc(1, REPLY_MAX);
	t->out = malloc(OUT_MAX + 8);
	t->timeout_ms = dt_open_timeout(options);
	t->packet_size = PACKET_SIZE_DEF;
	t->ack = true;
	if (t->in == NULL || t->reply == NULL || t->out == NULL) {
		free_target(t);
		return NULL;
	}
	return t;
}

HRESULT
dt_open_stream(const struct datatarget_stream *stream,
	       const struct datatarget_options *options,
	       struct datatarget **result)
{
	struct datatarget *t = new_target(options);
	HRESULT hr;

	if (t == NULL)
		return dt_open_failed(options, DATATARGET_E_OUTOFMEMORY,
				      "out of memory");
	t->stream = *stream;
	hr = dt_call_begin(t, 0);
	if (hr == DATATARGET_OK)
		hr = greet(t);
	if (hr != DATATARGET_OK) {
		dt_open_failed(options, hr, "%s", t->error);
		free_target(t);
		return hr;
	}
	*result = t;
	return DATATARGET_OK;
}

HRESULT
datatarget_connect(const struct datatarget_stream *stream,
		   const struct datatarget_options *options,
		   struct datatarget **result)
{
	if (stream == NULL || stream->read == NULL || stream->write == NULL ||
	    result == NULL)
		return dt_open_failed(options, DATATARGET_E_POINTER,
				      "a pointer is NULL");
	return dt_open_stream(stream, options, result);
}

void
datatarget_close(struct datatarget *t)
{
	if (t == NULL)
		return;
	if (t->stream.close != NULL)
		t->stream.close(t->stream.arg);
	free_target(t);
}
