/* SPDX-License-Identifier: Apache-2.0 */
/* What whoever runs a command line (session_config.start_shell) gives. */
#ifndef SERVER_SESSION_SHELL_H
#define SERVER_SESSION_SHELL_H

#include <stdint.h>

/* More output than that is dropped. */
#define SHELL_OUTPUT_MAX 0x40000

/* Then follow `len` bytes of output, and the end. */
struct shell_result {
	int32_t status; /* of its exit; -1: it did not come to that */
	int32_t signal; /* that ended it, or 0 */
	uint32_t len;	/* at most SHELL_OUTPUT_MAX */
};

#endif
