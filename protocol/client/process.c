/* SPDX-License-Identifier: Apache-2.0 */
/* The process: which one, its threads, libraries and auxiliary vector. */
#include "private.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX	((size_t)1 << 20)
#define LIBRARIES_BYTES ((size_t)4 << 20)
#define AUXV_BYTES	((size_t)0x10000)

DWORD
datatarget_process(const struct datatarget *t)
{
	return t == NULL ? 0 : t->pid;
}

/* ---- which one ----------------------------------------------------------- */

static bool
take_id(struct datatarget *t, const char *at)
{
	uint64_t pid, tid;

	if (!dt_number_thread(&at, &pid, &tid) || pid > INT32_MAX)
		return false;
	t->pid = (uint32_t)pid;
	return true;
}

/* Of a server that names no process in its stop reply. */
static HRESULT
ask_for_process(struct datatarget *t)
{
	HRESULT hr = dt_ask(t, "qC");

	if (hr != DATATARGET_OK)
		return hr;
	if (strncmp((const char *)t->reply, "QC", 2) == 0)
		take_id(t, (const char *)t->reply + 2);
	return DATATARGET_OK;
}

/* "T05...thread:p1.2;...", "S05"; "W00", "X09" and others: no process. */
HRESULT
dt_process_take_stop(struct datatarget *t)
{
	const char *at = (const char *)t->reply;

	t->has_process = t->reply[0] == 'T' || t->reply[0] == 'S';
	t->pid = 0;
	t->selected = 0;
	dt_describe_forget(t);
	if (!t->has_process)
		return DATATARGET_OK;
	for (at += t->reply_len < 3 ? t->reply_len : 3; *at != '\0';) {
		const char *semicolon;

		if (strncmp(at, "thread:", 7) == 0 && take_id(t, at + 7) &&
		    t->pid != 0)
			return DATATARGET_OK;
		semicolon = strchr(at, ';');
		if (semicolon == NULL)
			break;
		at = semicolon + 1;
	}
	return ask_for_process(t);
}

HRESULT
datatarget_attach(struct datatarget *t, DWORD process_id)
{
	HRESULT hr = dt_call_begin(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (process_id == 0 || process_id > INT32_MAX)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "no process id: %" PRIu32, process_id);
	/* So that the server goes on when the process is gone. */
	hr = dt_ask(t, "!");
	if (hr == DATATARGET_OK)
		hr = dt_ask(t, "vAttach;%" PRIx32, process_id);
	if (hr != DATATARGET_OK)
		return hr;
	if (t->reply[0] != 'T' && t->reply[0] != 'S')
		return dt_reply_error(t, "attaching");
	hr = dt_process_take_stop(t);
	if (hr == DATATARGET_OK && t->pid == 0)
		t->pid = process_id;
	return hr;
}

HRESULT
datatarget_detach(struct datatarget *t)
{
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (t->multiprocess && t->pid != 0)
		hr = dt_ask(t, "D;%" PRIx32, t->pid);
	else
		hr = dt_ask(t, "D");
	if (hr != DATATARGET_OK)
		return hr;
	if (!dt_reply_is(t, "OK"))
		return dt_reply_error(t, "detaching");
	t->has_process = false;
	t->pid = 0;
	t->selected = 0;
	dt_describe_forget(t);
	return DATATARGET_OK;
}

/* ---- threads ------------------------------------------------------------- */

void
dt_process_thread_id(const struct datatarget *t, uint32_t tid, char *buf,
		     size_t cap)
{
	if (t->multiprocess && t->pid != 0)
		snprintf(buf, cap, "p%" PRIx32 ".%" PRIx32, t->pid, tid);
	else
		snprintf(buf, cap, "%" PRIx32, tid);
}

HRESULT
dt_process_select(struct datatarget *t, uint32_t tid)
{
	char id[32];
	HRESULT hr;

	/* 0 would be any thread, and one with the top bit set a process. */
	if (tid == 0 || tid > INT32_MAX)
		return dt_fail(t, DATATARGET_E_BAD_THREAD, "no thread %" PRIu32,
			       tid);
	if (t->selected == tid)
		return DATATARGET_OK;
	dt_process_thread_id(t, tid, id, sizeof(id));
	hr = dt_ask(t, "Hg%s", id);
	if (hr != DATATARGET_OK)
		return hr;
	if (dt_reply_is_error(t))
		return dt_fail(t, DATATARGET_E_BAD_THREAD, "no thread %" PRIu32,
			       tid);
	if (!dt_reply_is(t, "OK"))
		return dt_reply_error(t, "selecting a thread");
	t->selected = tid;
	return DATATARGET_OK;
}

struct ids {
	DWORD *ids;
	size_t cap, n;
};

/* "mp1.2,p1.3"; threads of other processes are passed over. */
static HRESULT
take_threads(struct datatarget *t, struct ids *list)
{
	const char *at = (const char *)t->reply + 1;
	uint64_t pid, tid;

	for (;; at++) {
		if (!dt_number_thread(&at, &pid, &tid) || tid == 0 ||
		    tid > INT32_MAX || (*at != ',' && *at != '\0'))
			return dt_fail(
			    t, DATATARGET_E_DATA,
			    "the server's list of threads is garbled");
		if (pid == 0 || t->pid == 0 || pid == t->pid) {
			if (list->n < list->cap)
				list->ids[list->n] = (DWORD)tid;
			if (++list->n > THREADS_MAX)
				return dt_fail(t, DATATARGET_E_DATA,
					       "too many threads");
		}
		if (*at == '\0')
			return DATATARGET_OK;
	}
}

static HRESULT
list_threads(struct datatarget *t, struct ids *list)
{
	HRESULT hr = dt_ask(t, "qfThreadInfo");

	while (hr == DATATARGET_OK && t->reply[0] == 'm') {
		hr = take_threads(t, list);
		if (hr == DATATARGET_OK)
			hr = dt_ask(t, "qsThreadInfo");
	}
	if (hr == DATATARGET_OK && t->reply[0] != 'l')
		return dt_reply_error(t, "threads");
	return hr;
}

HRESULT
datatarget_threads(struct datatarget *t, DWORD *thread_ids, DWORD capacity,
		   DWORD *count)
{
	struct ids list = { .cap = capacity };
	HRESULT hr = dt_call_begin_process(t, 0);

	if (hr != DATATARGET_OK)
		return hr;
	if (count == NULL || (thread_ids == NULL && capacity > 0))
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (list.cap > THREADS_MAX)
		list.cap = THREADS_MAX;
	list.ids = calloc(list.cap + 1, sizeof(*list.ids));
	if (list.ids == NULL)
		return dt_no_memory(t);
	hr = list_threads(t, &list);
	if (hr == DATATARGET_OK) {
		*count = (DWORD)list.n;
		if (list.n > capacity)
			hr = dt_fail(t, DATATARGET_E_BUFFER, "%zu threads",
				     list.n);
		else if (list.n > 0)
			memcpy(thread_ids, list.ids,
			       list.n * sizeof(*list.ids));
	}
	free(list.ids);
	return hr;
}

/* ---- libraries ----------------------------------------------------------- */

static HRESULT
add_library(struct datatarget *t, const struct xml_tag *tag,
	    struct library **libs, size_t *n, size_t *cap)
{
	struct library lib = { .name = "" };

	if (*n == LIBRARIES_MAX)
		return dt_fail(t, DATATARGET_E_DATA, "too many libraries");
	/* A name only helps to read messages. */
	dt_xml_attribute(tag, "name", lib.name, sizeof(lib.name));
	if (!dt_xml_number(tag, "l_addr", &lib.addr) ||
	    !dt_xml_number(tag, "l_ld", &lib.dynamic))
		return dt_fail(t, DATATARGET_E_DATA,
			       "the server's list of libraries is garbled");
	if (*n == *cap) {
		size_t more = *cap == 0 ? 16 : *cap * 2;
		struct library *p = realloc(*libs, more * sizeof(*p));

		if (p == NULL)
			return dt_no_memory(t);
		*libs = p;
		*cap = more;
	}
	(*libs)[(*n)++] = lib;
	return DATATARGET_OK;
}

HRESULT
dt_process_libraries(struct datatarget *t, struct library **libs, size_t *n)
{
	size_t len, cap = 0;
	struct xml_tag tag;
	const char *at;
	char *doc;
	HRESULT hr;

	*libs = NULL;
	*n = 0;
	hr = dt_read_object(t, "libraries-svr4", "", LIBRARIES_BYTES, &doc,
			    &len);
	if (hr != DATATARGET_OK)
		return hr;
	at = doc;
	while (hr == DATATARGET_OK && dt_xml_next(&at, &tag))
		if (dt_xml_is(&tag, "library"))
			hr = add_library(t, &tag, libs, n, &cap);
	free(doc);
	if (hr != DATATARGET_OK) {
		free(*libs);
		*libs = NULL;
	}
	return hr;
}

/* ---- auxiliary vector ---------------------------------------------------- */

static uint64_t *
auxv_field(struct auxv *a, uint64_t type)
{
	switch (type) {
	case AT_PHDR:
		return &a->phdr;
	case AT_PHENT:
		return &a->phent;
	case AT_PHNUM:
		return &a->phnum;
	case AT_BASE:
		return &a->base;
	case AT_ENTRY:
		return &a->entry;
	case AT_SYSINFO_EHDR:
		return &a->vdso;
	default:
		return NULL;
	}
}

HRESULT
dt_process_auxv(struct datatarget *t, struct auxv *auxv)
{
	size_t len, word;
	char *doc;
	HRESULT hr = dt_describe(t);

	memset(auxv, 0, sizeof(*auxv));
	if (hr != DATATARGET_OK)
		return hr;
	word = strcmp(t->description.architecture, "i386") == 0 ? 4 : 8;
	hr = dt_read_object(t, "auxv", "", AUXV_BYTES, &doc, &len);
	if (hr != DATATARGET_OK)
		return hr;
	for (size_t i = 0; i + 2 * word <= len; i += 2 * word) {
		const uint8_t *at = (const uint8_t *)doc + i;
		uint64_t *field = auxv_field(auxv, dt_number_le(at, word));

		if (field != NULL)
			*field = dt_number_le(at + word, word);
	}
	free(doc);
	return DATATARGET_OK;
}
