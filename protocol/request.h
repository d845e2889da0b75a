/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet body decoded into a typed request.
 *
 * A decoded request is valid by construction: every number was parsed with an
 * overflow check, every hex string is whole, every length matches its data.
 * Nothing here touches a target, does I/O or allocates.  Strings and data are
 * decoded in place: they are borrowed from the body and die with it.
 *
 * Process and thread ids and descriptors are 0 .. 7fffffff (or RSP_ID_ALL), so
 * that they are the same as a pid_t or an int.  Texts, that is paths, names and
 * decode_text, decode_hex_text, hold no NUL and end with one that is not
 * counted: they are C strings.
 */
#ifndef PROTOCOL_REQUEST_H
#define PROTOCOL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request_list.h"

enum rsp_kind {
#define X(kind, name, follow, decode) RSP_##kind,
	RSP_REQUEST_LIST(X)
#undef X
	    RSP_REQUEST_COUNT
};

/* Bytes inside the packet body. */
struct rsp_bytes {
	const uint8_t *data;
	size_t len;
};

/*
 * A process and thread as the protocol names them ("p10.1f", "-1", "0").
 * RSP_ID_ALL is -1, RSP_ID_ANY is 0.  `pid` is RSP_ID_ANY, and `has_pid`
 * false, where the client gave a bare thread id.
 */
enum { RSP_ID_ANY = 0, RSP_ID_ALL = -1 };
struct rsp_ptid {
	int64_t pid;
	int64_t tid;
	bool has_pid;
};

/* One action of a vCont packet. */
struct rsp_action {
	char kind;	     /* c C s S t r */
	uint8_t signal;	     /* as the client numbers signals; C and S */
	uint64_t start, end; /* r: step while start <= pc < end */
	bool has_ptid;	     /* false: all threads without another action */
	struct rsp_ptid ptid;
};

/* A list inside the body; walk it with the _next function named with it. */
struct rsp_list {
	const uint8_t *at;
	const uint8_t *end;
};

/* What a tracepoint collects: one item of its list of actions. */
struct rsp_trace_action {
	char kind;		/* R all registers, M memory, X an expression */
	bool has_base;		/* M: from what a register holds */
	uint16_t base;		/* M: it, as the client numbers registers */
	uint64_t offset, len;	/* M */
	struct rsp_bytes bytes; /* X: bytecode; R: the mask's digits */
};

/* Which frame of the trace buffer QTFrame asks for. */
enum rsp_frame_find {
	RSP_FRAME_NONE,	      /* back to the live program */
	RSP_FRAME_NUMBER,     /* the others: the next one after the present */
	RSP_FRAME_PC,	      /* at `from` */
	RSP_FRAME_TRACEPOINT, /* of the tracepoint `from` */
	RSP_FRAME_RANGE,      /* in from .. to */
	RSP_FRAME_OUTSIDE,    /* not in from .. to */
};

/* 256 signal numbers as a bit set, in the client's numbering. */
struct rsp_signal_set {
	uint64_t bits[4];
};

/* The ";thread:ID;" suffix that lldb appends. */
struct rsp_suffix {
	bool given;
	struct rsp_ptid ptid;
};

/* Which processes qfProcessInfo wants. */
enum rsp_name_match {
	RSP_NAME_ANY,
	RSP_NAME_EQUALS,
	RSP_NAME_STARTS_WITH,
	RSP_NAME_ENDS_WITH,
	RSP_NAME_CONTAINS,
	RSP_NAME_REGEX,
};
enum {
	RSP_MATCH_PID = 1,
	RSP_MATCH_PARENT = 2,
	RSP_MATCH_UID = 4,
	RSP_MATCH_GID = 8,
	RSP_MATCH_EUID = 16,
	RSP_MATCH_EGID = 32,
};
struct rsp_process_match {
	unsigned given; /* which of these: RSP_MATCH_* */
	uint32_t pid, parent, uid, gid, euid, egid;
	enum rsp_name_match how;
	struct rsp_bytes name;
	bool all_users;
	struct rsp_bytes triple; /* empty: any */
};

struct rsp_request {
	enum rsp_kind kind;
	union {
		/* decode_text, _hex_text, _save_core (may be empty); _hex_data
		 * and _escaped_text may hold NULs */
		struct rsp_bytes text;
		struct rsp_ptid ptid; /* decode_ptid */
		int64_t pid;	 /* decode_pid, _dec_pid, decode_opt_pid (0) */
		uint64_t number; /* decode_number, decode_addr, _uid */
		bool flag;	 /* decode_flag */
		struct rsp_list features; /* SUPPORTED: rsp_features_next */
		struct rsp_signal_set signals; /* PASS/PROGRAM_SIGNALS */
		struct {		       /* SYMBOL */
			bool has_value;
			uint64_t value;
			struct rsp_bytes name; /* empty: "qSymbol::" */
		} symbol;
		struct { /* COMPRESSION */
			struct rsp_bytes type;
			bool has_min_size;
			uint64_t min_size; /* shorter ones are not worth it */
		} compression;
		struct { /* SPEED_TEST */
			uint64_t response_size;
		} speed;
		struct { /* TLS_ADDR */
			struct rsp_ptid ptid;
			uint64_t offset;
			uint64_t link_map;
		} tls;
		struct { /* registers */
			struct rsp_suffix thread;
			uint64_t regno;	       /* p P */
			struct rsp_bytes data; /* G P: decoded bytes */
			uint64_t save_id;      /* RESTORE_REGISTERS; lldb
					  has it in decimal */
		} regs;
		struct { /* memory, qCRC */
			uint64_t addr;
			uint64_t len;
			struct rsp_bytes data; /* M X: exactly len bytes */
		} mem;
		struct rsp_list reads; /* READ_RANGES: rsp_reads_next */
		struct {	       /* SEARCH_MEMORY */
			uint64_t addr;
			uint64_t len;
			struct rsp_bytes pattern;
		} search;
		struct { /* MEMORY_REGION */
			bool given;
			uint64_t addr;
		} opt_addr;
		struct {	    /* ALLOC */
			bool win32; /* four fields; else lldb's two */
			uint64_t addr;
			uint64_t size;
			uint64_t type;
			uint64_t protection;
			bool has_near; /* a fifth one */
			uint64_t near;
			unsigned perms; /* lldb: RSP_PERM_* */
		} alloc;
		struct { /* decode_pages_value */
			uint64_t addr;
			uint64_t size;
			uint64_t value; /* protection, or flags */
		} pages;
		struct {	    /* DEALLOC */
			bool win32; /* three fields; else lldb's one */
			uint64_t addr;
			uint64_t size;
			uint64_t type;
		} dealloc;
		struct {	       /* Z z */
			unsigned type; /* 0 .. 4 */
			uint64_t addr;
			uint64_t len;		    /* the "kind" field */
			struct rsp_list conditions; /* rsp_agent_next */
			struct rsp_list commands;   /* rsp_agent_next */
			bool persist;
			bool has_conditions; /* ";X" was there */
		} bp;
		struct { /* c s C S */
			uint8_t signal;
			bool has_addr;
			uint64_t addr;
		} resume;
		struct rsp_list actions; /* VCONT: rsp_vcont_next */
		struct {		 /* CATCH_SYSCALLS */
			bool on;
			struct rsp_list numbers; /* rsp_numbers_next */
		} catch_syscalls;
		struct rsp_list thread_options; /* rsp_thread_options_next */
		/*
		 * RUN, LAUNCH_ARGS: `argc` NUL-terminated strings, one after
		 * the other.  RUN's first may be empty (the last program).
		 */
		struct {
			size_t argc;
			const char *argv0;
		} run;
		struct {		   /* DETACH */
			bool stay_stopped; /* D1 */
			bool has_pid;
			int64_t pid;
		} detach;
		struct {			 /* XFER */
			struct rsp_bytes object; /* "features" */
			struct rsp_bytes annex;
			bool write;
			uint64_t offset;
			uint64_t len;	       /* read */
			struct rsp_bytes data; /* write */
		} xfer;
		struct {		 /* TRACEPOINT */
			uint64_t number; /* 1 .. ffff */
			uint64_t addr;
			bool more_of_it; /* actions for one defined before */
			bool goes_on;	 /* more of it will follow */
			/* a definition */
			bool enabled;
			uint64_t steps; /* while-stepping */
			uint64_t pass;	/* hits until the run stops; 0: none */
			bool marker;	/* "static": of an in-process agent */
			struct rsp_list condition; /* one; rsp_agent_next */
			/* more of one */
			bool stepping; /* from here on: after each step */
			struct rsp_list actions; /* rsp_trace_actions_next */
		} tracepoint;
		struct { /* decode_trace_place */
			uint64_t number;
			uint64_t addr;
		} trace_place;
		struct { /* TRACE_SOURCE: its definition as users wrote it */
			uint64_t number;
			uint64_t addr;
			struct rsp_bytes type; /* "at", "cond", "cmd" */
			uint64_t start, len;   /* text: from start, of len */
			struct rsp_bytes text;
		} trace_source;
		struct { /* TRACE_VARIABLE */
			uint64_t number;
			uint64_t value;
			bool builtin;
			struct rsp_bytes name;
		} trace_variable;
		struct rsp_list ranges; /* TRACE_READ_ONLY: rsp_ranges_next */
		struct {		/* TRACE_BUFFER_SIZE */
			bool given;	/* false: as the server likes */
			uint64_t size;
		} trace_size;
		struct { /* TRACE_NOTES; data NULL: not given */
			struct rsp_bytes user, notes, stop;
		} trace_notes;
		struct { /* TRACE_FRAME */
			enum rsp_frame_find find;
			uint64_t from, to; /* or the frame's number */
		} trace_frame;
		struct { /* MODULE_INFO */
			struct rsp_bytes path;
			struct rsp_bytes triple;
		} module;
		struct {		       /* vFile */
			struct rsp_bytes path; /* open, symlink's target */
			struct rsp_bytes link; /* symlink: the link itself */
			uint64_t flags;	       /* open: File-I/O flags */
			uint64_t mode;	       /* open */
			int64_t fd;
			uint64_t count;	       /* pread */
			uint64_t offset;       /* pread pwrite */
			struct rsp_bytes data; /* pwrite */
			int64_t pid;	       /* setfs */
		} file;			       /* path, mode: mkdir, chmod */
		struct {		       /* DOOR */
			uint16_t port;	       /* 0: none */
			struct rsp_bytes path; /* empty: none */
		} door;
		struct rsp_process_match match; /* FIRST_PROCESSES */
		struct {			/* PATH_COMPLETE */
			bool directories;	/* only those */
			struct rsp_bytes path;
		} complete;
		struct { /* SHELL */
			struct rsp_bytes command;
			uint64_t seconds;	 /* the most it may take */
			struct rsp_bytes folder; /* empty: any */
		} shell;
	};
};

enum rsp_perm { RSP_PERM_R = 1, RSP_PERM_W = 2, RSP_PERM_X = 4 };

/*
 * RSP_UNKNOWN: no such packet: the empty reply.  RSP_MALFORMED: `req->kind` is
 * set, the rest is not.
 */
enum rsp_decode { RSP_UNKNOWN, RSP_MALFORMED, RSP_DECODED };

/*
 * Decodes `len` bytes of packet body, in place.  `body[len]` must be writable.
 */
enum rsp_decode rsp_request_decode(struct rsp_request *req, uint8_t *body,
				   size_t len);

/* The packet's name as it stands on the wire: "qXfer", "vFile:open". */
const char *rsp_request_name(enum rsp_kind kind);

/*
 * Walk a list of a decoded request; false at its end.  Decoding has checked
 * every item, so these do not fail.
 */
bool rsp_vcont_next(struct rsp_list *list, struct rsp_action *action);
/* "name+" gives value "+", "name-" "-", "name=value" "value", "name" "". */
bool rsp_features_next(struct rsp_list *list, struct rsp_bytes *name,
		       struct rsp_bytes *value);
bool rsp_reads_next(struct rsp_list *list, uint64_t *addr, uint64_t *len);
bool rsp_agent_next(struct rsp_list *list, struct rsp_bytes *bytecode);
bool rsp_trace_actions_next(struct rsp_list *list,
			    struct rsp_trace_action *action);
/* First and last address, or the one behind the last: as the client means. */
bool rsp_ranges_next(struct rsp_list *list, uint64_t *start, uint64_t *end);
bool rsp_numbers_next(struct rsp_list *list, uint64_t *number);
/* "OPTIONS[:PTID]"; without a ptid `ptid` is all threads. */
bool rsp_thread_options_next(struct rsp_list *list, uint64_t *options,
			     struct rsp_ptid *ptid);

/* Does `b` hold exactly the C string `s`? */
bool rsp_bytes_equal(struct rsp_bytes b, const char *s);

#endif
