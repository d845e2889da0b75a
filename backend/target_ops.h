/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a back end is made of: one const struct of functions.  target.h says
 * what each of them does, under the name of the call that leads to it
 * (target_launch is ops->launch); target.c has checked the arguments.
 *
 * Only target.c and back ends include this.
 */
#ifndef BACKEND_TARGET_OPS_H
#define BACKEND_TARGET_OPS_H

#include "target.h"

struct target_alloc_ops {
	int (*allocate)(struct target *, pid_t pid, uint64_t addr,
			uint64_t size, uint32_t type, uint32_t protection,
			uint64_t near, uint64_t *base);
	int (*release)(struct target *, pid_t pid, uint64_t addr, uint64_t size,
		       uint32_t type);
	int (*next_run)(struct target *, pid_t pid, uint64_t addr,
			struct target_vm_run *run);
	int (*protect)(struct target *, pid_t pid, uint64_t addr, uint64_t size,
		       uint32_t protection, uint32_t *old);
	int (*query)(struct target *, pid_t pid, uint64_t addr,
		     struct target_vm_info *info);
	int (*write_watch)(struct target *, pid_t pid, uint64_t addr,
			   uint64_t size, uint32_t flags, uint64_t *pages,
			   size_t cap, size_t *n);
	int (*give_back)(struct target *, pid_t pid, uint64_t *kept);
};

struct target_file_ops { /* facts that need /proc or its like */
	int (*process_info)(struct target *, pid_t pid,
			    struct target_process_info *info);
	int (*next_map)(struct target *, pid_t pid, uint64_t addr,
			struct target_map *map);
	int (*dump_maps)(struct target *, pid_t pid,
			 bool (*fn)(void *arg,
				    const struct target_dump_map *map),
			 void *arg);
	int (*pages_present)(struct target *, pid_t pid, uint64_t addr,
			     bool *present, size_t n);
	int (*read_object)(struct target *, pid_t pid, pid_t tid,
			   enum target_object object, uint64_t offset,
			   void *buf, size_t len, size_t *got);
	int (*write_object)(struct target *, pid_t pid, pid_t tid,
			    enum target_object object, uint64_t offset,
			    const void *buf, size_t len);
};

struct target_ops {
	const char *name;
	void (*free)(struct target *);
	int (*wake_fd)(struct target *);
	int (*next_event)(struct target *, struct target_event *event);

	int (*launch)(struct target *, const struct target_launch *how,
		      pid_t *pid);
	int (*attach)(struct target *, pid_t pid);
	int (*detach)(struct target *, pid_t pid, bool stay_stopped);
	int (*kill)(struct target *, pid_t pid);

	size_t (*processes)(struct target *, pid_t *pids, size_t cap);
	size_t (*threads)(struct target *, pid_t pid, pid_t *tids, size_t cap);
	pid_t (*thread_process)(struct target *, pid_t tid);
	bool (*was_attached)(struct target *, pid_t pid);
	bool (*is_stopped)(struct target *, pid_t tid);
	int (*stop_info)(struct target *, pid_t tid, struct target_event *ev);
	int (*thread_name)(struct target *, pid_t tid, char *buf, size_t cap);
	int (*thread_core)(struct target *, pid_t tid, unsigned *core);

	int (*resume)(struct target *, pid_t tid,
		      const struct target_resume *how);
	int (*resume_commit)(struct target *);
	int (*stop)(struct target *, pid_t tid);
	int (*interrupt)(struct target *, pid_t pid);
	int (*stop_all)(struct target *, pid_t pid);
	int (*signal)(struct target *, pid_t pid, int signal);
	void (*fetch_stops)(struct target *, pid_t pid);
	void (*set_reports)(struct target *, unsigned reports);
	int (*set_thread_options)(struct target *, pid_t tid, unsigned options);
	void (*set_pass_signals)(struct target *, const uint64_t set[2]);
	void (*set_detach_signals)(struct target *, const uint64_t set[2]);
	void (*set_hit_filter)(struct target *, target_hit_filter *filter,
			       void *arg);
	void (*set_step_watcher)(struct target *, target_step_watcher *watcher,
				 void *arg);
	int (*watch_steps)(struct target *, pid_t tid, bool on);
	int (*catch_syscalls)(struct target *, pid_t pid, bool on,
			      const int64_t *numbers, size_t n);

	const struct arch *(*arch)(struct target *, pid_t pid);
	int (*get_register)(struct target *, pid_t tid, unsigned reg,
			    void *buf);
	int (*set_register)(struct target *, pid_t tid, unsigned reg,
			    const void *buf);
	int (*save_registers)(struct target *, pid_t tid, void *file);
	int (*restore_registers)(struct target *, pid_t tid, const void *file);

	int (*read_memory)(struct target *, pid_t pid, uint64_t addr, void *buf,
			   size_t len, size_t *got);
	int (*write_memory)(struct target *, pid_t pid, uint64_t addr,
			    const void *buf, size_t len);

	int (*insert_breakpoint)(struct target *, pid_t pid,
				 enum target_breakpoint_kind kind,
				 uint64_t addr, uint64_t len);
	int (*remove_breakpoint)(struct target *, pid_t pid,
				 enum target_breakpoint_kind kind,
				 uint64_t addr, uint64_t len);
	/* Hardware slots; 0: none. */
	unsigned (*hw_slots)(struct target *);

	/* Optional groups. */
	const struct target_alloc_ops *alloc;
	const struct target_file_ops *files;
};

#endif
