/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every handler, by the file it is in.  dispatch.c's table is their only
 * caller.
 */
#ifndef SERVER_SESSION_HANDLERS_H
#define SERVER_SESSION_HANDLERS_H

#include "private.h"

/* handle_memory.c: m x M X (the last two one and the same) qSearch qCRC */
handler_fn handle_read_memory;
handler_fn handle_read_binary;
handler_fn handle_write_memory;
handler_fn handle_search_memory;
handler_fn handle_crc;

/* handle_alloc.c: _M _m */
handler_fn handle_alloc;
handler_fn handle_dealloc;

/* handle_breakpoints.c: Z z qWatchpointSupportInfo */
handler_fn handle_insert_breakpoint;
handler_fn handle_remove_breakpoint;
handler_fn handle_watchpoint_support;

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

/* handle_module.c: qModuleInfo jModulesInfo */
handler_fn handle_module_info;
handler_fn handle_modules_info_json;

/* handle_tls.c: qGetTLSAddr */
handler_fn handle_tls_addr;

/* monitor.c: qRcmd */
handler_fn handle_monitor;

#endif
