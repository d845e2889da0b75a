/* SPDX-License-Identifier: Apache-2.0 */
#include "to_syslog.h"

#include <syslog.h>

/* The facility that others than administrators cannot read. */
void
to_syslog(const char *line)
{
	syslog(LOG_AUTHPRIV | LOG_INFO, "%s", line);
}
