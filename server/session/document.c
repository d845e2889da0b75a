/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* The longest list that a machine full of processes makes, and more. */
#define DOCUMENT_MAX ((size_t)64 << 20)

void
document_begin(struct session *s, const char *name)
{
	struct document *d = &s->document;

	d->len = 0;
	d->failed = (size_t)snprintf(d->name, sizeof(d->name), "%s", name) >=
		    sizeof(d->name);
}

void
document_free(struct session *s)
{
	free(s->document.data);
	s->document = (struct document){ .data = NULL };
}

static bool
grow(struct document *d, size_t len)
{
	size_t cap = d->cap < 4096 ? 4096 : d->cap;
	uint8_t *data;

	if (len > DOCUMENT_MAX - d->len)
		return false;
	while (cap < d->len + len)
		cap *= 2;
	if (cap == d->cap)
		return true;
	data = realloc(d->data, cap);
	if (data == NULL)
		return false;
	d->data = data;
	d->cap = cap;
	return true;
}

void
document_add(struct session *s, const void *data, size_t len)
{
	struct document *d = &s->document;

	if (d->failed || len == 0)
		return;
	if (!grow(d, len)) {
		d->failed = true;
		return;
	}
	memcpy(d->data + d->len, data, len);
	d->len += len;
}

void
document_printf(struct session *s, const char *format, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(buf))
		s->document.failed = true;
	else
		document_add(s, buf, (size_t)n);
}

/* What XML 1.0 has no way to write is shown as a question mark. */
static const char *
entity(unsigned char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return c < ' ' && c != '\t' && c != '\n' ? "?" : NULL;
	}
}

void
document_xml(struct session *s, const char *text)
{
	while (*text != '\0') {
		size_t plain = 0;
		const char *e = NULL;

		while (text[plain] != '\0' &&
		       (e = entity((unsigned char)text[plain])) == NULL)
			plain++;
		document_add(s, text, plain);
		text += plain;
		if (e != NULL) {
			document_add(s, e, strlen(e));
			text++;
		}
	}
}

bool
document_ok(const struct session *s)
{
	return !s->document.failed;
}

bool
document_is(const struct session *s, const char *name)
{
	return !s->document.failed && s->document.data != NULL &&
	       strcmp(s->document.name, name) == 0;
}
