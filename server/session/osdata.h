/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables about the host for gdb's "info os": what osdata.c lists and the
 * osdata_*.c make.  Their columns are gdbserver's own; frontends know them.
 */
#ifndef SERVER_SESSION_OSDATA_H
#define SERVER_SESSION_OSDATA_H

#include <stdio.h>
#include <sys/types.h>

#include "private.h"

typedef void osdata_table(struct session *s);

/* osdata_process.c */
osdata_table osdata_processes;
osdata_table osdata_groups;
osdata_table osdata_threads;
osdata_table osdata_files;
/* osdata_net.c */
osdata_table osdata_sockets;
/* osdata_ipc.c */
osdata_table osdata_shm;
osdata_table osdata_semaphores;
osdata_table osdata_messages;
/* osdata_host.c */
osdata_table osdata_modules;
osdata_table osdata_cpus;

/* Building blocks: <item> <column>... </item> */
void osdata_item(struct session *s);
void osdata_end(struct session *s);
void osdata_text(struct session *s, const char *column, const char *text);
void osdata_number(struct session *s, const char *column, long long value);
void osdata_user(struct session *s, const char *column, uid_t uid);
void osdata_group(struct session *s, const char *column, gid_t gid);
/* As ctime writes it, without the newline; nothing for 0. */
void osdata_time(struct session *s, const char *column, time_t time);
/* The command line of a process, or "[name]" if it has none; "" if it is
 * gone. */
void osdata_command(struct session *s, const char *column, pid_t pid);
/* Its name alone; its id if it is gone. */
void osdata_name(struct session *s, const char *column, pid_t pid);

/* Calls `row` for each line of a file, without the first `skip` lines. */
void osdata_lines(struct session *s, const char *path, unsigned skip,
		  void (*row)(struct session *s, char *line));

#endif
