/* SPDX-License-Identifier: Apache-2.0 */
/* The notes of a core file: process, threads with their registers, files. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core_file_private.h"

/* What is gathered before it is written. */
#define FLUSH_BYTES  0x40000
#define SIGINFO_SIZE 128
#define STATUS_MAX   4096
/* Of struct elf_prpsinfo. */
#define NAME_LEN    16
#define COMMAND_LEN 80
/* There is no end of /proc/PID/auxv that could be trusted. */
#define AUXV_MAX 8192

#ifndef NT_SIGINFO
#define NT_SIGINFO 0x53494749
#endif
#ifndef NT_FILE
#define NT_FILE 0x46494c45
#endif

/* ---- one note ----------------------------------------------------------- */

static void
note_head(struct core_buffer *b, const char *owner, uint32_t type, size_t len)
{
	size_t name = strlen(owner) + 1;

	core_put_number(b, name, 4);
	core_put_number(b, len, 4);
	core_put_number(b, type, 4);
	core_put(b, owner, name);
	core_align(b, 4);
}

static void
put_note(struct core_buffer *b, const char *owner, uint32_t type,
	 const void *data, size_t len)
{
	note_head(b, owner, type, len);
	core_put(b, data, len);
	core_align(b, 4);
}

/* ---- threads ------------------------------------------------------------ */

/* A hex number behind "Key:" in /proc's text; 0 if it is not there. */
static uint64_t
status_hex(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at != NULL ? strtoull(at + strlen(key), NULL, 16) : 0;
}

static void
read_status(struct core_file *c, pid_t tid, char text[STATUS_MAX])
{
	size_t n = 0;

	if (target_read_object(c->t, c->pid, tid, TARGET_OBJECT_STATUS, 0, text,
			       STATUS_MAX - 1, &n) < 0)
		n = 0;
	text[n] = '\0';
}

/* struct elf_prstatus */
static void
put_prstatus(struct core_file *c, struct core_buffer *b, pid_t tid,
	     const uint8_t *file, const struct target_process_info *info)
{
	const struct arch_core *core = c->arch->core;
	struct target_event stop = { .kind = TARGET_EVENT_NONE };
	struct core_buffer n = { .word = c->arch->word_size };
	char text[STATUS_MAX];
	uint8_t general[512];
	int signal = 0;

	if (target_stop_info(c->t, tid, &stop) == 0)
		signal = stop.signal;
	read_status(c, tid, text);
	core_put_number(&n, (unsigned)signal, 4); /* pr_info: signal, code, */
	core_put_number(&n, 0, 4);		  /* errno */
	core_put_number(&n, 0, 4);
	core_put_number(&n, (unsigned)signal, 2); /* pr_cursig */
	core_align(&n, n.word);
	core_put_word(&n, status_hex(text, "\nSigPnd:"));
	core_put_word(&n, status_hex(text, "\nSigBlk:"));
	core_put_number(&n, (unsigned)tid, 4);
	core_put_number(&n, (unsigned)info->ppid, 4);
	core_put_number(&n, (unsigned)info->pgid, 4);
	core_put_number(&n, (unsigned)info->sid, 4);
	for (size_t i = 0; i < 8; i++) /* four times */
		core_put_word(&n, 0);
	core->general(file, general);
	core_put(&n, general, core->general_size);
	core_put_number(&n, 1, 4); /* pr_fpvalid */
	core_align(&n, n.word);
	put_note(b, "CORE", NT_PRSTATUS, n.data, n.len);
	if (n.err < 0)
		b->err = n.err;
	free(n.data);
}

static void
put_siginfo(struct core_file *c, struct core_buffer *b, pid_t tid)
{
	uint8_t info[SIGINFO_SIZE];
	size_t n;

	if (target_read_object(c->t, c->pid, tid, TARGET_OBJECT_SIGINFO, 0,
			       info, sizeof(info), &n) == 0 &&
	    n == sizeof(info))
		put_note(b, "CORE", NT_SIGINFO, info, n);
}

static int
put_thread(struct core_file *c, struct core_buffer *b, pid_t tid,
	   const struct target_process_info *info)
{
	const struct arch_core *core = c->arch->core;
	uint8_t *file = calloc(1, c->arch->file_size);
	int err;

	if (file == NULL)
		return -ENOMEM;
	err = target_save_registers(c->t, tid, file);
	if (err < 0) {
		free(file);
		return err;
	}
	put_prstatus(c, b, tid, file, info);
	put_siginfo(c, b, tid);
	for (size_t i = 0; i < core->nnotes; i++) {
		const struct arch_core_note *n = &core->notes[i];
		uint32_t size =
		    n->machine_size != NULL ? n->machine_size() : n->size;

		if (size > 0)
			put_note(b, n->owner, n->type, file + n->offset, size);
	}
	free(file);
	return b->err;
}

/* ---- the process -------------------------------------------------------- */

static void
put_padded(struct core_buffer *b, const char *text, size_t len)
{
	char field[COMMAND_LEN] = "";

	memcpy(field, text, strnlen(text, len - 1));
	core_put(b, field, len);
}

/* struct elf_prpsinfo */
static void
put_prpsinfo(struct core_file *c, struct core_buffer *b,
	     const struct target_process_info *info)
{
	struct core_buffer n = { .word = c->arch->word_size };
	unsigned id = c->arch->core->id_size;
	char name[NAME_LEN] = "", command[COMMAND_LEN] = "";
	size_t len = 0;

	if (target_read_object(c->t, c->pid, c->pid, TARGET_OBJECT_CMDLINE, 0,
			       command, sizeof(command) - 1, &len) < 0)
		len = 0;
	while (len > 0 && command[len - 1] == '\0')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (command[i] == '\0')
			command[i] = ' ';
	}
	(void)target_thread_name(c->t, c->pid, name, sizeof(name));
	core_put(&n, "\0t\0\0", 4); /* state 0, stopped; not a zombie; nice 0 */
	core_align(&n, n.word);
	core_put_word(&n, 0); /* pr_flag */
	core_put_number(&n, info->ruid, id);
	core_put_number(&n, info->rgid, id);
	core_put_number(&n, (unsigned)c->pid, 4);
	core_put_number(&n, (unsigned)info->ppid, 4);
	core_put_number(&n, (unsigned)info->pgid, 4);
	core_put_number(&n, (unsigned)info->sid, 4);
	put_padded(&n, name, NAME_LEN);
	put_padded(&n, command, COMMAND_LEN);
	core_align(&n, n.word);
	put_note(b, "CORE", NT_PRPSINFO, n.data, n.len);
	if (n.err < 0)
		b->err = n.err;
	free(n.data);
}

static void
put_auxv(struct core_file *c, struct core_buffer *b)
{
	uint8_t auxv[AUXV_MAX];
	size_t n;

	if (target_read_object(c->t, c->pid, c->pid, TARGET_OBJECT_AUXV, 0,
			       auxv, sizeof(auxv), &n) == 0)
		put_note(b, "CORE", NT_AUXV, auxv, n);
}

/* NT_FILE: count, page size, entries, names. */
static void
put_files(struct core_file *c, struct core_buffer *b)
{
	size_t len = 2 * c->arch->word_size + c->files.len + c->file_names.len;

	if (c->nfiles == 0)
		return;
	note_head(b, "CORE", NT_FILE, len);
	core_put_word(b, c->nfiles);
	core_put_word(b, c->page);
	core_put(b, c->files.data, c->files.len);
	core_put(b, c->file_names.data, c->file_names.len);
	core_align(b, 4);
}

/* ---- all of them -------------------------------------------------------- */

static int
list_threads(struct core_file *c, pid_t **tids, size_t *n)
{
	*n = target_threads(c->t, c->pid, NULL, 0);
	*tids = calloc(*n + 1, sizeof(**tids));
	if (*tids == NULL)
		return -ENOMEM;
	*n = target_threads(c->t, c->pid, *tids, *n);
	/* Readers take the first thread for the one that it is about. */
	for (size_t i = 1; i < *n; i++) {
		if ((*tids)[i] == c->tid) {
			memmove(*tids + 1, *tids, i * sizeof(**tids));
			(*tids)[0] = c->tid;
		}
	}
	return *n > 0 ? 0 : -ESRCH;
}

int
core_write_notes(struct core_file *c, uint64_t offset, uint64_t *len)
{
	struct core_buffer b = { .word = c->arch->word_size };
	struct target_process_info info;
	uint64_t at = offset;
	pid_t *tids = NULL;
	size_t n = 0;
	int err;

	err = target_process_info(c->t, c->pid, &info);
	if (err == 0)
		err = list_threads(c, &tids, &n);
	for (size_t i = 0; i < n && err == 0; i++) {
		err = put_thread(c, &b, tids[i], &info);
		if (i == 0) {
			put_prpsinfo(c, &b, &info);
			put_auxv(c, &b);
			put_files(c, &b);
		}
		if (err == 0)
			err = b.err;
		if (err == 0 && b.len > FLUSH_BYTES)
			err = core_flush(c, &b, &at);
	}
	if (err == 0)
		err = core_flush(c, &b, &at);
	free(b.data);
	free(tids);
	*len = at - offset;
	return err;
}
