/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one log of the process, and the lines that a user waits for.
 *
 * log_say() is for the lines of the gdbserver contract ("Listening on port
 * N"): they stand alone on stderr, without a prefix.  Everything else goes to
 * the log with a level; by default that is stderr, too.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

enum log_level { LOG_ERRORS, LOG_WARNINGS, LOG_NOTES, LOG_DEBUG };

/* What is more talkative than `level` is dropped (LOG_WARNINGS at first). */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* Each line begins with seconds and microseconds. */
void log_set_timestamps(int on);
/* Appends to a file instead of stderr; -errno. */
int log_open(const char *path);
/* Where it goes; and to there from now on (the descriptor is given). */
int log_fd(void);
void log_set_fd(int fd);

void log_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
