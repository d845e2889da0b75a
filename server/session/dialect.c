/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The families of clients as data, and how a client is recognised.
 */
#include <signal.h>

#include "private.h"

const struct dialect dialect_gdb = {
	.name = "gdb",
	.view = ARCH_VIEW_GDB,
	.native_signals = false,
	.stops_whole_process = false,
	.first_stop_alone = true,
	.read_watch_is_access = false,
	.bare_binary_reads = false,
	.verbose_stops = false,
	.takes_output = false,
	.starts_by_shell = true,
	.keeps_interrupt = true,
	.interrupt_signal = SIGINT,
	.start_signal = SIGTRAP,
};

const struct dialect dialect_lldb = {
	.name = "lldb",
	.view = ARCH_VIEW_LLDB,
	.native_signals = true,
	.stops_whole_process = true,
	.first_stop_alone = false,
	.read_watch_is_access = true,
	.bare_binary_reads = true,
	.verbose_stops = true,
	.takes_output = true,
	.starts_by_shell = false,
	.keeps_interrupt = false,
	.interrupt_signal = SIGSTOP,
	.start_signal = SIGSTOP,
};

/* gdb announces relocation of instructions, lldb never does; lldb announces
 * four architectures' register xml where gdb names its own one. */
static const struct dialect *
dialect_of_features(struct rsp_list features)
{
	struct rsp_bytes name, value;

	while (rsp_features_next(&features, &name, &value)) {
		if (rsp_bytes_equal(name, "qRelocInsn"))
			return &dialect_gdb;
		if (rsp_bytes_equal(name, "xmlRegisters") &&
		    rsp_bytes_equal(value, "i386,arm,mips,arc"))
			return &dialect_lldb;
	}
	return NULL;
}

/* Packets that lldb sends early and gdb does not know. */
static bool
is_lldb_only(enum rsp_kind kind)
{
	switch (kind) {
	case RSP_THREAD_SUFFIX:
	case RSP_LIST_THREADS_IN_STOP:
	case RSP_ERROR_STRINGS:
	case RSP_ATTACH_OR_WAIT_SUPPORTED:
	case RSP_HOST_INFO:
	case RSP_LAUNCH_SERVER:
		return true;
	default:
		return false;
	}
}

void
dialect_detect(struct session *s, const struct rsp_request *req)
{
	const struct dialect *d = NULL;

	if (s->client.detected)
		return;
	if (req->kind == RSP_SUPPORTED)
		d = dialect_of_features(req->features);
	else if (is_lldb_only(req->kind))
		d = &dialect_lldb;
	if (d == NULL)
		return;
	s->client.dialect = d;
	s->client.detected = true;
	/* An lldb whose local server this is says all of a program's
	 * environment, or wants it empty (target.inherit-env). */
	if (d == &dialect_lldb && s->config.native_regs)
		launch_env_clear(&s->launch);
	session_set_reports(s);
}
