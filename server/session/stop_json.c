/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's stop as a JSON object: jThreadsInfo and jstopinfo.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/hex.h"
#include "private.h"
#include "stop_memory.h"

/* Text of bounded length; what does not fit makes it `full`. */
struct text {
	char *buf;
	size_t len, cap;
	bool full;
};

static void
put_raw(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (n >= t->cap - t->len) {
		t->full = true;
		return;
	}
	memcpy(t->buf + t->len, s, n + 1);
	t->len += n;
}

static void
put_string(struct text *t, const char *s)
{
	put_raw(t, "\"");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		char one[8];

		if (c == '"' || c == '\\')
			snprintf(one, sizeof(one), "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			snprintf(one, sizeof(one), "\\u%04x", c);
		else
			snprintf(one, sizeof(one), "%c", c);
		put_raw(t, one);
	}
	put_raw(t, "\"");
}

static void
put_key(struct text *t, const char *key)
{
	if (t->len > 1)
		put_raw(t, ",");
	put_string(t, key);
	put_raw(t, ":");
}

static void
put_number(struct text *t, const char *key, long value)
{
	char digits[24];

	put_key(t, key);
	snprintf(digits, sizeof(digits), "%ld", value);
	put_raw(t, digits);
}

static void
put_register(struct text *t, struct session *s, pid_t tid,
	     const struct register_view *v, unsigned id, bool *first)
{
	uint8_t value[SESSION_REG_BYTES];
	char hex[2 * 8 + 1], key[16];
	size_t size = v->arch->regs[id].size;
	int number = register_view_number(v, id);

	if (number < 0 || size > 8 ||
	    target_get_register(s->target, tid, id, value) < 0)
		return;
	for (size_t i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", value[i]);
	snprintf(key, sizeof(key), "%d", number);
	if (!*first)
		put_raw(t, ",");
	*first = false;
	put_string(t, key);
	put_raw(t, ":");
	put_string(t, hex);
}

/* Where it is and where its stack is: enough for the frame on top. */
static void
put_registers(struct text *t, struct session *s, pid_t tid)
{
	const struct register_view *v = session_view(s, tid);
	bool first = true;

	if (v == NULL)
		return;
	put_key(t, "registers");
	put_raw(t, "{");
	put_register(t, s, tid, v, v->arch->pc, &first);
	put_register(t, s, tid, v, v->arch->sp, &first);
	put_register(t, s, tid, v, v->arch->fp, &first);
	put_raw(t, "}");
}

static void
put_hex(struct text *t, const uint8_t *data, size_t len)
{
	if (2 * len >= t->cap - t->len) {
		t->full = true;
		return;
	}
	rsp_hex_encode((uint8_t *)t->buf + t->len, data, len);
	t->len += 2 * len;
	t->buf[t->len] = '\0';
}

static void
put_memory(struct text *t, struct session *s, pid_t tid)
{
	struct stop_memory m;
	char head[64];

	stop_memory_read(s, tid, STOP_FRAMES_MAX, &m);
	if (m.n == 0)
		return;
	put_key(t, "memory");
	for (size_t i = 0; i < m.n; i++) {
		const struct stop_piece *p = &m.pieces[i];

		snprintf(head, sizeof(head),
			 "%c{\"address\":%" PRIu64 ",\"bytes\":\"",
			 i == 0 ? '[' : ',', p->addr);
		put_raw(t, head);
		put_hex(t, m.bytes + p->at, p->len);
		put_raw(t, "\"}");
	}
	put_raw(t, "]");
}

size_t
stop_thread_json(struct session *s, pid_t tid, enum stop_detail detail,
		 char *buf, size_t cap)
{
	struct text t = { .buf = buf, .cap = cap };
	struct target_event ev;
	const char *word;
	char text[256];

	if (target_stop_info(s->target, tid, &ev) < 0)
		memset(&ev, 0, sizeof(ev));
	ev.tid = tid;
	ev.pid = target_thread_process(s->target, tid);
	if (ev.pid == 0)
		return 0;
	put_raw(&t, "{");
	put_number(&t, "tid", tid);
	if (target_thread_name(s->target, tid, text, sizeof(text)) == 0 &&
	    text[0] != '\0') {
		put_key(&t, "name");
		put_string(&t, text);
	}
	word = stop_reason_word(&ev);
	if (word != NULL) {
		put_key(&t, "reason");
		put_string(&t, word);
		put_number(&t, "signal",
			   signal_to_client(s, stop_signal(s, &ev)));
		stop_description(s, &ev, text, sizeof(text));
		if (text[0] != '\0') {
			put_key(&t, "description");
			put_string(&t, text);
		}
	}
	if (detail >= STOP_REGISTERS && target_is_stopped(s->target, tid))
		put_registers(&t, s, tid);
	if (detail >= STOP_MEMORY && target_is_stopped(s->target, tid))
		put_memory(&t, s, tid);
	put_raw(&t, "}");
	return t.full ? 0 : t.len;
}
