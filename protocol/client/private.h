/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of libdatatarget share; names begin with dt_.  Functions
 * return an HRESULT; the text of a failure is in target->error.
 */
#ifndef CLIENT_PRIVATE_H
#define CLIENT_PRIVATE_H

#include "datatarget.h"

#include "protocol/reader.h"

#define MUST_CHECK __attribute__((warn_unused_result))

/* The longest packet that is sent, and the longest reply that is taken: the
 * server's own PacketSize is at most used up to here. */
#define IN_SIZE	  ((size_t)0x10000)
#define OUT_MAX	  ((size_t)0x20000)
#define REPLY_MAX ((size_t)0x40000)
/* A server that takes less cannot be talked to. */
#define PACKET_MIN ((size_t)256)

struct reg {
	char name[24];
	uint32_t number;
	uint32_t offset; /* in `g` */
	uint32_t size;	 /* bytes */
};

/* What target.xml says. */
struct description {
	char architecture[32];
	struct reg *regs; /* in the order of their numbers */
	size_t n;
	uint32_t g_size;
};

/* Where glibc keeps a thread's values of keys; offsets, see thread_local.c. */
struct key_layout {
	bool known;
	uint32_t blocks, nblocks;    /* pointers to blocks, in the thread */
	uint32_t entries, per_block; /* in a block */
	uint32_t entry_size, data;   /* of an entry, and in it */
};

struct datatarget {
	struct datatarget_stream stream;
	unsigned timeout_ms;
	int64_t deadline; /* of the call, on the monotonic clock */
	HRESULT broken;	  /* the connection is of no more use, and why */
	char error[256];

	bool ack;
	struct rsp_reader reader;
	uint8_t *in; /* bytes that came */
	size_t in_at, in_len;
	uint8_t *reply; /* the last one, runs expanded, with a NUL behind */
	size_t reply_len;
	uint8_t *out;

	size_t packet_size;
	bool multiprocess;
	bool binary_reads;
	bool hex_writes; /* no X */
	bool has_process;
	uint32_t pid;	   /* 0: not told */
	uint32_t selected; /* the thread of `g`; 0: any */
	struct description description;
	struct key_layout keys;
};

/* ---- error.c ---- */

/* Keeps the text and returns `hr`. */
HRESULT dt_fail(struct datatarget *t, HRESULT hr, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, and nothing more is to be had from this connection. */
HRESULT dt_fail_for_good(struct datatarget *t, HRESULT hr, const char *format,
			 ...) __attribute__((format(printf, 3, 4)));
HRESULT dt_no_memory(struct datatarget *t);
/* Is the reply an error ("Enn", "Enn;text", "E.text")? */
bool dt_reply_is_error(const struct datatarget *t);
/* The HRESULT of an error reply; that of the empty reply too. */
HRESULT dt_reply_error(struct datatarget *t, const char *what);
/* The same for packets that access memory. */
HRESULT dt_memory_error(struct datatarget *t, uint64_t addr);

/* ---- packet.c ---- */

int64_t dt_clock_ms(void);
/* Starts the clock of a call that moves `bytes`. */
HRESULT dt_call_begin(struct datatarget *t, uint64_t bytes) MUST_CHECK;
/* The same for calls that need a process. */
HRESULT dt_call_begin_process(struct datatarget *t, uint64_t bytes) MUST_CHECK;
/* Sends a body and waits for the reply. */
HRESULT dt_ask(struct datatarget *t, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_CHECK;
/* The same for bytes, which must be escaped. */
HRESULT dt_ask_bytes(struct datatarget *t, const uint8_t *body,
		     size_t len) MUST_CHECK;
bool dt_reply_is(const struct datatarget *t, const char *text);
/* "}x" resolved, from the reply's `at` on; false: not well-formed, or more
 * than `cap` bytes. */
bool dt_reply_unescape(const struct datatarget *t, size_t at, uint8_t *out,
		       size_t cap, size_t *len);
/* A whole qXfer object of at most `max` bytes, NUL behind, to be freed. */
HRESULT dt_read_object(struct datatarget *t, const char *object,
		       const char *annex, size_t max, char **doc,
		       size_t *len) MUST_CHECK;

/* ---- number.c ---- */

/* Hex digits at *at, which moves behind them; false: none, or over 64 bits. */
bool dt_number_hex(const char **at, uint64_t *value);
/* "123" or "0x7b", the whole text. */
bool dt_number_text(const char *text, uint64_t *value);
/* "p1f.20" or "20"; tid -1 is UINT64_MAX.  *at moves behind it. */
bool dt_number_thread(const char **at, uint64_t *pid, uint64_t *tid);
/* Little-endian, `size` up to 8. */
uint64_t dt_number_le(const uint8_t *bytes, size_t size);

/* ---- open.c ---- */

/* Takes the stream on success. */
HRESULT dt_open_stream(const struct datatarget_stream *stream,
		       const struct datatarget_options *options,
		       struct datatarget **result);
/* Puts the text where the options want it; returns hr. */
HRESULT dt_open_failed(const struct datatarget_options *options, HRESULT hr,
		       const char *format, ...)
    __attribute__((format(printf, 3, 4)));
unsigned dt_open_timeout(const struct datatarget_options *options);

/* ---- stream.c ---- */

/* A connected, non-blocking socket. */
HRESULT dt_connect_tcp_socket(const char *host, const char *port,
			      const struct datatarget_options *options,
			      int *fd);
/* Waits for POLLIN or POLLOUT; 0, -ETIMEDOUT or a negative errno. */
int dt_wait_fd(int fd, short events, int timeout_ms);

/* ---- process.c ---- */

HRESULT dt_process_take_stop(struct datatarget *t) MUST_CHECK;
/* Makes `tid` the thread of `g` and `p`. */
HRESULT dt_process_select(struct datatarget *t, uint32_t tid) MUST_CHECK;
/* "p1.2" */
void dt_process_thread_id(const struct datatarget *t, uint32_t tid, char *buf,
			  size_t cap);

struct library {
	char name[256];
	uint64_t addr;	  /* what is added to addresses in the file */
	uint64_t dynamic; /* its dynamic section */
};
#define LIBRARIES_MAX 4096
/* The list of the dynamic linker, to be freed; empty if there is none. */
HRESULT dt_process_libraries(struct datatarget *t, struct library **libs,
			     size_t *n) MUST_CHECK;
/* An entry of the auxiliary vector, 0 if it is not there. */
struct auxv {
	uint64_t phdr, phnum, phent, base, entry, vdso;
};
HRESULT dt_process_auxv(struct datatarget *t, struct auxv *auxv) MUST_CHECK;

/* ---- xml.c ---- */

struct xml_tag {
	const char *name;
	size_t name_len;
	const char *at, *end; /* its attributes */
};
/* The next start tag from *at on; false: there is none. */
bool dt_xml_next(const char **at, struct xml_tag *tag);
bool dt_xml_is(const struct xml_tag *tag, const char *name);
/* The value, entities resolved; false: not there, or too long. */
bool dt_xml_attribute(const struct xml_tag *tag, const char *name, char *buf,
		      size_t cap);
bool dt_xml_number(const struct xml_tag *tag, const char *name,
		   uint64_t *value);
/* The text up to the next tag. */
bool dt_xml_text(const char *at, char *buf, size_t cap);

/* ---- describe.c ---- */

/* Reads target.xml unless that was done. */
HRESULT dt_describe(struct datatarget *t) MUST_CHECK;
void dt_describe_forget(struct datatarget *t);
bool dt_describe_is_amd64(const struct datatarget *t);

/* ---- registers.c ---- */

/* The registers of one thread as `g` gave them. */
struct registers {
	uint8_t *bytes;
	uint8_t *known; /* by byte */
	uint32_t size;
};
HRESULT dt_registers_read(struct datatarget *t, uint32_t tid,
			  struct registers *r) MUST_CHECK;
void dt_registers_free(struct registers *r);
/* Bytes of a register by name, `cap` at most, the rest zero; false: it is not
 * there or its value is not known. */
bool dt_registers_bytes(struct datatarget *t, const struct registers *r,
			const char *name, uint8_t *buf, size_t cap);
bool dt_registers_number(struct datatarget *t, const struct registers *r,
			 const char *name, uint64_t *value);

/* ---- memory.c ---- */

/* Exactly `size` bytes; the call's clock runs already. */
HRESULT dt_memory_read(struct datatarget *t, uint64_t addr, void *buf,
		       size_t size) MUST_CHECK;
/* As many as there are, at least one. */
HRESULT dt_memory_read_some(struct datatarget *t, uint64_t addr, uint8_t *buf,
			    size_t size, size_t *got) MUST_CHECK;

/* ---- elf.c ---- */

struct elf_segment {
	uint32_t type;
	uint64_t offset, vaddr, filesz, memsz;
};
#define ELF_SEGMENTS_MAX 64
struct elf_object {
	bool is64;
	uint64_t bias; /* address in memory - address in the file */
	uint64_t header;
	struct elf_segment segments[ELF_SEGMENTS_MAX];
	size_t n;
	uint64_t start, end; /* of what is loaded */
};
/* The object whose ELF header lies at `header`. */
HRESULT dt_elf_read(struct datatarget *t, uint64_t header,
		    struct elf_object *elf) MUST_CHECK;
/* The program itself, found by its auxiliary vector. */
HRESULT dt_elf_read_program(struct datatarget *t, const struct auxv *auxv,
			    struct elf_object *elf) MUST_CHECK;
/* The address of a symbol that the object exports; DATATARGET_FALSE: none. */
HRESULT dt_elf_symbol(struct datatarget *t, const struct elf_object *elf,
		      const char *name, uint64_t *addr) MUST_CHECK;

#endif
