/* SPDX-License-Identifier: Apache-2.0 */
/* In place of frames_dw.c in a library without elfutils. */
#include "private.h"

HRESULT
datatarget_create_stack_frame_enumerator(struct datatarget *t, DWORD thread_id,
					 struct datatarget_frames **enumerator)
{
	(void)thread_id;
	(void)enumerator;
	if (t == NULL)
		return DATATARGET_E_POINTER;
	return dt_fail(t, DATATARGET_E_NOTIMPL,
		       "this libdatatarget was built without elfutils (libdw)");
}
