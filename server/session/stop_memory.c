/* SPDX-License-Identifier: Apache-2.0 */
#include "stop_memory.h"

#include <inttypes.h>
#include <string.h>

#include "private.h"

/* What is further from the frame below it is no frame. */
#define FRAME_SIZE_MAX 0x1000000
/* No address of code or stack is lower (vm.mmap_min_addr). */
#define ADDRESS_MIN 0x10000

struct walk {
	struct session *s;
	pid_t pid;
	unsigned word;
	struct stop_memory *m;
};

static const struct stop_piece *
last_piece(const struct stop_memory *m)
{
	return m->n > 0 ? &m->pieces[m->n - 1] : NULL;
}

/* Adds [from, to) but what is there already; or as much as can be read. */
static void
add(const struct walk *w, uint64_t from, uint64_t to)
{
	struct stop_memory *m = w->m;
	const struct stop_piece *last = last_piece(m);
	size_t used = last != NULL ? last->at + last->len : 0;
	size_t got = 0;

	if (last != NULL && from < last->addr + last->len)
		from = last->addr + last->len;
	if (from >= to || m->n == STOP_PIECES_MAX ||
	    to - from > sizeof(m->bytes) - used)
		return;
	if (target_read_memory(w->s->target, w->pid, from, m->bytes + used,
			       (size_t)(to - from), &got) < 0 ||
	    got == 0)
		return;
	m->pieces[m->n++] =
	    (struct stop_piece){ .addr = from, .at = used, .len = got };
}

/* A word of the last piece; 0 if it is not in there. */
static uint64_t
word_at(const struct walk *w, uint64_t addr)
{
	const struct stop_piece *last = last_piece(w->m);
	uint64_t value = 0;

	if (last == NULL || addr < last->addr || last->len < w->word ||
	    addr - last->addr > last->len - w->word)
		return 0;
	memcpy(&value, w->m->bytes + last->at + (addr - last->addr), w->word);
	return value;
}

static bool
is_older_frame(uint64_t fp, uint64_t than)
{
	return fp > than && fp - than < FRAME_SIZE_MAX &&
	       fp < UINT64_MAX - FRAME_SIZE_MAX;
}

/*
 * Is this the frame of the first function that keeps a frame pointer, main()
 * as a rule?  What called it finds its own return address without one.
 */
static bool
is_first_frame(const struct walk *w, uint64_t fp)
{
	return word_at(w, fp) < ADDRESS_MIN &&
	       word_at(w, fp + w->word) >= ADDRESS_MIN;
}

static void
add_frames(const struct walk *w, uint64_t fp, size_t frames)
{
	uint64_t next, end;

	for (size_t i = 0; i < frames; i++) {
		end = fp + 2 * w->word;
		add(w, fp, end);
		next = word_at(w, fp);
		if (!is_older_frame(next, fp)) {
			if (is_first_frame(w, fp))
				add(w, end, end + STOP_START_BYTES);
			return;
		}
		fp = next;
	}
}

static bool
read_register(const struct walk *w, pid_t tid, const struct arch *a,
	      unsigned id, uint64_t *value)
{
	*value = 0;
	return a->regs[id].size <= sizeof(*value) &&
	       target_get_register(w->s->target, tid, id, value) == 0;
}

void
stop_memory_read(struct session *s, pid_t tid, size_t frames,
		 struct stop_memory *m)
{
	struct walk w = { .s = s, .m = m };
	const struct arch *a;
	uint64_t sp, fp;

	m->n = 0;
	w.pid = target_thread_process(s->target, tid);
	a = target_arch(s->target, w.pid);
	if (a == NULL || !read_register(&w, tid, a, a->sp, &sp) ||
	    !read_register(&w, tid, a, a->fp, &fp) || sp < ADDRESS_MIN ||
	    sp > UINT64_MAX - FRAME_SIZE_MAX)
		return;
	w.word = a->word_size;
	if (is_older_frame(fp, sp - 1))
		add_frames(&w, fp, frames);
}

void
stop_memory_put(struct session *s, struct rsp_reply *r, pid_t tid)
{
	struct stop_memory m;

	stop_memory_read(s, tid, STOP_FRAMES_FEW, &m);
	for (size_t i = 0; i < m.n; i++) {
		const struct stop_piece *p = &m.pieces[i];

		rsp_reply_printf(r, "memory:0x%" PRIx64 "=", p->addr);
		rsp_reply_hex_bytes(r, m.bytes + p->at, p->len);
		rsp_reply_char(r, ';');
	}
}
