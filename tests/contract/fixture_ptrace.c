/* SPDX-License-Identifier: Apache-2.0 */
/* The contract tests on ptrace, with tests/inferiors/contract.c. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../backend/ptrace/ptrace.h"
#include "fixture.h"

const char fixture_name[] = "ptrace";

#define STARTED_MAX 8
struct own {
	uint64_t command, argument, usr1_count;
	pid_t started[STARTED_MAX];
	size_t nstarted;
};

/* ---- symbols of the (static, not relocated) program --------------------- */

static const Elf64_Shdr *
section(const uint8_t *file, unsigned type)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);
	unsigned i;

	for (i = 0; i < eh->e_shnum; i++)
		if (sh[i].sh_type == type)
			return &sh[i];
	fail_msg("no section of type %u", type);
	return NULL;
}

static uint64_t
symbol(const uint8_t *file, const char *name)
{
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);
	const Elf64_Shdr *table = section(file, SHT_SYMTAB);
	const Elf64_Sym *sym = (const void *)(file + table->sh_offset);
	const char *names = (const char *)file + sh[table->sh_link].sh_offset;
	size_t i, n = table->sh_size / sizeof(*sym);

	for (i = 0; i < n; i++)
		if (!strcmp(names + sym[i].st_name, name))
			return sym[i].st_value;
	fail_msg("no symbol %s", name);
	return 0;
}

static void
read_symbols(struct fixture *f, struct own *own)
{
	int fd = open(CONTRACT_PROGRAM, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *file;

	assert_return_code(fd, errno);
	assert_return_code(fstat(fd, &st), errno);
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(file, MAP_FAILED);
	f->tick = symbol(file, "tick");
	f->counter = symbol(file, "counter");
	f->loaded = symbol(file, "loaded");
	f->stored = symbol(file, "stored");
	f->constant = symbol(file, "constant");
	own->command = symbol(file, "command");
	own->argument = symbol(file, "argument");
	own->usr1_count = symbol(file, "usr1_count");
	munmap(file, (size_t)st.st_size);
	close(fd);
}

/* ---- the program ---- */

void
fixture_open(struct fixture *f)
{
	struct own *own = calloc(1, sizeof(*own));

	assert_non_null(own);
	assert_int_equal(target_ptrace_new(&f->t), 0);
	read_symbols(f, own);
	f->own = own;
}

/* The last writable page of the program's own data, and the hole after it. */
void
fixture_locate(struct fixture *f, pid_t pid)
{
	struct target_map map;
	uint64_t at = f->counter;

	for (;;) {
		assert_int_equal(target_next_map(f->t, pid, at, &map), 0);
		if (!map.mapped)
			break;
		f->page = map.end - 4096;
		f->hole = map.end;
		assert_true(map.prot & TARGET_MAP_WRITE);
		at = map.end;
	}
}

void
fixture_launch(struct fixture *f, unsigned threads, pid_t *pid)
{
	char count[16];
	const char *argv[] = { CONTRACT_PROGRAM, count, NULL };
	const char *envp[] = { "PATH=/usr/bin:/bin", NULL };
	struct target_launch how = {
		.argv = argv,
		.envp = envp,
		.disable_randomization = true,
		.stdio = { -1, open("/dev/null", O_WRONLY | O_CLOEXEC), -1 },
		.exit_kill = true,
	};
	struct target_event ev;

	snprintf(count, sizeof(count), "%u", threads);
	assert_int_equal(target_launch(f->t, &how, pid), 0);
	close(how.stdio[1]);
	insert(f, *pid, f->tick);
	resume_all(f, *pid);
	/* Workers may be there first. */
	while ((ev = next_event(f)).tid != *pid)
		resume(f, ev.tid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	assert_int_equal(target_stop_all(f->t, *pid), 0);
	remove_it(f, *pid, f->tick);
	fixture_locate(f, *pid);
}

void
fixture_start(struct fixture *f, unsigned threads, pid_t *pid)
{
	struct own *own = f->own;
	char count[16], line[64];
	int out[2];
	ssize_t n;

	assert_true(own->nstarted < STARTED_MAX);
	snprintf(count, sizeof(count), "%u", threads);
	assert_return_code(pipe(out), errno);
	*pid = fork();
	if (*pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		execl(CONTRACT_PROGRAM, CONTRACT_PROGRAM, count, (char *)NULL);
		_exit(127);
	}
	assert_true(*pid > 0);
	own->started[own->nstarted++] = *pid;
	close(out[1]);
	n = read(out[0], line, sizeof(line));
	close(out[0]);
	assert_true(n > 5 && !memcmp(line, "ready", 5));
}

void
fixture_command(struct fixture *f, pid_t pid, enum command what, int64_t value)
{
	struct own *own = f->own;

	write_word(f, pid, own->argument, (uint64_t)value);
	write_word(f, pid, own->command, what);
}

/* The value of a field of /proc/PID/status as a string; "" if none. */
static void
status_field(pid_t pid, const char *key, char value[64])
{
	char path[64], line[256];
	FILE *file;

	value[0] = 0;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), " %63s", value);
	if (file)
		fclose(file);
}

bool
fixture_alive(struct fixture *f, pid_t pid)
{
	char state[64];

	(void)f;
	status_field(pid, "State:", state);
	return state[0] && !strchr("ZX", state[0]);
}

bool
fixture_traced(struct fixture *f, pid_t pid)
{
	char tracer[64];

	(void)f;
	status_field(pid, "TracerPid:", tracer);
	return tracer[0] && strcmp(tracer, "0") != 0;
}

uint64_t
fixture_peek(struct fixture *f, pid_t pid, uint64_t addr)
{
	char path[64];
	uint64_t value;
	ssize_t n;
	int fd;

	(void)f;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_return_code(fd, errno);
	n = pread(fd, &value, sizeof(value), (off_t)addr);
	close(fd);
	assert_int_equal(n, sizeof(value));
	return value;
}

bool
fixture_moves(struct fixture *f, pid_t pid)
{
	uint64_t before = fixture_peek(f, pid, f->counter);
	int i;

	for (i = 0; i < 500; i++) {
		usleep(10000);
		if (fixture_peek(f, pid, f->counter) != before)
			return true;
	}
	return false;
}

unsigned
fixture_usr1(struct fixture *f, pid_t pid)
{
	struct own *own = f->own;

	return (unsigned)fixture_peek(f, pid, own->usr1_count);
}

void
fixture_close(struct fixture *f)
{
	struct own *own = f->own;
	size_t i;

	for (i = 0; i < own->nstarted; i++) {
		kill(own->started[i], SIGKILL);
		waitpid(own->started[i], NULL, 0);
	}
	free(own);
}
