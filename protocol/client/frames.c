/* SPDX-License-Identifier: Apache-2.0 */
/* The enumerator of frames: IEnumJsStackFrames. */
#include "frames.h"

#include <stdlib.h>
#include <string.h>

bool
dt_frames_add(struct datatarget_frames *f, const struct datatarget_frame *add)
{
	if (f->n == DATATARGET_FRAMES_MAX)
		return false;
	if (f->n == f->cap) {
		size_t cap = f->cap == 0 ? 32 : f->cap * 2;
		struct datatarget_frame *p =
		    realloc(f->frames, cap * sizeof(*p));

		if (p == NULL)
			return false;
		f->frames = p;
		f->cap = cap;
	}
	f->frames[f->n++] = *add;
	return true;
}

HRESULT
datatarget_frames_next(struct datatarget_frames *f, uint32_t count,
		       struct datatarget_frame *frames, uint32_t *fetched)
{
	size_t n;

	if (f == NULL || (frames == NULL && count > 0) ||
	    (fetched == NULL && count != 1))
		return DATATARGET_E_POINTER;
	n = f->n - f->next < count ? f->n - f->next : count;
	if (n > 0)
		memcpy(frames, f->frames + f->next, n * sizeof(*frames));
	f->next += n;
	if (fetched != NULL)
		*fetched = (uint32_t)n;
	return n == count ? DATATARGET_OK : DATATARGET_FALSE;
}

void
datatarget_frames_reset(struct datatarget_frames *f)
{
	if (f != NULL)
		f->next = 0;
}

void
datatarget_frames_free(struct datatarget_frames *f)
{
	if (f == NULL)
		return;
	free(f->frames);
	free(f);
}
