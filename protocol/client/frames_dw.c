/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CreateStackFrameEnumerator: unwinding by elfutils' libdwfl over the target's
 * memory.
 *
 * Nothing of the client's own file system is looked at: objects, unwind tables
 * included, are read from the target's memory.  Functions without tables (a
 * script engine's own code) are unwound by their frame pointers.
 */
#include "frames.h"

#include <elf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	       ((size_t)4096)
#define CACHE	       16
#define EXTRA_MS_BYTES ((uint64_t)16 << 20)

/* What differs between the two architectures that can be unwound; numbers of
 * registers are DWARF's. */
struct machine {
	const char *architecture;
	uint16_t machine;
	uint8_t elf_class;
	size_t word;
	unsigned sp, fp;
	const char *pc;
	const char *names[16]; /* by number */
	unsigned n;
};

static const struct machine machines[] = {
	{ "i386:x86-64",
	  EM_X86_64,
	  ELFCLASS64,
	  8,
	  7,
	  6,
	  "rip",
	  { "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9",
	    "r10", "r11", "r12", "r13", "r14", "r15" },
	  16 },
	{ "i386",
	  EM_386,
	  ELFCLASS32,
	  4,
	  4,
	  5,
	  "eip",
	  { "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" },
	  8 },
};

struct module {
	struct walk *walk;
	struct elf_object elf;
	struct image image;
};

struct page {
	bool used;
	uint64_t addr;
	size_t len;
	uint8_t bytes[PAGE];
};

struct walk {
	struct datatarget *t;
	const struct machine *machine;
	struct registers regs;
	struct module **modules;
	size_t n;
	struct page cache[CACHE];
	Elf64_Ehdr header; /* of no object: tells libdwfl the machine */
	Elf *elf;
	Dwfl *dwfl;
	struct datatarget_frames *frames;
	uint64_t fp; /* of the last frame */
};

/* ---- memory -------------------------------------------------------------- */

static const struct page *
find_page(struct walk *w, uint64_t addr)
{
	struct page *p = &w->cache[addr / PAGE % CACHE];

	if (p->used && p->addr == addr)
		return p;
	p->used = dt_memory_read_some(w->t, addr, p->bytes, PAGE, &p->len) ==
		  DATATARGET_OK;
	p->addr = addr;
	return p->used ? p : NULL;
}

static bool
read_word(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
	struct walk *w = arg;
	size_t word = w->machine->word;
	uint8_t bytes[8] = { 0 };

	(void)dwfl;
	for (size_t i = 0; i < word; i++) {
		uint64_t at = addr + i;
		const struct page *p = find_page(w, at & ~(uint64_t)(PAGE - 1));

		if (p == NULL || at % PAGE >= p->len)
			return false;
		bytes[i] = p->bytes[at % PAGE];
	}
	*result = dt_number_le(bytes, word);
	return true;
}

/* ---- threads ------------------------------------------------------------- */

static pid_t
no_next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	(void)dwfl;
	(void)arg;
	(void)thread_arg;
	return 0;
}

static bool
the_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg)
{
	(void)dwfl;
	(void)tid;
	*thread_arg = arg;
	return true;
}

static bool
set_registers(Dwfl_Thread *thread, void *arg)
{
	struct walk *w = arg;
	Dwarf_Word values[17];
	uint64_t value, pc;
	unsigned i;

	for (i = 0; i < w->machine->n; i++) {
		if (!dt_registers_number(w->t, &w->regs, w->machine->names[i],
					 &value))
			return false;
		values[i] = value;
	}
	if (!dt_registers_number(w->t, &w->regs, w->machine->pc, &pc))
		return false;
	/* Next after the others: where the function returns to. */
	values[i++] = pc;
	if (!dwfl_thread_state_registers(thread, 0, i, values))
		return false;
	dwfl_thread_state_register_pc(thread, pc);
	return true;
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = no_next_thread,
	.get_thread = the_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

/* ---- modules ------------------------------------------------------------- */

static int
find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
	 char **file_name, Elf **elf)
{
	struct module *m = *userdata;

	(void)mod;
	(void)name;
	(void)base;
	(void)file_name;
	if (m == NULL || m->image.bytes != NULL ||
	    dt_image_read(m->walk->t, &m->elf, &m->image) != DATATARGET_OK)
		return -1;
	*elf = elf_memory((char *)m->image.bytes, m->image.size);
	return -1;
}

/* Neither files nor servers of debug information are asked. */
static int
find_no_debuginfo(Dwfl_Module *mod, void **userdata, const char *name,
		  Dwarf_Addr base, const char *file, const char *link,
		  GElf_Word crc, char **found)
{
	(void)mod;
	(void)userdata;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)crc;
	(void)found;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = find_no_debuginfo,
};

static bool
is_reported(const struct walk *w, const struct elf_object *elf)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct module *m = w->modules[i];

		if (m != NULL && elf->start < m->elf.end &&
		    m->elf.start < elf->end)
			return true;
	}
	return false;
}

/* What is no object, or lies where another one does, is passed over. */
static void
report(struct walk *w, const struct elf_object *elf)
{
	struct module *m;
	Dwfl_Module *mod;
	char name[32];
	void **userdata;

	if (is_reported(w, elf))
		return;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return;
	m->walk = w;
	m->elf = *elf;
	w->modules[w->n++] = m;
	/* Names must differ, and mean nothing else. */
	snprintf(name, sizeof(name), "%zu", w->n);
	mod = dwfl_report_module(w->dwfl, name, elf->start, elf->end);
	if (mod == NULL)
		return;
	dwfl_module_info(mod, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = m;
}

static void
report_at(struct walk *w, uint64_t header)
{
	struct elf_object elf;

	if (header != 0 && w->t->broken == DATATARGET_OK &&
	    dt_elf_read(w->t, header, &elf) == DATATARGET_OK)
		report(w, &elf);
}

/* The program, its libraries, the vDSO; and the dynamic linker, which is in no
 * list before it has run. */
static HRESULT
report_modules(struct walk *w)
{
	struct library *libs = NULL;
	struct auxv auxv = { 0 };
	struct elf_object elf;
	size_t n = 0;

	/* Without either of them there are less modules, that is all. */
	if (dt_process_auxv(w->t, &auxv) != DATATARGET_OK ||
	    dt_process_libraries(w->t, &libs, &n) != DATATARGET_OK)
		n = 0;
	w->modules = calloc(n + 3, sizeof(*w->modules));
	if (w->modules == NULL) {
		free(libs);
		return dt_no_memory(w->t);
	}
	dwfl_report_begin(w->dwfl);
	if (auxv.phdr != 0 &&
	    dt_elf_read_program(w->t, &auxv, &elf) == DATATARGET_OK)
		report(w, &elf);
	for (size_t i = 0; i < n; i++)
		report_at(w, libs[i].addr);
	report_at(w, auxv.vdso);
	report_at(w, auxv.base);
	free(libs);
	if (dwfl_report_end(w->dwfl, NULL, NULL) != 0)
		return dt_fail(w->t, DATATARGET_E_FAIL, "libdwfl: %s",
			       dwfl_errmsg(-1));
	return w->t->broken;
}

/* ---- walking ------------------------------------------------------------- */

/* A frame's end is told by the next one. */
static void
close_frame(struct walk *w, uint64_t pc, uint64_t sp)
{
	struct datatarget_frames *f = w->frames;

	if (f->n == 0)
		return;
	f->frames[f->n - 1].ReturnOffset = pc;
	f->frames[f->n - 1].FrameOffset = sp - 2 * w->machine->word;
}

static int
take_frame(Dwfl_Frame *state, void *arg)
{
	struct walk *w = arg;
	struct datatarget_frame frame = { 0 };
	Dwarf_Word sp = 0, fp = 0;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(state, &pc, NULL) ||
	    dwfl_frame_reg(state, w->machine->sp, &sp) != 0)
		return DWARF_CB_ABORT;
	/* Unknown where the outermost function clears it. */
	if (dwfl_frame_reg(state, w->machine->fp, &fp) != 0)
		fp = 0;
	close_frame(w, pc, sp);
	frame.InstructionOffset = pc;
	frame.StackOffset = sp;
	frame.FrameOffset = fp;
	return dt_frames_add(w->frames, &frame) ? DWARF_CB_OK : DWARF_CB_ABORT;
}

/* An ELF header without an object: libdwfl takes the machine from it. */
static bool
attach(struct walk *w)
{
	Elf64_Ehdr *h = &w->header;
	Elf32_Ehdr h32 = { .e_type = ET_CORE, .e_version = EV_CURRENT };
	pid_t pid = w->t->pid != 0 ? (pid_t)w->t->pid : 1;

	memcpy(h->e_ident, ELFMAG, SELFMAG);
	h->e_ident[EI_CLASS] = w->machine->elf_class;
	h->e_ident[EI_DATA] = ELFDATA2LSB;
	h->e_ident[EI_VERSION] = EV_CURRENT;
	h->e_type = ET_CORE;
	h->e_version = EV_CURRENT;
	h->e_machine = w->machine->machine;
	h->e_ehsize = sizeof(*h);
	if (w->machine->elf_class == ELFCLASS32) {
		memcpy(h32.e_ident, h->e_ident, sizeof(h32.e_ident));
		h32.e_machine = w->machine->machine;
		h32.e_ehsize = sizeof(h32);
		memcpy(h, &h32, sizeof(h32));
	}
	w->elf = elf_memory((char *)h, sizeof(*h));
	return w->elf != NULL &&
	       dwfl_attach_state(w->dwfl, w->elf, pid, &thread_callbacks, w);
}

static HRESULT
walk(struct walk *w, uint32_t tid)
{
	HRESULT hr;

	elf_version(EV_CURRENT);
	w->dwfl = dwfl_begin(&callbacks);
	if (w->dwfl == NULL)
		return dt_no_memory(w->t);
	hr = report_modules(w);
	if (hr != DATATARGET_OK)
		return hr;
	if (!attach(w))
		return dt_fail(w->t, DATATARGET_E_FAIL, "libdwfl: %s",
			       dwfl_errmsg(-1));
	/* It also says that it failed where the stack just ends. */
	dwfl_getthread_frames(w->dwfl, (pid_t)tid, take_frame, w);
	if (w->t->broken != DATATARGET_OK)
		return w->t->broken;
	if (w->frames->n == 0)
		return dt_fail(w->t, DATATARGET_E_FAIL, "no frames: %s",
			       dwfl_errmsg(-1));
	w->t->error[0] = '\0';
	return DATATARGET_OK;
}

static const struct machine *
find_machine(const struct datatarget *t)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(machines[i].architecture,
			   t->description.architecture) == 0)
			return &machines[i];
	return NULL;
}

static void
end_walk(struct walk *w)
{
	if (w->dwfl != NULL)
		dwfl_end(w->dwfl);
	if (w->elf != NULL)
		elf_end(w->elf);
	for (size_t i = 0; i < w->n; i++) {
		struct module *m = w->modules[i];

		if (m != NULL)
			free(m->image.bytes);
		free(m);
	}
	free(w->modules);
	dt_registers_free(&w->regs);
	free(w);
}

HRESULT
datatarget_create_stack_frame_enumerator(struct datatarget *t, DWORD thread_id,
					 struct datatarget_frames **enumerator)
{
	struct datatarget_frames *frames;
	struct walk *w;
	HRESULT hr = dt_call_begin_process(t, EXTRA_MS_BYTES);

	if (hr != DATATARGET_OK)
		return hr;
	if (enumerator == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	frames = calloc(1, sizeof(*frames));
	w = calloc(1, sizeof(*w));
	if (frames == NULL || w == NULL) {
		free(frames);
		free(w);
		return dt_no_memory(t);
	}
	w->t = t;
	w->frames = frames;
	hr = dt_registers_read(t, thread_id, &w->regs);
	w->machine = find_machine(t);
	if (hr == DATATARGET_OK && w->machine == NULL)
		hr = dt_fail(t, DATATARGET_E_NOTIMPL, "%s is not unwound",
			     t->description.architecture);
	if (hr == DATATARGET_OK)
		hr = walk(w, thread_id);
	end_walk(w);
	if (hr == DATATARGET_OK)
		*enumerator = frames;
	else
		datatarget_frames_free(frames);
	return hr;
}
