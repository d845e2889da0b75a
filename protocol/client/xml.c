/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of XML as the protocol's documents need: start tags and their
 * attributes.  Linear in the document, which ends with a NUL.
 */
#include "private.h"

#include <string.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_name(char c)
{
	return c != '\0' && !is_space(c) && c != '=' && c != '>' && c != '/' &&
	       c != '<' && c != '"' && c != '\'';
}

/* Where the tag that begins at `at` ends: its '>', or the NUL. */
static const char *
tag_end(const char *at)
{
	char quote = '\0';

	for (; *at != '\0'; at++) {
		if (quote != '\0') {
			if (*at == quote)
				quote = '\0';
		} else if (*at == '"' || *at == '\'') {
			quote = *at;
		} else if (*at == '>') {
			break;
		}
	}
	return at;
}

static const char *
skip_past(const char *at, const char *mark)
{
	const char *end = strstr(at, mark);

	return end == NULL ? at + strlen(at) : end + strlen(mark);
}

bool
dt_xml_next(const char **at, struct xml_tag *tag)
{
	const char *p = *at;

	for (;;) {
		const char *end;

		p += strcspn(p, "<");
		if (*p == '\0') {
			*at = p;
			return false;
		}
		p++;
		if (strncmp(p, "!--", 3) == 0) {
			p = skip_past(p + 3, "-->");
			continue;
		}
		end = tag_end(p);
		*at = end + (*end != '\0');
		if (is_name(*p) && *p != '!' && *p != '?') {
			tag->name = p;
			while (is_name(*p))
				p++;
			tag->name_len = (size_t)(p - tag->name);
			tag->at = p;
			tag->end = end;
			return true;
		}
		p = *at;
	}
}

bool
dt_xml_is(const struct xml_tag *tag, const char *name)
{
	return tag->name_len == strlen(name) &&
	       memcmp(tag->name, name, tag->name_len) == 0;
}

/* One character of the value at *at, entities resolved; ASCII only. */
static char
take_char(const char **at, const char *end)
{
	static const struct {
		const char *text;
		char c;
	} entities[] = {
		{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};

	for (size_t i = 0; **at == '&' && i < 5; i++) {
		size_t len = strlen(entities[i].text);

		if ((size_t)(end - *at) >= len &&
		    memcmp(*at, entities[i].text, len) == 0) {
			*at += len;
			return entities[i].c;
		}
	}
	return *(*at)++;
}

static bool
copy_value(const char *at, const char *end, char *buf, size_t cap)
{
	size_t n = 0;

	while (at < end) {
		if (n + 1 >= cap)
			return false;
		buf[n++] = take_char(&at, end);
	}
	buf[n] = '\0';
	return true;
}

bool
dt_xml_attribute(const struct xml_tag *tag, const char *name, char *buf,
		 size_t cap)
{
	const char *p = tag->at;

	while (p < tag->end) {
		const char *start, *value, *end;
		size_t len;

		while (p < tag->end && !is_name(*p))
			p++;
		start = p;
		while (p < tag->end && is_name(*p))
			p++;
		len = (size_t)(p - start);
		while (p < tag->end && is_space(*p))
			p++;
		if (p == tag->end || *p != '=')
			continue;
		for (p++; p < tag->end && is_space(*p);)
			p++;
		if (p == tag->end || (*p != '"' && *p != '\''))
			continue;
		value = p + 1;
		end = memchr(value, *p, (size_t)(tag->end - value));
		if (end == NULL)
			return false;
		if (len == strlen(name) && memcmp(start, name, len) == 0)
			return copy_value(value, end, buf, cap);
		p = end + 1;
	}
	return false;
}

bool
dt_xml_number(const struct xml_tag *tag, const char *name, uint64_t *value)
{
	char text[32];

	return dt_xml_attribute(tag, name, text, sizeof(text)) &&
	       dt_number_text(text, value);
}

bool
dt_xml_text(const char *at, char *buf, size_t cap)
{
	size_t len = strcspn(at, "<");

	while (len > 0 && is_space(*at)) {
		at++;
		len--;
	}
	while (len > 0 && is_space(at[len - 1]))
		len--;
	return copy_value(at, at + len, buf, cap);
}
