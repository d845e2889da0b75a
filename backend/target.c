/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only caller of struct target_ops: checks arguments once for all back
 * ends, so that these need not.
 */
#include "target.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "target_ops.h"

void
target_free(struct target *t)
{
	if (t)
		t->ops->free(t);
}

int
target_wake_fd(struct target *t)
{
	return t->ops->wake_fd(t);
}

int
target_next_event(struct target *t, struct target_event *event)
{
	struct target_event ev;
	int n;

	if (!event)
		return t->ops->next_event(t, NULL);
	memset(&ev, 0, sizeof(ev));
	n = t->ops->next_event(t, &ev);
	if (n == 1)
		*event = ev;
	return n;
}

int
target_launch(struct target *t, const struct target_launch *how, pid_t *pid)
{
	if (!how->argv || !how->argv[0] || !how->envp)
		return -EINVAL;
	return t->ops->launch(t, how, pid);
}

int
target_attach(struct target *t, pid_t pid)
{
	return pid > 0 ? t->ops->attach(t, pid) : -EINVAL;
}

int
target_detach(struct target *t, pid_t pid, bool stay_stopped)
{
	return pid > 0 ? t->ops->detach(t, pid, stay_stopped) : -ESRCH;
}

int
target_kill(struct target *t, pid_t pid)
{
	return pid > 0 ? t->ops->kill(t, pid) : -ESRCH;
}

size_t
target_processes(struct target *t, pid_t *pids, size_t cap)
{
	return t->ops->processes(t, pids, cap);
}

size_t
target_threads(struct target *t, pid_t pid, pid_t *tids, size_t cap)
{
	return pid >= 0 ? t->ops->threads(t, pid, tids, cap) : 0;
}

pid_t
target_thread_process(struct target *t, pid_t tid)
{
	return tid > 0 ? t->ops->thread_process(t, tid) : 0;
}

bool
target_was_attached(struct target *t, pid_t pid)
{
	return pid > 0 && t->ops->was_attached(t, pid);
}

bool
target_is_stopped(struct target *t, pid_t tid)
{
	return tid > 0 && t->ops->is_stopped(t, tid);
}

int
target_stop_info(struct target *t, pid_t tid, struct target_event *event)
{
	return tid > 0 ? t->ops->stop_info(t, tid, event) : -ESRCH;
}

int
target_thread_name(struct target *t, pid_t tid, char *buf, size_t cap)
{
	if (tid <= 0)
		return -ESRCH;
	return cap > 0 ? t->ops->thread_name(t, tid, buf, cap) : -EINVAL;
}

int
target_thread_core(struct target *t, pid_t tid, unsigned *core)
{
	return tid > 0 ? t->ops->thread_core(t, tid, core) : -ESRCH;
}

int
target_resume(struct target *t, pid_t tid, const struct target_resume *how)
{
	if (tid <= 0)
		return -ESRCH;
	if (how->signal < 0 || how->signal > 64)
		return -EINVAL;
	return t->ops->resume(t, tid, how);
}

int
target_resume_commit(struct target *t)
{
	return t->ops->resume_commit(t);
}

int
target_stop(struct target *t, pid_t tid)
{
	return tid > 0 ? t->ops->stop(t, tid) : -ESRCH;
}

int
target_interrupt(struct target *t, pid_t pid)
{
	return pid >= 0 ? t->ops->interrupt(t, pid) : -ESRCH;
}

int
target_stop_all(struct target *t, pid_t pid)
{
	return pid >= 0 ? t->ops->stop_all(t, pid) : -ESRCH;
}

int
target_signal(struct target *t, pid_t pid, int signal)
{
	if (pid <= 0)
		return -ESRCH;
	if (signal <= 0 || signal > 64)
		return -EINVAL;
	return t->ops->signal(t, pid, signal);
}

void
target_fetch_stops(struct target *t, pid_t pid)
{
	if (pid >= 0)
		t->ops->fetch_stops(t, pid);
}

void
target_set_reports(struct target *t, unsigned reports)
{
	t->ops->set_reports(t, reports);
}

int
target_set_thread_options(struct target *t, pid_t tid, unsigned options)
{
	if (tid <= 0)
		return -ESRCH;
	if ((options & ~(unsigned)TARGET_THREAD_OPTIONS) != 0)
		return -EINVAL;
	return t->ops->set_thread_options(t, tid, options);
}

void
target_set_pass_signals(struct target *t, const uint64_t set[2])
{
	t->ops->set_pass_signals(t, set);
}

void
target_set_detach_signals(struct target *t, const uint64_t set[2])
{
	t->ops->set_detach_signals(t, set);
}

void
target_set_hit_filter(struct target *t, target_hit_filter *filter, void *arg)
{
	t->ops->set_hit_filter(t, filter, arg);
}

void
target_set_step_watcher(struct target *t, target_step_watcher *watcher,
			void *arg)
{
	t->ops->set_step_watcher(t, watcher, arg);
}

int
target_watch_steps(struct target *t, pid_t tid, bool on)
{
	return tid > 0 ? t->ops->watch_steps(t, tid, on) : -ESRCH;
}

int
target_catch_syscalls(struct target *t, pid_t pid, bool on,
		      const int64_t *numbers, size_t n)
{
	if (pid <= 0)
		return -ESRCH;
	if (!t->ops->catch_syscalls)
		return -EOPNOTSUPP;
	return t->ops->catch_syscalls(t, pid, on, numbers, n);
}

const struct arch *
target_arch(struct target *t, pid_t pid)
{
	return pid > 0 ? t->ops->arch(t, pid) : NULL;
}

/* 0 if the thread's architecture has such a register. */
static int
check_register(struct target *t, pid_t tid, unsigned reg)
{
	const struct arch *a;
	pid_t pid = target_thread_process(t, tid);

	if (pid == 0)
		return -ESRCH;
	a = t->ops->arch(t, pid);
	if (!a)
		return -ESRCH;
	return reg < a->nregs ? 0 : -EINVAL;
}

int
target_get_register(struct target *t, pid_t tid, unsigned reg, void *buf)
{
	int err = check_register(t, tid, reg);

	return err ? err : t->ops->get_register(t, tid, reg, buf);
}

int
target_set_register(struct target *t, pid_t tid, unsigned reg, const void *buf)
{
	int err = check_register(t, tid, reg);

	return err ? err : t->ops->set_register(t, tid, reg, buf);
}

int
target_save_registers(struct target *t, pid_t tid, void *file)
{
	return tid > 0 ? t->ops->save_registers(t, tid, file) : -ESRCH;
}

int
target_restore_registers(struct target *t, pid_t tid, const void *file)
{
	return tid > 0 ? t->ops->restore_registers(t, tid, file) : -ESRCH;
}

int
target_read_memory(struct target *t, pid_t pid, uint64_t addr, void *buf,
		   size_t len, size_t *got)
{
	if (pid <= 0)
		return -ESRCH;
	/* What would lie beyond the last address is not readable. */
	if (len > 0 && len - 1 > UINT64_MAX - addr)
		len = (size_t)(UINT64_MAX - addr) + 1;
	return t->ops->read_memory(t, pid, addr, buf, len, got);
}

int
target_write_memory(struct target *t, pid_t pid, uint64_t addr, const void *buf,
		    size_t len)
{
	if (pid <= 0)
		return -ESRCH;
	if (len > 0 && len - 1 > UINT64_MAX - addr)
		return -EFAULT;
	return t->ops->write_memory(t, pid, addr, buf, len);
}

/* Only the named kinds, and of watched bytes a range that does not wrap. */
static int
check_breakpoint(pid_t pid, enum target_breakpoint_kind kind, uint64_t addr,
		 uint64_t len)
{
	if (pid <= 0)
		return -ESRCH;
	switch (kind) {
	case TARGET_BREAKPOINT_SOFTWARE:
	case TARGET_BREAKPOINT_HARDWARE:
		return 0;
	case TARGET_WATCH_WRITE:
	case TARGET_WATCH_READ:
	case TARGET_WATCH_ACCESS:
		return len > 0 && len - 1 <= UINT64_MAX - addr ? 0 : -EINVAL;
	}
	return -EINVAL;
}

int
target_insert_breakpoint(struct target *t, pid_t pid,
			 enum target_breakpoint_kind kind, uint64_t addr,
			 uint64_t len)
{
	int err = check_breakpoint(pid, kind, addr, len);

	return err ? err : t->ops->insert_breakpoint(t, pid, kind, addr, len);
}

int
target_remove_breakpoint(struct target *t, pid_t pid,
			 enum target_breakpoint_kind kind, uint64_t addr,
			 uint64_t len)
{
	int err = check_breakpoint(pid, kind, addr, len);

	return err ? err : t->ops->remove_breakpoint(t, pid, kind, addr, len);
}

unsigned
target_hw_slots(struct target *t)
{
	return t->ops->hw_slots(t);
}

bool
target_can_catch_syscalls(struct target *t)
{
	return t->ops->catch_syscalls != NULL;
}

bool
target_has_facts(struct target *t)
{
	return t->ops->files != NULL;
}

bool
target_can_allocate(struct target *t)
{
	return t->ops->alloc != NULL;
}

int
target_allocate(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		uint32_t type, uint32_t protection, uint64_t *base)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->allocate(t, pid, addr, size, type, protection, 0,
				       base);
}

int
target_allocate_near(struct target *t, pid_t pid, uint64_t near, uint64_t size,
		     uint32_t type, uint32_t protection, uint64_t *base)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	if (near == 0)
		return -EINVAL;
	return t->ops->alloc->allocate(t, pid, 0, size, type, protection, near,
				       base);
}

int
target_release(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	       uint32_t type)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->release(t, pid, addr, size, type);
}

int
target_next_vm_run(struct target *t, pid_t pid, uint64_t addr,
		   struct target_vm_run *run)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->next_run(t, pid, addr, run);
}

int
target_protect(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	       uint32_t protection, uint32_t *old)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->protect(t, pid, addr, size, protection, old);
}

int
target_query(struct target *t, pid_t pid, uint64_t addr,
	     struct target_vm_info *info)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->query(t, pid, addr, info);
}

int
target_write_watch(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
		   uint32_t flags, uint64_t *pages, size_t cap, size_t *n)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	if (cap == 0)
		return -EINVAL;
	return t->ops->alloc->write_watch(t, pid, addr, size, flags, pages, cap,
					  n);
}

int
target_give_back(struct target *t, pid_t pid, uint64_t *kept)
{
	if (!t->ops->alloc)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->alloc->give_back(t, pid, kept);
}

int
target_process_info(struct target *t, pid_t pid,
		    struct target_process_info *info)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	return pid > 0 ? t->ops->files->process_info(t, pid, info) : -ESRCH;
}

int
target_next_map(struct target *t, pid_t pid, uint64_t addr,
		struct target_map *map)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	return pid > 0 ? t->ops->files->next_map(t, pid, addr, map) : -ESRCH;
}

int
target_dump_maps(struct target *t, pid_t pid,
		 bool (*fn)(void *arg, const struct target_dump_map *map),
		 void *arg)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->files->dump_maps(t, pid, fn, arg);
}

int
target_pages_present(struct target *t, pid_t pid, uint64_t addr, bool *present,
		     size_t n)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->files->pages_present(t, pid, addr, present, n);
}

int
target_read_object(struct target *t, pid_t pid, pid_t tid,
		   enum target_object object, uint64_t offset, void *buf,
		   size_t len, size_t *got)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->files->read_object(t, pid, tid, object, offset, buf, len,
					  got);
}

int
target_write_object(struct target *t, pid_t pid, pid_t tid,
		    enum target_object object, uint64_t offset, const void *buf,
		    size_t len)
{
	if (!t->ops->files)
		return -EOPNOTSUPP;
	if (pid <= 0)
		return -ESRCH;
	return t->ops->files->write_object(t, pid, tid, object, offset, buf,
					   len);
}
