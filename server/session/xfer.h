/* SPDX-License-Identifier: Apache-2.0 */
/* What handle_xfer.c and the makers of its documents share. */
#ifndef SERVER_SESSION_XFER_H
#define SERVER_SESSION_XFER_H

#include "private.h"

/*
 * Each builds the object into s->document, which is begun already; `annex` is
 * a bounded string.  0 or -errno.
 */
typedef int xfer_build(struct session *s, const char *annex);

/* libraries.c */
xfer_build build_libraries;

/* trace_frame.c: what the selected trace frame holds */
xfer_build build_traceframe_info;

/* osdata.c: tables about the host, as "info os" shows them */
xfer_build build_osdata;

#endif
