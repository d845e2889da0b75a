/* SPDX-License-Identifier: Apache-2.0 */
/*
 * g G p P, saved register states, and qRegisterInfo.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "private.h"
#include "registers.h"
#include "trace.h"

/* Numbers that lldb's tests compare. */
enum {
	E_NO_SUCH_REGISTER = 0x15,
	E_NO_MORE_REGISTERS = 0x45,
	E_NO_SUCH_STATE = 0x77,
};

/* The thread that is meant, and its view. */
static int
find_registers(struct session *s, const struct rsp_suffix *suffix, pid_t *tid,
	       const struct register_view **v)
{
	int err = session_register_thread(s, suffix, tid);

	if (err < 0)
		return err;
	/* What was collected does not depend on who runs now. */
	if (!s->client.in_frame && !target_is_stopped(s->target, *tid))
		return -EBUSY;
	*v = session_view(s, *tid);
	return *v == NULL ? -ESRCH : 0;
}

/* ---- all registers ---- */

static void
put_unavailable(struct rsp_reply *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		rsp_reply_str(out, "xx");
}

static int
get_register(struct session *s, pid_t tid, unsigned id, uint8_t *value)
{
	if (s->client.in_frame)
		return trace_frame_register(s, id, value);
	return target_get_register(s->target, tid, id, value);
}

/* For what changes registers: those of a trace frame are as they were. */
static int
find_writable(struct session *s, const struct rsp_suffix *suffix, pid_t *tid,
	      const struct register_view **v)
{
	if (s->client.in_frame)
		return -EROFS;
	return find_registers(s, suffix, tid, v);
}

static void
put_register(struct session *s, pid_t tid, const struct register_view *v,
	     size_t number, struct rsp_reply *out)
{
	unsigned id = v->ids[number];
	size_t size = v->arch->regs[id].size;
	uint8_t value[SESSION_REG_BYTES];

	if (size > sizeof(value) || get_register(s, tid, id, value) < 0)
		put_unavailable(out, size);
	else
		rsp_reply_hex_bytes(out, value, size);
}

/* The view has only registers that are there. */
static void
put_from_file(const struct register_view *v, const uint8_t *file, size_t number,
	      struct rsp_reply *out)
{
	unsigned id = v->ids[number];
	size_t size = v->arch->regs[id].size;
	uint8_t value[SESSION_REG_BYTES];

	if (size > sizeof(value)) {
		put_unavailable(out, size);
		return;
	}
	v->arch->get(file, id, value);
	rsp_reply_hex_bytes(out, value, size);
}

/* All at once: to ask for each of hundreds takes much longer. */
static int
put_live(struct session *s, pid_t tid, const struct register_view *v,
	 struct rsp_reply *out)
{
	uint8_t *file = malloc(v->arch->file_size);
	int err;

	if (file == NULL)
		return -ENOMEM;
	err = target_save_registers(s->target, tid, file);
	for (size_t i = 0; err == 0 && i < v->n; i++) {
		if (!register_is_part(v->arch, v->ids[i]))
			put_from_file(v, file, i, out);
	}
	free(file);
	return err;
}

int
handle_read_registers(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	const struct register_view *v;
	pid_t tid;
	int err = find_registers(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	if (!s->client.in_frame)
		return put_live(s, tid, v, out);
	for (size_t i = 0; i < v->n; i++) {
		if (!register_is_part(v->arch, v->ids[i]))
			put_register(s, tid, v, i, out);
	}
	return 0;
}

/*
 * A client that changes one register may send all of them.  Only what differs
 * is written: writing the rest back as it was is not always without effect (pc
 * in an interrupted system call).
 */
static int
write_if_changed(struct session *s, pid_t tid, const struct arch *a,
		 unsigned id, const uint8_t *value)
{
	uint8_t old[SESSION_REG_BYTES];
	size_t size = a->regs[id].size;

	if (size > sizeof(old) ||
	    target_get_register(s->target, tid, id, old) < 0)
		return 0;
	if (memcmp(old, value, size) == 0)
		return 0;
	return target_set_register(s->target, tid, id, value);
}

int
handle_write_registers(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	const struct register_view *v;
	pid_t tid;
	int err = find_writable(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	if (req->regs.data.len != v->g_size)
		return -EINVAL;
	for (size_t i = 0; i < v->n; i++) {
		if (register_is_part(v->arch, v->ids[i]))
			continue;
		err = write_if_changed(s, tid, v->arch, v->ids[i],
				       req->regs.data.data + v->offsets[i]);
		if (err < 0)
			return err;
	}
	rsp_reply_str(out, "OK");
	return 0;
}

/* ---- one register ---- */

int
handle_read_register(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	const struct register_view *v;
	pid_t tid;
	int err = find_registers(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	if (req->regs.regno >= v->n)
		return session_code(s, E_NO_SUCH_REGISTER);
	put_register(s, tid, v, (size_t)req->regs.regno, out);
	return 0;
}

int
handle_write_register(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	const struct register_view *v;
	unsigned id;
	pid_t tid;
	int err = find_writable(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	if (req->regs.regno >= v->n)
		return session_code(s, E_NO_SUCH_REGISTER);
	id = v->ids[req->regs.regno];
	if (req->regs.data.len != v->arch->regs[id].size)
		return -EINVAL;
	err = target_set_register(s->target, tid, id, req->regs.data.data);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

/* ---- saved states ---- */

/* A free place; where there is none, the oldest state's: a client that never
 * came back for it must not be the reason that the next one gets none. */
static struct saved_registers *
place_for_state(struct session *s)
{
	struct saved_registers *oldest = &s->saved[0];

	for (size_t i = 0; i < SESSION_SAVED_MAX; i++) {
		if (s->saved[i].file == NULL)
			return &s->saved[i];
		if (s->saved[i].id < oldest->id)
			oldest = &s->saved[i];
	}
	return oldest;
}

int
handle_save_registers(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	const struct register_view *v;
	struct saved_registers *place;
	uint8_t *file;
	pid_t tid;
	int err = find_writable(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	file = malloc(v->arch->file_size);
	if (file == NULL)
		return -ENOMEM;
	err = target_save_registers(s->target, tid, file);
	if (err < 0) {
		free(file);
		return err;
	}
	place = place_for_state(s);
	free(place->file);
	place->file = file;
	place->tid = tid;
	place->arch = v->arch;
	place->id = s->next_saved_id++;
	rsp_reply_printf(out, "%u", (unsigned)place->id);
	return 0;
}

int
handle_restore_registers(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	struct saved_registers *saved = NULL;
	const struct register_view *v;
	pid_t tid;
	int err = find_writable(s, &req->regs.thread, &tid, &v);

	if (err < 0)
		return err;
	for (size_t i = 0; i < SESSION_SAVED_MAX; i++) {
		if (s->saved[i].file != NULL &&
		    s->saved[i].id == req->regs.save_id)
			saved = &s->saved[i];
	}
	if (saved == NULL || saved->tid != tid || saved->arch != v->arch)
		return session_code(s, E_NO_SUCH_STATE);
	err = target_restore_registers(s->target, tid, saved->file);
	if (err < 0)
		return err;
	free(saved->file);
	memset(saved, 0, sizeof(*saved));
	rsp_reply_str(out, "OK");
	return 0;
}

/* ---- qRegisterInfo ---- */

static void
put_invalidates(const struct register_view *v, const struct arch_reg *r,
		struct rsp_reply *out)
{
	bool first = true;

	if (r->invalidates == NULL)
		return;
	for (const int16_t *id = r->invalidates; *id >= 0; id++) {
		int number = register_view_number(v, (unsigned)*id);

		if (number < 0)
			continue;
		rsp_reply_str(out, first ? "invalidate-regs:" : ",");
		rsp_reply_hex(out, (uint64_t)number);
		first = false;
	}
	if (!first)
		rsp_reply_char(out, ';');
}

static void
put_register_info(const struct register_view *v, size_t number,
		  struct rsp_reply *out)
{
	const struct arch_reg *r = &v->arch->regs[v->ids[number]];

	rsp_reply_printf(out, "name:%s;", r->name);
	if (r->alt_name != NULL)
		rsp_reply_printf(out, "alt-name:%s;", r->alt_name);
	rsp_reply_printf(out, "bitsize:%u;offset:%u;encoding:%s;format:%s;",
			 r->size * 8u, (unsigned)v->offsets[number],
			 register_encoding_word(r), register_format_word(r));
	if (r->lldb_set != NULL)
		rsp_reply_printf(out, "set:%s;", r->lldb_set);
	if (r->ehframe != ARCH_NO_NUMBER)
		rsp_reply_printf(out, "ehframe:%d;", r->ehframe);
	if (r->dwarf != ARCH_NO_NUMBER)
		rsp_reply_printf(out, "dwarf:%d;", r->dwarf);
	if (r->generic != NULL)
		rsp_reply_printf(out, "generic:%s;", r->generic);
	if (r->container >= 0) {
		int n = register_view_number(v, (unsigned)r->container);

		if (n >= 0)
			rsp_reply_printf(out, "container-regs:%x;",
					 (unsigned)n);
	}
	put_invalidates(v, r, out);
}

int
handle_register_info(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	const struct register_view *v;
	pid_t pid, tid;
	int err = session_current(s, &pid, &tid);

	if (err < 0)
		return err;
	v = session_view(s, tid);
	if (v == NULL || req->number >= v->n)
		return session_code(s, E_NO_MORE_REGISTERS);
	put_register_info(v, (size_t)req->number, out);
	return 0;
}
