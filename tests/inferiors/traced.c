/* SPDX-License-Identifier: Apache-2.0 */
/* For tracepoints: a function that is called ten times, with data to collect.
 */
#include "common.h"

struct pair {
	int left, right;
};

int total = 100;
struct pair pairs[3] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
const char *word = "tracepoints";

int
visit(int n, struct pair *p)
{
	int local = n * 3;

	total += local;
	p->right = total;
	return local;
}

void
over(void)
{
}

int
main(void)
{
	int i;

	be_an_inferior(120);
	for (i = 0; i < 10; i++)
		visit(i, &pairs[i % 3]);
	over();
	return 0;
}
