/* SPDX-License-Identifier: Apache-2.0 */
/* needs: session */
/* The user is told the reason that decides, and what helps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/session/attach_refused.h"

struct example {
	struct attach_facts facts;
	const char *part; /* of the text; NULL: there is none */
};

static void
each_reason_has_its_text(void **state)
{
	static const struct example examples[] = {
		{ { .self = true, .yama = 1 }, "rspd itself" },
		{ { .tracer = 7, .ours = true }, "this session has it" },
		{ { .tracer = 7, .root = true, .capable = true },
		  "process 7 traces it" },
		{ { .yama = 3, .root = true, .capable = true }, "until" },
		{ { .root = true }, "--cap-add=SYS_PTRACE" },
		{ { .root = true, .capable = true, .filtered = true },
		  "seccomp=unconfined" },
		{ { .mismatch = true, .uid = 33, .yama = 1 }, "as user 33" },
		{ { .mismatch = true, .capable = true }, NULL },
		{ { .yama = 2 }, "only root" },
		{ { .yama = 1 }, "sysctl kernel.yama.ptrace_scope=0" },
		{ { .yama = 0 }, NULL },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *e = &examples[i];

		strcpy(text, "?");
		attach_refused(&e->facts, text, sizeof(text));
		if (e->part == NULL ? text[0] != '\0'
				    : strstr(text, e->part) == NULL)
			fail_msg("example %zu: \"%s\"", i, text);
	}
}

static void
facts_are_read(void **state)
{
	struct attach_facts f;

	(void)state;
	attach_facts_read(getpid(), &f);
	assert_true(f.self);
	assert_false(f.mismatch);
	assert_int_equal(f.root, geteuid() == 0);
	attach_facts_read(getppid(), &f);
	assert_false(f.self);
	assert_false(f.ours);
	/* None: nothing is made up. */
	attach_facts_read(-1, &f);
	assert_int_equal(f.tracer, 0);
	assert_false(f.mismatch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_text),
		cmocka_unit_test(facts_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
