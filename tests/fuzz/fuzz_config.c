/* SPDX-License-Identifier: Apache-2.0 */
/* needs: roles */
/*
 * Any bytes as a configuration file, up to their first NUL NUL; what follows
 * is an identity.  Reading ends with settings or with an error that has a text
 * and a line of the file; a rule that is found fits by its own conditions.
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "server/common/log.h"
#include "server/listener/settings.h"

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static size_t
config_length(const uint8_t *data, size_t len)
{
	const uint8_t *end = memmem(data, len, "\0\0", 2);

	return end != NULL ? (size_t)(end - data) : len;
}

/* Text from the input, NUL-terminated. */
static void
take_text(const uint8_t **data, size_t *len, char *buf, size_t cap)
{
	size_t n = strnlen((const char *)*data, *len);
	size_t used = n < cap ? n : cap - 1;

	memcpy(buf, *data, used);
	buf[used] = '\0';
	n += n < *len;
	*data += n;
	*len -= n;
}

static void
find_rule(const struct policy *p, const uint8_t *data, size_t len)
{
	struct identity who = { .via = POLICY_TLS };
	const struct policy_rule *r;

	if (len > 0)
		who.via = 1u << (data[0] % 3);
	take_text(&data, &len, who.subject, sizeof(who.subject));
	take_text(&data, &len, who.san, sizeof(who.san));
	take_text(&data, &len, who.fingerprint, sizeof(who.fingerprint));
	r = policy_find(p, &who);
	if (r == NULL)
		return;
	require(r->role < p->nroles);
	require(r->subject[0] == '\0' || who.subject[0] != '\0');
	require(r->san[0] == '\0' || who.san[0] != '\0');
	require(r->fingerprint[0] == '\0' || who.fingerprint[0] != '\0');
	require(!r->has_uid || who.via == POLICY_UNIX);
	require(r->via == 0 || (r->via & (unsigned)who.via) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t n = config_length(data, len);
	size_t skip = n + 2 < len ? n + 2 : len;
	struct ini_error error;
	struct settings s;

	/* Its own words would drown what matters. */
	log_open("/dev/null");
	settings_init(&s);
	if (settings_read_text(&s, (const char *)data, n, &error) == 0) {
		require(s.ncomm <= SETTINGS_ADDRESSES_MAX);
		require(s.limits.sessions > 0 && s.limits.handshakes > 0);
		find_rule(&s.policy, data + skip, len - skip);
	} else {
		require(error.text[0] != '\0');
		require(error.line <= count_lines((const char *)data, n));
	}
	settings_free(&s);
	return 0;
}
