/* SPDX-License-Identifier: Apache-2.0 */
#include "spare.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/log.h"
#include "../relay/relay.h"

/* The handshake that took the last one has the processor first. */
#define MAKE_SECONDS 0.1
/* Two changes within a tick of the file system's clock look like one: what has
 * just changed is left to settle. */
#define SETTLE_SECONDS 1
/* When there was no process to be had, or it died. */
#define AGAIN_SECONDS 5

/* ---- are the files what they were? --------------------------------------- */

/* All zero for what is not there. */
static void
look(const struct tls_files *f, struct stat seen[SPARE_FILES])
{
	const char *const paths[SPARE_FILES] = { f->cert, f->key, f->ca,
						 f->crl };

	memset(seen, 0, SPARE_FILES * sizeof(*seen));
	for (size_t i = 0; i < SPARE_FILES; i++)
		if (paths[i] != NULL && stat(paths[i], &seen[i]) < 0)
			memset(&seen[i], 0, sizeof(seen[i]));
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
is_unchanged(const struct spare *s)
{
	struct stat now[SPARE_FILES];

	look(s->files, now);
	for (size_t i = 0; i < SPARE_FILES; i++) {
		const struct stat *a = &now[i], *b = &s->seen[i];

		if (a->st_dev != b->st_dev || a->st_ino != b->st_ino ||
		    a->st_size != b->st_size ||
		    !same_time(&a->st_mtim, &b->st_mtim) ||
		    !same_time(&a->st_ctim, &b->st_ctim))
			return false;
	}
	return true;
}

static bool
have_settled(const struct spare *s)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < SPARE_FILES; i++)
		if (s->seen[i].st_ctim.tv_sec > now - 1 - SETTLE_SECONDS)
			return false;
	return true;
}

/* ---- the one that is ready ----------------------------------------------- */

static void
throw_away(struct spare *s)
{
	ev_io_stop(s->loop, &s->end);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void
make_after(struct spare *s, double seconds)
{
	if (s->files == NULL || ev_is_active(&s->timer))
		return;
	ev_timer_set(&s->timer, seconds, 0.);
	ev_timer_start(s->loop, &s->timer);
}

static void
on_end(struct ev_loop *loop, ev_io *w, int revents)
{
	struct spare *s = w->data;

	(void)loop;
	(void)revents;
	throw_away(s);
	make_after(s, AGAIN_SECONDS);
}

static void
make(struct spare *s)
{
	if (relay_start(s->files, &s->fd) < 0) {
		s->fd = -1;
		make_after(s, AGAIN_SECONDS);
		return;
	}
	ev_io_set(&s->end, s->fd, EV_READ);
	ev_io_start(s->loop, &s->end);
}

/* Without one the next client just waits longer. */
static void
on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct spare *s = w->data;

	(void)loop;
	(void)revents;
	throw_away(s);
	look(s->files, s->seen);
	if (have_settled(s))
		make(s);
	else
		make_after(s, SETTLE_SECONDS);
}

void
spare_start(struct spare *s, struct ev_loop *loop,
	    const struct tls_files *files)
{
	s->loop = loop;
	s->files = files;
	s->fd = -1;
	ev_timer_init(&s->timer, on_timer, 0., 0.);
	ev_init(&s->end, on_end);
	s->timer.data = s->end.data = s;
	make_after(s, MAKE_SECONDS);
}

void
spare_change(struct spare *s, const struct tls_files *files)
{
	throw_away(s);
	s->files = files;
	if (files == NULL)
		ev_timer_stop(s->loop, &s->timer);
	make_after(s, MAKE_SECONDS);
}

void
spare_stop(struct spare *s)
{
	throw_away(s);
	ev_timer_stop(s->loop, &s->timer);
}

static int
take_new(const struct spare *s, int tcp, int *fd)
{
	int err = relay_start(s->files, fd);

	if (err < 0)
		return err;
	/* If it is gone already, the pair has its reason. */
	(void)relay_give(*fd, tcp);
	return 0;
}

int
spare_take(struct spare *s, int tcp, int *fd)
{
	bool usable = s->fd >= 0 && is_unchanged(s);

	make_after(s, MAKE_SECONDS);
	if (usable && relay_give(s->fd, tcp) == 0) {
		log_debug("a relay stood ready");
		ev_io_stop(s->loop, &s->end);
		*fd = s->fd;
		s->fd = -1;
		return 0;
	}
	throw_away(s);
	return take_new(s, tcp, fd);
}
