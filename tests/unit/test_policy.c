/* SPDX-License-Identifier: Apache-2.0 */
/* needs: roles */
/* Configuration files, rules, and how often an address may connect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../server/listener/order.h"
#include "../../server/listener/rate.h"
#include "../../server/listener/settings.h"

static struct settings s;

static void
read_config(const char *text)
{
	struct ini_error error;

	settings_init(&s);
	if (settings_read_text(&s, text, strlen(text), &error) < 0)
		fail_msg("%u: %s", error.line, error.text);
}

static int
teardown(void **state)
{
	(void)state;
	settings_free(&s);
	return 0;
}

static const char config[] = "[server]\n"
			     "  listen = localhost:1\n"
			     "startup-with-shell = no\n"
			     "disable-randomization = no\n"
			     "unix-mode = 0660\n"
			     "[limits]\n"
			     "sessions = 7 ; a week\n"
			     "[role look]\n"
			     "rights = observe\n"
			     "[role all]\n"
			     "rights = all\n"
			     "process = top\n"
			     "[rule both]\n"
			     "subject = CN=ann,O=x\n"
			     "san = email:ann@*\n"
			     "role = all\n"
			     "[rule san]\n"
			     "san = email:ann@example.org\n"
			     "role = look\n"
			     "[rule print]\n"
			     "fingerprint = "
			     "AA:bb:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
			     "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:cc\n"
			     "role = all\n"
			     "[rule root]\n"
			     "uid = 0\n"
			     "role = all\n"
			     "[rule local]\n"
			     "connection = unix\n"
			     "role = look\n";

static void
keys_are_taken(void **state)
{
	(void)state;
	read_config(config);
	assert_int_equal(s.ncomm, 1);
	assert_int_equal(s.comm[0].port, 1);
	assert_false(s.session.startup_with_shell);
	assert_false(s.session.disable_randomization);
	assert_int_equal(s.unix_mode, 0660);
	assert_int_equal(s.limits.sessions, 7);
	assert_int_equal(s.policy.nroles, 2);
	assert_int_equal(s.policy.nrules, 5);
}

static void
expect_rule(const struct identity *who, const char *name)
{
	const struct policy_rule *r = policy_find(&s.policy, who);

	if (name == NULL)
		assert_null(r);
	else if (r == NULL)
		fail_msg("no rule, not %s", name);
	else
		assert_string_equal(r->name, name);
}

static void
the_first_rule_that_fits(void **state)
{
	struct identity who = { .via = POLICY_TLS,
				.subject = "CN=ann,O=x",
				.san = "DNS:a, email:ann@example.org" };

	(void)state;
	read_config(config);
	expect_rule(&who, "both");
	strcpy(who.subject, "CN=annie,O=x");
	expect_rule(&who, "san");
	/* Whole names only, whichever stands first. */
	strcpy(who.san, "email:ann@example.org.evil.net");
	expect_rule(&who, NULL);
	strcpy(who.san, "email:joann@example.org");
	expect_rule(&who, NULL);
	strcpy(who.san, "email:ann@example.org, DNS:b");
	expect_rule(&who, "san");
	strcpy(who.san, "");
	strcpy(who.subject, "");
	expect_rule(&who, NULL);
	snprintf(who.fingerprint, sizeof(who.fingerprint), "aabb%058dcc", 0);
	expect_rule(&who, "print");
	/* A number of root's is worth nothing where nobody can vouch for it. */
	memset(&who, 0, sizeof(who));
	who.via = POLICY_TCP;
	expect_rule(&who, NULL);
	who.via = POLICY_UNIX;
	expect_rule(&who, "root");
	who.uid = 1000;
	expect_rule(&who, "local");
}

static void
orders(void **state)
{
	struct identity who = { .via = POLICY_UNIX };
	struct session_order *o = malloc(sizeof(*o));
	char why[64];

	(void)state;
	assert_non_null(o);
	read_config(config);
	s.serve = true;
	assert_int_equal(order_make(&s, &who, o, why, sizeof(why)), 0);
	assert_true(o->limited);
	assert_int_equal(o->rights.classes, RIGHTS_ALL);
	assert_string_equal(o->process, "top");
	assert_string_equal(why, "root");
	/* Nobody: no order, unless --rights says what all may. */
	who.via = POLICY_TCP;
	assert_int_equal(order_make(&s, &who, o, why, sizeof(why)), -EPERM);
	s.rights.classes = RIGHTS_BIT(CLASS_OBSERVE);
	s.session.rights = &s.rights;
	assert_int_equal(order_make(&s, &who, o, why, sizeof(why)), 0);
	assert_true(o->limited);
	assert_int_equal(o->rights.classes, RIGHTS_BIT(CLASS_OBSERVE));
	free(o);
}

/* ---- rate ---- */

static void
from(struct sockaddr_storage *ss, const char *text)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		ss->ss_family = AF_INET6;
		return;
	}
	ss->ss_family = AF_INET;
	assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
}

static void
rates(void **state)
{
	struct rate *r = calloc(1, sizeof(*r));
	struct sockaddr_storage a, b;

	(void)state;
	assert_non_null(r);
	from(&a, "192.0.2.1");
	for (int i = 0; i < 6; i++)
		assert_true(rate_take(r, &a, 6, 100));
	assert_false(rate_take(r, &a, 6, 100));
	/* The same in IPv6's form, and another one. */
	from(&b, "::ffff:192.0.2.1");
	assert_false(rate_take(r, &b, 6, 100));
	from(&b, "192.0.2.2");
	assert_true(rate_take(r, &b, 6, 100));
	/* One comes back in ten seconds; a clock that goes back gives none. */
	assert_false(rate_take(r, &a, 6, 90));
	assert_true(rate_take(r, &a, 6, 101 + 10));
	assert_false(rate_take(r, &a, 6, 101 + 10));
	/* A network of IPv6 counts as one. */
	from(&a, "2001:db8::1");
	from(&b, "2001:db8::2:0:0:1");
	assert_true(rate_take(r, &a, 1, 200));
	assert_false(rate_take(r, &b, 1, 200));
	/* Many addresses: those silent longest are forgotten. */
	for (uint32_t i = 0; i < 5000; i++) {
		((struct sockaddr_in *)(void *)&b)->sin_addr.s_addr = htonl(i);
		b.ss_family = AF_INET;
		assert_true(rate_take(r, &b, 1, 300 + i));
	}
	assert_int_equal(r->n, RATE_ADDRESSES_MAX);
	assert_false(rate_take(r, &b, 1, 300 + 4999));
	free(r);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(keys_are_taken),
		TEST(the_first_rule_that_fits),
		TEST(orders),
		TEST(rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
