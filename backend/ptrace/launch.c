/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a program, up to its first instruction. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "engine.h"
#include "launch.h"

/* Shell, wrapper and program together may take so long to get going. */
#define LAUNCH_TIMEOUT_MS 60000

static int
pipe_new(int fd[2])
{
	return pipe2(fd, O_CLOEXEC) < 0 ? -errno : 0;
}

static void
pipe_close(int fd[2])
{
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* What the child has written before it gave up; 0 if it got to exec. */
static int
read_error(int fd)
{
	int error = 0;

	if (read(fd, &error, sizeof(error)) != sizeof(error))
		return 0;
	return error;
}

/* Seizes the child and lets it get on. */
static int
take_child(struct ptrace_target *t, pid_t pid, const struct target_launch *how,
	   int go_fd, struct process **made)
{
	unsigned long options = TRACE_OPTIONS;
	struct process *p;
	struct thread *th;

	if (how->exit_kill)
		options |= PTRACE_O_EXITKILL;
	p = process_add(t, pid, procfs_arch(getpid()));
	if (p == NULL)
		return -ENOMEM;
	*made = p;
	p->exit_kill = how->exit_kill;
	p->execs_left = 1u + (how->with_shell ? 1 : 0) +
			(how->wrapper != NULL && how->wrapper[0] != NULL);
	th = thread_add(t, p, pid);
	if (th == NULL)
		return -ENOMEM;
	if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0)
		return -errno;
	th->run = THREAD_RUNNING;
	th->wanted_running = true;
	if (write(go_fd, "", 1) != 1)
		return -errno;
	return 0;
}

/* Through all execs; *p may be gone afterwards. */
static int
run_to_program(struct ptrace_target *t, struct process *p)
{
	int status, err;
	pid_t pid = p->pid;
	struct thread *th;

	while (!p->gone && p->execs_left > 0) {
		err = event_wait(t, pid, LAUNCH_TIMEOUT_MS, &status);
		if (err < 0)
			return err;
		th = thread_find(t, pid);
		if (th == NULL)
			return -ESRCH;
		event_handle(t, th, status);
	}
	return p->gone ? -ECHILD : 0;
}

static void
abandon(struct ptrace_target *t, struct process *p, pid_t pid)
{
	int status;

	if (p != NULL && p->gone)
		return;
	kill(pid, SIGKILL);
	if (p != NULL) {
		p->killing = true;
		if (event_wait_end(t, p, LAUNCH_TIMEOUT_MS) == 0)
			return;
		process_remove(t, p);
	} else {
		event_wait(t, pid, LAUNCH_TIMEOUT_MS, &status);
	}
}

/* As a shell counts: a death by signal n is 128 + n. */
static int
exit_number(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
start(struct ptrace_target *t, const struct target_launch *how, pid_t pid,
      int go_fd, int error_fd, int *exited)
{
	struct process *p = NULL;
	struct thread *th;
	int err, error;

	err = take_child(t, pid, how, go_fd, &p);
	if (err == 0)
		err = run_to_program(t, p);
	if (err == -ECHILD) {
		error = read_error(error_fd);
		*exited = exit_number(p->exit_status);
		return error != 0 ? -error : -ECHILD;
	}
	/* Out of the exec: what the client saves now it may restore later. */
	if (err == 0)
		err = inject_leave_event(t, process_leader(p));
	if (err < 0) {
		abandon(t, p, pid);
		return err;
	}
	th = process_leader(p);
	th->reported = (struct target_event){
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_ATTACHED,
		.pid = pid,
		.tid = pid,
		.signal = SIGTRAP,
	};
	return 0;
}

/* The terminal, if it is ours to share: the program gets its foreground. */
static void
note_terminal(struct ptrace_target *t, const struct launch_plan *plan,
	      pid_t pid)
{
	if (plan->tty_fd < 0)
		return;
	/* We are in the background from now on, and go on writing. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	if (t->tty_owner == 0)
		t->tty_user = plan->tty_user;
	t->tty_fd = plan->tty_fd;
	t->tty_owner = pid;
}

void
launch_ended(struct ptrace_target *t, pid_t pid)
{
	if (t->tty_owner == 0 || t->tty_owner != pid)
		return;
	t->tty_owner = 0;
	tcsetpgrp(t->tty_fd, t->tty_user);
}

/* A process that has changed its user, or hides from its user's other
 * processes, is not dumpable; its child must be, to be traced. */
static pid_t
fork_traceable(void)
{
	bool hidden = prctl(PR_GET_DUMPABLE) != 1;
	pid_t pid;
	int err;

	if (hidden)
		prctl(PR_SET_DUMPABLE, 1);
	pid = fork();
	err = errno;
	if (hidden && pid != 0)
		prctl(PR_SET_DUMPABLE, 0);
	errno = err;
	return pid;
}

int
ptrace_launch(struct target *base, const struct target_launch *how,
	      pid_t *launched)
{
	struct ptrace_target *t = ptrace_of(base);
	int go[2] = { -1, -1 }, error[2] = { -1, -1 }, err, exited = 0;
	struct launch_plan plan;
	pid_t pid;

	reclaim(t);
	err = launch_plan_make(&plan, how);
	if (err == 0)
		err = pipe_new(go);
	if (err == 0)
		err = pipe_new(error);
	if (err < 0)
		goto out;
	pid = fork_traceable();
	if (pid < 0) {
		err = -errno;
		goto out;
	}
	if (pid == 0)
		launch_child(&plan, go[0], error[1]);
	close(error[1]);
	error[1] = -1;
	note_terminal(t, &plan, pid);
	err = start(t, how, pid, go[1], error[0], &exited);
	if (err == 0 || err == -ECHILD)
		*launched = err == 0 ? pid : exited;
	if (err < 0)
		launch_ended(t, pid);
out:
	pipe_close(go);
	pipe_close(error);
	launch_plan_free(&plan);
	return err;
}
