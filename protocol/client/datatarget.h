/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdatatarget: the methods of IJsDebugDataTarget as C functions over a
 * connection to rspd.
 *
 * One struct datatarget is one connection and, at any time, one process, which
 * is stopped.  It may be used by one thread at a time.  Every call ends within
 * its time-out, whatever the server does; what the server sends is bounded
 * before memory is taken for it.  Once the connection is lost, or the server
 * has broken the protocol, every further call fails at once with the same
 * error.
 *
 * Calls return an HRESULT; docs/datatarget.md has the map.  Out-parameters are
 * set on success only, unless a call says otherwise.
 */
#ifndef DATATARGET_H
#define DATATARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DATATARGET_API __attribute__((visibility("default")))
#else
#define DATATARGET_API
#endif

/* ---- types and codes of Win32 ------------------------------------------- */

/*
 * Who has types of these names already (a platform layer) defines
 * DATATARGET_NO_WIN32_TYPES; they must be of the same size.
 */
#ifndef DATATARGET_NO_WIN32_TYPES
typedef int32_t HRESULT;
typedef uint32_t DWORD;
/* UTF-16 text; its length in bytes stands in the 4 bytes before it. */
typedef uint16_t *BSTR;
#endif

/* The HRESULT of a Win32 error code; of a JsDebug code (8DC7xxxx). */
#define DATATARGET_WIN32(code) ((HRESULT)(0x80070000u | (uint32_t)(code)))
#define DATATARGET_JS(code)    ((HRESULT)(0x8DC70000u | (uint32_t)(code)))

#define DATATARGET_OK	 ((HRESULT)0) /* S_OK */
#define DATATARGET_FALSE ((HRESULT)1) /* S_FALSE: done, but not in full */

/* What the server reports, see docs/datatarget.md. */
#define DATATARGET_E_PRIVILEGE	   DATATARGET_WIN32(1314)
#define DATATARGET_E_HANDLE	   DATATARGET_WIN32(6)
#define DATATARGET_E_PARTIAL	   DATATARGET_WIN32(299)
#define DATATARGET_E_MEMORY	   DATATARGET_WIN32(8)
#define DATATARGET_E_ACCESS	   DATATARGET_WIN32(5)
#define DATATARGET_E_BUSY	   DATATARGET_WIN32(170)
#define DATATARGET_E_INVALIDARG	   DATATARGET_WIN32(87)
#define DATATARGET_E_COMMITMENT	   DATATARGET_WIN32(1455)
#define DATATARGET_E_UNIMPLEMENTED DATATARGET_WIN32(120)
#define DATATARGET_E_UNSUPPORTED   DATATARGET_WIN32(50)
#define DATATARGET_E_ADDRESS	   DATATARGET_WIN32(487)
#define DATATARGET_E_RESOURCES	   DATATARGET_WIN32(1450)
#define DATATARGET_E_QUOTA	   DATATARGET_WIN32(1816)
#define DATATARGET_E_BAD_MEMORY	   DATATARGET_JS(5)
#define DATATARGET_E_BAD_THREAD	   DATATARGET_JS(2)
#define DATATARGET_E_FAIL	   ((HRESULT)0x80004005u)

/* What this library reports by itself. */
#define DATATARGET_E_OUTOFMEMORY ((HRESULT)0x8007000Eu)
#define DATATARGET_E_NOTIMPL	 ((HRESULT)0x80004001u)
#define DATATARGET_E_POINTER	 ((HRESULT)0x80004003u)
/* A buffer is too small (ERROR_INSUFFICIENT_BUFFER). */
#define DATATARGET_E_BUFFER DATATARGET_WIN32(122)
/* The server broke the protocol (ERROR_INVALID_DATA). */
#define DATATARGET_E_DATA DATATARGET_WIN32(13)
/* It did not answer in time (ERROR_TIMEOUT). */
#define DATATARGET_E_TIMEOUT DATATARGET_WIN32(1460)
/* The connection is gone (ERROR_CONNECTION_ABORTED). */
#define DATATARGET_E_CLOSED DATATARGET_WIN32(1236)
/* Nobody listens there (ERROR_CONNECTION_REFUSED). */
#define DATATARGET_E_REFUSED DATATARGET_WIN32(1225)
/* No such host (WSAHOST_NOT_FOUND). */
#define DATATARGET_E_HOST DATATARGET_WIN32(11001)
/* TLS failed, or a certificate was refused (SEC_E_CERT_UNKNOWN's family). */
#define DATATARGET_E_TLS ((HRESULT)0x80090326u)

static inline bool
datatarget_failed(HRESULT hr)
{
	return hr < 0;
}

/* What a code means, in English; for one that is not known "unknown error". */
DATATARGET_API const char *datatarget_text(HRESULT hr);

/* ---- connecting --------------------------------------------------------- */

struct datatarget;

/*
 * A connected stream of one's own.  Both functions wait for at most
 * `timeout_ms`, and return how many bytes they moved (at least 1), or
 * -ETIMEDOUT, or another negative errno; a `read` returns 0 at the end of the
 * stream.  `close` may be NULL.
 */
struct datatarget_stream {
	void *arg;
	ssize_t (*read)(void *arg, void *buf, size_t size, int timeout_ms);
	ssize_t (*write)(void *arg, const void *buf, size_t size,
			 int timeout_ms);
	void (*close)(void *arg);
};

/* How to connect; NULL in place of it, and zero for any field, is fine. */
struct datatarget_options {
	/* For one call, 30000 if 0.  Reading and writing much takes longer: a
	 * millisecond is added for each 256 bytes. */
	unsigned timeout_ms;
	/* Receives the reason if connecting fails. */
	char *error;
	size_t error_size;
};

/* Files in PEM form, borrowed for the call; see `rspd certs`. */
struct datatarget_tls {
	const char *ca_file;   /* who signed the server's certificate */
	const char *cert_file; /* ours, or NULL */
	const char *key_file;  /* its key */
	/* What the server's certificate is made out to; NULL: the host. */
	const char *server_name;
};

/*
 * Connect and greet.  The target is given with the connection if the server
 * has a process; it is stopped by the greeting.  Where it has none,
 * datatarget_attach is what comes next, and other calls return
 * DATATARGET_E_HANDLE.
 *
 * `stream` and descriptors are the library's on success, and stay the caller's
 * on failure.  Descriptors are made non-blocking; `in` and `out` may be the
 * same.
 */
DATATARGET_API HRESULT datatarget_connect(
    const struct datatarget_stream *stream,
    const struct datatarget_options *options, struct datatarget **result);
DATATARGET_API HRESULT
datatarget_connect_fd(int in, int out, const struct datatarget_options *options,
		      struct datatarget **result);
DATATARGET_API HRESULT datatarget_connect_unix(
    const char *path, const struct datatarget_options *options,
    struct datatarget **result);
DATATARGET_API HRESULT datatarget_connect_tcp(
    const char *host, const char *port,
    const struct datatarget_options *options, struct datatarget **result);
/* DATATARGET_E_NOTIMPL in a library that was built without mbedTLS. */
DATATARGET_API HRESULT datatarget_connect_tls(
    const char *host, const char *port, const struct datatarget_tls *tls,
    const struct datatarget_options *options, struct datatarget **result);

/*
 * Hangs up; what becomes of the process is what the server was told by
 * --on-disconnect.  NULL is allowed.
 */
DATATARGET_API void datatarget_close(struct datatarget *target);

/* What went wrong in the last call that failed; "" if none did. */
DATATARGET_API const char *datatarget_error(const struct datatarget *target);

/* ---- the process -------------------------------------------------------- */

/* 0: there is none, or the server does not tell. */
DATATARGET_API DWORD datatarget_process(const struct datatarget *target);
/* Attaches to a process on the server's machine, and stops it. */
DATATARGET_API HRESULT datatarget_attach(struct datatarget *target,
					 DWORD process_id);
/* Leaves the process, which goes on. */
DATATARGET_API HRESULT datatarget_detach(struct datatarget *target);
/*
 * The thread ids of the process.  *count is set to how many there are also
 * where `capacity` is less (DATATARGET_E_BUFFER: nothing is written).
 */
DATATARGET_API HRESULT datatarget_threads(struct datatarget *target,
					  DWORD *thread_ids, DWORD capacity,
					  DWORD *count);

/* ---- memory ------------------------------------------------------------- */

enum {
	DATATARGET_READ_WHOLE = 0,
	/* JsDebugAllowPartialRead: up to where memory ends, at least a byte */
	DATATARGET_READ_PARTIAL = 1,
};

/* IJsDebugDataTarget::ReadMemory.  `bytes_read` may be NULL. */
DATATARGET_API HRESULT datatarget_read_memory(struct datatarget *target,
					      uint64_t address, DWORD flags,
					      void *buffer, DWORD size,
					      DWORD *bytes_read);
/* IJsDebugDataTarget::WriteMemory: all or nothing. */
DATATARGET_API HRESULT datatarget_write_memory(struct datatarget *target,
					       uint64_t address,
					       const void *memory, DWORD size);

/* Allocation types, free types and protections, as Win32 numbers them. */
enum {
	DATATARGET_MEM_COMMIT = 0x1000,
	DATATARGET_MEM_RESERVE = 0x2000,
	DATATARGET_MEM_DECOMMIT = 0x4000,
	DATATARGET_MEM_RELEASE = 0x8000,
	DATATARGET_MEM_RESET = 0x80000,
	DATATARGET_MEM_TOP_DOWN = 0x100000,
	DATATARGET_MEM_WRITE_WATCH = 0x200000,
	DATATARGET_MEM_RESET_UNDO = 0x1000000,
	DATATARGET_MEM_LARGE_PAGES = 0x20000000,
	DATATARGET_PAGE_NOACCESS = 0x1,
	DATATARGET_PAGE_READONLY = 0x2,
	DATATARGET_PAGE_READWRITE = 0x4,
	DATATARGET_PAGE_EXECUTE = 0x10,
	DATATARGET_PAGE_EXECUTE_READ = 0x20,
	DATATARGET_PAGE_EXECUTE_READWRITE = 0x40,
	DATATARGET_PAGE_GUARD = 0x100,
};

/*
 * IJsDebugDataTarget::AllocateVirtualMemory, with the meaning of Win32's
 * VirtualAllocEx.  `address` 0: the server chooses.
 */
DATATARGET_API HRESULT datatarget_allocate_virtual_memory(
    struct datatarget *target, uint64_t address, DWORD size,
    DWORD allocation_type, DWORD page_protection, uint64_t *allocated_address);
/* IJsDebugDataTarget::FreeVirtualMemory, as VirtualFreeEx. */
DATATARGET_API HRESULT datatarget_free_virtual_memory(struct datatarget *target,
						      uint64_t address,
						      DWORD size,
						      DWORD free_type);

/* ---- strings ------------------------------------------------------------ */

/* Longest string that is read, in bytes of the target's memory. */
#define DATATARGET_STRING_MAX ((uint32_t)128 << 20)

/*
 * IJsDebugDataTarget::ReadBSTR: `address` is that of the text, behind its
 * length.  One longer than DATATARGET_STRING_MAX is DATATARGET_E_INVALIDARG.
 */
DATATARGET_API HRESULT datatarget_read_bstr(struct datatarget *target,
					    uint64_t address, BSTR *string);
/*
 * IJsDebugDataTarget::ReadNullTerminatedString.  `character_size` 1: UTF-8, 2:
 * UTF-16, 4: UTF-32 (wchar_t of Linux); the string is UTF-16 in any case, and
 * what is no valid character is U+FFFD (in UTF-16: left as it is).  At most
 * `max_characters` (units of `character_size`) are read;
 * DATATARGET_FALSE: there was no NUL among them, the string is cut.
 */
DATATARGET_API HRESULT datatarget_read_null_terminated_string(
    struct datatarget *target, uint64_t address, uint16_t character_size,
    uint32_t max_characters, BSTR *string);

/* A BSTR's length in bytes, without the NUL behind it; 0 for NULL. */
DATATARGET_API uint32_t datatarget_bstr_size(const uint16_t *string);
/* NULL is allowed. */
DATATARGET_API void datatarget_bstr_free(BSTR string);

/* ---- threads ------------------------------------------------------------ */

/*
 * IJsDebugDataTarget::GetTlsValue: what pthread_getspecific gives the thread
 * for the key `tls_index`; 0 if it has never set one.  x86-64 programs with
 * glibc.
 */
DATATARGET_API HRESULT datatarget_get_tls_value(struct datatarget *target,
						DWORD thread_id,
						uint32_t tls_index,
						uint64_t *value);
/*
 * Where the thread has the variable (__thread) at `offset` in the TLS segment
 * of the module with the link map at `link_map`; the program's own is that of
 * 0.
 */
DATATARGET_API HRESULT datatarget_get_tls_address(struct datatarget *target,
						  DWORD thread_id,
						  uint64_t link_map,
						  uint64_t offset,
						  uint64_t *address);

enum {
	DATATARGET_CONTEXT_AMD64 = 0x00100000,
	DATATARGET_CONTEXT_CONTROL = 0x00100001,
	DATATARGET_CONTEXT_INTEGER = 0x00100002,
	DATATARGET_CONTEXT_SEGMENTS = 0x00100004,
	DATATARGET_CONTEXT_FLOATING_POINT = 0x00100008,
	DATATARGET_CONTEXT_DEBUG_REGISTERS = 0x00100010,
	DATATARGET_CONTEXT_FULL = 0x0010000B,
	DATATARGET_CONTEXT_ALL = 0x0010001F,
};

struct datatarget_m128 {
	uint64_t Low;
	int64_t High;
};

/* XMM_SAVE_AREA32: what FXSAVE writes. */
struct datatarget_xmm_save_area {
	uint16_t ControlWord;
	uint16_t StatusWord;
	uint8_t TagWord; /* a bit for each register that is in use */
	uint8_t Reserved1;
	uint16_t ErrorOpcode;
	uint32_t ErrorOffset;
	uint16_t ErrorSelector;
	uint16_t Reserved2;
	uint32_t DataOffset;
	uint16_t DataSelector;
	uint16_t Reserved3;
	uint32_t MxCsr;
	uint32_t MxCsr_Mask;
	struct datatarget_m128 FloatRegisters[8];
	struct datatarget_m128 XmmRegisters[16];
	uint8_t Reserved4[96];
};

/* CONTEXT of 64-bit Windows, 1232 bytes; the comments are offsets. */
struct datatarget_context {
	uint64_t P1Home, P2Home, P3Home, P4Home, P5Home, P6Home; /* 0x00 */
	uint32_t ContextFlags;					 /* 0x30 */
	uint32_t MxCsr;						 /* 0x34 */
	uint16_t SegCs, SegDs, SegEs, SegFs, SegGs, SegSs;	 /* 0x38 */
	uint32_t EFlags;					 /* 0x44 */
	uint64_t Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;			 /* 0x48 */
	uint64_t Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi;	 /* 0x78 */
	uint64_t R8, R9, R10, R11, R12, R13, R14, R15;		 /* 0xb8 */
	uint64_t Rip;						 /* 0xf8 */
	struct datatarget_xmm_save_area FltSave;		 /* 0x100 */
	struct datatarget_m128 VectorRegister[26];		 /* 0x300 */
	uint64_t VectorControl;					 /* 0x4a0 */
	uint64_t DebugControl;					 /* 0x4a8 */
	uint64_t LastBranchToRip;				 /* 0x4b0 */
	uint64_t LastBranchFromRip;				 /* 0x4b8 */
	uint64_t LastExceptionToRip;				 /* 0x4c0 */
	uint64_t LastExceptionFromRip;				 /* 0x4c8 */
};

/*
 * IJsDebugDataTarget::GetThreadContext.  `context` is a struct
 * datatarget_context, or whatever type has that layout; `context_size` at
 * least its size.  It is cleared first; ContextFlags then tells which of the
 * parts that were asked for are there (debug registers never are: the
 * protocol does not carry them).  x86-64 only.
 */
DATATARGET_API HRESULT datatarget_get_thread_context(struct datatarget *target,
						     DWORD thread_id,
						     uint32_t context_flags,
						     uint32_t context_size,
						     void *context);

/* ---- frames ------------------------------------------------------------- */

/* What IEnumJsStackFrames gives for one frame. */
struct datatarget_frame {
	uint64_t InstructionOffset; /* where the frame's function stands */
	uint64_t ReturnOffset;	    /* where it returns to; 0: outermost */
	/* The canonical frame address - 16: where a function with a frame
	 * pointer has that pointing to. */
	uint64_t FrameOffset;
	uint64_t StackOffset; /* the stack pointer in this frame */
};

struct datatarget_frames;

/*
 * IJsDebugDataTarget::CreateStackFrameEnumerator.  The stack is walked at
 * once, so the enumerator is a snapshot that outlives what comes after, even
 * the connection.  At most DATATARGET_FRAMES_MAX frames, innermost first.
 * DATATARGET_E_NOTIMPL in a library that was built without elfutils.
 */
#define DATATARGET_FRAMES_MAX 4096
DATATARGET_API HRESULT datatarget_create_stack_frame_enumerator(
    struct datatarget *target, DWORD thread_id,
    struct datatarget_frames **enumerator);
/*
 * IEnumJsStackFrames::Next: up to `count` frames.  DATATARGET_FALSE: less were
 * left; *fetched (may be NULL if count is 1) tells how many in both cases.
 */
DATATARGET_API HRESULT
datatarget_frames_next(struct datatarget_frames *enumerator, uint32_t count,
		       struct datatarget_frame *frames, uint32_t *fetched);
/* IEnumJsStackFrames::Reset: the innermost frame is next. */
DATATARGET_API void
datatarget_frames_reset(struct datatarget_frames *enumerator);
/* NULL is allowed. */
DATATARGET_API void
datatarget_frames_free(struct datatarget_frames *enumerator);

#ifdef __cplusplus
}
#endif

#endif
