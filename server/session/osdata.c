/* SPDX-License-Identifier: Apache-2.0 */
#include "osdata.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "xfer.h"

/* Lines of /proc/net and the like; longer ones are cut. */
#define LINE_MAX_LEN 4096

static const struct table {
	const char *annex;
	const char *type;
	const char *description;
	const char *title;
	osdata_table *build;
} tables[] = {
	{ "cpus", "cpus", "Listing of all cpus/cores on the system", "CPUs",
	  osdata_cpus },
	{ "files", "files", "Listing of all file descriptors",
	  "File descriptors", osdata_files },
	{ "modules", "modules", "Listing of all loaded kernel modules",
	  "Kernel modules", osdata_modules },
	{ "msg", "message queues", "Listing of all message queues",
	  "Message queues", osdata_messages },
	{ "processes", "processes", "Listing of all processes", "Processes",
	  osdata_processes },
	{ "procgroups", "process groups", "Listing of all process groups",
	  "Process groups", osdata_groups },
	{ "semaphores", "semaphores", "Listing of all semaphores", "Semaphores",
	  osdata_semaphores },
	{ "shm", "shared memory", "Listing of all shared-memory regions",
	  "Shared-memory regions", osdata_shm },
	{ "sockets", "I sockets", "Listing of all internet-domain sockets",
	  "Sockets", osdata_sockets },
	{ "threads", "threads", "Listing of all threads", "Threads",
	  osdata_threads },
};

#define NTABLES (sizeof(tables) / sizeof(tables[0]))

void
osdata_item(struct session *s)
{
	document_printf(s, "<item>");
}

void
osdata_end(struct session *s)
{
	document_printf(s, "</item>");
}

void
osdata_text(struct session *s, const char *column, const char *text)
{
	document_printf(s, "<column name=\"");
	document_xml(s, column);
	document_printf(s, "\">");
	document_xml(s, text);
	document_printf(s, "</column>");
}

void
osdata_number(struct session *s, const char *column, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	osdata_text(s, column, text);
}

void
osdata_user(struct session *s, const char *column, uid_t uid)
{
	char buf[1024];
	struct passwd pwd;
	struct passwd *found = NULL;

	if (getpwuid_r(uid, &pwd, buf, sizeof(buf), &found) == 0 &&
	    found != NULL)
		osdata_text(s, column, found->pw_name);
	else
		osdata_number(s, column, uid);
}

void
osdata_group(struct session *s, const char *column, gid_t gid)
{
	char buf[4096];
	struct group grp;
	struct group *found = NULL;

	if (getgrgid_r(gid, &grp, buf, sizeof(buf), &found) == 0 &&
	    found != NULL)
		osdata_text(s, column, found->gr_name);
	else
		osdata_number(s, column, gid);
}

void
osdata_time(struct session *s, const char *column, time_t time)
{
	char text[64] = "";
	struct tm tm;

	if (time != 0 && localtime_r(&time, &tm) != NULL)
		strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm);
	osdata_text(s, column, text);
}

static size_t
read_file(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, cap);
	close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static void
read_name(pid_t pid, char name[64])
{
	char path[64];
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	n = read_file(path, name, 63);
	if (n > 0 && name[n - 1] == '\n')
		n--;
	name[n] = '\0';
}

void
osdata_name(struct session *s, const char *column, pid_t pid)
{
	char name[64];

	read_name(pid, name);
	if (name[0] == '\0')
		osdata_number(s, column, pid);
	else
		osdata_text(s, column, name);
}

void
osdata_command(struct session *s, const char *column, pid_t pid)
{
	char path[64];
	char name[64];
	char text[4096] = "";
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	n = read_file(path, text, sizeof(text) - 1);
	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] == '\0')
			text[i] = ' ';
	}
	text[n] = '\0';
	read_name(pid, name);
	if (n == 0 && name[0] != '\0')
		snprintf(text, sizeof(text), "[%s]", name);
	osdata_text(s, column, text);
}

void
osdata_lines(struct session *s, const char *path, unsigned skip,
	     void (*row)(struct session *s, char *line))
{
	FILE *f = fopen(path, "re");
	char line[LINE_MAX_LEN];

	if (f == NULL)
		return;
	while (document_ok(s) && fgets(line, sizeof(line), f) != NULL) {
		size_t len = strlen(line);

		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (skip > 0)
			skip--;
		else
			row(s, line);
	}
	fclose(f);
}

/* With no annex: the list of tables. */
static void
list_tables(struct session *s)
{
	document_printf(s, "<osdata type=\"types\">\n");
	for (size_t i = 0; i < NTABLES; i++) {
		osdata_item(s);
		osdata_text(s, "Type", tables[i].annex);
		osdata_text(s, "Description", tables[i].description);
		osdata_text(s, "Title", tables[i].title);
		osdata_end(s);
	}
	document_printf(s, "</osdata>\n");
}

/* An unknown table is an empty document, as with gdbserver. */
int
build_osdata(struct session *s, const char *annex)
{
	if (annex[0] == '\0') {
		list_tables(s);
		return 0;
	}
	for (size_t i = 0; i < NTABLES; i++) {
		if (strcmp(annex, tables[i].annex) != 0)
			continue;
		document_printf(s, "<osdata type=\"%s\">\n", tables[i].type);
		tables[i].build(s);
		document_printf(s, "</osdata>\n");
		break;
	}
	return 0;
}
