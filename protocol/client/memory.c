/* SPDX-License-Identifier: Apache-2.0 */
/* ReadMemory, WriteMemory, AllocateVirtualMemory, FreeVirtualMemory. */
#include "private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/escape.h"
#include "protocol/hex.h"

/* ---- reading ------------------------------------------------------------- */

static HRESULT
too_much(struct datatarget *t)
{
	return dt_fail(t, DATATARGET_E_DATA,
		       "the server answers a read with what was not asked for");
}

static HRESULT
take_binary(struct datatarget *t, uint8_t *buf, size_t size, size_t *got)
{
	return dt_reply_unescape(t, 1, buf, size, got) ? DATATARGET_OK
						       : too_much(t);
}

static HRESULT
take_hex(struct datatarget *t, uint8_t *buf, size_t size, size_t *got)
{
	size_t n = t->reply_len / 2;

	if (t->reply_len % 2 != 0 || n > size ||
	    rsp_hex_decode(buf, t->reply, n) != n)
		return too_much(t);
	*got = n;
	return DATATARGET_OK;
}

static HRESULT
read_packet(struct datatarget *t, uint64_t addr, uint8_t *buf, size_t size,
	    size_t *got)
{
	size_t room = t->packet_size - 8;
	size_t n = t->binary_reads ? room : room / 2;
	HRESULT hr;

	if (size < n)
		n = size;
	hr = dt_ask(t, "%c%" PRIx64 ",%zx", t->binary_reads ? 'x' : 'm', addr,
		    n);
	if (hr != DATATARGET_OK)
		return hr;
	if (t->binary_reads && t->reply[0] == 'b')
		return take_binary(t, buf, n, got);
	if (t->reply_len == 0 || t->binary_reads || dt_reply_is_error(t))
		return dt_memory_error(t, addr);
	return take_hex(t, buf, n, got);
}

HRESULT
dt_memory_read_some(struct datatarget *t, uint64_t addr, uint8_t *buf,
		    size_t size, size_t *got)
{
	size_t done = 0;

	if (size > 0 && addr > UINT64_MAX - (size - 1))
		size = (size_t)(UINT64_MAX - addr) + 1;
	while (done < size) {
		size_t n = 0;
		HRESULT hr =
		    read_packet(t, addr + done, buf + done, size - done, &n);

		if (hr == DATATARGET_E_BAD_MEMORY && done > 0)
			break;
		if (hr != DATATARGET_OK)
			return hr;
		if (n == 0 && done == 0)
			return dt_fail(t, DATATARGET_E_BAD_MEMORY,
				       "no memory at 0x%" PRIx64, addr);
		if (n == 0)
			break;
		done += n;
	}
	t->error[0] = '\0';
	*got = done;
	return DATATARGET_OK;
}

HRESULT
dt_memory_read(struct datatarget *t, uint64_t addr, void *buf, size_t size)
{
	size_t got = 0;
	HRESULT hr = dt_memory_read_some(t, addr, buf, size, &got);

	if (hr == DATATARGET_OK && got < size)
		return dt_fail(t, DATATARGET_E_BAD_MEMORY,
			       "no memory at 0x%" PRIx64, addr + got);
	return hr;
}

HRESULT
datatarget_read_memory(struct datatarget *t, uint64_t address, DWORD flags,
		       void *buffer, DWORD size, DWORD *bytes_read)
{
	size_t got = 0;
	HRESULT hr = dt_call_begin_process(t, size);

	if (hr != DATATARGET_OK)
		return hr;
	if (buffer == NULL && size > 0)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (flags > DATATARGET_READ_PARTIAL)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "read flags %" PRIu32 " are not known", flags);
	hr = dt_memory_read_some(t, address, buffer, size, &got);
	if (hr == DATATARGET_OK && got < size &&
	    flags != DATATARGET_READ_PARTIAL)
		hr = dt_fail(t, DATATARGET_E_BAD_MEMORY,
			     "no memory at 0x%" PRIx64, address + got);
	if (hr == DATATARGET_OK && bytes_read != NULL)
		*bytes_read = (DWORD)got;
	return hr;
}

/* ---- writing ------------------------------------------------------------- */

/* Appends to `out` what fits of the data, escaped; returns how much. */
static size_t
escape(uint8_t *out, size_t room, const uint8_t *data, size_t size, size_t *len)
{
	size_t n = 0, i;

	for (i = 0; i < size; i++) {
		size_t need = rsp_needs_escape(data[i]) ? 2 : 1;

		if (need > room - n)
			break;
		if (need == 2)
			out[n++] = '}';
		out[n++] = need == 2 ? data[i] ^ 0x20 : data[i];
	}
	*len = n;
	return i;
}

/* The longest "X<16 digits>,<8 digits>:". */
#define WRITE_HEAD ((size_t)32)

/*
 * The head tells how much data follows, so the data comes first: behind room
 * for the longest head.
 */
static HRESULT
write_packet(struct datatarget *t, uint64_t addr, const uint8_t *data,
	     size_t size, size_t *wrote)
{
	size_t room = t->packet_size - WRITE_HEAD, len, n, head;
	uint8_t *body = t->out + 1 + WRITE_HEAD;
	char text[WRITE_HEAD + 1];

	if (t->hex_writes) {
		n = size < room / 2 ? size : room / 2;
		rsp_hex_encode(body, data, n);
		len = 2 * n;
	} else {
		n = escape(body, room, data, size, &len);
	}
	head = (size_t)snprintf(text, sizeof(text),
				"%c%" PRIx64 ",%zx:", t->hex_writes ? 'M' : 'X',
				addr, n);
	memcpy(body - head, text, head);
	*wrote = n;
	return dt_ask_bytes(t, body - head, head + len);
}

static HRESULT
write_some(struct datatarget *t, uint64_t addr, const uint8_t *data,
	   size_t size, size_t *wrote)
{
	HRESULT hr = write_packet(t, addr, data, size, wrote);

	if (hr == DATATARGET_OK && t->reply_len == 0 && !t->hex_writes) {
		t->hex_writes = true;
		hr = write_packet(t, addr, data, size, wrote);
	}
	if (hr != DATATARGET_OK)
		return hr;
	return dt_reply_is(t, "OK") ? DATATARGET_OK : dt_memory_error(t, addr);
}

static HRESULT
write_all(struct datatarget *t, uint64_t addr, const uint8_t *data, size_t size,
	  size_t *done)
{
	HRESULT hr = DATATARGET_OK;
	size_t n;

	for (*done = 0; *done < size && hr == DATATARGET_OK;) {
		hr =
		    write_some(t, addr + *done, data + *done, size - *done, &n);
		if (hr == DATATARGET_OK)
			*done += n;
	}
	return hr;
}

/* One packet is all or nothing by itself; several are put back if one fails. */
static HRESULT
write_or_restore(struct datatarget *t, uint64_t addr, const uint8_t *data,
		 size_t size)
{
	char error[sizeof(t->error)];
	size_t done, undone;
	uint8_t *old;
	HRESULT hr;

	if (size <= (t->packet_size - WRITE_HEAD) / 2)
		return write_all(t, addr, data, size, &done);
	old = malloc(size);
	if (old == NULL)
		return dt_no_memory(t);
	hr = dt_memory_read(t, addr, old, size);
	if (hr != DATATARGET_OK) {
		free(old);
		return hr;
	}
	hr = write_all(t, addr, data, size, &done);
	if (hr != DATATARGET_OK && done > 0 && t->broken == DATATARGET_OK) {
		memcpy(error, t->error, sizeof(error));
		if (write_all(t, addr, old, done, &undone) == DATATARGET_OK)
			memcpy(t->error, error, sizeof(error));
		else
			hr =
			    dt_fail(t, DATATARGET_E_PARTIAL,
				    "only a part was written, and it could not "
				    "be put back");
	}
	free(old);
	return hr;
}

HRESULT
datatarget_write_memory(struct datatarget *t, uint64_t address,
			const void *memory, DWORD size)
{
	HRESULT hr = dt_call_begin_process(t, (uint64_t)size * 3);

	if (hr != DATATARGET_OK || size == 0)
		return hr;
	if (memory == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (address > UINT64_MAX - (size - 1))
		return dt_fail(t, DATATARGET_E_BAD_MEMORY,
			       "no memory at the end of the address space");
	return write_or_restore(t, address, memory, size);
}

/* ---- allocating ---------------------------------------------------------- */

HRESULT
datatarget_allocate_virtual_memory(struct datatarget *t, uint64_t address,
				   DWORD size, DWORD allocation_type,
				   DWORD page_protection,
				   uint64_t *allocated_address)
{
	const char *at;
	uint64_t base;
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (allocated_address == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	hr = dt_ask(t, "_M%" PRIx64 ",%" PRIx32 ",%" PRIx32 ",%" PRIx32,
		    address, size, allocation_type, page_protection);
	if (hr != DATATARGET_OK)
		return hr;
	at = (const char *)t->reply;
	if (dt_reply_is_error(t) || !dt_number_hex(&at, &base) || *at != '\0')
		return dt_reply_error(t, "allocating");
	*allocated_address = base;
	return DATATARGET_OK;
}

HRESULT
datatarget_free_virtual_memory(struct datatarget *t, uint64_t address,
			       DWORD size, DWORD free_type)
{
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	hr = dt_ask(t, "_m%" PRIx64 ",%" PRIx32 ",%" PRIx32, address, size,
		    free_type);
	if (hr != DATATARGET_OK)
		return hr;
	return dt_reply_is(t, "OK") ? DATATARGET_OK
				    : dt_reply_error(t, "freeing");
}
