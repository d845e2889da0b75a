/* SPDX-License-Identifier: Apache-2.0 */
/* mappings N: has N mappings of one page each, and waits. */
#include <stdlib.h>
#include <sys/mman.h>

#include "common.h"

int *first, *last;

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *all = mmap(NULL, n * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	be_an_inferior(400);
	if (all == MAP_FAILED)
		return 1;
	first = (int *)all;
	last = (int *)(all + (n - 1) * page);
	*first = 111;
	*last = 222;
	/* Neighbours differ, or the kernel would make one mapping of them. */
	for (size_t i = 1; i < n - 1; i += 2)
		if (mprotect(all + i * page, page, PROT_READ) != 0)
			return 1;
	say_ready();
	pause();
	return 0;
}
