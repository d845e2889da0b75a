/* SPDX-License-Identifier: Apache-2.0 */
/* What libFuzzer, or driver.c in its place, calls for every input. */
#ifndef TESTS_FUZZ_DRIVER_H
#define TESTS_FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; aborts where something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
