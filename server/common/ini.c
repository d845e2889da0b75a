/* SPDX-License-Identifier: Apache-2.0 */
#include "ini.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody writes so much by hand; a wrong path must not fill our memory. */
#define FILE_MAX ((size_t)1 << 20)
/* The library cuts longer names of sections in silence. */
#define SECTION_MAX 48

struct source {
	const char *at, *end;
	unsigned line;
	ini_key_fn *fn;
	void *arg;
	struct ini_error *error;
	bool failed;
};

static void
fail(struct source *s, const char *text)
{
	if (s->failed)
		return;
	s->failed = true;
	s->error->line = s->line;
	if (text != NULL)
		snprintf(s->error->text, sizeof(s->error->text), "%s", text);
}

/* A line that begins with a blank would go on with the last value: people
 * indent, and mean nothing by it. */
static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* As fgets, for the library. */
static char *
next_line(char *line, int cap, void *stream)
{
	struct source *s = stream;
	const char *from, *end;
	size_t len;

	if (s->failed || s->at == s->end)
		return NULL;
	s->line++;
	end = memchr(s->at, '\n', (size_t)(s->end - s->at));
	end = end != NULL ? end + 1 : s->end;
	from = skip_blanks(s->at, end);
	len = (size_t)(end - from);
	s->at = end;
	if (memchr(from, '\0', len) != NULL) {
		fail(s, "a byte of value 0");
		return NULL;
	}
	if (len >= (size_t)cap) {
		fail(s, "the line is too long (198 characters)");
		return NULL;
	}
	memcpy(line, from, len);
	line[len] = '\0';
	if (line[0] == '[' && strcspn(line, "]\n") > SECTION_MAX) {
		fail(s, "the section's name is too long (47 characters)");
		return NULL;
	}
	return line;
}

/* The library wants 1 for "go on". */
static int
on_key(void *arg, const char *section, const char *key, const char *value)
{
	struct source *s = arg;

	if (s->failed)
		return 0;
	if (s->fn(s->arg, section, key, value, s->error) == 0)
		return 1;
	fail(s, NULL);
	return 0;
}

int
ini_read_text(const char *text, size_t len, ini_key_fn *fn, void *arg,
	      struct ini_error *error)
{
	struct source s = { .at = text,
			    .end = text + len,
			    .fn = fn,
			    .arg = arg,
			    .error = error };
	int line;

	memset(error, 0, sizeof(*error));
	line = ini_parse_stream(next_line, &s, on_key, &s);
	if (line != 0 && !s.failed) {
		s.line = line > 0 ? (unsigned)line : 0;
		fail(&s, line > 0 ? "neither [section] nor key = value"
				  : "not enough memory");
	}
	/* Later lines may be worse, but an earlier one was told first. */
	if (s.failed && line > 0 && (unsigned)line < error->line) {
		error->line = (unsigned)line;
		snprintf(error->text, sizeof(error->text),
			 "neither [section] nor key = value");
	}
	return s.failed ? -EINVAL : 0;
}

static int
read_whole(int fd, char **text, size_t *len)
{
	ssize_t n;

	*len = 0;
	*text = malloc(FILE_MAX);
	if (*text == NULL)
		return -ENOMEM;
	while (*len < FILE_MAX &&
	       (n = read(fd, *text + *len, FILE_MAX - *len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		*len += (size_t)n;
	}
	return *len == FILE_MAX ? -EFBIG : 0;
}

int
ini_read_file(const char *path, ini_key_fn *fn, void *arg,
	      struct ini_error *error)
{
	char *text = NULL;
	size_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err = fd < 0 ? -errno : read_whole(fd, &text, &len);

	if (fd >= 0)
		close(fd);
	if (err < 0) {
		error->line = 0;
		snprintf(error->text, sizeof(error->text), "%s",
			 strerror(-err));
		free(text);
		return -EINVAL;
	}
	err = ini_read_text(text, len, fn, arg, error);
	free(text);
	return err;
}
