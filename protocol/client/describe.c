/* SPDX-License-Identifier: Apache-2.0 */
/* The registers that the server has, from its target.xml. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX  ((size_t)1 << 20)
#define REGISTERS_MAX 2048
#define REGISTER_BITS 8192
#define INCLUDES_MAX  32

struct parse {
	struct datatarget *t;
	struct reg *regs;
	size_t n, cap;
	uint64_t next; /* the number of a register that has none */
	/* Documents that are still to be read. */
	char annexes[INCLUDES_MAX][64];
	size_t nannexes;
	char architecture[32];
};

static HRESULT
garbled(struct parse *p)
{
	return dt_fail(p->t, DATATARGET_E_DATA,
		       "the server's description of registers is garbled");
}

static HRESULT
add_register(struct parse *p, const struct xml_tag *tag)
{
	struct reg r = { .name = "" };
	uint64_t bits, number = p->next;

	if (!dt_xml_attribute(tag, "name", r.name, sizeof(r.name)))
		return garbled(p);
	if (!dt_xml_number(tag, "bitsize", &bits) || bits == 0 ||
	    bits % 8 != 0 || bits > REGISTER_BITS)
		return garbled(p);
	dt_xml_number(tag, "regnum", &number);
	if (number >= REGISTERS_MAX || p->n == REGISTERS_MAX)
		return garbled(p);
	r.number = (uint32_t)number;
	r.size = (uint32_t)(bits / 8);
	p->next = number + 1;
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 64 : p->cap * 2;
		struct reg *regs = realloc(p->regs, cap * sizeof(*regs));

		if (regs == NULL)
			return dt_no_memory(p->t);
		p->regs = regs;
		p->cap = cap;
	}
	p->regs[p->n++] = r;
	return DATATARGET_OK;
}

/* "<xi:include href="64bit-core.xml"/>" */
static HRESULT
add_include(struct parse *p, const struct xml_tag *tag)
{
	char *annex;

	if (p->nannexes == INCLUDES_MAX)
		return garbled(p);
	annex = p->annexes[p->nannexes++];
	if (!dt_xml_attribute(tag, "href", annex, sizeof(p->annexes[0])))
		return garbled(p);
	/* It goes into a packet. */
	return strpbrk(annex, ":#$}*,;") == NULL ? DATATARGET_OK : garbled(p);
}

static HRESULT
parse_document(struct parse *p, const char *doc)
{
	HRESULT hr = DATATARGET_OK;
	struct xml_tag tag;

	while (hr == DATATARGET_OK && dt_xml_next(&doc, &tag)) {
		if (dt_xml_is(&tag, "reg"))
			hr = add_register(p, &tag);
		else if (dt_xml_is(&tag, "xi:include"))
			hr = add_include(p, &tag);
		else if (dt_xml_is(&tag, "architecture") &&
			 !dt_xml_text(doc, p->architecture,
				      sizeof(p->architecture)))
			hr = garbled(p);
	}
	return hr;
}

static int
by_number(const void *a, const void *b)
{
	const struct reg *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static HRESULT
take_registers(struct parse *p)
{
	struct description *d = &p->t->description;
	uint32_t offset = 0;

	if (p->n == 0)
		return garbled(p);
	qsort(p->regs, p->n, sizeof(*p->regs), by_number);
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0 && p->regs[i].number == p->regs[i - 1].number)
			return garbled(p);
		p->regs[i].offset = offset;
		offset += p->regs[i].size;
	}
	memcpy(d->architecture, p->architecture, sizeof(d->architecture));
	d->regs = p->regs;
	d->n = p->n;
	d->g_size = offset;
	p->regs = NULL;
	return DATATARGET_OK;
}

/* Documents are read one after the other, in the order in which they are
 * named; registers without numbers continue. */
HRESULT
dt_describe(struct datatarget *t)
{
	struct parse p = { .t = t };
	HRESULT hr = DATATARGET_OK;
	size_t len;
	char *doc;

	if (t->description.regs != NULL)
		return DATATARGET_OK;
	strcpy(p.annexes[p.nannexes++], "target.xml");
	for (size_t i = 0; hr == DATATARGET_OK && i < p.nannexes; i++) {
		hr = dt_read_object(t, "features", p.annexes[i], DOCUMENT_MAX,
				    &doc, &len);
		if (hr != DATATARGET_OK)
			break;
		hr = parse_document(&p, doc);
		free(doc);
	}
	if (hr == DATATARGET_OK)
		hr = take_registers(&p);
	free(p.regs);
	return hr;
}

void
dt_describe_forget(struct datatarget *t)
{
	free(t->description.regs);
	memset(&t->description, 0, sizeof(t->description));
	memset(&t->keys, 0, sizeof(t->keys));
}

bool
dt_describe_is_amd64(const struct datatarget *t)
{
	return strcmp(t->description.architecture, "i386:x86-64") == 0;
}
