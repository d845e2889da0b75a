/* SPDX-License-Identifier: Apache-2.0 */
/* "info os" shm, semaphores, msg: from /proc/sysvipc. */
#include "osdata.h"

static void
put_key(struct session *s, int key, const char *id_column, int id,
	unsigned perms)
{
	char text[16];

	osdata_number(s, "key", key);
	osdata_number(s, id_column, id);
	snprintf(text, sizeof(text), "%o", perms);
	osdata_text(s, "permissions", text);
}

/* uid, gid, cuid, cgid */
static void
put_owners(struct session *s, const unsigned id[4])
{
	osdata_user(s, "user", id[0]);
	osdata_group(s, "group", id[1]);
	osdata_user(s, "creator user", id[2]);
	osdata_group(s, "creator group", id[3]);
}

static void
put_shm(struct session *s, char *line)
{
	int key, id, cpid, lpid, attached;
	unsigned perms, ids[4];
	unsigned long long size;
	long long at, dt, ct;

	if (sscanf(line, "%d %d %o %llu %d %d %d %u %u %u %u %lld %lld %lld",
		   &key, &id, &perms, &size, &cpid, &lpid, &attached, &ids[0],
		   &ids[1], &ids[2], &ids[3], &at, &dt, &ct) != 14)
		return;
	osdata_item(s);
	put_key(s, key, "shmid", id, perms);
	osdata_number(s, "size", (long long)size);
	osdata_name(s, "creator command", cpid);
	osdata_name(s, "last op. command", lpid);
	osdata_number(s, "num attached", attached);
	put_owners(s, ids);
	osdata_time(s, "last shmat() time", (time_t)at);
	osdata_time(s, "last shmdt() time", (time_t)dt);
	osdata_time(s, "last shmctl() time", (time_t)ct);
	osdata_end(s);
}

static void
put_semaphores(struct session *s, char *line)
{
	int key, id;
	unsigned perms, n, ids[4];
	long long ot, ct;

	if (sscanf(line, "%d %d %o %u %u %u %u %u %lld %lld", &key, &id, &perms,
		   &n, &ids[0], &ids[1], &ids[2], &ids[3], &ot, &ct) != 10)
		return;
	osdata_item(s);
	put_key(s, key, "semid", id, perms);
	osdata_number(s, "num semaphores", n);
	put_owners(s, ids);
	osdata_time(s, "last semop() time", (time_t)ot);
	osdata_time(s, "last semctl() time", (time_t)ct);
	osdata_end(s);
}

static void
put_messages(struct session *s, char *line)
{
	int key, id, spid, rpid;
	unsigned perms, ids[4];
	unsigned long long bytes, n;
	long long st, rt, ct;

	if (sscanf(line, "%d %d %o %llu %llu %d %d %u %u %u %u %lld %lld %lld",
		   &key, &id, &perms, &bytes, &n, &spid, &rpid, &ids[0],
		   &ids[1], &ids[2], &ids[3], &st, &rt, &ct) != 14)
		return;
	osdata_item(s);
	put_key(s, key, "msqid", id, perms);
	osdata_number(s, "num used bytes", (long long)bytes);
	osdata_number(s, "num messages", (long long)n);
	osdata_name(s, "last msgsnd() command", spid);
	osdata_name(s, "last msgrcv() command", rpid);
	put_owners(s, ids);
	osdata_time(s, "last msgsnd() time", (time_t)st);
	osdata_time(s, "last msgrcv() time", (time_t)rt);
	osdata_time(s, "last msgctl() time", (time_t)ct);
	osdata_end(s);
}

void
osdata_shm(struct session *s)
{
	osdata_lines(s, "/proc/sysvipc/shm", 1, put_shm);
}

void
osdata_semaphores(struct session *s)
{
	osdata_lines(s, "/proc/sysvipc/sem", 1, put_semaphores);
}

void
osdata_messages(struct session *s)
{
	osdata_lines(s, "/proc/sysvipc/msg", 1, put_messages);
}
