/* SPDX-License-Identifier: Apache-2.0 */
/* struct arch: siginfo_get, siginfo_put. */
#ifndef BACKEND_ARCH_I386_SIGINFO_H
#define BACKEND_ARCH_I386_SIGINFO_H

#include "arch.h"

void i386_siginfo_get(const void *native, void *program);
void i386_siginfo_put(void *native, const void *program);

#endif
