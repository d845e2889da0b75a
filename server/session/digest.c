/* SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <errno.h>
#include <mbedtls/md.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((off_t)4 << 30)

static int
add_file(mbedtls_md_context_t *md, int fd)
{
	uint8_t buf[64 * 1024];
	off_t done = 0;

	while (done < FILE_MAX) {
		ssize_t n = pread(fd, buf, sizeof(buf), done);

		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		if (mbedtls_md_update(md, buf, (size_t)n) != 0)
			return -EIO;
		done += n;
	}
	return -EFBIG;
}

int
digest_md5_file(int fd, uint8_t sum[DIGEST_MD5_SIZE])
{
	const mbedtls_md_info_t *info =
	    mbedtls_md_info_from_type(MBEDTLS_MD_MD5);
	mbedtls_md_context_t md;
	struct stat st;
	int err = -EIO;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (info == NULL)
		return -EOPNOTSUPP;
	mbedtls_md_init(&md);
	if (mbedtls_md_setup(&md, info, 0) == 0 && mbedtls_md_starts(&md) == 0)
		err = add_file(&md, fd);
	if (err == 0 && mbedtls_md_finish(&md, sum) != 0)
		err = -EIO;
	mbedtls_md_free(&md);
	return err;
}

int
digest_sha256(const void *data, size_t len, uint8_t sum[DIGEST_SHA256_SIZE])
{
	const mbedtls_md_info_t *info =
	    mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

	return info != NULL && mbedtls_md(info, data, len, sum) == 0 ? 0 : -EIO;
}

int
digest_hmac_sha256(const void *key, size_t key_len, const void *data,
		   size_t len, uint8_t sum[DIGEST_SHA256_SIZE])
{
	const mbedtls_md_info_t *info =
	    mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

	return info != NULL &&
		       mbedtls_md_hmac(info, key, key_len, data, len, sum) == 0
		   ? 0
		   : -EIO;
}
