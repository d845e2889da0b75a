/* SPDX-License-Identifier: Apache-2.0 */
#include "vm_check.h"

#include <errno.h>

enum {
	TYPES_KNOWN = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN |
		      MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_RESET_UNDO |
		      MEM_LARGE_PAGES,
	TYPES_DOING = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO,
};

const char vm_why_no_copy[] =
    "only mapped files are copied on write: no WRITECOPY here";
const char vm_why_beyond[] = "the address is beyond the program's";
static const char range_beyond[] =
    "the range ends beyond the program's addresses";
static const char no_size[] = "the size is 0";
static const char no_protection[] = "this is no page protection";

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

/* What is wrong with it; NULL: nothing. */
static const char *
type_wrong(uint32_t type)
{
	if ((type & ~(uint32_t)TYPES_KNOWN) != 0)
		return "the allocation type has unknown bits";
	if ((type & TYPES_DOING) == 0)
		return "the allocation type has none of MEM_COMMIT, "
		       "MEM_RESERVE, MEM_RESET and MEM_RESET_UNDO";
	if ((type & MEM_RESET && type != MEM_RESET) ||
	    (type & MEM_RESET_UNDO && type != MEM_RESET_UNDO))
		return "MEM_RESET and MEM_RESET_UNDO stand alone";
	if (type & MEM_WRITE_WATCH && !(type & MEM_RESERVE))
		return "MEM_WRITE_WATCH needs MEM_RESERVE";
	if (type & MEM_LARGE_PAGES &&
	    (!(type & MEM_RESERVE) || !(type & MEM_COMMIT)))
		return "MEM_LARGE_PAGES needs MEM_RESERVE and MEM_COMMIT";
	if (type & MEM_PHYSICAL &&
	    (type & ~(uint32_t)MEM_TOP_DOWN) != (MEM_PHYSICAL | MEM_RESERVE))
		return "MEM_PHYSICAL goes with MEM_RESERVE and MEM_TOP_DOWN "
		       "only";
	return NULL;
}

bool
vm_creates(const struct vm_request *r)
{
	return (r->type & MEM_RESERVE) != 0 || r->addr == 0;
}

static int
invalid(struct vm_request *r, const char *why)
{
	r->why = why;
	return -EINVAL;
}

/* All pages, or granules, that hold a byte of the request. */
static int
round_range(struct vm_request *r, uint64_t limit, bool granules)
{
	if (r->size > limit || r->addr > limit - r->size)
		return invalid(r, range_beyond);
	r->start = granules ? vm_grain_down(r->addr) : vm_page_down(r->addr);
	r->end = vm_page_up(r->addr + r->size);
	return r->end <= limit ? 0 : invalid(r, range_beyond);
}

/* A place near another is chosen: there is none to be given. */
static const char *
place_wrong(const struct vm_request *r, uint64_t limit)
{
	if (r->addr > 0 && r->addr < VM_LOWEST)
		return "the address is below 0x10000";
	if (r->near == 0)
		return NULL;
	if (r->addr != 0)
		return "either an address or one to be near to";
	if (r->type & MEM_TOP_DOWN)
		return "near another address MEM_TOP_DOWN means nothing";
	return r->near < limit ? NULL
			       : "the address to be near to is beyond the "
				 "program's";
}

/* What the flags say about each other. */
static const char *
combination_wrong(const struct vm_request *r)
{
	if (r->type & MEM_PHYSICAL && r->protect != PAGE_READWRITE)
		return "MEM_PHYSICAL is PAGE_READWRITE";
	if (r->type & (MEM_RESET | MEM_RESET_UNDO) && r->addr == 0)
		return "nothing to reset at address 0";
	if (vm_creates(r) && r->protect & VM_COPY_ON_WRITE)
		return vm_why_no_copy;
	if (r->type & MEM_LARGE_PAGES &&
	    (r->size | r->addr) % VM_LARGE_PAGE != 0)
		return "large pages are of 0x200000 bytes";
	return NULL;
}

int
vm_check_allocate(struct vm_request *r, uint64_t limit)
{
	const char *why = r->size == 0 ? no_size : place_wrong(r, limit);

	if (why == NULL)
		why = type_wrong(r->type);
	if (why == NULL && !protection_valid(r->protect))
		why = no_protection;
	if (why == NULL)
		why = combination_wrong(r);
	if (why != NULL)
		return invalid(r, why);
	if (round_range(r, limit, (r->type & MEM_RESERVE) != 0) < 0)
		return -EINVAL;
	return r->type & MEM_PHYSICAL ? -EOPNOTSUPP : 0;
}

int
vm_check_release(struct vm_request *r, uint64_t limit)
{
	if (r->type != MEM_RELEASE && r->type != MEM_DECOMMIT)
		return invalid(r, "the free type is either MEM_DECOMMIT or "
				  "MEM_RELEASE");
	if (r->type == MEM_RELEASE && r->size != 0)
		return invalid(r, "MEM_RELEASE takes size 0 only");
	if (r->addr >= limit)
		return invalid(r, vm_why_beyond);
	return round_range(r, limit, false);
}

int
vm_check_protect(struct vm_request *r, uint64_t limit)
{
	if (!protection_valid(r->protect))
		return invalid(r, no_protection);
	if (r->size == 0)
		return invalid(r, no_size);
	return round_range(r, limit, false);
}

int
vm_check_write_watch(struct vm_request *r, uint64_t limit)
{
	if (r->size == 0)
		return invalid(r, no_size);
	if (r->protect > 1)
		return invalid(r, "the flags are 0 or 1");
	return round_range(r, limit, false);
}
