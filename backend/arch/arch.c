/* SPDX-License-Identifier: Apache-2.0 */
#include "arch.h"

#include <elf.h>
#include <string.h>

const struct arch *
arch_of(unsigned elf_machine, bool elf64)
{
	if (elf_machine == EM_X86_64 && elf64)
		return &arch_x86_64;
	if (elf_machine == EM_386 && !elf64)
		return &arch_i386;
	return NULL;
}

const struct arch *
arch_of_machine(const char *machine)
{
	if (arch_is_called(&arch_x86_64, machine, strlen(machine)))
		return &arch_x86_64;
	return NULL;
}

/* i386 to i686 are one and the same. */
static bool
is_i386(const char *word, size_t len)
{
	return len == 4 && word[0] == 'i' && memcmp(word + 2, "86", 2) == 0;
}

bool
arch_is_called(const struct arch *a, const char *word, size_t len)
{
	const char *have = a->lldb_triple;
	size_t n = strcspn(have, "-");

	return (len == n && memcmp(word, have, n) == 0) ||
	       (is_i386(word, len) && is_i386(have, n));
}

size_t
arch_view_ids(const struct arch *a, enum arch_view_kind view,
	      const uint8_t *file, uint16_t *ids, size_t cap)
{
	const struct arch_view *v = &a->views[view];
	size_t n = 0;

	for (size_t f = 0; f < v->nfeatures; f++) {
		const struct arch_feature *feature = &v->features[f];

		for (size_t i = 0; i < feature->nregs; i++) {
			if (!a->has(file, feature->regs[i]))
				continue;
			if (n < cap)
				ids[n] = feature->regs[i];
			n++;
		}
	}
	return n < cap ? n : cap;
}

size_t
arch_view_plain(const struct arch *a, enum arch_view_kind view,
		const uint8_t *file)
{
	const struct arch_view *v = &a->views[view];
	size_t features = v->nplain != 0 ? v->nplain : v->nfeatures;
	size_t n = 0;

	for (size_t f = 0; f < features; f++) {
		for (size_t i = 0; i < v->features[f].nregs; i++) {
			if (a->has(file, v->features[f].regs[i]))
				n++;
		}
	}
	return n;
}

/* Where a register that was placed stands; 0 if the view lacks it. */
static uint32_t
offset_of(const uint16_t *ids, const uint32_t *offsets, size_t n, int16_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == (uint16_t)id)
			return offsets[i];
	}
	return 0;
}

size_t
arch_view_offsets(const struct arch *a, const uint16_t *ids, size_t n,
		  uint32_t *offsets)
{
	uint32_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (a->regs[ids[i]].container >= 0)
			continue;
		offsets[i] = end;
		end += a->regs[ids[i]].size;
	}
	for (size_t i = 0; i < n; i++) {
		const struct arch_reg *r = &a->regs[ids[i]];

		if (r->container >= 0)
			offsets[i] =
			    offset_of(ids, offsets, n, r->container) + r->part;
	}
	return end;
}
