/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about host, process and memory, mostly for lldb. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "../../backend/svr4.h"
#include "handlers.h"
#include "platform.h"

/* ID= of os-release, as lldb-server takes it from lsb_release. */
static void
put_distribution(struct rsp_reply *out)
{
	FILE *f = fopen("/etc/os-release", "re");
	char line[256];

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		char id[64];

		if (sscanf(line, "ID=%63[a-z0-9._-]", id) == 1 ||
		    sscanf(line, "ID=\"%63[a-z0-9._-]", id) == 1) {
			rsp_reply_str(out, "distribution_id:");
			rsp_reply_hex_str(out, id);
			rsp_reply_char(out, ';');
			break;
		}
	}
	fclose(f);
}

static void
put_hex(struct rsp_reply *out, const char *key, const char *text)
{
	rsp_reply_printf(out, "%s:", key);
	rsp_reply_hex_str(out, text);
	rsp_reply_char(out, ';');
}

/* The release up to what is no number: "6.1.0" of "6.1.0-28-amd64". */
static void
put_version(struct rsp_reply *out, const char *release)
{
	size_t len = strspn(release, "0123456789.");

	rsp_reply_printf(out, "os_version:%.*s;", (int)len, release);
}

/* lldb's tests refuse keys that they do not know. */
int
handle_host_info(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	const struct arch *arch;
	struct utsname uts;
	char triple[128];

	(void)req;
	s->client.asked_host = true;
	if (uname(&uts) < 0)
		return -errno;
	arch = arch_of_machine(uts.machine);
	snprintf(triple, sizeof(triple), "%s-unknown-linux-gnu", uts.machine);
	put_hex(out, "triple", arch != NULL ? arch->lldb_triple : triple);
	rsp_reply_printf(out, "ptrsize:%zu;", sizeof(void *));
	put_distribution(out);
	rsp_reply_str(out, "watchpoint_exceptions_received:after;"
			   "endian:little;");
	put_version(out, uts.release);
	put_hex(out, "os_build", uts.release);
	put_hex(out, "os_kernel", uts.version);
	put_hex(out, "hostname", uts.nodename);
	return 0;
}

int
handle_process_info(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	const struct arch *arch;
	struct target_process_info info;
	pid_t pid;
	pid_t tid;
	int err;

	(void)req;
	if (session_is_platform(s))
		return platform_started_info(s, out);
	err = session_current(s, &pid, &tid);
	if (err == 0)
		err = target_process_info(s->target, pid, &info);
	if (err < 0)
		return err;
	arch = target_arch(s->target, pid);
	if (arch == NULL)
		return -ESRCH;
	rsp_reply_printf(out,
			 "pid:%x;parent-pid:%x;real-uid:%x;real-gid:%x;"
			 "effective-uid:%x;effective-gid:%x;",
			 (unsigned)info.pid, (unsigned)info.ppid, info.ruid,
			 info.rgid, info.euid, info.egid);
	put_hex(out, "triple", arch->lldb_triple);
	rsp_reply_printf(out, "ostype:linux;endian:little;ptrsize:%u;",
			 arch->word_size);
	return 0;
}

int
handle_get_pid(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	pid_t pid;
	pid_t tid;
	int err;

	(void)req;
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	rsp_reply_hex(out, (uint64_t)pid);
	return 0;
}

int
handle_server_version(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_str(out, "name:rspd;version:" RSPD_VERSION ";");
	return 0;
}

/* ---- memory -------------------------------------------------------------- */

/* What we allocated has no name in the kernel's list. */
static void
name_allocation(struct session *s, pid_t pid, struct target_map *map)
{
	struct target_vm_run run;

	if (map->name[0] == '\0' && target_can_allocate(s->target) &&
	    target_next_vm_run(s->target, pid, map->start, &run) == 0 &&
	    run.base < map->end)
		snprintf(map->name, sizeof(map->name), "[rspd:allocated]");
}

static void
put_mapping(struct rsp_reply *out, const struct target_map *map)
{
	rsp_reply_printf(out, "permissions:%s%s%s;flags:;",
			 map->prot & TARGET_MAP_READ ? "r" : "",
			 map->prot & TARGET_MAP_WRITE ? "w" : "",
			 map->prot & TARGET_MAP_EXEC ? "x" : "");
	if (map->name[0] != '\0')
		put_hex(out, "name", map->name);
	if (strcmp(map->name, "[heap]") == 0)
		rsp_reply_str(out, "type:heap;");
	else if (strncmp(map->name, "[stack", 6) == 0)
		rsp_reply_str(out, "type:stack;");
}

/*
 * Without an address: "is this supported?".  lldb walks all regions up to one
 * that ends at the highest address, so there is one beyond user space too.
 */
int
handle_memory_region(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	uint64_t addr = req->opt_addr.addr;
	struct target_map map;
	pid_t pid;
	pid_t tid;
	int err;

	if (!req->opt_addr.given) {
		rsp_reply_str(out, "OK");
		return 0;
	}
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	err = target_next_map(s->target, pid, addr, &map);
	if (err == -EFAULT)
		map = (struct target_map){ .start = addr, .end = UINT64_MAX };
	else if (err < 0)
		return err;
	rsp_reply_printf(out, "start:%llx;size:%llx;",
			 (unsigned long long)map.start,
			 (unsigned long long)(map.end - map.start));
	if (map.mapped) {
		name_allocation(s, pid, &map);
		put_mapping(out, &map);
	}
	return 0;
}

/* Where the first mapping of a file lies, in sixteen digits. */
int
handle_file_load_address(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	struct target_map map;
	uint64_t addr = 0;
	pid_t pid;
	pid_t tid;
	int err;

	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	for (;;) {
		err = target_next_map(s->target, pid, addr, &map);
		if (err < 0 || map.end <= addr)
			break;
		if (map.mapped && rsp_bytes_equal(req->text, map.name)) {
			rsp_reply_printf(out, "%016llx",
					 (unsigned long long)map.start);
			return 0;
		}
		addr = map.end;
	}
	return err < 0 && err != -EFAULT ? err : -ENOENT;
}

/* Nothing is answered where there is no such list: lldb then looks for the
 * libraries in other ways. */
int
handle_libraries_address(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	uint64_t addr;
	pid_t pid;
	pid_t tid;
	int err;

	(void)req;
	if (!target_has_facts(s->target))
		return -EOPNOTSUPP;
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	if (svr4_debug_location(s->target, pid, &addr) < 0)
		return -EOPNOTSUPP;
	rsp_reply_hex(out, addr);
	return 0;
}
