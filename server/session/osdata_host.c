/* SPDX-License-Identifier: Apache-2.0 */
/* "info os" modules and cpus. */
#include <string.h>

#include "osdata.h"

/* "name size uses dependencies, status address" */
static void
put_module(struct session *s, char *line)
{
	static const char *const columns[] = { "name",	   "size",
					       "num uses", "dependencies",
					       "status",   "address" };
	char *rest = NULL;
	char *word = strtok_r(line, " ", &rest);

	osdata_item(s);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		osdata_text(s, columns[i], word != NULL ? word : "");
		if (word != NULL)
			word = strtok_r(NULL, " ", &rest);
	}
	osdata_end(s);
}

void
osdata_modules(struct session *s)
{
	osdata_lines(s, "/proc/modules", 0, put_module);
}

/* "key<tabs>: value"; an empty line ends a processor. */
static void
put_cpu_line(struct session *s, char *line)
{
	char *colon = strchr(line, ':');
	char *end = colon;
	const char *value;

	if (colon == NULL) {
		if (line[0] == '\0')
			osdata_end(s);
		return;
	}
	while (end > line && (end[-1] == '\t' || end[-1] == ' '))
		end--;
	*end = '\0';
	value = colon[1] == ' ' ? colon + 2 : colon + 1;
	if (strcmp(line, "processor") == 0)
		osdata_item(s);
	osdata_text(s, line, value);
}

void
osdata_cpus(struct session *s)
{
	osdata_lines(s, "/proc/cpuinfo", 0, put_cpu_line);
}
