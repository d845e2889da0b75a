/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers as the client numbers them, and the text that describes them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "registers.h"

/* ---- the view ----------------------------------------------------------- */

static size_t
limit(size_t n, size_t most)
{
	return n < most ? n : most;
}

static int
fill_view(struct session *s, pid_t tid, const struct arch *a,
	  struct register_view *v)
{
	uint8_t *file = malloc(a->file_size);
	int err;

	if (file == NULL)
		return -ENOMEM;
	err = target_save_registers(s->target, tid, file);
	if (err == 0) {
		v->arch = a;
		v->kind = s->client.dialect->view;
		v->n =
		    arch_view_ids(a, v->kind, file, v->ids, SESSION_REGS_MAX);
		v->plain = !s->client.described;
		if (v->plain)
			v->n = limit(v->n, arch_view_plain(a, v->kind, file));
		v->g_size = arch_view_offsets(a, v->ids, v->n, v->offsets);
	}
	free(file);
	return err;
}

/*
 * What a machine has does not change, so one view serves until another
 * architecture or another client comes.
 */
const struct register_view *
session_view(struct session *s, pid_t tid)
{
	struct register_view *v = s->view;
	pid_t pid = target_thread_process(s->target, tid);
	const struct arch *a;

	if (pid == 0)
		return NULL;
	a = target_arch(s->target, pid);
	if (a == NULL)
		return NULL;
	if (v->arch == a && v->kind == s->client.dialect->view &&
	    v->plain == !s->client.described)
		return v;
	v->arch = NULL;
	return fill_view(s, tid, a, v) != 0 ? NULL : v;
}

int
register_view_number(const struct register_view *v, unsigned id)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->ids[i] == id)
			return (int)i;
	}
	return -1;
}

bool
register_is_part(const struct arch *a, unsigned id)
{
	return a->regs[id].container >= 0;
}

/* ---- words ---- */

const char *
register_encoding_word(const struct arch_reg *r)
{
	static const char *const words[] = {
		[ARCH_UINT] = "uint",
		[ARCH_SINT] = "sint",
		[ARCH_IEEE754] = "ieee754",
		[ARCH_VECTOR] = "vector",
	};

	return words[r->encoding];
}

const char *
register_format_word(const struct arch_reg *r)
{
	static const char *const words[] = {
		[ARCH_HEX] = "hex",
		[ARCH_DECIMAL] = "decimal",
		[ARCH_FLOAT] = "float",
		[ARCH_BINARY] = "binary",
		[ARCH_VECTOR_UINT8] = "vector-uint8",
		[ARCH_VECTOR_SINT8] = "vector-sint8",
		[ARCH_VECTOR_UINT16] = "vector-uint16",
		[ARCH_VECTOR_UINT32] = "vector-uint32",
		[ARCH_VECTOR_FLOAT32] = "vector-float32",
		[ARCH_VECTOR_UINT128] = "vector-uint128",
	};

	return words[r->format];
}

/* ---- target.xml ---- */

/* One after the other, so that no number is needed: gdb reads in pieces of
 * 4 KiB, and this saves it one. */
static void
put_gdb_reg(struct session *s, const struct arch_reg *r)
{
	document_printf(s, "<reg name=\"%s\" bitsize=\"%u\"", r->name,
			r->size * 8u);
	if (r->gdb_type != NULL)
		document_printf(s, " type=\"%s\"", r->gdb_type);
	if (r->gdb_group != NULL)
		document_printf(s, " group=\"%s\"", r->gdb_group);
	document_printf(s, "/>\n");
}

static void
put_invalidates(struct session *s, const struct register_view *v,
		const struct arch_reg *r)
{
	bool first = true;

	if (r->invalidates == NULL)
		return;
	for (const int16_t *id = r->invalidates; *id >= 0; id++) {
		int number = register_view_number(v, (unsigned)*id);

		if (number < 0)
			continue;
		document_printf(s, "%s%d",
				first ? " invalidate_regnums=\"" : ",", number);
		first = false;
	}
	if (!first)
		document_printf(s, "\"");
}

static void
put_lldb_reg(struct session *s, const struct register_view *v, size_t number)
{
	const struct arch_reg *r = &v->arch->regs[v->ids[number]];

	document_printf(s, "<reg name=\"%s\"", r->name);
	if (r->alt_name != NULL)
		document_printf(s, " altname=\"%s\"", r->alt_name);
	document_printf(s,
			" bitsize=\"%u\" regnum=\"%zu\" offset=\"%" PRIu32 "\""
			" encoding=\"%s\" format=\"%s\"",
			r->size * 8u, number, v->offsets[number],
			register_encoding_word(r), register_format_word(r));
	if (r->lldb_set != NULL)
		document_printf(s, " group=\"%s\"", r->lldb_set);
	if (r->ehframe != ARCH_NO_NUMBER)
		document_printf(s, " ehframe_regnum=\"%d\"", r->ehframe);
	if (r->dwarf != ARCH_NO_NUMBER)
		document_printf(s, " dwarf_regnum=\"%d\"", r->dwarf);
	if (r->generic != NULL)
		document_printf(s, " generic=\"%s\"", r->generic);
	if (r->container >= 0)
		document_printf(
		    s, " value_regnums=\"%d\"",
		    register_view_number(v, (unsigned)r->container));
	put_invalidates(s, v, r);
	document_printf(s, "/>\n");
}

static void
put_gdb_feature(struct session *s, const struct register_view *v,
		const struct arch_feature *f, size_t *number)
{
	bool open = false;

	/* The view's ids are the features' in order, absent ones left out. */
	for (size_t i = 0; i < f->nregs; i++) {
		if (*number >= v->n || v->ids[*number] != f->regs[i])
			continue;
		if (!open) {
			document_printf(s, "<feature name=\"%s\">\n", f->name);
			document_add(s, f->types, strlen(f->types));
		}
		open = true;
		put_gdb_reg(s, &v->arch->regs[f->regs[i]]);
		(*number)++;
	}
	if (open)
		document_printf(s, "</feature>\n");
}

/* lldb has sets in place of features, and looks into all of them. */
static void
put_lldb_feature(struct session *s, const struct register_view *v)
{
	document_printf(s, "<feature>\n");
	for (size_t i = 0; i < v->n; i++)
		put_lldb_reg(s, v, i);
	document_printf(s, "</feature>\n");
}

int
describe_target_xml(struct session *s, pid_t pid)
{
	const struct register_view *v;
	const struct arch_view *view;
	size_t number = 0;
	pid_t tid;

	if (target_threads(s->target, pid, &tid, 1) == 0)
		return -ESRCH;
	v = session_view(s, tid);
	if (v == NULL)
		return -ENOMEM;
	view = &v->arch->views[v->kind];
	document_printf(s, "<?xml version=\"1.0\"?>\n"
			   "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
			   "<target version=\"1.0\">\n");
	document_printf(s, "<architecture>%s</architecture>\n", view->gdb_arch);
	if (view->osabi != NULL)
		document_printf(s, "<osabi>%s</osabi>\n", view->osabi);
	if (v->kind == ARCH_VIEW_LLDB)
		put_lldb_feature(s, v);
	for (size_t i = 0; i < view->nfeatures && v->kind == ARCH_VIEW_GDB; i++)
		put_gdb_feature(s, v, &view->features[i], &number);
	document_printf(s, "</target>\n");
	return document_ok(s) ? 0 : -ENOMEM;
}
