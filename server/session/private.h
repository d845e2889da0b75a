/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of server/session/ share: the session's state, the form of a
 * handler, and the helpers that handlers use.  One file per packet family:
 * handle_memory.c answers what protocol/decode_memory.c decodes.
 */
#ifndef SERVER_SESSION_PRIVATE_H
#define SERVER_SESSION_PRIVATE_H

#include <time.h>

#include "../../backend/arch/arch.h"
#include "../../backend/target.h"
#include "../../protocol/reader.h"
#include "../../protocol/reply.h"
#include "../../protocol/request.h"
#include "rights.h"
#include "session.h"

/*
 * What differs between families of clients and is not negotiated by a packet.
 * dialect.c has one const table per family; nothing else tests a client's
 * name.
 */
struct dialect {
	const char *name;
	enum arch_view_kind view;
	bool native_signals; /* Linux's numbers, not gdb's */
	/* A process runs and stops as a whole, also in non-stop mode. */
	bool stops_whole_process;
	/* "?" in non-stop mode tells one stop; the others are notified, and
	 * not before gdb has connected: it dies of an assertion over two (13:
	 * "async_event_handler_marked", 16: "is_async_p"). */
	bool first_stop_alone;
	/* Z3 is taken as an access watchpoint (x86 has no read one). */
	bool read_watch_is_access;
	/* x: "OK" to x0,0 and bare bytes; else "b" and bytes. */
	bool bare_binary_reads;
	/* Stop replies carry name, threads, thread-pcs, reason, ... */
	bool verbose_stops;
	/* The program's output comes as O packets through a pty. */
	bool takes_output;
	/* Programs are started by a shell, unless the client or the server's
	 * owner says otherwise.  The others have words, and mean them so. */
	bool starts_by_shell;
	/* A ^C between two runs, or overtaken by another stop, stops the
	 * next run: the client single-steps and its user saw one run. */
	bool keeps_interrupt;
	int interrupt_signal; /* shown for ^C: SIGINT, SIGSTOP (Linux nr.) */
	int start_signal;     /* shown for the first stop */
};

/* What the present client said; forgotten when it goes. */
struct client {
	bool present;
	const struct dialect *dialect; /* never NULL */
	bool detected;		       /* the dialect is known, not assumed */
	bool no_ack;
	bool multiprocess;
	bool swbreak, hwbreak;
	bool fork_events, vfork_events, exec_events;
	bool no_resumed, thread_events;
	bool knows_thread_options;
	bool one_text_argument; /* vRun has all arguments as one */
	bool many_watches;	/* a stop may name several watchpoints */
	bool error_message;	/* gdb's E.text */
	bool knows_lstat;	/* it has sent vFile:lstat */
	bool error_strings;	/* lldb's Exx;hex */
	bool thread_suffix, list_threads_in_stop;
	bool extended;
	bool non_stop;
	bool binary_upload;
	/* It has target.xml or will ask for it. */
	bool described;
	pid_t g_pid, g_tid;   /* Hg: the thread of g, m, ...; 0: none yet */
	int64_t c_pid, c_tid; /* Hc: -1 all, 0 any */
	size_t next_thread;   /* qsThreadInfo goes on here */
	/* QTFrame: registers and memory are of this frame of the trace. */
	bool in_frame;
	size_t frame;
	/* The client's signals in Linux's numbers: bit n-1 is signal n. */
	uint64_t pass_signals[2];
	bool detach_on_error; /* when it goes, whatever else is set */
	bool asked_host;      /* qHostInfo, as every lldb does */
};

/* Where the session stands; bits, so that a row can permit several. */
enum session_state {
	SESSION_EMPTY = 1,    /* no process */
	SESSION_STOPPED = 2,  /* all-stop: everything stopped */
	SESSION_RUNNING = 4,  /* all-stop: the stop reply is owed */
	SESSION_NON_STOP = 8, /* non-stop with a process */
	SESSION_HAS_PROCESS = SESSION_STOPPED | SESSION_NON_STOP,
	SESSION_ANY_IDLE = SESSION_EMPTY | SESSION_HAS_PROCESS,
	SESSION_ALWAYS = SESSION_ANY_IDLE | SESSION_RUNNING,
};

/* Saved register states (QSaveRegisterState), bounded. */
#define SESSION_SAVED_MAX 64
struct saved_registers {
	uint32_t id;
	pid_t tid;
	const struct arch *arch;
	uint8_t *file;
};

/* Files opened by vFile:open, bounded; closed when the client goes. */
#define SESSION_FILES_MAX 256

/* One that is only read is opened once, however often it is asked for: gdb
 * opens libraries twice at a time, and keeps what it has read by number. */
struct open_file {
	int fd;		/* -1: free slot */
	unsigned users; /* vFile:close ends one */
	/* What it was when it was opened; size 0: not to be shared. */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct launch_settings {
	char **env;	/* owned, NULL-terminated, whole environment */
	char *cwd;	/* owned or NULL */
	char *stdio[3]; /* owned paths, or NULL */
	bool disable_randomization;
	bool with_shell;
	/* The last program and arguments (vRun with no name, R). */
	char **argv;   /* owned or NULL */
	bool one_text; /* argv[1] is all arguments, for a shell to read */
	const char *unopened; /* of stdio; why the launch failed, or NULL */
	int launch_error;     /* for qLaunchSuccess: errno or 0 */
	char launch_error_text[256];
};

/* vAttachWait: the name that is waited for. */
struct attach_wait {
	char name[4096];
	pid_t *known; /* owned: those that do not count */
	size_t nknown;
};

/* Programs started and not traced, that the client may still end. */
#define PLATFORM_SPAWNED_MAX 64
struct platform {
	pid_t *found; /* owned: what qfProcessInfo found */
	size_t nfound, next_found;
	struct {
		pid_t pid;
		int fd; /* a pidfd */
	} spawned[PLATFORM_SPAWNED_MAX];
	size_t nspawned;
	pid_t last; /* the last one started, until it was asked for */
};

struct session_job;
struct shell;
struct core_output;
struct cores;
struct scan;

/* What the client inserted, with conditions and commands. */
struct breakpoint_list;

struct session {
	struct target *target;
	struct session_config config;
	struct client client;
	enum session_state state;
	enum session_wish wish;
	/* Bits (1 << enum request_class) of what this session may do. */
	uint32_t permitted;
	struct audit *audit; /* owned; NULL: nothing is on record */
	uint32_t refused;    /* those that its client has tried in vain */

	struct rsp_reader reader;
	uint8_t *body; /* SESSION_PACKET_MAX + 1 */

	/* Output: bytes not sent yet, at out[out_start .. out_end). */
	uint8_t *out;
	size_t out_cap, out_start, out_end;
	/* Of the packets that go out; NULL: the client did not ask for it. */
	struct compressor *compressor;
	/* The last packet, for one retransmission; inside `last`. */
	uint8_t *last;
	size_t last_len;

	struct launch_settings launch;
	struct saved_registers saved[SESSION_SAVED_MAX];
	uint32_t next_saved_id;
	struct open_file files[SESSION_FILES_MAX];
	size_t nfiles;
	int files_root; /* vFile:setfs: another root, or -1 */
	int files_cwd;	/* where relative paths begin; -1: where we are */
	const struct session_job *job; /* or NULL: job.h */
	struct attach_wait attach_wait;
	struct shell *shell;	    /* the job's, of handle_shell.c */
	struct cores *cores;	    /* of handle_core.c; or NULL */
	struct scan *scan;	    /* the job's, of handle_scan.c */
	struct core_output *saving; /* a core file being written, or NULL */
	struct session_door door;
	struct platform platform;
	int program_fd; /* pty master, or -1 */

	/* Events fetched from the target and not told yet. */
	struct target_event *deferred;
	size_t first_deferred, ndeferred, deferred_cap;
	/* The event that the last stop reply told ("?" tells it again). */
	struct target_event last_stop;
	/* Interrupt asked for while running, and not told yet. */
	bool interrupt_wanted;
	/* It has just been told, and the client may not know that yet. */
	bool interrupt_told;
	/* non-stop: a %Stop is out and vStopped owed. */
	bool notified;
	/* Whose stop was told so last, and the child that it told of: until
	 * vStopped comes the client may not know of them.  0: nobody. */
	pid_t unacknowledged[2];
	/* non-stop: "?" has told one stop; the next vStopped is its end. */
	bool first_stop_alone;
	/* And then no other is told while gdb is still about that one. */
	bool stops_held;
	/* non-stop: a %Stdio is out and vStdio owed. */
	bool stdio_notified;
	/* non-stop: stops that "?" still has to tell, one per vStopped. */
	pid_t *untold;
	size_t nuntold, next_untold;

	bool extended;	     /* --multi or "!"; survives the client */
	pid_t interrupt_tid; /* stopped by ^C, not by vCont;t */
	/* The text of the error being returned; "" if it has none. */
	char error_text[256];
	bool error_is_code; /* session_code() made it */
	/* session_threads() fills it; grows, never shrinks. */
	pid_t *tids;
	size_t tids_cap;
	/* The client's register numbering, for view_arch. */
	struct register_view *view;

	struct breakpoint_list *breakpoints; /* NULL: none yet */
	struct trace *trace;		     /* owned; NULL: none yet */
	bool left_running;   /* detached from, but for the trace */
	bool remote_debug;   /* log packets */
	bool free_on_detach; /* monitor set free-on-detach */
	/* monitor set libthread-db-search-path; owned or NULL. */
	char *thread_db_path;
	/* A document built for qXfer, kept while it is read piecemeal. */
	struct document {
		char name[256]; /* "libraries-svr4:ANNEX" */
		uint8_t *data;	/* owned */
		size_t len, cap;
		bool failed;
	} document;
};

/*
 * Answers one request.  Returns 0 (out holds the reply), -errno (an error
 * reply is made from it; -EOPNOTSUPP: the empty reply), or SESSION_NO_REPLY.
 */
#define SESSION_NO_REPLY 1
typedef int handler_fn(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out);

struct handler {
	handler_fn *fn; /* NULL: not served: the empty reply */
	unsigned when;	/* enum session_state bits; else E10 */
	enum request_class class;
};

/* In `when`, but no state: its errors are Win32's (virtual.h). */
#define HANDLER_WIN32 0x100u

/* ---- dispatch.c ---------------------------------------------------------- */

extern const struct handler session_handlers[RSP_REQUEST_COUNT];
void session_dispatch(struct session *s, uint8_t *body, size_t len);
/* What is said in passing: nothing of it is answered, or changes what is. */
void session_take_notice(struct session *s, uint8_t *body, size_t len);
/* Makes what a handler returned into a reply and sends it. */
void session_finish_reply(struct session *s, struct rsp_reply *out, int err);

/* Writes an error reply, with the text that was remembered for it. */
void session_put_error(struct session *s, struct rsp_reply *out, int code);

/*
 * An error with a text of its own: remembers it for clients that negotiated
 * texts and returns -code.  `return session_error(s, out, EPERM, "...")`.
 */
int session_error(struct session *s, struct rsp_reply *out, int code,
		  const char *text);

/* An error whose number only has a meaning in the protocol: no text goes with
 * it.  Returns -code. */
int session_code(struct session *s, int code);

/* ---- rights.c: what this session may do --------------------------------- */

/*
 * For what depends on a request's arguments: 0, or -EPERM with its text.  A
 * request whose row in the table of handlers is not permitted never gets to
 * its handler.
 */
int session_may(struct session *s, enum request_class class);
/* May it attach to this process?  The same, or -ESRCH. */
int session_may_attach(struct session *s, pid_t pid);
/* May the client have this file, which was opened for it?  The same. */
int session_may_open(struct session *s, int fd);
/* The answer to a request that is not permitted; as a handler. */
int rights_refuse(struct session *s, const struct rsp_request *req,
		  enum request_class class, struct rsp_reply *out);

/* ---- audit.c: for the record -------------------------------------------- */

/* Puts an event on record; `text` may be NULL. */
void session_audit(struct session *s, const char *what, pid_t pid, int err,
		   const char *text);
/* Serves a request, and puts it on record if it is one of those that are. */
int audit_serve(struct session *s, const struct handler *h,
		const struct rsp_request *req, struct rsp_reply *out);
/* Tells what was only counted so far: the client goes. */
void audit_flush(struct session *s);
struct audit *audit_new(void);

/* ---- output.c ---- */

/*
 * The longest reply.  PacketSize bounds what a client may send; replies may be
 * longer (thread lists, JSON), and both clients take that.
 */
#define SESSION_REPLY_MAX 0x100000

/* -ENOMEM; output_free is to be called all the same. */
int output_init(struct session *s);
void output_free(struct session *s);
/* For the next client. */
void output_reset(struct session *s);
/* An ack. */
void output_byte(struct session *s, uint8_t byte);
/* The last packet again, which the client says it has got broken; once for
 * each of its words, and never more than fits. */
void output_again(struct session *s);

/* Starts a reply in the output buffer (there is always room: receive() stops
 * taking input when there is not), and sends it. */
void session_begin(struct session *s, struct rsp_reply *r);
void session_send(struct session *s, struct rsp_reply *r);
/* The same for a '%' notification; it is sent with session_send. */
void session_begin_notification(struct session *s, struct rsp_reply *r);
/* Is there room for a whole reply and a few short packets? */
bool session_has_room(const struct session *s);
/* Sends text as an O packet (hex); long text becomes several.  The output
 * moves: a handler starts its reply anew after it, with session_begin(). */
void session_console(struct session *s, const void *text, size_t len);
/* One line for the log of packets, if that is on. */
void session_log_packet(struct session *s, const char *direction,
			const uint8_t *data, size_t len);

/* ---- dialect.c ---- */

extern const struct dialect dialect_gdb, dialect_lldb;
/* Looks at a request that may show who the client is. */
void dialect_detect(struct session *s, const struct rsp_request *req);

/* ---- run.c: the state, and what runs ------------------------------------ */

/* Derives s->state anew after processes came or went, or modes changed. */
void session_update_state(struct session *s);
/* Fetches events and tells the client of them, as far as it may be told. */
void session_pump(struct session *s);
/* Lets everything run with no client to tell (--on-disconnect=continue). */
void session_run_alone(struct session *s);
/* The same, but what stands stays so. */
void session_stay_running(struct session *s);
/* Asks what runs to stop, as ^C does; nothing if nothing runs. */
void session_interrupt(struct session *s);
/* Tells the target which events this client wants to see. */
void session_set_reports(struct session *s);
/* A process is gone (exit, kill, detach): forget what belonged to it. */
void session_forget_process(struct session *s, pid_t pid);
/* After the last process went: does the server end, as gdbserver does? */
void session_end_if_done(struct session *s);

/* ---- threads.c: which thread is meant ----------------------------------- */

/* A client's thread id as a live one: -ESRCH if there is none.  ANY picks the
 * current thread's process' first. */
int session_resolve(struct session *s, const struct rsp_ptid *id, pid_t *pid,
		    pid_t *tid);
/* The thread of a register packet: the suffix's, or Hg's. */
int session_register_thread(struct session *s, const struct rsp_suffix *suffix,
			    pid_t *tid);
/* Hg's process and thread; -ESRCH if there is none. */
int session_current(struct session *s, pid_t *pid, pid_t *tid);
/* All threads of a process (0: of all): s->tids, good until the next call.
 * Returns the count; 0 also when there is no memory. */
size_t session_threads(struct session *s, pid_t pid);
/* Makes a thread the one of Hg and Hc. */
void session_select(struct session *s, pid_t pid, pid_t tid);
/* Appends a thread's id as this client wants it. */
void session_put_ptid(struct session *s, struct rsp_reply *r, pid_t pid,
		      pid_t tid);

/* ---- stop.c: stop replies ---- */

/* Appends T/W/X for an event, in the client's dialect. */
void stop_reply(struct session *s, struct rsp_reply *r,
		const struct target_event *ev);

/* ---- stop_words.c: what there is to say about a stop ---- */

/* jThreadsInfo's word for a reason: "breakpoint", "trace", ...; NULL: none */
const char *stop_reason_word(const struct target_event *ev);
/* The signal to show for a stop, in Linux's numbers. */
int stop_signal(const struct session *s, const struct target_event *ev);
/* "signal SIGSEGV: ..." and the like; "" if there is nothing to say. */
void stop_description(struct session *s, const struct target_event *ev,
		      char *buf, size_t cap);

/* ---- stop_json.c: the same as JSON ---- */

/* A thread's stop as a JSON object, NUL-terminated; returns its length, 0 if
 * the thread is gone. */
enum stop_detail { STOP_REASON, STOP_REGISTERS, STOP_MEMORY };
#define STOP_JSON_MAX 0x2000
size_t stop_thread_json(struct session *s, pid_t tid, enum stop_detail detail,
			char *buf, size_t cap);

/* ---- signals.c: Linux <-> gdb numbering ---- */

int signal_to_client(const struct session *s, int linux_signal);
int signal_from_client(const struct session *s, int client_signal);
const char *signal_name(int linux_signal); /* "SIGSEGV" */

/* ---- breakpoints (breakpoints.c) ---------------------------------------- */

/* From now on the target asks at each hit whether it counts. */
void breakpoints_watch_hits(struct session *s);
/* Removes all breakpoints and conditions that the client set: it has gone. */
void breakpoints_remove_all(struct session *s);
/* Forgets those of a process that is gone. */
void breakpoints_forget_process(struct session *s, pid_t pid);

/* ---- register description (describe.c) ---- */

#define SESSION_REGS_MAX 512
/* No register is longer (a tile of AMX is a block of memory, not one). */
#define SESSION_REG_BYTES 256
/* The registers as the client numbers them, and where each lies in `g`. */
struct register_view {
	const struct arch *arch;
	enum arch_view_kind kind;
	size_t n;
	uint16_t ids[SESSION_REGS_MAX];	    /* [number] -> arch id */
	uint32_t offsets[SESSION_REGS_MAX]; /* [number] -> byte in g */
	size_t g_size;			    /* bytes of g */
	bool plain;			    /* only what every client knows */
};
/* The view for a stopped thread; NULL: no such thread.  Borrowed until the
 * next call. */
const struct register_view *session_view(struct session *s, pid_t tid);
/* The number of an arch register in a view, or -1. */
int register_view_number(const struct register_view *v, unsigned id);
/* Is it a part of another register (eax of rax), with no bytes in g? */
bool register_is_part(const struct arch *a, unsigned id);
/* target.xml for the client's dialect into s->document. */
int describe_target_xml(struct session *s, pid_t pid);

/* ---- document.c: growing text for qXfer and JSON ---- */

/* Empties s->document and names it; then append.  Sticky: on no memory, or
 * beyond 64 MiB, document_ok() is false. */
void document_begin(struct session *s, const char *name);
void document_add(struct session *s, const void *data, size_t len);
void document_printf(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* With <, >, &, ", ' as XML entities. */
void document_xml(struct session *s, const char *text);
bool document_ok(const struct session *s);
/* Is the document of this name there, whole? */
bool document_is(const struct session *s, const char *name);
void document_free(struct session *s);

/* ---- launch.c: starting and ending programs ---- */

/* Starts argv with the session's settings (pty, environment, ...). */
int session_start(struct session *s, const char *const *argv, pid_t *pid);
void launch_settings_init(struct launch_settings *l,
			  const struct session_config *config);
void launch_settings_free(struct launch_settings *l);
/* NAME=VALUE, or NAME alone to unset. */
int launch_env_set(struct launch_settings *l, const char *assignment);
int launch_env_unset(struct launch_settings *l, const char *name);
int launch_env_reset(struct launch_settings *l);
/* Nothing at all. */
void launch_env_clear(struct launch_settings *l);

/* ---- monitor.c ---- */

/*
 * Runs a monitor command; its output is sent as O packets (gdb) or in the
 * final hex reply (both clients print that).  Returns as a handler.
 */
int monitor_run(struct session *s, const char *command, struct rsp_reply *out);

/* ---- files.c: vFile's descriptors ---- */

/* handle_core.c: removes the core files that were saved for the client. */
void cores_forget(struct session *s);

void files_init(struct session *s);
void files_close_all(struct session *s);

/* ---- a line for the user, as gdbserver prints them ---- */

void session_say(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
