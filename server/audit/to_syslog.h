/* SPDX-License-Identifier: Apache-2.0 */
/* syslog, and with systemd the journal (its header and our log's do not go
 * together). */
#ifndef AUDIT_TO_SYSLOG_H
#define AUDIT_TO_SYSLOG_H

void to_syslog(const char *line);

#endif
