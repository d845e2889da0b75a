/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lldb's platform mode: debug sessions beside this one, programs that nobody
 * debugs, folders, names that begin with something.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "handlers.h"
#include "platform.h"
#include "process_facts.h"

/* How long a program has to end after SIGTERM, and after SIGKILL. */
#define END_MS	500
#define KILL_MS 1000

bool
session_is_platform(struct session *s)
{
	const struct client *c = &s->client;

	return s->state == SESSION_EMPTY && c->present && c->asked_host &&
	       !c->thread_suffix && !c->extended;
}

const char *
session_folder(const struct session *s)
{
	return s->launch.cwd != NULL ? s->launch.cwd : "";
}

void
session_set_door(struct session *s, const struct session_door *door)
{
	s->door = *door;
}

/* ---- a debug session ---------------------------------------------------- */

/*
 * It needs no port of its own: the listener takes further connections while a
 * platform client is here.  The process id is that of who takes them.
 */
int
handle_launch_server(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	(void)req;
	if (s->door.port == 0 && s->door.path[0] == '\0')
		return session_error(s, out, ENOTCONN,
				     "this server does not listen: there is "
				     "nothing to connect to");
	s->client.asked_host = true;
	rsp_reply_printf(out, "pid:%d;port:%u;", (int)getpid(), s->door.port);
	if (s->door.path[0] != '\0') {
		rsp_reply_str(out, "socket_name:");
		rsp_reply_hex_str(out, s->door.path);
		rsp_reply_char(out, ';');
	}
	return 0;
}

/* Somebody who stands between us tells where the client has met him. */
int
handle_door(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out)
{
	struct session_door door = { .port = req->door.port };

	if (req->door.path.len >= sizeof(door.path))
		return -ENAMETOOLONG;
	memcpy(door.path, req->door.path.data, req->door.path.len);
	session_set_door(s, &door);
	rsp_reply_str(out, "OK");
	return 0;
}

/* Servers that were started for a debugger that has not come yet. */
int
handle_query_server(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_str(out, "[]");
	return 0;
}

/* ---- programs that are not traced --------------------------------------- */

static void
forget_spawned(struct platform *p, size_t i)
{
	close(p->spawned[i].fd);
	p->nspawned--;
	memmove(&p->spawned[i], &p->spawned[i + 1],
		(p->nspawned - i) * sizeof(p->spawned[0]));
}

void
platform_forget(struct session *s)
{
	struct platform *p = &s->platform;

	while (p->nspawned > 0)
		forget_spawned(p, 0);
	free(p->found);
	memset(p, 0, sizeof(*p));
}

/* By a descriptor: the number may soon be another's. */
static int
remember_spawned(struct platform *p, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return -errno;
	if (p->nspawned == PLATFORM_SPAWNED_MAX)
		forget_spawned(p, 0);
	p->spawned[p->nspawned].pid = pid;
	p->spawned[p->nspawned++].fd = fd;
	p->last = pid;
	return 0;
}

int
platform_start(struct session *s, struct rsp_reply *out)
{
	const char *const *argv = (const char *const *)s->launch.argv;
	pid_t pid;
	int err;

	if (argv == NULL || argv[0] == NULL)
		return session_error(s, out, ENOENT, "no program was named");
	err = session_start(s, argv, &pid);
	if (err < 0)
		return err;
	err = remember_spawned(&s->platform, pid);
	if (err < 0) {
		target_kill(s->target, pid);
	} else {
		err = target_detach(s->target, pid, false);
		s->launch.launch_error = 0;
	}
	session_forget_process(s, pid);
	session_update_state(s);
	return err;
}

static bool
ended(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

static bool
end_process(int fd)
{
	static const struct {
		int signal, ms;
	} tries[] = { { SIGTERM, END_MS }, { SIGKILL, KILL_MS } };

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (syscall(SYS_pidfd_send_signal, fd, tries[i].signal, NULL,
			    0) < 0)
			return errno == ESRCH;
		if (ended(fd, tries[i].ms))
			return true;
	}
	return false;
}

int
handle_kill_spawned(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	struct platform *p = &s->platform;
	size_t i;

	/* A debug session ends by itself, with its connection. */
	if (req->pid == getpid()) {
		rsp_reply_str(out, "OK");
		return 0;
	}
	for (i = 0; i < p->nspawned; i++) {
		if (p->spawned[i].pid == req->pid)
			break;
	}
	if (i == p->nspawned)
		return session_error(s, out, 10,
				     "the platform has not started that "
				     "process");
	if (!end_process(p->spawned[i].fd))
		return session_error(s, out, 11, "it does not end");
	forget_spawned(p, i);
	rsp_reply_str(out, "OK");
	return 0;
}

int
platform_started_info(struct session *s, struct rsp_reply *out)
{
	struct process_facts f;
	pid_t pid = s->platform.last;

	s->platform.last = 0;
	if (pid == 0 || process_facts_read(pid, &f) < 0)
		return -ESRCH;
	rsp_reply_printf(out,
			 "pid:%x;parent-pid:%x;real-uid:%x;real-gid:%x;"
			 "effective-uid:%x;effective-gid:%x;",
			 (unsigned)f.pid, (unsigned)f.ppid, f.uid, f.gid,
			 f.euid, f.egid);
	if (f.arch != NULL) {
		rsp_reply_str(out, "triple:");
		rsp_reply_hex_str(out, f.arch->lldb_triple);
		rsp_reply_printf(out, ";ostype:linux;endian:little;ptrsize:%u;",
				 f.arch->word_size);
	}
	return 0;
}

/* ---- files -------------------------------------------------------------- */

/* Linux's own errno here, in hex. */
static int
file_result(struct rsp_reply *out, int err)
{
	rsp_reply_printf(out, "F%x", (unsigned)-err);
	return 0;
}

int
handle_make_directory(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	struct stat st;
	int err =
	    files_mkdir(s, req->file.path, (mode_t)(req->file.mode & 07777));

	/* What is there already is as good. */
	if (err == -EEXIST && files_stat(s, req->file.path, true, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		err = 0;
	return file_result(out, err);
}

int
handle_change_mode(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	return file_result(out, files_chmod(s, req->file.path,
					    (mode_t)(req->file.mode & 07777)));
}

/* ---- qPathComplete ------------------------------------------------------ */

static bool
is_folder(int dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK)
		return e->d_type == DT_DIR;
	return fstatat(dir, e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
no_dots(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* ",FOLDER NAME/" in hex, as far as there is room for it. */
static void
put_match(struct rsp_reply *out, struct rsp_bytes folder, const char *name,
	  bool is_dir)
{
	size_t len = strlen(name);

	if (rsp_reply_room(out) < 2 * (folder.len + len + 2))
		return;
	if (rsp_reply_body_len(out) > 1)
		rsp_reply_char(out, ',');
	rsp_reply_hex_bytes(out, folder.data, folder.len);
	rsp_reply_hex_bytes(out, name, len);
	if (is_dir)
		rsp_reply_hex_str(out, "/");
}

int
handle_path_complete(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	static const struct rsp_bytes here = { (const uint8_t *)".", 1 };
	const char *path = (const char *)req->complete.path.data;
	const char *slash = strrchr(path, '/');
	const char *begin = slash != NULL ? slash + 1 : path;
	struct rsp_bytes folder = { req->complete.path.data,
				    (size_t)(begin - path) };
	struct dirent **list;
	int fd, n;

	rsp_reply_char(out, 'M');
	fd = files_open_read(s, folder.len > 0 ? folder : here);
	if (fd < 0)
		return 0;
	n = scandirat(fd, ".", &list, no_dots, by_name);
	for (int i = 0; i < n; i++) {
		const struct dirent *e = list[i];
		bool dir;

		if (strncmp(e->d_name, begin, strlen(begin)) == 0) {
			dir = is_folder(fd, e);
			if (dir || !req->complete.directories)
				put_match(out, folder, e->d_name, dir);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	close(fd);
	return 0;
}
