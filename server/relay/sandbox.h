/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives up what a relay does not need: which is everything but to read and
 * write the descriptors that it has.
 */
#ifndef RELAY_SANDBOX_H
#define RELAY_SANDBOX_H

/* Before any byte from the network is looked at; 0 or -errno.  `from`: the
 * descriptor where another one, the connection, may be received.  `what`: the
 * step that failed. */
int sandbox_enter(int from, const char **what);

#endif
