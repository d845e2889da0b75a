/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a libFuzzer harness without libFuzzer: every seed as it is, then a
 * bounded number of pseudo-random mutations of the seeds, the same ones each
 * time.  No coverage feedback: this is the short run for every build; the long
 * ones use libFuzzer (cmake --preset fuzz).
 *
 *	NAME [-n RUNS] [-s SEED] [-t SECONDS] [-l MAX_LEN] [SEED_FILE|DIR]...
 *
 * The input that crashes is left in the file crash-NAME.
 */
#include "driver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SEEDS = 4096, MAX_DEPTH = 8 };

struct input {
	uint8_t *data;
	size_t len;
};

struct fuzz {
	struct input seeds[MAX_SEEDS];
	size_t n_seeds;
	uint64_t random;
	uint64_t runs;
	size_t max_len;
	time_t seconds;
};

/* What the harness has in hand, for the handlers of crashes. */
static struct {
	struct input input;
	char file[256];
} current;

/* Present when built with sanitizers, which end the process themselves. */
extern void __sanitizer_set_death_callback(void (*fn)(void))
    __attribute__((weak));

static void
keep_input(void)
{
	int fd = open(current.file, O_CREAT | O_WRONLY | O_TRUNC, 0644);
	ssize_t n = -1;

	if (fd >= 0)
		n = write(fd, current.input.data, current.input.len);
	if (n >= 0)
		n = write(STDERR_FILENO, "input kept: ", 12);
	if (n >= 0)
		n = write(STDERR_FILENO, current.file, strlen(current.file));
	if (n >= 0)
		n = write(STDERR_FILENO, "\n", 1);
}

static void
on_signal(int signo)
{
	keep_input();
	signal(signo, SIG_DFL);
	raise(signo);
}

/* SIGALRM: an input that takes for ever is a finding too. */
static void
catch_crashes(const char *program)
{
	static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS,
				       SIGFPE,	SIGILL,	 SIGALRM };
	const char *slash = strrchr(program, '/');
	size_t i;

	snprintf(current.file, sizeof(current.file), "crash-%s",
		 slash != NULL ? slash + 1 : program);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(keep_input);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], on_signal);
}

/* In memory of just its size, so that sanitizers see a step beside it. */
static void
run(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	current.input = (struct input){ copy, len };
	alarm(20);
	LLVMFuzzerTestOneInput(copy, len);
	alarm(0);
	free(copy);
}

static uint64_t
next_random(struct fuzz *f)
{
	uint64_t x = f->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	f->random = x;
	return x * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static size_t
below(struct fuzz *f, size_t n)
{
	return n > 0 ? (size_t)(next_random(f) % n) : 0;
}

static int
add_file(struct fuzz *f, const char *path)
{
	struct stat st;
	struct input in;
	FILE *file;

	if (f->n_seeds == MAX_SEEDS)
		return 0;
	file = fopen(path, "rb");
	if (file == NULL || fstat(fileno(file), &st) < 0) {
		perror(path);
		return -1;
	}
	in.data = malloc((size_t)st.st_size + 1);
	if (in.data == NULL)
		abort();
	in.len = fread(in.data, 1, (size_t)st.st_size, file);
	fclose(file);
	f->seeds[f->n_seeds++] = in;
	return 0;
}

static int
add_path(struct fuzz *f, const char *path, int depth)
{
	struct dirent **names;
	struct stat st;
	char *inner;
	int i, n, err = 0;

	if (stat(path, &st) < 0) {
		perror(path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode))
		return add_file(f, path);
	/* Sorted, or else the fixed seed would not fix anything. */
	n = depth < MAX_DEPTH ? scandir(path, &names, NULL, alphasort) : 0;
	for (i = 0; i < n; i++) {
		if (err == 0 && names[i]->d_name[0] != '.' &&
		    asprintf(&inner, "%s/%s", path, names[i]->d_name) >= 0) {
			err = add_path(f, inner, depth + 1);
			free(inner);
		}
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return err;
}

/* Makes room for `n` bytes at `at`, as far as there is any. */
static size_t
open_gap(struct fuzz *f, struct input *in, size_t at, size_t n)
{
	if (n > f->max_len - in->len)
		n = f->max_len - in->len;
	memmove(in->data + at + n, in->data + at, in->len - at);
	in->len += n;
	return n;
}

static void
insert(struct fuzz *f, struct input *in, const uint8_t *data, size_t n)
{
	size_t at = below(f, in->len + 1);

	n = open_gap(f, in, at, n);
	memcpy(in->data + at, data, n);
}

static void
insert_word(struct fuzz *f, struct input *in)
{
	static const char *const words[] = {
		"$",
		"#",
		"}",
		"*",
		"+",
		"-",
		"\x03",
		",",
		":",
		";",
		".",
		"=",
		"p-1.-1",
		"-1",
		"0",
		"ffffffffffffffff",
		"7fffffffffffffff",
		"8000000000000000",
		"10000000000000000",
		"80000000",
		"$g#67",
		";thread:1;",
		";X1,27",
		";cmds:0,",
		"4294967296",
		"18446744073709551615",
	};
	const char *word = words[below(f, sizeof(words) / sizeof(words[0]))];

	insert(f, in, (const uint8_t *)word, strlen(word));
}

static void
insert_part_of_seed(struct fuzz *f, struct input *in)
{
	const struct input *seed = &f->seeds[below(f, f->n_seeds)];
	size_t at = below(f, seed->len);

	insert(f, in, seed->data + at, below(f, seed->len - at + 1));
}

static void
delete_part(struct fuzz *f, struct input *in)
{
	size_t at = below(f, in->len);
	size_t n = below(f, below(f, 4) == 0 ? in->len - at + 1 : 4);

	if (n > in->len - at)
		n = in->len - at;
	memmove(in->data + at, in->data + at + n, in->len - at - n);
	in->len -= n;
}

static void
repeat_part(struct fuzz *f, struct input *in)
{
	size_t at = below(f, in->len);
	size_t n = below(f, in->len - at + 1);

	/* The gap opens behind the part, which thus stays as it is. */
	n = open_gap(f, in, at + n, n);
	memmove(in->data + at + n, in->data + at, n);
}

static void
mutate(struct fuzz *f, struct input *in)
{
	switch (in->len > 0 ? below(f, 8) : 0) {
	case 0:
		insert_word(f, in);
		break;
	case 1:
		insert_part_of_seed(f, in);
		break;
	case 2:
		in->data[below(f, in->len)] = (uint8_t)next_random(f);
		break;
	case 3:
		in->data[below(f, in->len)] ^= (uint8_t)(1u << below(f, 8));
		break;
	case 4:
		in->data[below(f, in->len)] =
		    (uint8_t) "0123456789abcdef,:;.=-"[below(f, 22)];
		break;
	case 5:
		in->len = below(f, in->len);
		break;
	case 6:
		repeat_part(f, in);
		break;
	default:
		delete_part(f, in);
		break;
	}
}

static void
run_mutation(struct fuzz *f, uint8_t *buf)
{
	const struct input *seed = &f->seeds[below(f, f->n_seeds)];
	struct input in = { buf, seed->len };
	size_t rounds = 1 + below(f, 5);

	if (in.len > f->max_len)
		in.len = f->max_len;
	memcpy(buf, seed->data, in.len);
	while (rounds-- > 0)
		mutate(f, &in);
	run(in.data, in.len);
}

static uint64_t
number(const char *s)
{
	uint64_t n;

	if (sscanf(s, "%" SCNu64, &n) == 1)
		return n;
	fprintf(stderr, "not a number: %s\n", s);
	exit(2);
}

static void
parse_options(struct fuzz *f, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:s:t:l:")) != -1) {
		if (c == 'n')
			f->runs = number(optarg);
		else if (c == 's')
			f->random = number(optarg) | UINT64_C(1) << 63;
		else if (c == 't')
			f->seconds = (time_t)number(optarg);
		else if (c == 'l')
			f->max_len = (size_t)number(optarg);
		else
			exit(2);
	}
	for (; optind < argc; optind++)
		if (add_path(f, argv[optind], 0) < 0)
			exit(2);
}

int
main(int argc, char **argv)
{
	static struct fuzz f = { .random = UINT64_C(1) << 63 | 1,
				 .runs = 20000,
				 .max_len = 4096,
				 .seconds = 30 };
	time_t end;
	uint8_t *buf;
	uint64_t i;
	size_t s;

	parse_options(&f, argc, argv);
	buf = malloc(f.max_len + 1);
	if (f.n_seeds == 0 || buf == NULL) {
		fprintf(stderr, "no seeds\n");
		return 2;
	}
	catch_crashes(argv[0]);
	end = time(NULL) + f.seconds;
	for (s = 0; s < f.n_seeds; s++)
		run(f.seeds[s].data, f.seeds[s].len);
	for (i = 0; i < f.runs && time(NULL) <= end; i++)
		run_mutation(&f, buf);
	printf("%zu seeds, %" PRIu64 " mutations\n", f.n_seeds, i);
	for (s = 0; s < f.n_seeds; s++)
		free(f.seeds[s].data);
	free(buf);
	return 0;
}
