/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every packet that rspd knows: one row each.  The enum of requests and the
 * decode table are both made from this list.
 *
 *	X(KIND, "name", FOLLOW, decode_function)
 *
 * FOLLOW says what may legally stand after the name: END (nothing), COLON,
 * SEMI, COMMA (that separator, which the decoder still sees), ARGS (anything,
 * also nothing).  The longest name that may be followed by the next byte wins,
 * so the order of rows does not matter.
 */
#ifndef PROTOCOL_REQUEST_LIST_H
#define PROTOCOL_REQUEST_LIST_H

/* clang-format off */
#define RSP_REQUEST_LIST(X)						\
	/* session */							\
	X(SUPPORTED, "qSupported", END | COLON | SEMI, decode_supported)	\
	X(NO_ACK_MODE, "QStartNoAckMode", END, decode_nothing)		\
	X(EXTENDED_MODE, "!", END, decode_nothing)			\
	X(COMPRESSION, "QEnableCompression", COLON, decode_compression)	\
	X(ERROR_STRINGS, "QEnableErrorStrings", END, decode_nothing)	\
	X(THREAD_SUFFIX, "QThreadSuffixSupported", END, decode_nothing)	\
	X(LIST_THREADS_IN_STOP, "QListThreadsInStopReply", END, decode_nothing) \
	X(NON_STOP, "QNonStop", COLON, decode_flag)			\
	X(MONITOR, "qRcmd", COMMA, decode_hex_text)			\
	X(SYMBOL, "qSymbol", COLON, decode_symbol)			\
	X(ECHO, "qEcho", COLON, decode_text)				\
	X(SPEED_TEST, "qSpeedTest", COLON, decode_speed_test)		\
	X(SERVER_VERSION, "qGDBServerVersion", END, decode_nothing)	\
	X(ALLOW, "QAllow", COLON, decode_text)				\
	/* threads */							\
	X(SET_THREAD_G, "Hg", ARGS, decode_ptid)			\
	X(SET_THREAD_C, "Hc", ARGS, decode_ptid)			\
	X(THREAD_ALIVE, "T", ARGS, decode_ptid)				\
	X(CURRENT_THREAD, "qC", END, decode_nothing)			\
	X(FIRST_THREADS, "qfThreadInfo", END, decode_nothing)		\
	X(NEXT_THREADS, "qsThreadInfo", END, decode_nothing)		\
	X(THREAD_EXTRA, "qThreadExtraInfo", COMMA, decode_next_ptid)	\
	X(ATTACHED, "qAttached", END | COLON, decode_opt_pid)		\
	X(THREADS_INFO_JSON, "jThreadsInfo", END, decode_nothing)	\
	X(THREAD_STOP_INFO, "qThreadStopInfo", ARGS, decode_ptid)	\
	X(TLS_ADDR, "qGetTLSAddr", COLON, decode_tls_addr)		\
	/* registers */							\
	X(READ_REGISTERS, "g", END | SEMI, decode_read_registers)	\
	X(WRITE_REGISTERS, "G", ARGS, decode_write_registers)		\
	X(READ_REGISTER, "p", ARGS, decode_read_register)		\
	X(WRITE_REGISTER, "P", ARGS, decode_write_register)		\
	X(REGISTER_INFO, "qRegisterInfo", ARGS, decode_number)		\
	X(SAVE_REGISTERS, "QSaveRegisterState", END | SEMI, decode_save_registers) \
	X(RESTORE_REGISTERS, "QRestoreRegisterState", COLON, decode_restore_registers) \
	/* memory */							\
	X(READ_MEMORY, "m", ARGS, decode_read_memory)			\
	X(WRITE_MEMORY, "M", ARGS, decode_write_memory)			\
	X(READ_BINARY, "x", ARGS, decode_read_memory)			\
	X(WRITE_BINARY, "X", ARGS, decode_write_binary)			\
	X(SEARCH_MEMORY, "qSearch:memory", COLON, decode_search_memory)	\
	X(CRC, "qCRC", COLON, decode_crc)				\
	X(READ_RANGES, "MultiMemRead", COLON, decode_read_ranges)		\
	X(MEMORY_REGION, "qMemoryRegionInfo", END | COLON, decode_opt_addr) \
	/* allocation */						\
	X(ALLOC, "_M", ARGS, decode_alloc)				\
	X(DEALLOC, "_m", ARGS, decode_dealloc)				\
	X(VIRTUAL_PROTECT, "QVirtualProtect", COLON, decode_pages_value) \
	X(VIRTUAL_QUERY, "qVirtualQuery", COLON, decode_addr)		\
	X(GET_WRITE_WATCH, "qGetWriteWatch", COLON, decode_pages_value)	\
	/* breakpoints */						\
	X(INSERT_BREAKPOINT, "Z", ARGS, decode_insert_breakpoint)	\
	X(REMOVE_BREAKPOINT, "z", ARGS, decode_remove_breakpoint)	\
	X(MULTI_BREAKPOINT, "jMultiBreakpoint", COLON, decode_escaped_text) \
	X(WATCHPOINT_SUPPORT, "qWatchpointSupportInfo", END | COLON, decode_nothing_more) \
	/* run control */						\
	X(STOP_REASON, "?", END, decode_nothing)			\
	X(VCONT_QUERY, "vCont?", END, decode_nothing)			\
	X(VCONT, "vCont", SEMI, decode_vcont)				\
	X(CONTINUE, "c", ARGS, decode_resume)				\
	X(CONTINUE_SIGNAL, "C", ARGS, decode_resume_signal)		\
	X(STEP, "s", ARGS, decode_resume)				\
	X(STEP_SIGNAL, "S", ARGS, decode_resume_signal)			\
	X(CTRL_C, "vCtrlC", END, decode_nothing)			\
	X(STOPPED, "vStopped", END, decode_nothing)			\
	X(STDIO, "vStdio", END, decode_nothing)				\
	X(PASS_SIGNALS, "QPassSignals", COLON, decode_signals)		\
	X(PROGRAM_SIGNALS, "QProgramSignals", COLON, decode_signals)	\
	X(CATCH_SYSCALLS, "QCatchSyscalls", COLON, decode_catch_syscalls) \
	X(THREAD_EVENTS, "QThreadEvents", COLON, decode_flag)		\
	X(THREAD_OPTIONS, "QThreadOptions", SEMI, decode_thread_options) \
	/* tracepoints */						\
	X(TRACE_STATUS, "qTStatus", END, decode_nothing)		\
	X(TRACE_INIT, "QTinit", END, decode_nothing)			\
	X(TRACEPOINT, "QTDP", COLON, decode_tracepoint)			\
	X(TRACE_SOURCE, "QTDPsrc", COLON, decode_trace_source)		\
	X(TRACE_VARIABLE, "QTDV", COLON, decode_trace_variable)		\
	X(TRACE_READ_ONLY, "QTro", END | COLON, decode_ranges)		\
	X(TRACE_ENABLE, "QTEnable", COLON, decode_trace_place)		\
	X(TRACE_DISABLE, "QTDisable", COLON, decode_trace_place)	\
	X(TRACE_DISCONNECTED, "QTDisconnected", COLON, decode_flag)	\
	X(TRACE_CIRCULAR, "QTBuffer:circular", COLON, decode_flag)	\
	X(TRACE_BUFFER_SIZE, "QTBuffer:size", COLON, decode_trace_size)	\
	X(TRACE_NOTES, "QTNotes", COLON, decode_trace_notes)		\
	X(TRACE_START, "QTStart", END, decode_nothing)			\
	X(TRACE_STOP, "QTStop", END, decode_nothing)			\
	X(TRACE_FRAME, "QTFrame", COLON, decode_trace_frame)		\
	X(TRACE_SAVE, "QTSave", COLON, decode_hex_text)			\
	X(TRACE_BUFFER, "qTBuffer", COLON, decode_crc)			\
	X(TRACE_FIRST_POINT, "qTfP", END, decode_nothing)		\
	X(TRACE_NEXT_POINT, "qTsP", END, decode_nothing)		\
	X(TRACE_FIRST_VARIABLE, "qTfV", END, decode_nothing)		\
	X(TRACE_NEXT_VARIABLE, "qTsV", END, decode_nothing)		\
	X(TRACE_POINT_STATUS, "qTP", COLON, decode_trace_place)		\
	X(TRACE_VALUE, "qTV", COLON, decode_addr)			\
	X(TRACE_MIN_JUMP, "qTMinFTPILen", END, decode_nothing)		\
	/* processes */							\
	X(ATTACH, "vAttach", SEMI, decode_pid)				\
	X(ATTACH_NAME, "vAttachName", SEMI, decode_hex_text)		\
	X(ATTACH_WAIT, "vAttachWait", SEMI, decode_hex_text)		\
	X(ATTACH_OR_WAIT, "vAttachOrWait", SEMI, decode_hex_text)	\
	X(ATTACH_OR_WAIT_SUPPORTED, "qVAttachOrWaitSupported", END, decode_nothing) \
	X(RUN, "vRun", SEMI, decode_run)				\
	X(LAUNCH_ARGS, "A", ARGS, decode_launch_args)			\
	X(LAUNCH_SUCCESS, "qLaunchSuccess", END, decode_nothing)	\
	X(KILL, "k", END, decode_nothing)				\
	X(VKILL, "vKill", SEMI, decode_pid)				\
	X(DETACH, "D", ARGS, decode_detach)				\
	X(DETACH_STOPPED_SUPPORTED, "qSupportsDetachAndStayStopped", END | COLON, decode_nothing_more) \
	X(RESTART, "R", ARGS, decode_restart)				\
	X(STDIN_DATA, "I", ARGS, decode_hex_data)			\
	X(DETACH_ON_ERROR, "QSetDetachOnError", COLON, decode_flag)	\
	/* launch settings */						\
	X(EXEC_AND_ARGS, "qExecAndArgs", END, decode_nothing)		\
	X(DISABLE_RANDOMIZATION, "QDisableRandomization", COLON, decode_flag) \
	X(SET_DISABLE_ASLR, "QSetDisableASLR", COLON, decode_flag)	\
	X(STARTUP_WITH_SHELL, "QStartupWithShell", COLON, decode_flag)	\
	X(ENVIRONMENT, "QEnvironment", COLON, decode_text)		\
	X(ENVIRONMENT_HEX, "QEnvironmentHexEncoded", COLON, decode_hex_text) \
	X(ENVIRONMENT_UNSET, "QEnvironmentUnset", COLON, decode_hex_text) \
	X(ENVIRONMENT_RESET, "QEnvironmentReset", END, decode_nothing)	\
	X(SET_WORKING_DIR, "QSetWorkingDir", COLON, decode_hex_text)	\
	X(GET_WORKING_DIR, "qGetWorkingDir", END, decode_nothing)	\
	X(SET_STDIN, "QSetSTDIN", COLON, decode_hex_text)		\
	X(SET_STDOUT, "QSetSTDOUT", COLON, decode_hex_text)		\
	X(SET_STDERR, "QSetSTDERR", COLON, decode_hex_text)		\
	X(LAUNCH_ARCH, "QLaunchArch", COLON, decode_text)		\
	/* objects and information */					\
	X(XFER, "qXfer", COLON, decode_xfer)				\
	X(HOST_INFO, "qHostInfo", END, decode_nothing)			\
	X(PROCESS_INFO, "qProcessInfo", END, decode_nothing)		\
	X(GET_PID, "qGetPid", END, decode_nothing)			\
	X(LIBRARIES_ADDRESS, "qShlibInfoAddr", END, decode_nothing)	\
	X(SAVE_CORE, "qSaveCore", END | SEMI, decode_save_core)		\
	X(FILE_LOAD_ADDRESS, "qFileLoadAddress", COLON, decode_hex_text) \
	X(MODULE_INFO, "qModuleInfo", COLON, decode_module_info)	\
	X(MODULES_INFO_JSON, "jModulesInfo", COLON, decode_escaped_text) \
	/* host files */						\
	X(FILE_SETFS, "vFile:setfs", COLON, decode_file_setfs)		\
	X(FILE_OPEN, "vFile:open", COLON, decode_file_open)		\
	X(FILE_CLOSE, "vFile:close", COLON, decode_file_fd)		\
	X(FILE_PREAD, "vFile:pread", COLON, decode_file_pread)		\
	X(FILE_PWRITE, "vFile:pwrite", COLON, decode_file_pwrite)	\
	X(FILE_FSTAT, "vFile:fstat", COLON, decode_file_fd)		\
	X(FILE_STAT, "vFile:stat", COLON, decode_hex_text)		\
	X(FILE_LSTAT, "vFile:lstat", COLON, decode_hex_text)		\
	X(FILE_UNLINK, "vFile:unlink", COLON, decode_hex_text)		\
	X(FILE_READLINK, "vFile:readlink", COLON, decode_hex_text)	\
	X(FILE_SIZE, "vFile:size", COLON, decode_hex_text)		\
	X(FILE_MODE, "vFile:mode", COLON, decode_hex_text)		\
	X(FILE_EXISTS, "vFile:exists", COLON, decode_hex_text)		\
	X(FILE_MD5, "vFile:MD5", COLON, decode_hex_text)		\
	X(FILE_SYMLINK, "vFile:symlink", COLON, decode_file_symlink)	\
	/* platform */							\
	X(LAUNCH_SERVER, "qLaunchGDBServer", END | SEMI, decode_launch_server) \
	X(DOOR, "QDoor", COLON, decode_door)				\
	X(QUERY_SERVER, "qQueryGDBServer", END, decode_nothing)		\
	X(KILL_SPAWNED, "qKillSpawnedProcess", COLON, decode_dec_pid)	\
	X(FIRST_PROCESSES, "qfProcessInfo", END | COLON, decode_find_processes) \
	X(NEXT_PROCESSES, "qsProcessInfo", END, decode_nothing)		\
	X(PROCESS_INFO_PID, "qProcessInfoPID", COLON, decode_dec_pid)	\
	X(USER_NAME, "qUserName", COLON, decode_dec_uid)		\
	X(GROUP_NAME, "qGroupName", COLON, decode_dec_uid)		\
	X(SIGNALS_INFO_JSON, "jSignalsInfo", END, decode_nothing)	\
	X(PATH_COMPLETE, "qPathComplete", COLON, decode_path_complete)	\
	X(MAKE_DIRECTORY, "qPlatform_mkdir", COLON, decode_mode_path)	\
	X(CHANGE_MODE, "qPlatform_chmod", COLON, decode_mode_path)	\
	X(SHELL, "qPlatform_shell", COLON, decode_shell)
/* clang-format on */

#endif
