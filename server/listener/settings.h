/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command line asks for.  One form_*.c per form of command line fills
 * this in; what the forms have in common is in settings.c.
 */
#ifndef LISTENER_SETTINGS_H
#define LISTENER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "../common/address.h"
#include "../common/ini.h"
#include "../common/option.h"
#include "../common/tls_files.h"
#include "../session/rights.h"
#include "../session/session.h"
#include "policy.h"

#define SETTINGS_ADDRESSES_MAX 8

/* What one client, or many, may take of the daemon. */
struct limits {
	unsigned sessions;
	unsigned handshakes;	    /* under way at once */
	unsigned waiting;	    /* connections without a word */
	unsigned handshake_seconds; /* until it is done */
	unsigned greeting_seconds;  /* until the first word; 0: for ever */
	unsigned idle_seconds;	    /* a session without a word; 0: for ever */
	unsigned rate;		    /* connections per minute and address;
				     * 0: any number */
};

struct settings {
	struct address comm[SETTINGS_ADDRESSES_MAX];
	size_t ncomm;
	/* The program with its arguments, or NULL; borrowed from argv. */
	const char *const *program;
	/* A process to attach to: id or name, or NULL. */
	const char *attach;

	struct session_config session;
	bool on_disconnect_given;
	struct rights rights; /* session.rights, if they are given */

	/* serve; its Unix sockets are plain also where TCP has TLS */
	bool serve;
	const char *config; /* --config; NULL: none */
	bool check_config;
	struct policy policy; /* owned */
	struct limits limits;
	const char *audit_file; /* NULL: none */
	const char *audit_key;	/* a file; NULL: none */
	bool audit_syslog;
	unsigned unix_mode; /* of Unix sockets */
	char **strings;	    /* owned: values from the file */
	size_t nstrings;

	struct tls_files tls;
	bool insecure;
	unsigned peer_seconds; /* a silent machine's; 0: no bound of ours */

	/* The form's name and what it was given, to be handed on to session
	 * processes (serve reads it again at a reload). */
	const char *form;
	char **argv;
	/* A session process: its client's door, and a socket where it hears
	 * that the server ends; -1: none. */
	struct session_door door;
	int server_fd;

	/* lldb-server's form. */
	bool dies_of_signal; /* lldb tells its user how the server ended */
	bool setsid;
	bool reverse_connect;
	int port_fd;		 /* --pipe; -1: none */
	const char *port_path;	 /* --named-pipe; NULL: none */
	const char *socket_file; /* --socket-file; NULL: none */

	/* A daemon's session process: the socket to the daemon, or -1. */
	int control_fd;

	const char *log_path; /* --debug-file; NULL: stderr */
};

enum settings_result {
	SETTINGS_RUN,
	SETTINGS_DONE,	/* --help, --version: printed, all is well */
	SETTINGS_WRONG, /* a message was printed */
};

void settings_init(struct settings *s);
void settings_free(struct settings *s);
/* Opens what --debug-file names; false and a message. */
bool settings_open_log(const struct settings *s);

/* ---- what the forms share ------------------------------------------------ */

/* --on-disconnect, --rights, --tls-*, --insecure. */
extern const struct option_row settings_rows[];
/* --log-file, --log-channels: as lldb-server has them. */
extern const struct option_row settings_log_rows[];
/* --debug, --remote-debug, --debug-format, ... */
extern const struct option_row settings_debug_rows[];
/* --startup-with-shell, --disable-randomization, ... */
extern const struct option_row settings_launch_rows[];
/* Ids of the forms' own rows begin here. */
#define SETTINGS_OWN_ID 100

/* Applies an option of the shared tables; false and a message if its value
 * is wrong. */
bool settings_apply(struct settings *s, int id, const char *value);
/* Listens there, too (serve); false and a message. */
bool settings_add_address(struct settings *s, const char *text);
/* A copy that lives as long as the settings; NULL: no memory. */
const char *settings_keep(struct settings *s, const char *text);
/* Reads a configuration file (rspd.conf(5)); false and a message with its
 * line. */
bool settings_read_file(struct settings *s, const char *path);
/* The same for what is in memory: 0, or -EINVAL with the error. */
int settings_read_text(struct settings *s, const char *text, size_t len,
		       struct ini_error *error);
/* What can be checked once everything was read; false and a message. */
bool settings_check(struct settings *s);
void settings_print_version(void);

/* ---- the forms; argv[0] is the first argument after the form's name ----- */

enum settings_result form_gdbserver(char **argv, struct settings *s);
enum settings_result form_lldb(char **argv, struct settings *s);
enum settings_result form_serve(char **argv, struct settings *s);
enum settings_result form_platform(char **argv, struct settings *s);

#endif
