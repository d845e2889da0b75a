/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every handler, by the file it is in.  dispatch.c's table is their only
 * caller.
 */
#ifndef SERVER_SESSION_HANDLERS_H
#define SERVER_SESSION_HANDLERS_H

#include "private.h"

/* handle_memory.c: m x M X (the last two one and the same) */
handler_fn handle_read_memory;
handler_fn handle_read_binary;
handler_fn handle_write_memory;
handler_fn handle_read_ranges;
/* As it is there, or in the trace frame that is looked at. */
int memory_read_current(struct session *s, uint64_t addr, void *buf, size_t len,
			size_t *got);

/* handle_scan.c: qSearch:memory qCRC */
handler_fn handle_search_memory;
handler_fn handle_crc;

/* handle_alloc.c: _M _m QVirtualProtect qVirtualQuery qGetWriteWatch */
handler_fn handle_alloc;
handler_fn handle_dealloc;
handler_fn handle_virtual_protect;
handler_fn handle_virtual_query;
handler_fn handle_get_write_watch;

/* handle_breakpoints.c: Z z qWatchpointSupportInfo */
handler_fn handle_insert_breakpoint;
handler_fn handle_remove_breakpoint;
handler_fn handle_watchpoint_support;

/* handle_multi_breakpoint.c */
handler_fn handle_multi_breakpoint;

/* handle_file.c: vFile */
handler_fn handle_file_setfs;
handler_fn handle_file_open;
handler_fn handle_file_close;
handler_fn handle_file_pread;
handler_fn handle_file_pwrite;
handler_fn handle_file_fstat;
handler_fn handle_file_stat;
handler_fn handle_file_lstat;
handler_fn handle_file_unlink;
handler_fn handle_file_readlink;
handler_fn handle_file_size;
handler_fn handle_file_mode;
handler_fn handle_file_exists;
handler_fn handle_file_md5;
handler_fn handle_file_symlink;

/* handle_xfer.c: qXfer */
handler_fn handle_xfer;

/* handle_info.c: facts about host, process, memory */
handler_fn handle_host_info;
handler_fn handle_process_info;
handler_fn handle_get_pid;
handler_fn handle_memory_region;
handler_fn handle_server_version;
handler_fn handle_file_load_address;
handler_fn handle_libraries_address;

/* handle_module.c: qModuleInfo jModulesInfo */
handler_fn handle_module_info;
handler_fn handle_modules_info_json;

/* handle_platform.c: lldb's platform */
handler_fn handle_launch_server, handle_door, handle_query_server,
    handle_kill_spawned, handle_make_directory, handle_change_mode,
    handle_path_complete;

/* handle_core.c: qSaveCore */
handler_fn handle_save_core;

/* handle_shell.c: qPlatform_shell */
handler_fn handle_shell;

/* handle_processes.c: processes and users of the machine */
handler_fn handle_first_processes, handle_next_processes,
    handle_process_info_pid, handle_user_name, handle_group_name;

/* handle_tls.c: qGetTLSAddr */
handler_fn handle_tls_addr;

/* monitor.c: qRcmd */
handler_fn handle_monitor;

/* handle_session.c */
handler_fn handle_supported, handle_no_ack_mode, handle_extended_mode,
    handle_compression, handle_error_strings, handle_thread_suffix,
    handle_list_threads_in_stop, handle_non_stop, handle_echo,
    handle_speed_test;

/* handle_threads.c */
handler_fn handle_set_thread_g, handle_set_thread_c, handle_thread_alive,
    handle_current_thread, handle_first_threads, handle_next_threads,
    handle_thread_extra, handle_attached, handle_threads_info_json,
    handle_thread_stop_info;

/* handle_registers.c */
handler_fn handle_read_registers, handle_write_registers, handle_read_register,
    handle_write_register, handle_register_info, handle_save_registers,
    handle_restore_registers;

/* handle_run.c */
handler_fn handle_stop_reason, handle_vcont_query, handle_vcont,
    handle_continue, handle_continue_signal, handle_step, handle_step_signal,
    handle_ctrl_c, handle_stopped, handle_pass_signals, handle_program_signals,
    handle_catch_syscalls, handle_thread_events, handle_thread_options;

/* handle_trace.c */
handler_fn handle_trace_init, handle_tracepoint, handle_trace_source,
    handle_trace_variable, handle_trace_read_only, handle_trace_enable,
    handle_trace_disable, handle_trace_disconnected, handle_trace_circular,
    handle_trace_buffer_size, handle_trace_notes, handle_trace_start,
    handle_trace_stop;

/* handle_trace_query.c */
handler_fn handle_trace_status, handle_trace_point_status, handle_trace_value,
    handle_trace_min_jump, handle_trace_first_point, handle_trace_next_point,
    handle_trace_first_variable, handle_trace_next_variable, handle_trace_frame,
    handle_trace_buffer;

/* handle_process.c */
handler_fn handle_attach, handle_attach_name, handle_attach_wait,
    handle_attach_or_wait, handle_attach_or_wait_supported, handle_run,
    handle_launch_args, handle_launch_success, handle_kill, handle_vkill,
    handle_detach, handle_detach_stopped_supported, handle_restart,
    handle_detach_on_error;

/* program.c */
handler_fn handle_stdio, handle_stdin_data;

/* handle_launch.c */
handler_fn handle_exec_and_args, handle_disable_randomization,
    handle_startup_with_shell, handle_environment, handle_environment_unset,
    handle_environment_reset, handle_set_working_dir, handle_get_working_dir,
    handle_set_stdin, handle_set_stdout, handle_set_stderr, handle_launch_arch;

#endif
