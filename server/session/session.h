/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One debugging session: a target and, at most times, a client that controls
 * it.  Bytes in, bytes out: no socket and no event loop in here (link.c joins
 * a session to them), so whole sessions run in unit tests and fuzzers.
 *
 * A session outlives its connection: session_client_gone() keeps the target as
 * --on-disconnect says, and the next session_client_new() finds it.
 */
#ifndef SERVER_SESSION_SESSION_H
#define SERVER_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../backend/target.h"

/*
 * The longest packet body taken and given (PacketSize).  gdb reads files in
 * pieces of this size and keeps one piece: the dynamic linker fits into it, so
 * that it takes one read and not ten.
 */
#define SESSION_PACKET_MAX 0x40000

enum on_disconnect {
	ON_DISCONNECT_KEEP,	/* stopped, for the next client */
	ON_DISCONNECT_CONTINUE, /* running, for the next client */
	ON_DISCONNECT_DETACH,	/* attached: detach; launched: kill */
	ON_DISCONNECT_KILL,
};

struct rights;

/*
 * What a session did, for the audit log: never what memory or registers held,
 * nor arguments or environments of programs.  A plain value.
 */
struct session_event {
	char what[16]; /* "attach", "write", "denied", ... */
	pid_t pid;     /* 0: none */
	int error;     /* 0, or a negative errno */
	bool has_range;
	uint64_t addr, len;
	unsigned times; /* so many of these, of which this is the last */
	char text[256]; /* a path, a class of rights, ... */
};

/* Where clients come in: a port, or a socket's path; nothing of both: nobody
 * else can. */
struct session_door {
	uint16_t port;
	char path[108];
};

struct session_config {
	enum on_disconnect on_disconnect;
	/* lldb-server's form: a client is taken for lldb until it shows that
	 * it is gdb (in gdbserver's form it is the other way round). */
	bool native_regs;
	/* Start settings, also for vRun. */
	bool startup_with_shell;
	bool disable_randomization;
	const char *const *wrapper; /* NULL-terminated or NULL; borrowed */
	/*
	 * Where a launched program's 0, 1, 2 go when the client says nothing:
	 * our own (gdbserver's way), or a pty whose output is sent as O
	 * packets (lldb-server's way; also when the client is lldb).
	 */
	bool stdio_to_client;
	/* COMM is stdio: our own 0 and 1 carry the protocol, so a program
	 * gets /dev/null and our stderr. */
	bool comm_is_stdio;
	/* Bit set of enum rsp_kind that --disable-packet switched off, and
	 * the special names. */
	bool disable_threads_info, disable_vcont, disable_thread_in_stop,
	    disable_current_thread;
	bool disable_t_stop; /* S instead of T */
	/* What the client may do; NULL: everything.  Borrowed. */
	const struct rights *rights;
	/* Offer compression: the client may be at the end of a slow link. */
	bool compression;
	bool extended; /* --multi: stay when no process is left */
	bool once;
	/* Regions are freed when a process is detached from
	 * (--free-on-detach); `monitor set free-on-detach` changes it. */
	bool free_on_detach;
	/*
	 * qPlatform_shell: runs a command line elsewhere, in a folder, for so
	 * many seconds at most; what *fd then gives is a struct shell_result
	 * (shell.h).  Closing it ends it.  NULL: that is not allowed.
	 */
	int (*start_shell)(const char *command, const char *folder,
			   unsigned seconds, int *fd);
	/* What is done goes there, for the record; NULL: nowhere. */
	void (*audit)(void *arg, const struct session_event *event);
	void *audit_arg;
	/* A line for the user (stderr), as gdbserver prints them. */
	void (*say)(void *arg, const char *line);
	void *say_arg;
	/* Log every packet from the start (--remote-debug, --debug); `monitor
	 * set remote-debug` switches it later.  One line each; `say` where
	 * `log` is NULL. */
	bool remote_debug;
	void (*log)(void *arg, const char *line);
	void *log_arg;
};

struct session;

/* `t` is given to the session on success. */
int session_new(struct session **s, struct target *t,
		const struct session_config *config);
/* Ends it as the client's leaving for good does; NULL is allowed. */
void session_free(struct session *s);

/* Before any client: the command line's program or process. */
int session_launch(struct session *s, const char *const *argv);
int session_attach_pid(struct session *s, pid_t pid);

/* ---- the client's side --------------------------------------------------- */

/* A new client (protocol state starts anew).  -EBUSY: there is one. */
int session_client_new(struct session *s);
/* It has gone without a word. */
void session_client_gone(struct session *s);
/* Where it came in, and others can: for qLaunchGDBServer. */
void session_set_door(struct session *s, const struct session_door *door);
/* Is it an lldb that looks at the machine and debugs nothing (platform.h)?
 * Others may then debug beside it. */
bool session_is_platform(struct session *s);
/* The platform's working directory; "": where we are.  Borrowed. */
const char *session_folder(const struct session *s);

/*
 * Takes input; returns how many bytes were consumed.  Fewer than n: the
 * output must drain first (call again then), or the session wants to close.
 */
size_t session_receive(struct session *s, const uint8_t *data, size_t n);
/* What is to be sent: *len bytes, borrowed until the next call. */
const uint8_t *session_output(struct session *s, size_t *len);
/* `n` bytes of it were sent. */
void session_sent(struct session *s, size_t n);

/* ---- the target's side -------------------------------------------------- */

int session_wake_fd(struct session *s);
/* Call when it is readable, and after session_sent made room. */
void session_target_ready(struct session *s);
/* The pty with the program's output, or -1; poll it while
 * session_wants_program_output(). */
int session_program_fd(struct session *s);
bool session_wants_program_output(struct session *s);
void session_program_ready(struct session *s);

/* How soon session_tick() is to be called, again and again: -1: not at all. */
int session_tick_ms(struct session *s);
void session_tick(struct session *s);

/* ---- its end ---- */

enum session_wish {
	SESSION_GO_ON,
	SESSION_CLOSE, /* send the output, then close the client */
	SESSION_EXIT,  /* send, close, and end the server (monitor
			* exit, k, the last process gone) */
};
enum session_wish session_wish(struct session *s);
/* Has this session a process, or will it take one (extended)? */
bool session_is_alive(struct session *s);

#endif
