/* SPDX-License-Identifier: Apache-2.0 */
/* XML of the types which the registers' gdb_type names beyond gdb's own. */
#ifndef BACKEND_ARCH_X86_TYPES_H
#define BACKEND_ARCH_X86_TYPES_H

extern const char x86_types_eflags[]; /* i386_eflags */
extern const char x86_types_sse[];    /* vec128, i386_mxcsr */
extern const char x86_types_avx512[]; /* vec128, v2ui128 */

#endif
