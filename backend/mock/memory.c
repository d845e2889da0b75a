/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the mock: mappings, and the pages of them that were written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

enum { TEXT, RODATA, DATA, HEAP, STACK, MAPS };
static const struct mock_mapping layout[MAPS] = {
	[TEXT] = { MOCK_TEXT, MOCK_TEXT + 0x1000,
		   TARGET_MAP_READ | TARGET_MAP_EXEC, 0, 17, NULL },
	[RODATA] = { MOCK_RODATA, MOCK_RODATA + 0x1000, TARGET_MAP_READ, 0x1000,
		     17, NULL },
	[DATA] = { MOCK_DATA, MOCK_DATA + 0x2000,
		   TARGET_MAP_READ | TARGET_MAP_WRITE, 0x2000, 17, NULL },
	[HEAP] = { MOCK_HEAP, MOCK_HEAP + 0x10000,
		   TARGET_MAP_READ | TARGET_MAP_WRITE, 0, 0, "[heap]" },
	[STACK] = { MOCK_STACK, MOCK_STACK_TOP,
		    TARGET_MAP_READ | TARGET_MAP_WRITE, 0, 0, "[stack]" },
};

/* The loop that mock.h describes. */
static const uint8_t program[] = {
	0x11, 0x00,					/* MOCK_TICK: store 0 */
	0x21, 0x01,					/* MOCK_LOAD: load 1 */
	0x00, 0x01, 0,	  0x02, 0, 0,	 0x03, 0, 0, 0, /* MOCK_NOPS */
	0x00, 0x01, 0,	  0x02, 0, 0,	 0x03, 0, 0, 0,	   0x00,
	0x01, 0,    0x02, 0,	0, 0x03, 0,    0, 0, 0x30, /* MOCK_JUMP */
};

static struct mock_page **
bucket(struct mock_process *p, uint64_t page)
{
	return &p->pages[page / MOCK_PAGE % MOCK_BUCKETS];
}

static struct mock_page *
page_find(struct mock_process *p, uint64_t page)
{
	struct mock_page *at;

	for (at = *bucket(p, page); at; at = at->next)
		if (at->addr == page)
			return at;
	return NULL;
}

static struct mock_page *
page_make(struct mock *m, struct mock_process *p, uint64_t page)
{
	struct mock_page *at = page_find(p, page);

	if (at || m->npages >= MOCK_PAGES_MAX)
		return at;
	at = calloc(1, sizeof(*at));
	if (!at)
		return NULL;
	at->addr = page;
	at->next = *bucket(p, page);
	*bucket(p, page) = at;
	m->npages++;
	return at;
}

/* Copies out of pages, or into them; false: no page to be had. */
static bool
copy(struct mock *m, struct mock_process *p, uint64_t addr, void *buf,
     size_t len, bool write)
{
	struct mock_page *page;
	uint8_t *bytes = buf;
	size_t n, at;

	for (; len > 0; len -= n, bytes += n, addr += n) {
		at = (size_t)(addr % MOCK_PAGE);
		n = MOCK_PAGE - at < len ? MOCK_PAGE - at : len;
		if (write) {
			page = page_make(m, p, addr - at);
			if (!page)
				return false;
			memcpy(page->bytes + at, bytes, n);
			page->written = true;
			continue;
		}
		page = page_find(p, addr - at);
		if (page)
			memcpy(bytes, page->bytes + at, n);
		else
			memset(bytes, 0, n);
	}
	return true;
}

int
mock_memory_init(struct mock *m, struct mock_process *p)
{
	size_t i;

	memcpy(p->maps, layout, sizeof(layout));
	for (i = 0; i < MAPS; i++)
		if (!p->maps[i].name)
			p->maps[i].name = p->exe;
	if (!copy(m, p, MOCK_TICK, (void *)(uintptr_t)program, sizeof(program),
		  true))
		return -ENOMEM;
	return 0;
}

int
mock_memory_copy(struct mock *m, struct mock_process *from,
		 struct mock_process *to)
{
	struct mock_page *page, *made;
	size_t i;

	for (i = 0; i < MOCK_BUCKETS; i++) {
		for (page = from->pages[i]; page; page = page->next) {
			made = page_make(m, to, page->addr);
			if (!made)
				return -ENOMEM;
			memcpy(made->bytes, page->bytes, MOCK_PAGE);
		}
	}
	return 0;
}

bool
mock_memory_written(struct mock_process *p, uint64_t addr, bool reset)
{
	struct mock_page *page = page_find(p, addr);
	bool written = page && page->written;

	if (written && reset)
		page->written = false;
	return written;
}

void
mock_memory_drop(struct mock *m, struct mock_process *p, uint64_t addr,
		 uint64_t len)
{
	struct mock_page **at, *page;
	size_t i;

	for (i = 0; i < MOCK_BUCKETS; i++) {
		at = &p->pages[i];
		while ((page = *at)) {
			if (page->addr < addr || page->addr - addr >= len) {
				at = &page->next;
				continue;
			}
			*at = page->next;
			free(page);
			m->npages--;
		}
	}
}

void
mock_memory_free(struct mock *m, struct mock_process *p)
{
	mock_memory_drop(m, p, 0, UINT64_MAX);
}

static unsigned
prot_of(uint32_t protect)
{
	switch (protect & 0xff) {
	case PAGE_READONLY:
		return TARGET_MAP_READ;
	case PAGE_READWRITE:
		return TARGET_MAP_READ | TARGET_MAP_WRITE;
	case PAGE_EXECUTE:
	case PAGE_EXECUTE_READ:
		return TARGET_MAP_READ | TARGET_MAP_EXEC;
	case PAGE_EXECUTE_READWRITE:
		return TARGET_MAP_READ | TARGET_MAP_WRITE | TARGET_MAP_EXEC;
	default:
		return 0;
	}
}

bool
mock_map_at(struct mock_process *p, uint64_t addr, struct mock_mapping *map)
{
	const struct mock_run *run;
	size_t i;

	for (i = 0; i < MAPS; i++) {
		if (addr >= p->maps[i].start && addr < p->maps[i].end) {
			*map = p->maps[i];
			return true;
		}
	}
	run = mock_run_at(p, addr, NULL);
	if (!run)
		return false;
	*map = (struct mock_mapping){
		.start = run->base,
		.end = run->base + run->size,
		.prot = run->protect & PAGE_GUARD ? 0 : prot_of(run->protect),
		.name = "[rspd:allocated]",
	};
	return true;
}

uint64_t
mock_map_after(struct mock *m, struct mock_process *p, uint64_t addr)
{
	uint64_t next = m->arch->user_limit;
	const struct mock_region *r;
	size_t i;

	for (i = 0; i < MAPS; i++)
		if (p->maps[i].start > addr && p->maps[i].start < next)
			next = p->maps[i].start;
	for (r = p->regions; r; r = r->next)
		if (r->base > addr && r->base < next)
			next = r->base;
	return next;
}

/*
 * How many of the `len` bytes at `addr` may be touched.  A debugger (need 0)
 * may touch all mapped pages but those that are only reserved.
 */
static size_t
reachable(struct mock_process *p, uint64_t addr, size_t len, unsigned need)
{
	const struct mock_run *run;
	struct mock_mapping map;
	size_t done = 0;

	while (done < len && mock_map_at(p, addr + done, &map)) {
		run = mock_run_at(p, addr + done, NULL);
		if (run && run->state != MEM_COMMIT)
			break;
		if ((map.prot & need) != need)
			break;
		if (map.end - (addr + done) >= len - done)
			return len;
		done += (size_t)(map.end - (addr + done));
	}
	return done;
}

bool
mock_access(struct mock *m, struct mock_process *p, uint64_t addr, void *buf,
	    size_t len, unsigned need)
{
	if (reachable(p, addr, len, need) < len)
		return false;
	return copy(m, p, addr, buf, len, need & TARGET_MAP_WRITE);
}

int
mock_read_memory(struct target *t, pid_t pid, uint64_t addr, void *buf,
		 size_t len, size_t *got)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	size_t n;

	if (!p || p->exiting)
		return -ESRCH;
	n = reachable(p, addr, len, 0);
	if (n == 0 && len > 0)
		return -EFAULT;
	copy(m, p, addr, buf, n, false);
	*got = n;
	return 0;
}

int
mock_write_memory(struct target *t, pid_t pid, uint64_t addr, const void *buf,
		  size_t len)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	uint64_t page;

	if (!p || p->exiting)
		return -ESRCH;
	if (reachable(p, addr, len, 0) < len)
		return -EFAULT;
	/* All pages first, so that a failure leaves nothing half written. */
	for (page = addr - addr % MOCK_PAGE; len > 0 && page < addr + len;
	     page += MOCK_PAGE)
		if (!page_make(m, p, page))
			return -ENOMEM;
	if (len > 0)
		copy(m, p, addr, (void *)(uintptr_t)buf, len, true);
	return 0;
}
