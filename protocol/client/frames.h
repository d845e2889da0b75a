/* SPDX-License-Identifier: Apache-2.0 */
/* A list of frames that grows as the stack is walked. */
#ifndef CLIENT_FRAMES_H
#define CLIENT_FRAMES_H

#include "private.h"

struct datatarget_frames {
	struct datatarget_frame *frames;
	size_t n, cap;
	size_t next; /* of the enumeration */
};

/* false: no memory, or DATATARGET_FRAMES_MAX of them. */
bool dt_frames_add(struct datatarget_frames *f,
		   const struct datatarget_frame *add);

/* ---- image.c: an object as libelf wants it ---- */

struct image {
	uint8_t *bytes;
	size_t size;
};
/*
 * A copy of what the target has of the object, laid out as the file: headers
 * and unwind tables; the rest is zero.  Section headers are left out: they
 * are not in memory.
 */
HRESULT dt_image_read(struct datatarget *t, const struct elf_object *elf,
		      struct image *image) MUST_CHECK;

#endif
