/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answers which request, and in which states of the session.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "private.h"
#include "virtual.h"

#define ALWAYS	SESSION_ALWAYS
#define IDLE	SESSION_ANY_IDLE
#define PROCESS SESSION_HAS_PROCESS
/* Win32's calls, with Win32's errors. */
#define VIRTUAL (IDLE | HANDLER_WIN32)

const struct handler session_handlers[RSP_REQUEST_COUNT] = {
	/* session */
	[RSP_SUPPORTED] = { handle_supported, ALWAYS, CLASS_SESSION },
	[RSP_NO_ACK_MODE] = { handle_no_ack_mode, ALWAYS, CLASS_SESSION },
	[RSP_EXTENDED_MODE] = { handle_extended_mode, ALWAYS, CLASS_SESSION },
	[RSP_COMPRESSION] = { handle_compression, ALWAYS, CLASS_SESSION },
	[RSP_ERROR_STRINGS] = { handle_error_strings, ALWAYS, CLASS_SESSION },
	[RSP_THREAD_SUFFIX] = { handle_thread_suffix, ALWAYS, CLASS_SESSION },
	[RSP_LIST_THREADS_IN_STOP] = { handle_list_threads_in_stop, ALWAYS,
				       CLASS_SESSION },
	[RSP_NON_STOP] = { handle_non_stop, IDLE, CLASS_SESSION },
	[RSP_ECHO] = { handle_echo, ALWAYS, CLASS_SESSION },
	[RSP_SPEED_TEST] = { handle_speed_test, ALWAYS, CLASS_SESSION },
	/* threads */
	[RSP_SET_THREAD_G] = { handle_set_thread_g, IDLE, CLASS_OBSERVE },
	[RSP_SET_THREAD_C] = { handle_set_thread_c, IDLE, CLASS_OBSERVE },
	[RSP_THREAD_ALIVE] = { handle_thread_alive, IDLE, CLASS_OBSERVE },
	[RSP_CURRENT_THREAD] = { handle_current_thread, IDLE, CLASS_OBSERVE },
	[RSP_FIRST_THREADS] = { handle_first_threads, IDLE, CLASS_OBSERVE },
	[RSP_NEXT_THREADS] = { handle_next_threads, IDLE, CLASS_OBSERVE },
	[RSP_THREAD_EXTRA] = { handle_thread_extra, IDLE, CLASS_OBSERVE },
	[RSP_ATTACHED] = { handle_attached, IDLE, CLASS_OBSERVE },
	[RSP_THREADS_INFO_JSON] = { handle_threads_info_json, IDLE,
				    CLASS_OBSERVE },
	[RSP_THREAD_STOP_INFO] = { handle_thread_stop_info, IDLE,
				   CLASS_OBSERVE },
	/* registers */
	[RSP_READ_REGISTERS] = { handle_read_registers, IDLE, CLASS_OBSERVE },
	[RSP_WRITE_REGISTERS] = { handle_write_registers, IDLE, CLASS_WRITE },
	[RSP_READ_REGISTER] = { handle_read_register, IDLE, CLASS_OBSERVE },
	[RSP_WRITE_REGISTER] = { handle_write_register, IDLE, CLASS_WRITE },
	[RSP_REGISTER_INFO] = { handle_register_info, IDLE, CLASS_OBSERVE },
	[RSP_SAVE_REGISTERS] = { handle_save_registers, IDLE, CLASS_OBSERVE },
	[RSP_RESTORE_REGISTERS] = { handle_restore_registers, IDLE,
				    CLASS_WRITE },
	/* run control; what only tells what is to be told is observing */
	[RSP_STOP_REASON] = { handle_stop_reason, IDLE, CLASS_OBSERVE },
	[RSP_VCONT_QUERY] = { handle_vcont_query, ALWAYS, CLASS_SESSION },
	[RSP_VCONT] = { handle_vcont, IDLE, CLASS_CONTROL },
	[RSP_CONTINUE] = { handle_continue, IDLE, CLASS_CONTROL },
	[RSP_CONTINUE_SIGNAL] = { handle_continue_signal, IDLE, CLASS_CONTROL },
	[RSP_STEP] = { handle_step, IDLE, CLASS_CONTROL },
	[RSP_STEP_SIGNAL] = { handle_step_signal, IDLE, CLASS_CONTROL },
	[RSP_CTRL_C] = { handle_ctrl_c, ALWAYS, CLASS_CONTROL },
	[RSP_STOPPED] = { handle_stopped, ALWAYS, CLASS_OBSERVE },
	[RSP_STDIO] = { handle_stdio, ALWAYS, CLASS_OBSERVE },
	[RSP_PASS_SIGNALS] = { handle_pass_signals, ALWAYS, CLASS_OBSERVE },
	[RSP_PROGRAM_SIGNALS] = { handle_program_signals, ALWAYS,
				  CLASS_OBSERVE },
	[RSP_CATCH_SYSCALLS] = { handle_catch_syscalls, IDLE, CLASS_CONTROL },
	[RSP_THREAD_OPTIONS] = { handle_thread_options, IDLE, CLASS_CONTROL },
	[RSP_THREAD_EVENTS] = { handle_thread_events, ALWAYS, CLASS_OBSERVE },
	/* tracepoints */
	[RSP_TRACE_INIT] = { handle_trace_init, IDLE, CLASS_CONTROL },
	[RSP_TRACEPOINT] = { handle_tracepoint, IDLE, CLASS_CONTROL },
	[RSP_TRACE_SOURCE] = { handle_trace_source, IDLE, CLASS_CONTROL },
	[RSP_TRACE_VARIABLE] = { handle_trace_variable, IDLE, CLASS_CONTROL },
	[RSP_TRACE_READ_ONLY] = { handle_trace_read_only, IDLE, CLASS_CONTROL },
	[RSP_TRACE_ENABLE] = { handle_trace_enable, IDLE, CLASS_CONTROL },
	[RSP_TRACE_DISABLE] = { handle_trace_disable, IDLE, CLASS_CONTROL },
	[RSP_TRACE_DISCONNECTED] = { handle_trace_disconnected, IDLE,
				     CLASS_CONTROL },
	[RSP_TRACE_CIRCULAR] = { handle_trace_circular, IDLE, CLASS_CONTROL },
	[RSP_TRACE_BUFFER_SIZE] = { handle_trace_buffer_size, IDLE,
				    CLASS_CONTROL },
	[RSP_TRACE_NOTES] = { handle_trace_notes, IDLE, CLASS_CONTROL },
	[RSP_TRACE_START] = { handle_trace_start, IDLE, CLASS_CONTROL },
	[RSP_TRACE_STOP] = { handle_trace_stop, IDLE, CLASS_CONTROL },
	[RSP_TRACE_STATUS] = { handle_trace_status, ALWAYS, CLASS_OBSERVE },
	[RSP_TRACE_FIRST_POINT] = { handle_trace_first_point, IDLE,
				    CLASS_OBSERVE },
	[RSP_TRACE_NEXT_POINT] = { handle_trace_next_point, IDLE,
				   CLASS_OBSERVE },
	[RSP_TRACE_FIRST_VARIABLE] = { handle_trace_first_variable, IDLE,
				       CLASS_OBSERVE },
	[RSP_TRACE_NEXT_VARIABLE] = { handle_trace_next_variable, IDLE,
				      CLASS_OBSERVE },
	[RSP_TRACE_POINT_STATUS] = { handle_trace_point_status, IDLE,
				     CLASS_OBSERVE },
	[RSP_TRACE_VALUE] = { handle_trace_value, IDLE, CLASS_OBSERVE },
	[RSP_TRACE_MIN_JUMP] = { handle_trace_min_jump, IDLE, CLASS_SESSION },
	[RSP_TRACE_FRAME] = { handle_trace_frame, IDLE, CLASS_OBSERVE },
	[RSP_TRACE_BUFFER] = { handle_trace_buffer, IDLE, CLASS_OBSERVE },
	/* processes */
	[RSP_ATTACH] = { handle_attach, IDLE, CLASS_ATTACH },
	[RSP_ATTACH_NAME] = { handle_attach_name, IDLE, CLASS_ATTACH },
	[RSP_ATTACH_WAIT] = { handle_attach_wait, IDLE, CLASS_ATTACH },
	[RSP_ATTACH_OR_WAIT] = { handle_attach_or_wait, IDLE, CLASS_ATTACH },
	[RSP_ATTACH_OR_WAIT_SUPPORTED] = { handle_attach_or_wait_supported,
					   ALWAYS, CLASS_SESSION },
	[RSP_RUN] = { handle_run, IDLE, CLASS_LAUNCH },
	[RSP_LAUNCH_ARGS] = { handle_launch_args, IDLE, CLASS_LAUNCH },
	[RSP_LAUNCH_SUCCESS] = { handle_launch_success, ALWAYS, CLASS_SESSION },
	[RSP_KILL] = { handle_kill, ALWAYS, CLASS_CONTROL },
	[RSP_VKILL] = { handle_vkill, ALWAYS, CLASS_CONTROL },
	/* Whoever came must be able to go. */
	[RSP_DETACH] = { handle_detach, IDLE, CLASS_SESSION },
	[RSP_DETACH_STOPPED_SUPPORTED] = { handle_detach_stopped_supported,
					   ALWAYS, CLASS_SESSION },
	[RSP_RESTART] = { handle_restart, IDLE, CLASS_LAUNCH },
	[RSP_STDIN_DATA] = { handle_stdin_data, ALWAYS, CLASS_CONTROL },
	[RSP_DETACH_ON_ERROR] = { handle_detach_on_error, ALWAYS,
				  CLASS_SESSION },
	/* launch settings */
	[RSP_DISABLE_RANDOMIZATION] = { handle_disable_randomization, ALWAYS,
					CLASS_LAUNCH },
	[RSP_SET_DISABLE_ASLR] = { handle_disable_randomization, ALWAYS,
				   CLASS_LAUNCH },
	[RSP_EXEC_AND_ARGS] = { handle_exec_and_args, ALWAYS, CLASS_OBSERVE },
	[RSP_STARTUP_WITH_SHELL] = { handle_startup_with_shell, ALWAYS,
				     CLASS_LAUNCH },
	[RSP_ENVIRONMENT] = { handle_environment, ALWAYS, CLASS_LAUNCH },
	[RSP_ENVIRONMENT_HEX] = { handle_environment, ALWAYS, CLASS_LAUNCH },
	[RSP_ENVIRONMENT_UNSET] = { handle_environment_unset, ALWAYS,
				    CLASS_LAUNCH },
	[RSP_ENVIRONMENT_RESET] = { handle_environment_reset, ALWAYS,
				    CLASS_LAUNCH },
	[RSP_SET_WORKING_DIR] = { handle_set_working_dir, ALWAYS,
				  CLASS_LAUNCH },
	[RSP_GET_WORKING_DIR] = { handle_get_working_dir, ALWAYS,
				  CLASS_LAUNCH },
	[RSP_SET_STDIN] = { handle_set_stdin, ALWAYS, CLASS_LAUNCH },
	[RSP_SET_STDOUT] = { handle_set_stdout, ALWAYS, CLASS_LAUNCH },
	[RSP_SET_STDERR] = { handle_set_stderr, ALWAYS, CLASS_LAUNCH },
	[RSP_LAUNCH_ARCH] = { handle_launch_arch, ALWAYS, CLASS_LAUNCH },
	/* memory, allocation */
	[RSP_READ_MEMORY] = { handle_read_memory, IDLE, CLASS_OBSERVE },
	[RSP_READ_BINARY] = { handle_read_binary, IDLE, CLASS_OBSERVE },
	[RSP_WRITE_MEMORY] = { handle_write_memory, IDLE, CLASS_WRITE },
	[RSP_WRITE_BINARY] = { handle_write_memory, IDLE, CLASS_WRITE },
	[RSP_SEARCH_MEMORY] = { handle_search_memory, IDLE, CLASS_OBSERVE },
	[RSP_CRC] = { handle_crc, IDLE, CLASS_OBSERVE },
	[RSP_READ_RANGES] = { handle_read_ranges, IDLE, CLASS_OBSERVE },
	[RSP_MEMORY_REGION] = { handle_memory_region, IDLE, CLASS_OBSERVE },
	[RSP_ALLOC] = { handle_alloc, VIRTUAL, CLASS_ALLOCATE },
	[RSP_DEALLOC] = { handle_dealloc, VIRTUAL, CLASS_ALLOCATE },
	[RSP_VIRTUAL_PROTECT] = { handle_virtual_protect, VIRTUAL,
				  CLASS_ALLOCATE },
	[RSP_VIRTUAL_QUERY] = { handle_virtual_query, VIRTUAL, CLASS_OBSERVE },
	[RSP_GET_WRITE_WATCH] = { handle_get_write_watch, VIRTUAL,
				  CLASS_OBSERVE },
	/* breakpoints */
	[RSP_INSERT_BREAKPOINT] = { handle_insert_breakpoint, IDLE,
				    CLASS_CONTROL },
	[RSP_REMOVE_BREAKPOINT] = { handle_remove_breakpoint, IDLE,
				    CLASS_CONTROL },
	[RSP_MULTI_BREAKPOINT] = { handle_multi_breakpoint, IDLE,
				   CLASS_CONTROL },
	[RSP_WATCHPOINT_SUPPORT] = { handle_watchpoint_support, ALWAYS,
				     CLASS_SESSION },
	/* objects and information */
	[RSP_XFER] = { handle_xfer, IDLE, CLASS_OBSERVE },
	[RSP_HOST_INFO] = { handle_host_info, ALWAYS, CLASS_SESSION },
	[RSP_PROCESS_INFO] = { handle_process_info, IDLE, CLASS_OBSERVE },
	[RSP_GET_PID] = { handle_get_pid, IDLE, CLASS_OBSERVE },
	[RSP_SERVER_VERSION] = { handle_server_version, ALWAYS, CLASS_SESSION },
	[RSP_LIBRARIES_ADDRESS] = { handle_libraries_address, IDLE,
				    CLASS_OBSERVE },
	[RSP_FILE_LOAD_ADDRESS] = { handle_file_load_address, IDLE,
				    CLASS_OBSERVE },
	[RSP_MODULE_INFO] = { handle_module_info, IDLE, CLASS_FILES_READ },
	[RSP_MODULES_INFO_JSON] = { handle_modules_info_json, IDLE,
				    CLASS_FILES_READ },
	[RSP_SAVE_CORE] = { handle_save_core, PROCESS, CLASS_OBSERVE },
	[RSP_TLS_ADDR] = { handle_tls_addr, IDLE, CLASS_OBSERVE },
	[RSP_MONITOR] = { handle_monitor, IDLE, CLASS_SESSION },
	/* host files */
	[RSP_FILE_SETFS] = { handle_file_setfs, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_OPEN] = { handle_file_open, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_CLOSE] = { handle_file_close, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_PREAD] = { handle_file_pread, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_PWRITE] = { handle_file_pwrite, ALWAYS, CLASS_FILES_WRITE },
	[RSP_FILE_FSTAT] = { handle_file_fstat, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_STAT] = { handle_file_stat, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_LSTAT] = { handle_file_lstat, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_UNLINK] = { handle_file_unlink, ALWAYS, CLASS_FILES_WRITE },
	[RSP_FILE_READLINK] = { handle_file_readlink, ALWAYS,
				CLASS_FILES_READ },
	[RSP_FILE_SIZE] = { handle_file_size, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_MODE] = { handle_file_mode, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_EXISTS] = { handle_file_exists, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_MD5] = { handle_file_md5, ALWAYS, CLASS_FILES_READ },
	[RSP_FILE_SYMLINK] = { handle_file_symlink, ALWAYS, CLASS_FILES_WRITE },
	/* platform */
	[RSP_LAUNCH_SERVER] = { handle_launch_server, SESSION_EMPTY,
				CLASS_SESSION },
	[RSP_DOOR] = { handle_door, ALWAYS, CLASS_SESSION },
	[RSP_QUERY_SERVER] = { handle_query_server, ALWAYS, CLASS_SESSION },
	[RSP_KILL_SPAWNED] = { handle_kill_spawned, IDLE, CLASS_LAUNCH },
	[RSP_FIRST_PROCESSES] = { handle_first_processes, IDLE, CLASS_ATTACH },
	[RSP_NEXT_PROCESSES] = { handle_next_processes, IDLE, CLASS_ATTACH },
	[RSP_PROCESS_INFO_PID] = { handle_process_info_pid, IDLE,
				   CLASS_ATTACH },
	[RSP_USER_NAME] = { handle_user_name, ALWAYS, CLASS_SESSION },
	[RSP_GROUP_NAME] = { handle_group_name, ALWAYS, CLASS_SESSION },
	[RSP_PATH_COMPLETE] = { handle_path_complete, ALWAYS,
				CLASS_FILES_READ },
	[RSP_MAKE_DIRECTORY] = { handle_make_directory, ALWAYS,
				 CLASS_FILES_WRITE },
	[RSP_SHELL] = { handle_shell, SESSION_EMPTY, CLASS_SHELL },
	[RSP_CHANGE_MODE] = { handle_change_mode, ALWAYS, CLASS_FILES_WRITE },
};

int
session_error(struct session *s, struct rsp_reply *out, int code,
	      const char *text)
{
	(void)out;
	snprintf(s->error_text, sizeof(s->error_text), "%s", text);
	return -code;
}

int
session_code(struct session *s, int code)
{
	s->error_is_code = true;
	return -code;
}

static enum rsp_errors
error_form(const struct client *c)
{
	if (c->error_message)
		return RSP_ERRORS_GDB;
	return c->error_strings ? RSP_ERRORS_LLDB : RSP_ERRORS_PLAIN;
}

/*
 * The text goes to clients that can take one.  gdb tells "E.text" from the
 * codes, and tests for some codes by value, so it gets a text only where the
 * handler had something to say.
 */
void
session_put_error(struct session *s, struct rsp_reply *out, int code)
{
	const char *text = s->error_text;

	if (text[0] == '\0')
		text = s->client.error_strings && !s->error_is_code
			   ? strerror(code)
			   : NULL;
	rsp_reply_clear(out);
	rsp_reply_error(out, error_form(&s->client), code, text);
}

static int
serve(struct session *s, const struct handler *h, const struct rsp_request *req,
      struct rsp_reply *out)
{
	dialect_detect(s, req);
	/* gdb sends only this before it has taken in the first stop. */
	if (req->kind != RSP_STOPPED && req->kind != RSP_PASS_SIGNALS)
		s->stops_held = false;
	if (h->fn == NULL)
		return -EOPNOTSUPP;
	if (!(s->permitted & RIGHTS_BIT(h->class)))
		return rights_refuse(s, req, h->class, out);
	if (!(h->when & s->state))
		return -EBUSY;
	return s->audit == NULL ? h->fn(s, req, out)
				: audit_serve(s, h, req, out);
}

/* What the handlers of Win32's calls have not said themselves: what came before
 * them, and what is not permitted. */
static int
name_win32_error(struct session *s, int err)
{
	char why[sizeof(s->error_text)];

	if (s->error_text[0] != '\0' && err != -EPERM)
		return err;
	memcpy(why, s->error_text, sizeof(why));
	return virtual_error(s, err, why[0] != '\0' ? why : NULL);
}

static int
answer(struct session *s, uint8_t *body, size_t len, struct rsp_reply *out)
{
	const struct handler *h;
	struct rsp_request req;
	int err = -EOPNOTSUPP;

	switch (rsp_request_decode(&req, body, len)) {
	case RSP_UNKNOWN:
		return -EOPNOTSUPP;
	case RSP_MALFORMED:
		h = &session_handlers[req.kind];
		err = h->fn != NULL ? -EINVAL : -EOPNOTSUPP;
		break;
	case RSP_DECODED:
		h = &session_handlers[req.kind];
		err = serve(s, h, &req, out);
		break;
	}
	if (h->when & HANDLER_WIN32 && err < 0 && err != -EOPNOTSUPP)
		return name_win32_error(s, err);
	return err;
}

void
session_finish_reply(struct session *s, struct rsp_reply *out, int err)
{
	if (err == -EOPNOTSUPP)
		rsp_reply_clear(out);
	else if (err < 0)
		session_put_error(s, out, -err);
	if (err != SESSION_NO_REPLY)
		session_send(s, out);
}

void
session_take_notice(struct session *s, uint8_t *body, size_t len)
{
	struct rsp_request req;
	struct rsp_reply unsent;

	if (rsp_request_decode(&req, body, len) != RSP_DECODED ||
	    req.kind != RSP_DOOR)
		return;
	session_begin(s, &unsent);
	(void)handle_door(s, &req, &unsent);
}

void
session_dispatch(struct session *s, uint8_t *body, size_t len)
{
	struct rsp_reply out;
	int err;

	s->error_text[0] = '\0';
	s->error_is_code = false;
	s->interrupt_told = false;
	session_begin(s, &out);
	err = answer(s, body, len, &out);
	session_finish_reply(s, &out, err);
	/* With everything stopped the wake descriptor says soon enough what
	 * happened; two system calls for every packet would not. */
	if (s->state & (SESSION_RUNNING | SESSION_NON_STOP) || s->ndeferred > 0)
		session_pump(s);
}
