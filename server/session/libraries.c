/* SPDX-License-Identifier: Apache-2.0 */
/* qXfer:libraries-svr4: the dynamic linker's lists as XML. */
#include <errno.h>
#include <string.h>

#include "../../backend/svr4.h"
#include "number.h"
#include "xfer.h"

/* "start=A;prev=B;lmid=C;": any of them, unknown ones are passed over. */
static int
parse_annex(const char *annex, struct svr4_start *start)
{
	while (*annex != '\0') {
		uint64_t ignored;
		uint64_t *value = &ignored;
		const char *eq = strchr(annex, '=');
		size_t len;

		if (eq == NULL)
			return -EINVAL;
		len = (size_t)(eq - annex);
		if (len == 5 && strncmp(annex, "start", 5) == 0)
			value = &start->lm;
		else if (len == 4 && strncmp(annex, "prev", 4) == 0)
			value = &start->prev;
		else if (len == 4 && strncmp(annex, "lmid", 4) == 0)
			value = &start->lmid;
		annex = eq + 1;
		if (!number_hex(&annex, value) ||
		    (*annex != '\0' && *annex != ';'))
			return -EINVAL;
		if (*annex == ';')
			annex++;
	}
	return 0;
}

struct listing {
	struct session *s;
	bool lldb;
	bool open; /* the start tag stands whole */
};

/* The start tag carries the program's own link map, if that comes first. */
static void
start_tag(struct listing *l, const struct target_library *program)
{
	if (l->open)
		return;
	document_printf(l->s, "<library-list-svr4 version=\"1.0\"");
	if (program != NULL && !l->lldb)
		document_printf(l->s, " main-lm=\"0x%llx\"",
				(unsigned long long)program->lm);
	document_printf(l->s, ">");
	l->open = true;
}

/* gdb wants the program as an attribute, lldb in the list, as lldb-server has
 * it; an entry without a name helps neither to find the file. */
static int
add_library(void *arg, const struct target_library *lib, bool program)
{
	struct listing *l = arg;
	struct session *s = l->s;

	start_tag(l, program ? lib : NULL);
	if (program && !l->lldb)
		return 0;
	if (lib->name[0] == '\0' && !l->lldb)
		return 0;
	document_printf(s, "<library name=\"");
	document_xml(s, lib->name);
	document_printf(s, "\" lm=\"0x%llx\" l_addr=\"0x%llx\" l_ld=\"0x%llx\"",
			(unsigned long long)lib->lm,
			(unsigned long long)lib->l_addr,
			(unsigned long long)lib->l_ld);
	if (!l->lldb)
		document_printf(s, " lmid=\"0x%llx\"",
				(unsigned long long)lib->lmid);
	document_printf(s, "/>");
	return document_ok(s) ? 0 : -ENOMEM;
}

/*
 * Before the dynamic linker has made its list, gdb gets an empty one and asks
 * again later; lldb would not, and reads the linker's data itself when this
 * fails.
 */
int
build_libraries(struct session *s, const char *annex)
{
	struct listing l = {
		.s = s,
		.lldb = s->client.dialect->view == ARCH_VIEW_LLDB,
	};
	struct svr4_start start = { 0 };
	pid_t pid;
	pid_t tid;
	int err;

	err = parse_annex(annex, &start);
	if (err == 0)
		err = session_current(s, &pid, &tid);
	if (err == 0)
		err = svr4_walk(s->target, pid, &start, add_library, &l);
	if (err < 0 && (err != -ENOENT || l.lldb))
		return err;
	start_tag(&l, NULL);
	document_printf(s, "</library-list-svr4>");
	return 0;
}
