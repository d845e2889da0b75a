/* SPDX-License-Identifier: Apache-2.0 */
#include "vm_check.h"

#include <errno.h>

enum {
	TYPES_KNOWN = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN |
		      MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_RESET_UNDO |
		      MEM_LARGE_PAGES,
	TYPES_DOING = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO,
};

static bool
is_power_of_two(uint32_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

static bool
protection_valid(uint32_t protect)
{
	uint32_t modifiers = protect & VM_MODIFIERS;

	return (protect & ~(0xffu | VM_MODIFIERS)) == 0 &&
	       is_power_of_two(protect & 0xff) &&
	       (modifiers == 0 || (is_power_of_two(modifiers) &&
				   (protect & 0xff) != PAGE_NOACCESS));
}

static bool
type_valid(uint32_t type)
{
	if ((type & ~(uint32_t)TYPES_KNOWN) != 0 || (type & TYPES_DOING) == 0)
		return false;
	if ((type & MEM_RESET && type != MEM_RESET) ||
	    (type & MEM_RESET_UNDO && type != MEM_RESET_UNDO))
		return false;
	if (type & MEM_WRITE_WATCH && !(type & MEM_RESERVE))
		return false;
	if (type & MEM_LARGE_PAGES &&
	    (!(type & MEM_RESERVE) || !(type & MEM_COMMIT)))
		return false;
	return !(type & MEM_PHYSICAL) ||
	       (type & ~(uint32_t)MEM_TOP_DOWN) == (MEM_PHYSICAL | MEM_RESERVE);
}

bool
vm_creates(const struct vm_request *r)
{
	return (r->type & MEM_RESERVE) != 0 || r->addr == 0;
}

/* All pages, or granules, that hold a byte of the request. */
static int
round_range(struct vm_request *r, uint64_t limit, bool granules)
{
	if (r->size > limit || r->addr > limit - r->size)
		return -EINVAL;
	r->start = granules ? vm_grain_down(r->addr) : vm_page_down(r->addr);
	r->end = vm_page_up(r->addr + r->size);
	return r->end <= limit ? 0 : -EINVAL;
}

/* A place near another is chosen: there is none to be given. */
static bool
place_valid(const struct vm_request *r, uint64_t limit)
{
	if (r->addr > 0 && r->addr < VM_LOWEST)
		return false;
	return r->near == 0 ||
	       (r->addr == 0 && r->near < limit && !(r->type & MEM_TOP_DOWN));
}

int
vm_check_allocate(struct vm_request *r, uint64_t limit)
{
	if (r->size == 0 || !place_valid(r, limit) || !type_valid(r->type) ||
	    !protection_valid(r->protect))
		return -EINVAL;
	if (r->type & MEM_PHYSICAL && r->protect != PAGE_READWRITE)
		return -EINVAL;
	if (r->type & (MEM_RESET | MEM_RESET_UNDO) && r->addr == 0)
		return -EINVAL;
	if (vm_creates(r) && r->protect & VM_COPY_ON_WRITE)
		return -EINVAL;
	if (r->type & MEM_LARGE_PAGES &&
	    (r->size | r->addr) % VM_LARGE_PAGE != 0)
		return -EINVAL;
	if (round_range(r, limit, (r->type & MEM_RESERVE) != 0) < 0)
		return -EINVAL;
	return r->type & MEM_PHYSICAL ? -EOPNOTSUPP : 0;
}

int
vm_check_release(struct vm_request *r, uint64_t limit)
{
	if ((r->type != MEM_RELEASE && r->type != MEM_DECOMMIT) ||
	    (r->type == MEM_RELEASE && r->size != 0) || r->addr >= limit)
		return -EINVAL;
	return round_range(r, limit, false);
}

int
vm_check_protect(struct vm_request *r, uint64_t limit)
{
	if (!protection_valid(r->protect) || r->size == 0)
		return -EINVAL;
	return round_range(r, limit, false);
}

int
vm_check_write_watch(struct vm_request *r, uint64_t limit)
{
	if (r->size == 0 || r->protect > 1)
		return -EINVAL;
	return round_range(r, limit, false);
}
