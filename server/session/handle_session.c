/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Negotiation: what the client can do, and what is offered to it.
 */
#include <errno.h>
#include <string.h>

#include "compress.h"
#include "handlers.h"
#include "private.h"
#include "run.h"

/* Shorter packets gain nothing, unless the client says otherwise. */
#define COMPRESSION_MIN_SIZE 384

static const struct client_feature {
	const char *name;
	size_t offset;
} client_features[] = {
#define FEATURE(name, field)                         \
	{                                            \
		name, offsetof(struct client, field) \
	}
	FEATURE("multiprocess", multiprocess),
	FEATURE("swbreak", swbreak),
	FEATURE("hwbreak", hwbreak),
	FEATURE("fork-events", fork_events),
	FEATURE("vfork-events", vfork_events),
	FEATURE("exec-events", exec_events),
	FEATURE("no-resumed", no_resumed),
	FEATURE("error-message", error_message),
	FEATURE("binary-upload", binary_upload),
	FEATURE("QThreadOptions", knows_thread_options),
	FEATURE("single-inf-arg", one_text_argument),
	FEATURE("multi-wp-addr", many_watches),
#undef FEATURE
};

static void
take_features(struct client *c, struct rsp_list features)
{
	struct rsp_bytes name, value;
	size_t n = sizeof(client_features) / sizeof(client_features[0]);

	while (rsp_features_next(&features, &name, &value)) {
		if (rsp_bytes_equal(name, "xmlRegisters"))
			c->described = true;
		if (!rsp_bytes_equal(value, "+"))
			continue;
		for (size_t i = 0; i < n; i++) {
			const struct client_feature *f = &client_features[i];

			if (rsp_bytes_equal(name, f->name))
				*(bool *)((char *)c + f->offset) = true;
		}
	}
	/* A forked child cannot be told of without its process id. */
	if (!c->multiprocess) {
		c->fork_events = false;
		c->vfork_events = false;
	}
}

static bool
is_known(const struct session *s)
{
	return s->client.detected;
}

static bool
has_facts(const struct session *s)
{
	return target_has_facts(s->target);
}

static bool
has_syscalls(const struct session *s)
{
	return target_can_catch_syscalls(s->target);
}

static bool
has_vcont(const struct session *s)
{
	return !s->config.disable_vcont;
}

static bool
asked_multiprocess(const struct session *s)
{
	return s->client.multiprocess;
}

static bool
asked_fork(const struct session *s)
{
	return s->client.fork_events;
}

static bool
asked_vfork(const struct session *s)
{
	return s->client.vfork_events;
}

static bool
asked_exec(const struct session *s)
{
	return s->client.exec_events;
}

static bool
asked_swbreak(const struct session *s)
{
	return s->client.swbreak;
}

static bool
asked_hwbreak(const struct session *s)
{
	return s->client.hwbreak;
}

static bool
asked_no_resumed(const struct session *s)
{
	return s->client.no_resumed;
}

static bool
asked_thread_options(const struct session *s)
{
	return s->client.knows_thread_options;
}

static bool
asked_one_text(const struct session *s)
{
	return s->client.one_text_argument;
}

static bool
asked_many_watches(const struct session *s)
{
	return s->client.many_watches;
}

static bool
asked_error_message(const struct session *s)
{
	return s->client.error_message;
}

static bool
speaks_prefixed_reads(const struct session *s)
{
	return s->client.binary_upload;
}

static bool
can_allocate(const struct session *s)
{
	return target_can_allocate(s->target);
}

static bool
can_compress(const struct session *s)
{
	return s->config.compression && compressor_types[0] != '\0';
}

/* What each family is offered, in the order in which it is sent. */
enum { TO_GDB = 1, TO_LLDB = 2, TO_ALL = 3 };
static const struct offer {
	const char *text;
	unsigned to;
	bool (*when)(const struct session *s); /* NULL: always */
} offers[] = {
	{ "QStartNoAckMode+", TO_ALL, NULL },
	{ "QPassSignals+", TO_ALL, NULL },
	{ "QNonStop+", TO_ALL, NULL },
	{ "QProgramSignals+", TO_GDB, NULL },
	{ "QStartupWithShell+", TO_GDB, NULL },
	{ "QEnvironmentHexEncoded+", TO_GDB, NULL },
	{ "QEnvironmentReset+", TO_GDB, NULL },
	{ "QEnvironmentUnset+", TO_GDB, NULL },
	{ "QSetWorkingDir+", TO_GDB, NULL },
	{ "QDisableRandomization+", TO_GDB, NULL },
	{ "QCatchSyscalls+", TO_GDB, has_syscalls },
	{ "QThreadEvents+", TO_GDB, NULL },
	{ "ConditionalBreakpoints+", TO_GDB, NULL },
	{ "BreakpointCommands+", TO_GDB, NULL },
	{ "ConditionalTracepoints+", TO_GDB, NULL },
	{ "TracepointSource+", TO_GDB, NULL },
	{ "DisconnectedTracing+", TO_GDB, NULL },
	{ "InstallInTrace+", TO_GDB, NULL },
	{ "EnableDisableTracepoints+", TO_GDB, NULL },
	{ "QTBuffer:size+", TO_GDB, NULL },
	{ "tracenz+", TO_GDB, NULL },
	{ "qXfer:traceframe-info:read+", TO_GDB, NULL },
	{ "vContSupported+", TO_GDB, has_vcont },
	{ "qXfer:features:read+", TO_ALL, NULL },
	{ "qXfer:auxv:read+", TO_ALL, has_facts },
	{ "qXfer:libraries-svr4:read+", TO_ALL, has_facts },
	{ "augmented-libraries-svr4-read+", TO_GDB, has_facts },
	{ "qXfer:siginfo:read+", TO_ALL, has_facts },
	{ "qXfer:siginfo:write+", TO_GDB, has_facts },
	{ "qXfer:exec-file:read+", TO_GDB, has_facts },
	{ "qXfer:osdata:read+", TO_GDB, has_facts },
	{ "qXfer:threads:read+", TO_GDB, NULL },
	{ "multiprocess+", TO_ALL, asked_multiprocess },
	{ "fork-events+", TO_ALL, asked_fork },
	{ "vfork-events+", TO_ALL, asked_vfork },
	{ "exec-events+", TO_GDB, asked_exec },
	{ "swbreak+", TO_ALL, asked_swbreak },
	{ "hwbreak+", TO_ALL, asked_hwbreak },
	{ "no-resumed+", TO_GDB, asked_no_resumed },
	{ "QThreadOptions=3", TO_GDB, asked_thread_options },
	{ "error-message+", TO_GDB, asked_error_message },
	{ "single-inf-arg+", TO_GDB, asked_one_text },
	{ "multi-wp-addr+", TO_GDB, asked_many_watches },
	{ "binary-upload+", TO_ALL, speaks_prefixed_reads },
	{ "native-signals+", TO_LLDB, NULL },
	{ "qSaveCore+", TO_LLDB, has_facts },
	{ "QThreadSuffixSupported+", TO_LLDB, NULL },
	{ "QListThreadsInStopReply+", TO_LLDB, NULL },
	/* lldb up to 20 compares with the bare name, later ones with '+';
	 * its tests, which do not say who they are, take no bare one. */
	{ "qEcho", TO_LLDB, is_known },
	{ "qEcho+", TO_LLDB, NULL },
	/* Known to lldb since 22 and 23; 21 passes over them. */
	{ "MultiMemRead+", TO_LLDB, asked_swbreak },
	{ "jMultiBreakpoint+", TO_LLDB, asked_swbreak },
	/* Nobody's but ours (docs/allocation.md).  lldb acts on none of these,
	 * and its own suite takes a name that it does not know for a fault of
	 * the server. */
	{ "VirtualAlloc+", TO_GDB, can_allocate },
	{ "QVirtualProtect+", TO_GDB, can_allocate },
	{ "qVirtualQuery+", TO_GDB, can_allocate },
	{ "qGetWriteWatch+", TO_GDB, can_allocate },
};

int
handle_supported(struct session *s, const struct rsp_request *req,
		 struct rsp_reply *out)
{
	struct client *c = &s->client;
	unsigned to = c->dialect == &dialect_lldb ? TO_LLDB : TO_GDB;

	take_features(c, req->features);
	/* gdb since 16 asks by error-message+ for what came with it; lldb
	 * since 21 has both swbreak+ and prefixed reads.  Others say so. */
	if (to == TO_LLDB ? c->swbreak : c->error_message)
		c->binary_upload = true;
	session_set_reports(s);

	rsp_reply_printf(out, "PacketSize=%x", SESSION_PACKET_MAX);
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		const struct offer *o = &offers[i];

		if (!(o->to & to) || (o->when != NULL && !o->when(s)))
			continue;
		rsp_reply_char(out, ';');
		rsp_reply_str(out, o->text);
	}
	if (to == TO_LLDB && can_compress(s))
		rsp_reply_printf(out, ";SupportedCompressions=%s",
				 compressor_types);
	return 0;
}

int
handle_no_ack_mode(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	(void)req;
	s->client.no_ack = true;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_extended_mode(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	(void)req;
	s->client.extended = true;
	s->extended = true;
	rsp_reply_str(out, "OK");
	return 0;
}

/* The answer itself goes out as it is; what follows is compressed. */
int
handle_compression(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	uint64_t min_size = COMPRESSION_MIN_SIZE;
	struct compressor *c;
	int err;

	if (!can_compress(s))
		return -EOPNOTSUPP;
	if (req->compression.has_min_size)
		min_size = req->compression.min_size;
	if (min_size > SESSION_REPLY_MAX)
		min_size = SESSION_REPLY_MAX;
	err = compressor_new(&c, req->compression.type, (size_t)min_size,
			     SESSION_REPLY_MAX);
	if (err == -EOPNOTSUPP)
		return session_error(s, out, EINVAL,
				     "no such type of compression");
	if (err < 0)
		return err;
	compressor_free(s->compressor);
	s->compressor = c;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_error_strings(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	(void)req;
	s->client.error_strings = true;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_thread_suffix(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	(void)req;
	s->client.thread_suffix = true;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_list_threads_in_stop(struct session *s, const struct rsp_request *req,
			    struct rsp_reply *out)
{
	(void)req;
	s->client.list_threads_in_stop = true;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_non_stop(struct session *s, const struct rsp_request *req,
		struct rsp_reply *out)
{
	if (s->client.non_stop && !req->flag)
		target_stop_all(s->target, 0);
	s->client.non_stop = req->flag;
	s->notified = false;
	run_note_told(s, NULL);
	s->first_stop_alone = false;
	s->stops_held = false;
	session_update_state(s);
	session_set_reports(s);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_echo(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out)
{
	(void)s;
	rsp_reply_str(out, "qEcho:");
	rsp_reply_raw(out, req->text.data, req->text.len);
	return 0;
}

int
handle_speed_test(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	static const char block[64] = "................................"
				      "...............................";
	uint64_t left = req->speed.response_size;

	(void)s;
	if (left > rsp_reply_room(out) - 5)
		return -EINVAL;
	rsp_reply_str(out, "data:");
	while (left > 0) {
		size_t n =
		    left < sizeof(block) - 1 ? (size_t)left : sizeof(block) - 1;

		rsp_reply_raw(out, block, n);
		left -= n;
	}
	return 0;
}
