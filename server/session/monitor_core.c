/* SPDX-License-Identifier: Apache-2.0 */
/* monitor save-core: a core file on the server's machine. */
#include <errno.h>
#include <stdio.h>

#include "core_output.h"
#include "monitor.h"

int
monitor_save_core(struct session *s, const char *args)
{
	struct core_output o;
	char name[64];
	pid_t pid;
	uint64_t size;
	int err;

	err = monitor_process(s, &pid);
	if (err < 0)
		return err;
	snprintf(name, sizeof(name), "core.%d", (int)pid);
	err = core_output_open(s, &o, args[0] != '\0' ? args : name);
	if (err < 0)
		return err;
	size = core_file_size(o.core);
	do
		err = core_output_step(&o);
	while (err > 0);
	if (err == 0)
		document_printf(s, "Saved %s (%llu bytes).\n", o.path,
				(unsigned long long)size);
	core_output_close(&o);
	return err;
}
