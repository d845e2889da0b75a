/* SPDX-License-Identifier: Apache-2.0 */
/* monitor save-core: a core file on the server's machine. */
#include <stdio.h>

#include "core_output.h"
#include "monitor.h"

#define NAME "save-core"

static int
step(struct session *s, struct rsp_reply *out)
{
	struct core_output *o = s->saving;
	int err = core_output_step(o);

	if (err > 0)
		return JOB_GOES_ON;
	document_begin(s, "monitor");
	if (err == 0)
		document_printf(s, "Saved %s (%llu bytes).\n", o->path,
				(unsigned long long)core_file_size(o->core));
	return monitor_end(s, NAME, err, out);
}

/* Also of one that was given up, or left. */
static void
end(struct session *s)
{
	session_audit(s, "monitor", 0, s->saving->result, NAME);
	core_output_end(s);
}

static const struct session_job saving = {
	.step = step,
	.end = end,
	.every_ms = 0,
	.alone = true,
};

int
monitor_save_core(struct session *s, const char *args)
{
	char name[64];
	pid_t pid;
	int err;

	err = monitor_process(s, &pid);
	if (err < 0)
		return err;
	snprintf(name, sizeof(name), "core.%d", (int)pid);
	err = core_output_begin(s, args[0] != '\0' ? args : name, &saving);
	return err == SESSION_NO_REPLY ? MONITOR_LATER : err;
}
