/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qModuleInfo and jModulesInfo: which build of a library the target uses, so
 * that lldb can take a local copy.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_file.h"
#include "files.h"
#include "handlers.h"

struct module {
	struct elf_file elf;
	const char *triple;
	/* The build id as lldb writes it: upper-case hex. */
	char uuid[2 * ELF_BUILD_ID_MAX + 1];
};

static int
read_module(struct session *s, struct rsp_bytes path, struct module *m)
{
	const struct arch *arch;
	int fd = files_open_read(s, path);
	int err;

	if (fd < 0)
		return fd;
	err = elf_file_read(fd, &m->elf);
	close(fd);
	if (err < 0)
		return err;
	arch = arch_of(m->elf.machine, m->elf.elf64);
	if (arch == NULL)
		return -ENOEXEC;
	m->triple = arch->lldb_triple;
	for (size_t i = 0; i < m->elf.build_id_len; i++)
		snprintf(m->uuid + 2 * i, 3, "%02X", m->elf.build_id[i]);
	m->uuid[2 * m->elf.build_id_len] = '\0';
	return 0;
}

int
handle_module_info(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct module m;
	int err;

	err = read_module(s, req->module.path, &m);
	if (err < 0)
		return err;
	rsp_reply_str(out, "uuid:");
	rsp_reply_hex_str(out, m.uuid);
	rsp_reply_str(out, ";triple:");
	rsp_reply_hex_str(out, m.triple);
	rsp_reply_str(out, ";file_path:");
	rsp_reply_hex_bytes(out, req->module.path.data, req->module.path.len);
	rsp_reply_printf(out, ";file_offset:%016x;file_size:%016llx;", 0,
			 (unsigned long long)m.elf.size);
	return 0;
}

/* NULL: nothing is known of it, and it is left out of the reply. */
static json_t *
describe(struct session *s, const json_t *wanted)
{
	const json_t *file = json_object_get(wanted, "file");
	struct rsp_bytes path;
	struct module m;

	if (!json_is_string(file))
		return NULL;
	path.data = (const uint8_t *)json_string_value(file);
	path.len = json_string_length(file);
	if (read_module(s, path, &m) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:O, s:i, s:I}", "uuid", m.uuid, "triple",
			 m.triple, "file_path", file, "file_offset", 0,
			 "file_size", (json_int_t)m.elf.size);
}

static int
put_json(const json_t *json, struct rsp_reply *out)
{
	char *text = json_dumps(json, JSON_COMPACT);
	size_t len;
	int err = 0;

	if (text == NULL)
		return -ENOMEM;
	len = strlen(text);
	if (rsp_reply_escaped(out, text, len) != len)
		err = -EMSGSIZE;
	free(text);
	return err;
}

/* [{"file":PATH,"triple":TRIPLE},...] */
int
handle_modules_info_json(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	json_t *wanted =
	    json_loadb((const char *)req->text.data, req->text.len, 0, NULL);
	json_t *known = json_array();
	int err = 0;

	if (!json_is_array(wanted))
		err = -EINVAL;
	for (size_t i = 0; err == 0 && i < json_array_size(wanted); i++) {
		json_t *one = describe(s, json_array_get(wanted, i));

		if (one != NULL && json_array_append_new(known, one) < 0)
			err = -ENOMEM;
	}
	if (err == 0)
		err = put_json(known, out);
	json_decref(wanted);
	json_decref(known);
	return err;
}
