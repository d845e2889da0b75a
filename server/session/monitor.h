/* SPDX-License-Identifier: Apache-2.0 */
/* What monitor.c and its commands share. */
#ifndef SERVER_SESSION_MONITOR_H
#define SERVER_SESSION_MONITOR_H

#include "private.h"

/*
 * Runs one command with what follows its name ("" if nothing).  Output goes to
 * the document.  0; -errno, whose text is then printed; MONITOR_USAGE: the
 * arguments are wrong (a word about that may be printed), and the help follows,
 * as with gdbserver; or MONITOR_LATER: a job was begun, which writes a document
 * in the end and returns what monitor_end does.
 */
#define MONITOR_USAGE 1
#define MONITOR_LATER 2
typedef int monitor_fn(struct session *s, const char *args);
int monitor_end(struct session *s, const char *name, int err,
		struct rsp_reply *out);

/* monitor_settings.c: gdbserver's own "set ..." */
monitor_fn monitor_set_debug;
monitor_fn monitor_set_remote_debug;
monitor_fn monitor_set_debug_format;
monitor_fn monitor_set_thread_db;
/* and one of ours */
monitor_fn monitor_set_free_on_detach;

/* monitor_constants.c: take a word, or words joined with '|', and the blanks
 * behind it; "rw" and the like, Win32's names, numbers. */
bool monitor_protection(const char **at, uint32_t *protection);
bool monitor_type(const char **at, uint32_t *type);
/* With a newline. */
void monitor_put_protection(struct session *s, uint32_t protection);

/* monitor_vm.c */
monitor_fn monitor_protect;
monitor_fn monitor_query;
monitor_fn monitor_write_watch;

/* monitor_core.c */
monitor_fn monitor_save_core;

/* monitor_memory.c */
int monitor_process(struct session *s, pid_t *pid);
monitor_fn monitor_allocate;
monitor_fn monitor_free;
monitor_fn monitor_regions;

#endif
