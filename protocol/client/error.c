/* SPDX-License-Identifier: Apache-2.0 */
/* The server's error numbers as HRESULTs, and texts. */
#include "private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/hex.h"

/* Linux's numbers, as rspd sends them; this may be built elsewhere. */
static const struct {
	uint8_t number;
	HRESULT hr;
} numbers[] = {
	{ 1, DATATARGET_E_PRIVILEGE },	  { 3, DATATARGET_E_HANDLE },
	{ 5, DATATARGET_E_PARTIAL },	  { 12, DATATARGET_E_MEMORY },
	{ 13, DATATARGET_E_ACCESS },	  { 14, DATATARGET_WIN32(998) },
	{ 16, DATATARGET_E_BUSY },	  { 22, DATATARGET_E_INVALIDARG },
	{ 28, DATATARGET_E_COMMITMENT },  { 38, DATATARGET_E_UNIMPLEMENTED },
	{ 95, DATATARGET_E_UNSUPPORTED }, { 99, DATATARGET_E_ADDRESS },
	{ 105, DATATARGET_E_RESOURCES },  { 122, DATATARGET_E_QUOTA },
};
#define EFAULT_NUMBER 14

static const struct {
	HRESULT hr;
	const char *text;
} texts[] = {
	{ DATATARGET_OK, "done" },
	{ DATATARGET_FALSE, "done, but not in full" },
	{ DATATARGET_E_PRIVILEGE, "a privilege is missing" },
	{ DATATARGET_E_HANDLE, "there is no such process" },
	{ DATATARGET_E_PARTIAL, "only a part could be transferred" },
	{ DATATARGET_E_MEMORY, "not enough memory in the process" },
	{ DATATARGET_E_ACCESS, "the process may not make this system call" },
	{ DATATARGET_E_BUSY, "the process is running" },
	{ DATATARGET_E_INVALIDARG, "invalid argument" },
	{ DATATARGET_E_COMMITMENT, "the commit limit is reached" },
	{ DATATARGET_E_UNIMPLEMENTED, "the server does not know this request" },
	{ DATATARGET_E_UNSUPPORTED, "not supported" },
	{ DATATARGET_E_ADDRESS, "this address range is not to be had" },
	{ DATATARGET_E_RESOURCES, "not enough system resources" },
	{ DATATARGET_E_QUOTA, "not enough quota" },
	{ DATATARGET_WIN32(998), "invalid access to memory" },
	{ DATATARGET_E_BAD_MEMORY, "no memory at this address" },
	{ DATATARGET_E_BAD_THREAD, "there is no such thread" },
	{ DATATARGET_JS(1), "mismatched runtime" },
	{ DATATARGET_JS(4), "outside of the virtual machine" },
	{ DATATARGET_JS(6), "source location not found" },
	{ DATATARGET_JS(7), "the runtime is not in debug mode" },
	{ DATATARGET_E_FAIL, "unspecified error" },
	{ DATATARGET_E_OUTOFMEMORY, "out of memory" },
	{ DATATARGET_E_NOTIMPL, "not implemented" },
	{ DATATARGET_E_POINTER, "a pointer is NULL" },
	{ DATATARGET_E_BUFFER, "the buffer is too small" },
	{ DATATARGET_E_DATA, "the server broke the protocol" },
	{ DATATARGET_E_TIMEOUT, "the server did not answer in time" },
	{ DATATARGET_E_CLOSED, "the connection is closed" },
	{ DATATARGET_E_REFUSED, "the connection was refused" },
	{ DATATARGET_E_HOST, "no such host" },
	{ DATATARGET_E_TLS, "TLS failed" },
};

const char *
datatarget_text(HRESULT hr)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].hr == hr)
			return texts[i].text;
	return "unknown error";
}

const char *
datatarget_error(const struct datatarget *t)
{
	return t == NULL ? "" : t->error;
}

/* What a server says ends on terminals and in logs. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text == 0x7f)
			*text = '?';
}

HRESULT
dt_fail(struct datatarget *t, HRESULT hr, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t->error, sizeof(t->error), format, ap);
	va_end(ap);
	make_printable(t->error);
	return hr;
}

HRESULT
dt_fail_for_good(struct datatarget *t, HRESULT hr, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t->error, sizeof(t->error), format, ap);
	va_end(ap);
	make_printable(t->error);
	t->broken = hr;
	return hr;
}

HRESULT
dt_no_memory(struct datatarget *t)
{
	return dt_fail(t, DATATARGET_E_OUTOFMEMORY, "out of memory");
}

/* 0 .. 255, or -1: the reply has no number ("E.text"). */
static int
error_number(const struct datatarget *t)
{
	const uint8_t *r = t->reply;
	unsigned high, low;

	if (t->reply_len < 3 || !rsp_hex_digit(r[1], &high) ||
	    !rsp_hex_digit(r[2], &low))
		return -1;
	return (int)(high << 4 | low);
}

bool
dt_reply_is_error(const struct datatarget *t)
{
	if (t->reply_len < 2 || t->reply[0] != 'E')
		return false;
	if (t->reply[1] == '.')
		return true;
	return error_number(t) >= 0 &&
	       (t->reply_len == 3 || t->reply[3] == ';');
}

/* The text that came with the error: after "E." or, in hex, after "Enn;". */
static void
error_text(const struct datatarget *t, char *buf, size_t cap)
{
	const uint8_t *at = t->reply + 2;
	size_t len = t->reply_len - 2, n;

	buf[0] = '\0';
	if (t->reply[1] == '.') {
		n = len < cap - 1 ? len : cap - 1;
		memcpy(buf, at, n);
		buf[n] = '\0';
	} else if (len > 2) {
		n = (len - 2) / 2;
		n = rsp_hex_decode((uint8_t *)buf, at + 2,
				   n < cap - 1 ? n : cap - 1);
		buf[n] = '\0';
	}
}

static HRESULT
reply_hresult(const struct datatarget *t)
{
	int number = error_number(t);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].number == number)
			return numbers[i].hr;
	return DATATARGET_E_FAIL;
}

HRESULT
dt_reply_error(struct datatarget *t, const char *what)
{
	char text[160];
	HRESULT hr;

	if (t->reply_len == 0)
		return dt_fail(t, DATATARGET_E_UNIMPLEMENTED,
			       "%s: the server does not know this request",
			       what);
	if (!dt_reply_is_error(t))
		return dt_fail(
		    t, DATATARGET_E_DATA,
		    "%s: the server's answer makes no sense: \"%.40s\"", what,
		    (const char *)t->reply);
	hr = reply_hresult(t);
	error_text(t, text, sizeof(text));
	if (text[0] == '\0' && hr != DATATARGET_E_FAIL)
		snprintf(text, sizeof(text), "%s", datatarget_text(hr));
	if (text[0] == '\0')
		snprintf(text, sizeof(text), "error %.3s",
			 (const char *)t->reply);
	return dt_fail(t, hr, "%s: %s", what, text);
}

HRESULT
dt_memory_error(struct datatarget *t, uint64_t addr)
{
	char what[64];

	snprintf(what, sizeof(what), "memory at 0x%llx",
		 (unsigned long long)addr);
	if (dt_reply_is_error(t) && error_number(t) == EFAULT_NUMBER)
		return dt_fail(t, DATATARGET_E_BAD_MEMORY, "no %s", what);
	return dt_reply_error(t, what);
}
