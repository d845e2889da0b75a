/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol's words for how a register is encoded and shown.
 */
#ifndef SERVER_SESSION_REGISTERS_H
#define SERVER_SESSION_REGISTERS_H

#include "private.h"

const char *register_encoding_word(const struct arch_reg *r);
const char *register_format_word(const struct arch_reg *r);

#endif
