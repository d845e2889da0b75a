/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of a stopped thread, read from the kernel at most once per
 * stop and written back, before it runs, only where they were changed.
 */
#include "guardian.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

/* ---- the kernel --------------------------------------------------------- */

static int
set_read(struct thread *th, unsigned set, unsigned nt)
{
	const struct arch_set *s = &th->process->arch->sets[set];
	struct iovec iov = { th->regs.file + s->offset, s->size };
	long ret;

	if (s->get_request != 0)
		ret = ptrace((enum __ptrace_request)s->get_request, th->tid, 0,
			     iov.iov_base);
	else
		ret = ptrace(PTRACE_GETREGSET, th->tid, nt, &iov);
	if (ret < 0)
		return -errno;
	/* Bytes that an older form of the set lacks read as zero. */
	memset(th->regs.file + s->offset + iov.iov_len, 0,
	       s->size - iov.iov_len);
	th->regs.nt[set] = nt;
	th->regs.len[set] = (uint32_t)iov.iov_len;
	return 0;
}

static int
set_write(struct thread *th, unsigned set)
{
	const struct arch_set *s = &th->process->arch->sets[set];
	struct iovec iov = { th->regs.file + s->offset, th->regs.len[set] };
	long ret;

	if (s->set_request != 0)
		ret = ptrace((enum __ptrace_request)s->set_request, th->tid, 0,
			     iov.iov_base);
	else
		ret = ptrace(PTRACE_SETREGSET, th->tid, th->regs.nt[set], &iov);
	return ret < 0 ? -errno : 0;
}

/* ---- the cache -------------------------------------------------------- */

/* An exec may have brought another architecture. */
static int
file_ensure(struct thread *th)
{
	size_t size = th->process->arch->file_size;

	if (th->regs.file != NULL && th->regs.file_size == size)
		return 0;
	free(th->regs.file);
	memset(&th->regs, 0, sizeof(th->regs));
	th->regs.file = calloc(1, size);
	if (th->regs.file == NULL)
		return -ENOMEM;
	th->regs.file_size = size;
	return 0;
}

/* The set which pc is in. */
static unsigned
pc_set(const struct thread *th)
{
	const struct arch *a = th->process->arch;

	return a->regs[a->pc].set;
}

uint8_t *
registers_get(struct thread *th, unsigned set, int *err)
{
	const struct arch_set *s;

	*err = file_ensure(th);
	if (*err < 0)
		return NULL;
	if (th->regs.have & 1u << set)
		return th->regs.file;
	s = &th->process->arch->sets[set];
	*err = set_read(th, set, s->nt);
	if ((*err == -ENODEV || *err == -EINVAL) && s->nt_old != 0)
		*err = set_read(th, set, s->nt_old);
	if (*err < 0)
		return NULL;
	th->regs.have |= 1u << set;
	if (set == pc_set(th))
		th->regs.pc_read = th->process->arch->get_pc(th->regs.file);
	return th->regs.file;
}

static int
read_all(struct thread *th)
{
	int err = 0;

	for (unsigned i = 0; i < th->process->arch->nsets; i++) {
		if (registers_get(th, i, &err) == NULL)
			return err;
	}
	return 0;
}

void
registers_dirty(struct thread *th, unsigned set)
{
	th->regs.dirty |= 1u << set;
	if (set == pc_set(th))
		guardian_registers(th);
}

static int
write_dirty(struct thread *th)
{
	int err;

	for (unsigned i = 0; i < th->process->arch->nsets; i++) {
		if (!(th->regs.dirty & 1u << i))
			continue;
		err = set_write(th, i);
		if (err < 0)
			return err;
		th->regs.dirty &= ~(1u << i);
	}
	return 0;
}

void
registers_settle(struct thread *th)
{
	const struct arch *a = th->process->arch;

	if (!th->regs.pc_put)
		return;
	th->regs.pc_put = false;
	if (a->get_pc(th->regs.file) == th->regs.pc_read)
		return;
	a->leave_syscall(th->regs.file);
	registers_dirty(th, pc_set(th));
}

int
registers_flush(struct thread *th)
{
	int err;

	registers_settle(th);
	err = th->regs.dirty == 0 ? 0 : write_dirty(th);
	registers_drop(th);
	return err;
}

void
registers_drop(struct thread *th)
{
	th->regs.have = 0;
	th->regs.dirty = 0;
	th->regs.pc_put = false;
	guardian_thread_clean(th);
}

void
registers_free(struct thread *th)
{
	free(th->regs.file);
	memset(&th->regs, 0, sizeof(th->regs));
}

int
registers_pc(struct thread *th, uint64_t *pc)
{
	int err;
	const struct arch *a = th->process->arch;
	const uint8_t *file = registers_get(th, pc_set(th), &err);

	if (file == NULL)
		return err;
	*pc = a->get_pc(file);
	return 0;
}

uint64_t
registers_known_pc(const struct thread *th)
{
	if (!(th->regs.have & 1u << pc_set(th)))
		return 0;
	return th->process->arch->get_pc(th->regs.file);
}

int
registers_set_pc(struct thread *th, uint64_t pc)
{
	int err;
	const struct arch *a = th->process->arch;
	uint8_t *file = registers_get(th, pc_set(th), &err);

	if (file == NULL)
		return err;
	a->set_pc(file, pc);
	registers_dirty(th, pc_set(th));
	return 0;
}

/* ---- the operations --------------------------------------------------- */

static int
stopped_thread(struct target *target, pid_t tid, struct thread **th)
{
	*th = thread_find((struct ptrace_target *)target, tid);
	if (*th == NULL || (*th)->run == THREAD_GONE)
		return -ESRCH;
	return (*th)->run == THREAD_STOPPED ? 0 : -EBUSY;
}

/*
 * A register's set, and -ENODATA if this machine lacks the register.  Only
 * the sets beyond the first say anything about the machine.
 */
static int
register_file(struct thread *th, unsigned reg, uint8_t **file)
{
	const struct arch *a = th->process->arch;
	int err;

	if (reg >= a->nregs)
		return -EINVAL;
	*file = registers_get(th, a->regs[reg].set, &err);
	if (*file == NULL)
		return err;
	return a->has(*file, reg) ? 0 : -ENODATA;
}

int
ptrace_get_register(struct target *target, pid_t tid, unsigned reg, void *buf)
{
	struct thread *th;
	uint8_t *file;
	int err;

	err = stopped_thread(target, tid, &th);
	if (err < 0)
		return err;
	err = register_file(th, reg, &file);
	if (err < 0)
		return err;
	th->process->arch->get(file, reg, buf);
	return 0;
}

/* What follows from a write to one of the registers that pc lives with. */
static void
general_put(struct thread *th, unsigned reg, uint64_t pc_before)
{
	const struct arch *a = th->process->arch;

	if (reg == a->pc)
		th->regs.pc_put = true;
	if (reg == a->syscall_reg)
		th->regs.pc_put = false;
	if (a->get_pc(th->regs.file) != pc_before)
		th->reported_at_breakpoint = false;
}

int
ptrace_set_register(struct target *target, pid_t tid, unsigned reg,
		    const void *buf)
{
	const struct arch *a;
	struct thread *th;
	bool general;
	uint64_t pc = 0;
	uint8_t *file;
	int err;

	err = stopped_thread(target, tid, &th);
	if (err < 0)
		return err;
	err = register_file(th, reg, &file);
	if (err < 0)
		return err;
	a = th->process->arch;
	general = a->regs[reg].set == a->regs[a->pc].set;
	if (general)
		pc = a->get_pc(file);
	a->put(file, reg, buf);
	registers_dirty(th, a->regs[reg].set);
	if (general)
		general_put(th, reg, pc);
	return 0;
}

int
ptrace_save_registers(struct target *target, pid_t tid, void *file)
{
	struct thread *th;
	int err;

	err = stopped_thread(target, tid, &th);
	if (err < 0)
		return err;
	err = read_all(th);
	if (err < 0)
		return err;
	memcpy(file, th->regs.file, th->regs.file_size);
	return 0;
}

int
ptrace_restore_registers(struct target *target, pid_t tid, const void *file)
{
	const struct arch *a;
	struct thread *th;
	uint64_t pc;
	int err;

	err = stopped_thread(target, tid, &th);
	if (err < 0)
		return err;
	err = read_all(th);
	if (err < 0)
		return err;
	a = th->process->arch;
	pc = a->get_pc(th->regs.file);
	for (unsigned i = 0; i < a->nsets; i++) {
		uint8_t *mine = th->regs.file + a->sets[i].offset;
		const uint8_t *saved =
		    (const uint8_t *)file + a->sets[i].offset;

		if (memcmp(mine, saved, th->regs.len[i]) == 0)
			continue;
		memcpy(mine, saved, th->regs.len[i]);
		registers_dirty(th, i);
	}
	th->regs.pc_put = false;
	if (a->get_pc(th->regs.file) != pc)
		th->reported_at_breakpoint = false;
	return 0;
}
