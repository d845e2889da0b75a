/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf of agent expressions: dprintf and breakpoint commands.
 *
 * The format is the client's; each conversion is taken apart, checked and
 * rebuilt before the C library sees it, so no format reaches it as it came.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "agent_private.h"

#define ARGS_MAX 32

struct text {
	char buf[AGENT_TEXT_MAX];
	size_t len;
};

/* What stands between % and the conversion letter. */
struct conversion {
	char spec[16]; /* "%-08.3" and room for "ll", letter, NUL */
	size_t len;
	unsigned bits; /* of an integer argument */
	bool wide;
	char letter;
};

/* What does not fit is left out. */
static void
put(struct text *t, const char *s, size_t n)
{
	if (n > sizeof(t->buf) - t->len)
		n = sizeof(t->buf) - t->len;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
}

static void
put_char(struct text *t, char c)
{
	put(t, &c, 1);
}

/* The escape after a backslash, as it is written in C; returns what follows. */
static const char *
put_escape(struct text *t, const char *f)
{
	static const char names[] = "abefnrtv";
	static const char values[] = "\a\b\033\f\n\r\t\v";
	const char *at;
	unsigned octal = 0;

	if (*f >= '0' && *f <= '7') {
		for (int i = 0; i < 3 && *f >= '0' && *f <= '7'; i++, f++)
			octal = octal * 8 + (unsigned)(*f - '0');
		put_char(t, (char)(unsigned char)octal);
		return f;
	}
	if (*f == '\0')
		return f;
	at = strchr(names, *f);
	put_char(t, at != NULL ? values[at - names] : *f);
	return f + 1;
}

/* Copies at most `max` characters that are in `set`. */
static const char *
take(struct conversion *c, const char *f, const char *set, size_t max)
{
	while (*f != '\0' && strchr(set, *f) != NULL) {
		if (max-- == 0)
			return NULL;
		c->spec[c->len++] = *f++;
	}
	return f;
}

static const char *
parse_length(struct conversion *c, const char *f)
{
	c->bits = 32;
	for (; *f != '\0' && strchr("hlLjzt", *f) != NULL; f++) {
		if (*f == 'h')
			c->bits = c->bits == 16 ? 8 : 16;
		else
			c->bits = 64;
		c->wide = *f == 'l';
	}
	return f;
}

/* Parses after the '%'; NULL: not a conversion that can be done. */
static const char *
parse_conversion(struct conversion *c, const char *f)
{
	static const char digits[] = "0123456789";

	*c = (struct conversion){ .spec = "%", .len = 1 };
	f = take(c, f, "-+ #0", 5);
	if (f != NULL)
		f = take(c, f, digits, 3);
	if (f != NULL && *f == '.') {
		c->spec[c->len++] = *f++;
		f = take(c, f, digits, 2);
	}
	if (f == NULL)
		return NULL;
	f = parse_length(c, f);
	if (*f == '\0' || strchr("diouxXcsp", *f) == NULL)
		return NULL;
	c->letter = *f++;
	return f;
}

/* Reads a string up to its NUL, never across a page that it does not need. */
static int
read_string(struct agent *a, uint64_t addr, char *buf, size_t cap)
{
	size_t len = 0;

	while (len < cap - 1) {
		size_t n = 32 - (size_t)(addr % 32);
		const char *nul;
		int err;

		if (n > cap - 1 - len)
			n = cap - 1 - len;
		err = agent_read_memory(a, addr, buf + len, n);
		if (err < 0)
			return err;
		nul = memchr(buf + len, '\0', n);
		if (nul != NULL)
			return 0;
		len += n;
		addr += n;
	}
	buf[len] = '\0';
	return 0;
}

static int
put_string(struct agent *a, struct text *t, struct conversion *c, uint64_t arg)
{
	char string[AGENT_STRING_MAX] = "(null)";
	char out[AGENT_TEXT_MAX];
	int n;
	int err;

	if (arg != 0) {
		err = read_string(a, arg, string, sizeof(string));
		if (err < 0)
			return err;
	}
	c->spec[c->len++] = 's';
	c->spec[c->len] = '\0';
	n = snprintf(out, sizeof(out), c->spec, string);
	if (n < 0 || (size_t)n >= sizeof(out))
		return -EINVAL;
	put(t, out, (size_t)n);
	return 0;
}

static int
put_number(struct text *t, struct conversion *c, uint64_t arg)
{
	bool is_signed = c->letter == 'd' || c->letter == 'i';
	char out[1100];
	int n;

	if (c->letter == 'c') {
		c->spec[c->len++] = 'c';
		c->spec[c->len] = '\0';
		n = snprintf(out, sizeof(out), c->spec, (int)(arg & 255));
		goto done;
	}
	if (c->letter == 'p') {
		put(t, "0x", 2);
		c->bits = 64;
		c->letter = 'x';
	}
	if (c->bits < 64) {
		uint64_t sign = (uint64_t)1 << (c->bits - 1);

		arg &= (sign << 1) - 1;
		if (is_signed)
			arg = (arg ^ sign) - sign;
	}
	c->spec[c->len++] = 'l';
	c->spec[c->len++] = 'l';
	c->spec[c->len++] = c->letter;
	c->spec[c->len] = '\0';
	n = snprintf(out, sizeof(out), c->spec, (unsigned long long)arg);
done:
	if (n < 0 || (size_t)n >= sizeof(out))
		return -EINVAL;
	put(t, out, (size_t)n);
	return 0;
}

static int
format(struct agent *a, struct text *t, const char *f, const uint64_t *args,
       size_t nargs)
{
	size_t next = 0;

	while (*f != '\0') {
		struct conversion c;
		int err;

		if (*f == '\\') {
			f = put_escape(t, f + 1);
			continue;
		}
		if (f[0] != '%' || f[1] == '%') {
			put_char(t, *f);
			f += f[0] == '%' ? 2 : 1;
			continue;
		}
		f = parse_conversion(&c, f + 1);
		if (f == NULL || next == nargs)
			return -EINVAL;
		if (c.wide && (c.letter == 'c' || c.letter == 's'))
			return -ENOSYS;
		err = c.letter == 's' ? put_string(a, t, &c, args[next])
				      : put_number(t, &c, args[next]);
		if (err < 0)
			return err;
		next++;
	}
	return 0;
}

/*
 * Operands: the count of arguments, the length of the format, the format with
 * its NUL.  On the stack, from the top: function and channel (of no use here),
 * then the arguments, the first on top.
 */
int
agent_printf(struct agent *a)
{
	uint64_t args[ARGS_MAX];
	uint64_t nargs;
	uint64_t len;
	uint64_t unused;
	const char *f;
	struct text t;
	int err;

	if (agent_operand(a, 1, &nargs) < 0 || agent_operand(a, 2, &len) < 0 ||
	    nargs > ARGS_MAX || len == 0 || len > a->len - a->pc)
		return -EINVAL;
	f = (const char *)a->code + a->pc;
	a->pc += (size_t)len;
	if (f[len - 1] != '\0' || agent_pop(a, &unused) < 0 ||
	    agent_pop(a, &unused) < 0)
		return -EINVAL;
	for (size_t i = 0; i < nargs; i++) {
		if (agent_pop(a, &args[i]) < 0)
			return -EINVAL;
	}
	a->steps += (unsigned)len + AGENT_READ_STEPS;
	t.len = 0;
	err = format(a, &t, f, args, (size_t)nargs);
	/* So that a loop of printfs ends after some 100 KiB. */
	a->steps += (unsigned)t.len * 10;
	if (err == 0 && a->access->print != NULL)
		a->access->print(a->access->arg, t.buf, t.len);
	return err;
}
