/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of files, by mbedTLS's generic interface (the same in 2.28 and 3.6). */
#ifndef SERVER_SESSION_DIGEST_H
#define SERVER_SESSION_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MD5_SIZE 16

/* Regular files only, up to 4 GiB (the server stands still meanwhile). */
int digest_md5_file(int fd, uint8_t sum[DIGEST_MD5_SIZE]);

#define DIGEST_SHA256_SIZE 32

int digest_sha256(const void *data, size_t len,
		  uint8_t sum[DIGEST_SHA256_SIZE]);
/* With a secret: HMAC (RFC 2104). */
int digest_hmac_sha256(const void *key, size_t key_len, const void *data,
		       size_t len, uint8_t sum[DIGEST_SHA256_SIZE]);

#endif
