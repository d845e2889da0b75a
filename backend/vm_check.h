/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of VirtualAllocEx and its companions can be said of a request alone:
 * which parameters are wrong, and which pages it takes in.  Back ends share it;
 * it knows no process.
 */
#ifndef BACKEND_VM_CHECK_H
#define BACKEND_VM_CHECK_H

#include "target.h"

#define VM_PAGE	       0x1000ull
#define VM_GRANULARITY 0x10000ull
#define VM_LOWEST      0x10000ull
#define VM_LARGE_PAGE  0x200000ull

enum {
	VM_MODIFIERS = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE,
	VM_COPY_ON_WRITE = PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY,
};

struct vm_request {
	uint64_t addr, size;
	uint32_t type, protect; /* protect: also GetWriteWatch's flags */
	uint64_t near;		/* 0: anywhere */
	/* The pages it takes in, [start, end); filled in by the checks. */
	uint64_t start, end;
	/* With -EINVAL: what is wrong, in words. */
	const char *why;
};

/* For who finds the same later. */
extern const char vm_why_no_copy[], vm_why_beyond[];

static inline uint64_t
vm_page_down(uint64_t v)
{
	return v & ~(VM_PAGE - 1);
}

static inline uint64_t
vm_page_up(uint64_t v)
{
	return (v + VM_PAGE - 1) & ~(VM_PAGE - 1);
}

static inline uint64_t
vm_grain_down(uint64_t v)
{
	return v & ~(VM_GRANULARITY - 1);
}

static inline uint64_t
vm_grain_up(uint64_t v)
{
	return (v + VM_GRANULARITY - 1) & ~(VM_GRANULARITY - 1);
}

/* The protection that pages take: what is of the region alone is left out. */
static inline uint32_t
vm_page_protect(uint32_t protect)
{
	return protect & (0xffu | PAGE_GUARD);
}

/* Does the allocation make a region, or change pages of one? */
bool vm_creates(const struct vm_request *r);
/*
 * Each: 0; -EINVAL, a parameter is wrong.  `limit` is the first address that
 * is not the program's.  -EOPNOTSUPP: right, and never to be had (PHYSICAL).
 */
int vm_check_allocate(struct vm_request *r, uint64_t limit);
int vm_check_release(struct vm_request *r, uint64_t limit);
int vm_check_protect(struct vm_request *r, uint64_t limit);
int vm_check_write_watch(struct vm_request *r, uint64_t limit);

#endif
