/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracepoints: where the program passes, data is collected and the program
 * goes on.  trace_define.c keeps what the client defined, trace_run.c begins
 * and ends a run, trace_collect.c collects at a hit, trace_frame.c reads what
 * was collected; handle_trace*.c speak with the client.
 *
 * A tracepoint is a breakpoint of the back end whose hits are never reported.
 * The client's own at the same address is the same one there: each is taken
 * out only when the other does not need it.
 */
#ifndef SERVER_SESSION_TRACE_H
#define SERVER_SESSION_TRACE_H

#include "private.h"
#include "trace_buffer.h"

/* More than any user defines; the bytes are of all that is defined. */
#define TRACE_POINTS_MAX    4096
#define TRACE_VARIABLES_MAX 4096
#define TRACE_BYTES_MAX	    ((size_t)16 << 20)
#define TRACE_RANGES_MAX    65536
#define TRACE_NOTE_MAX	    4096
/* Single steps after one hit, and threads that step at a time. */
#define TRACE_STEPS_MAX	   1000000
#define TRACE_STEPPING_MAX 4096
#define TRACE_BUFFER_SIZE  ((size_t)5 << 20) /* gdbserver's */
#define TRACE_BUFFER_MAX   ((size_t)64 << 20)

struct trace_action {
	char kind;     /* R, M, X as in QTDP */
	bool stepping; /* after each step, not at the hit */
	bool has_base;
	uint16_t base;
	uint64_t offset, len;
	uint8_t *bytes; /* owned: X's bytecode, R's mask as it was sent */
	size_t nbytes;
};

/* Of the definition as the user wrote it: kept for the next client. */
struct trace_source {
	char type[16];
	char *text; /* owned */
	size_t have, len;
};

struct tracepoint {
	unsigned number;
	uint64_t addr;
	bool enabled;
	bool complete; /* the client has said all of it */
	bool inserted; /* in trace.pid */
	uint64_t steps, pass;
	uint8_t *condition; /* owned, NULL: none */
	size_t condition_len;
	struct trace_action *actions; /* owned */
	size_t nactions;
	bool stepping;		      /* actions that come now are of steps */
	struct trace_source *sources; /* owned */
	size_t nsources;
	size_t bytes; /* of trace.bytes */
	uint64_t hits;
	uint64_t usage; /* bytes of frames it made */
};

struct trace_variable {
	unsigned number;
	bool is_clock; /* $trace_timestamp: microseconds */
	uint64_t initial, value;
	char *name; /* owned */
};

struct trace_range {
	uint64_t start, end;
};

/* A thread that is stepped after a hit. */
struct trace_stepping {
	pid_t tid;
	size_t point; /* index */
	uint64_t left;
};

enum trace_end {
	TRACE_NOT_RUN,
	TRACE_END_STOPPED, /* by the client */
	TRACE_END_FULL,
	TRACE_END_DISCONNECTED,
	TRACE_END_PASSCOUNT,
	TRACE_END_ERROR,
};

struct trace {
	struct tracepoint *points; /* owned, as they were defined */
	size_t npoints;
	struct trace_variable *variables; /* owned */
	size_t nvariables;
	struct trace_range *ranges; /* owned: read-only memory */
	size_t nranges;
	size_t bytes; /* of all definitions */

	bool running;
	enum trace_end end;
	unsigned end_point;    /* passcount, error: by this one */
	const char *end_error; /* what went wrong */
	uint64_t start_us, stop_us;
	bool disconnected;		/* go on without a client */
	char *user, *notes, *stop_note; /* owned, NULL: none */

	pid_t pid; /* whose tracepoints are inserted; 0: nobody's */
	/* Registers as the client that started the run numbers them. */
	struct register_view view;
	uint8_t *registers; /* owned: room for one R block */
	uint8_t *block;	    /* owned: TRACE_BLOCK_MAX bytes */
	size_t buffer_size; /* what is wished */
	struct trace_buffer buffer;

	struct trace_stepping *stepping; /* owned */
	size_t nstepping;

	size_t next_point, next_item, next_variable; /* qTsP, qTsV */
};

/* ---- trace_define.c ---- */

/* The session's, made at need; NULL: no memory. */
struct trace *trace_get(struct session *s);
void trace_free(struct session *s);
/* Forgets all definitions; no run is under way. */
int trace_define_nothing(struct trace *t);
struct tracepoint *trace_point(struct trace *t, uint64_t number, uint64_t addr);
/*
 * One that is there already is defined anew: gdb says all again while a run is
 * under way, when a library has been loaded.
 */
int trace_add_point(struct trace *t, const struct rsp_request *req,
		    struct tracepoint **tp);
int trace_add_actions(struct trace *t, struct tracepoint *tp,
		      const struct rsp_request *req);
int trace_add_source(struct trace *t, struct tracepoint *tp,
		     const struct rsp_request *req);
struct trace_variable *trace_variable(struct trace *t, uint64_t number);
uint64_t trace_variable_value(const struct trace_variable *v);
int trace_define_variable(struct trace *t, const struct rsp_request *req);
int trace_set_ranges(struct trace *t, struct rsp_list ranges);
uint64_t trace_clock_us(void);

/* ---- trace_run.c ---- */

int trace_start(struct session *s);
void trace_stop(struct session *s, enum trace_end why, unsigned point,
		const char *error);
/* One defined while the run goes on takes part in it. */
int trace_join(struct session *s, struct tracepoint *tp);
/* Must the back end's breakpoint at `addr` stay for a tracepoint? */
bool trace_needs_trap(const struct session *s, pid_t pid, uint64_t addr);
/* Will the run outlive the client that is about to go? */
bool trace_outlives_client(const struct session *s);
/* The client has gone. */
void trace_client_gone(struct session *s);
/* A process is about to be let go: a run in it ends. */
void trace_detach(struct session *s, pid_t pid);
/* A process is gone, and a run in it has ended. */
void trace_process_ended(struct session *s, pid_t pid);
/* Another program runs in a process. */
void trace_forget_process(struct session *s, pid_t pid);
/* A child with a copy of the memory goes without tracepoints. */
void trace_forked(struct session *s, pid_t child);

/* ---- trace_collect.c ---- */

/* At a hit: true if a tracepoint stands here, whether it collects or not. */
bool trace_hit(struct session *s, pid_t pid, pid_t tid, uint64_t pc);
/* After each step of a thread (target_step_watcher). */
void trace_stepped(void *arg, pid_t pid, pid_t tid);

/* ---- trace_frame.c: the frame that the client looks at ----------------- */

/* 1: found and selected; 0: there is no such frame. */
int trace_find_frame(struct session *s, const struct rsp_request *req,
		     struct trace_frame *f);
/* Is one selected, and still there? */
bool trace_frame(const struct session *s, struct trace_frame *f);
/* By the arch's id.  -ENODATA: not collected. */
int trace_frame_register(struct session *s, unsigned id, uint8_t *value);
/* As target_read_memory; read-only memory is the program's own. */
int trace_frame_memory(struct session *s, uint64_t addr, void *buf, size_t len,
		       size_t *got);
int trace_frame_variable(struct session *s, unsigned number, uint64_t *value);

#endif
