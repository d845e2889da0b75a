/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetTlsValue: thread-specific data of POSIX keys, which is what TlsAlloc's
 * indices are on Linux; and addresses of __thread variables.
 *
 * Where glibc keeps a thread's values is not fixed, but it tells debuggers, in
 * constants of the names that libthread_db uses.
 */
#include "private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* { bits of an element, number of elements, offset }, of 32 bits each */
struct place {
	const char *name;
	uint32_t bits, count, offset;
};

static HRESULT
read_number(struct datatarget *t, uint64_t addr, size_t size, uint64_t *value)
{
	uint8_t bytes[8];
	HRESULT hr = dt_memory_read(t, addr, bytes, size);

	if (hr == DATATARGET_OK)
		*value = dt_number_le(bytes, size);
	return hr;
}

static HRESULT
read_place(struct datatarget *t, const struct elf_object *libc,
	   struct place *place)
{
	uint8_t bytes[12];
	uint64_t addr;
	HRESULT hr = dt_elf_symbol(t, libc, place->name, &addr);

	if (hr == DATATARGET_OK)
		hr = dt_memory_read(t, addr, bytes, sizeof(bytes));
	if (hr != DATATARGET_OK)
		return hr;
	place->bits = (uint32_t)dt_number_le(bytes, 4);
	place->count = (uint32_t)dt_number_le(bytes + 4, 4);
	place->offset = (uint32_t)dt_number_le(bytes + 8, 4);
	return DATATARGET_OK;
}

/* DATATARGET_FALSE: this object is not where the threads come from. */
static HRESULT
read_layout(struct datatarget *t, const struct elf_object *libc,
	    struct key_layout *l)
{
	struct place blocks = { .name = "_thread_db_pthread_specific" };
	struct place block = { .name =
				   "_thread_db_pthread_key_data_level2_data" };
	struct place data = { .name = "_thread_db_pthread_key_data_data" };
	uint64_t addr, size;
	HRESULT hr = read_place(t, libc, &blocks);

	if (hr == DATATARGET_OK)
		hr = read_place(t, libc, &block);
	if (hr == DATATARGET_OK)
		hr = read_place(t, libc, &data);
	if (hr == DATATARGET_OK)
		hr = dt_elf_symbol(t, libc,
				   "_thread_db_sizeof_pthread_key_data", &addr);
	if (hr == DATATARGET_OK)
		hr = read_number(t, addr, 4, &size);
	if (hr != DATATARGET_OK)
		return hr;
	if (block.count == 0)
		return dt_fail(t, DATATARGET_E_DATA,
			       "glibc's keys are garbled");
	l->blocks = blocks.offset;
	/* The array is told as one element. */
	l->nblocks = blocks.bits / 64;
	l->entries = block.offset;
	l->per_block = block.count;
	l->entry_size = (uint32_t)size;
	l->data = data.offset;
	l->known = true;
	return DATATARGET_OK;
}

/* Of the libraries the one that has it; before glibc 2.34 that is not libc. */
static HRESULT
find_layout(struct datatarget *t)
{
	struct library *libs;
	struct elf_object elf;
	size_t n;
	HRESULT hr = dt_process_libraries(t, &libs, &n);

	if (hr != DATATARGET_OK)
		return hr;
	for (size_t i = 0; i < n; i++) {
		if (strstr(libs[i].name, "libc.so") == NULL &&
		    strstr(libs[i].name, "libc-") == NULL &&
		    strstr(libs[i].name, "libpthread") == NULL)
			continue;
		if (dt_elf_read(t, libs[i].addr, &elf) == DATATARGET_OK &&
		    read_layout(t, &elf, &t->keys) == DATATARGET_OK)
			break;
		if (t->broken != DATATARGET_OK)
			break;
	}
	free(libs);
	if (t->keys.known || t->broken != DATATARGET_OK)
		return t->broken;
	return dt_fail(t, DATATARGET_E_NOTIMPL,
		       "the program has no glibc that tells where keys are");
}

/* The thread's descriptor: the thread pointer points to it. */
static HRESULT
find_thread(struct datatarget *t, uint32_t tid, uint64_t *self)
{
	struct registers regs;
	HRESULT hr = dt_registers_read(t, tid, &regs);

	if (hr != DATATARGET_OK)
		return hr;
	if (!dt_registers_number(t, &regs, "fs_base", self))
		hr = dt_fail(t, DATATARGET_E_NOTIMPL,
			     "the thread pointer of %s is not known",
			     t->description.architecture);
	dt_registers_free(&regs);
	return hr;
}

static HRESULT
read_value(struct datatarget *t, uint64_t self, uint32_t key, uint64_t *value)
{
	const struct key_layout *l = &t->keys;
	uint32_t nth = key / l->per_block;
	uint64_t block;
	HRESULT hr;

	if (nth >= l->nblocks)
		return dt_fail(t, DATATARGET_E_INVALIDARG, "no key %" PRIu32,
			       key);
	hr = read_number(t, self + l->blocks + (uint64_t)nth * 8, 8, &block);
	if (hr != DATATARGET_OK)
		return hr;
	if (block == 0) {
		*value = 0;
		return DATATARGET_OK;
	}
	return read_number(t,
			   block + l->entries +
			       (uint64_t)(key % l->per_block) * l->entry_size +
			       l->data,
			   8, value);
}

HRESULT
datatarget_get_tls_value(struct datatarget *t, DWORD thread_id,
			 uint32_t tls_index, uint64_t *value)
{
	uint64_t self;
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (value == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	hr = find_thread(t, thread_id, &self);
	if (hr == DATATARGET_OK && !t->keys.known)
		hr = find_layout(t);
	return hr == DATATARGET_OK ? read_value(t, self, tls_index, value) : hr;
}

HRESULT
datatarget_get_tls_address(struct datatarget *t, DWORD thread_id,
			   uint64_t link_map, uint64_t offset,
			   uint64_t *address)
{
	const char *at;
	uint64_t found;
	char id[32];
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (address == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	hr = dt_process_select(t, thread_id);
	if (hr != DATATARGET_OK)
		return hr;
	dt_process_thread_id(t, thread_id, id, sizeof(id));
	hr = dt_ask(t, "qGetTLSAddr:%s,%" PRIx64 ",%" PRIx64, id, offset,
		    link_map);
	if (hr != DATATARGET_OK)
		return hr;
	at = (const char *)t->reply;
	if (dt_reply_is_error(t) || !dt_number_hex(&at, &found) || *at != '\0')
		return dt_reply_error(t, "thread-local variable");
	*address = found;
	return DATATARGET_OK;
}
