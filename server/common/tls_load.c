/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, keys and lists of revoked ones, from files. */
#include <errno.h>
#include <fcntl.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tls_private.h"

/* What is read here is smaller. */
#define FILE_MAX (16 << 20)
/* A distinguished name as text. */
#define NAME_MAX_BYTES 512

struct blob {
	unsigned char *data; /* owned */
	size_t len;	     /* with the zero at the end that PEM must have */
	size_t size;
};

/* ---- bytes -------------------------------------------------------------- */

static void
blob_free(struct blob *b)
{
	if (b->data == NULL)
		return;
	mbedtls_platform_zeroize(b->data, b->size);
	free(b->data);
}

static int
refuse(const struct tls_report *r, const char *path, const char *why)
{
	snprintf(r->buf, r->cap, "%s: %s", path, why);
	return -EINVAL;
}

/* Of an open file, so that it is the one that is read. */
static int
check_file(int fd, const char *path, bool secret, size_t *size,
	   const struct tls_report *r)
{
	char text[96];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return refuse(r, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(r, path, "not a regular file");
	if (st.st_size > FILE_MAX)
		return refuse(r, path, "too big to be what it should be");
	*size = (size_t)st.st_size;
	if (!secret || (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	snprintf(text, sizeof(text),
		 "others can read or change this key (mode %04o); chmod 600 it",
		 (unsigned)st.st_mode & 07777);
	return refuse(r, path, text);
}

static int
read_all(int fd, struct blob *b)
{
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, b->data + n, b->size - 1 - n);
		if (got < 0 && errno != EINTR)
			return -errno;
		n += got > 0 ? (size_t)got : 0;
	} while (got != 0 && n < b->size - 1);
	b->data[n] = '\0';
	b->len = n;
	if (strstr((char *)b->data, "-----BEGIN ") != NULL)
		b->len = n + 1;
	return 0;
}

static int
read_file(const char *path, bool secret, struct blob *b,
	  const struct tls_report *r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t size;
	int err;

	*b = (struct blob){ 0 };
	if (fd < 0)
		return refuse(r, path, strerror(errno));
	err = check_file(fd, path, secret, &size, r);
	if (err == 0) {
		b->size = size + 1;
		b->data = calloc(1, b->size);
		err = b->data == NULL ? -ENOMEM : read_all(fd, b);
		if (err < 0)
			refuse(r, path, strerror(-err));
	}
	close(fd);
	return err;
}

/* ---- what they are ------------------------------------------------------ */

static int
file_error(const struct tls_report *r, const char *path, int code)
{
	tls_library_error(r, path, code);
	return -EINVAL;
}

int
tls_load_cert(mbedtls_x509_crt *crt, const char *path,
	      const struct tls_report *r)
{
	struct blob b;
	int code;

	if (read_file(path, false, &b, r) < 0) {
		blob_free(&b);
		return -EINVAL;
	}
	code = mbedtls_x509_crt_parse(crt, b.data, b.len);
	blob_free(&b);
	if (code > 0) {
		snprintf(r->buf, r->cap,
			 "%s: %d of its certificates cannot be read", path,
			 code);
		return -EINVAL;
	}
	return code == 0 ? 0 : file_error(r, path, code);
}

int
tls_load_key(mbedtls_pk_context *key, const char *path,
	     struct tls_random *random, const struct tls_report *r)
{
	struct blob b;
	int code;

	if (read_file(path, true, &b, r) < 0) {
		blob_free(&b);
		return -EINVAL;
	}
#if MBEDTLS_3
	code = mbedtls_pk_parse_key(key, b.data, b.len, NULL, 0,
				    mbedtls_ctr_drbg_random, &random->drbg);
#else
	(void)random;
	code = mbedtls_pk_parse_key(key, b.data, b.len, NULL, 0);
#endif
	blob_free(&b);
	return code == 0 ? 0 : file_error(r, path, code);
}

bool
tls_is_pair(const mbedtls_x509_crt *crt, mbedtls_pk_context *key,
	    struct tls_random *random)
{
#if MBEDTLS_3
	return mbedtls_pk_check_pair(&crt->pk, key, mbedtls_ctr_drbg_random,
				     &random->drbg) == 0;
#else
	(void)random;
	return mbedtls_pk_check_pair(&crt->pk, key) == 0;
#endif
}

/* A peer would refuse it in the end, with fewer words. */
static int
check_usable(struct tls *t, const char *path, const struct tls_report *r)
{
	const bool server = t->side == TLS_SERVER;
	const char *oid =
	    server ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;

	if (mbedtls_x509_crt_check_extended_key_usage(&t->cert, oid,
						      strlen(oid)) != 0)
		return refuse(r, path,
			      server ? "this certificate is not for servers "
				       "(extendedKeyUsage)"
				     : "this certificate is not for clients "
				       "(extendedKeyUsage)");
	if (mbedtls_x509_crt_check_key_usage(
		&t->cert, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0)
		return refuse(r, path,
			      "this certificate's key may not sign (keyUsage)");
	return 0;
}

static int
load_own(struct tls *t, const struct tls_files *files,
	 const struct tls_report *r)
{
	if (tls_load_cert(&t->cert, files->cert, r) < 0 ||
	    check_usable(t, files->cert, r) < 0 ||
	    tls_load_key(&t->key, files->key, &t->random, r) < 0)
		return -EINVAL;
	return 0;
}

int
tls_check_pair(struct tls *t, const struct tls_files *files,
	       const struct tls_report *r)
{
	if (files->cert == NULL || tls_is_pair(&t->cert, &t->key, &t->random))
		return 0;
	snprintf(r->buf, r->cap, "%s is not the key of %s", files->key,
		 files->cert);
	return -EINVAL;
}

static bool
is_of(const mbedtls_x509_crt *ca, const mbedtls_x509_crl *crl)
{
	char subject[NAME_MAX_BYTES], issuer[NAME_MAX_BYTES];

	return mbedtls_x509_dn_gets(subject, sizeof(subject), &ca->subject) >
		   0 &&
	       mbedtls_x509_dn_gets(issuer, sizeof(issuer), &crl->issuer) > 0 &&
	       strcasecmp(subject, issuer) == 0;
}

/* The library leaves out, without a word, a list of another CA. */
static int
check_crl(const struct tls *t, const char *path, const struct tls_report *r)
{
	const mbedtls_x509_crl *crl = &t->crl;
	const mbedtls_x509_crt *ca;

	for (; crl != NULL; crl = crl->next) {
		for (ca = &t->ca; ca != NULL && !is_of(ca, crl); ca = ca->next)
			;
		if (ca == NULL)
			return refuse(r, path, "this list is of another CA");
	}
	return 0;
}

static int
load_crl(struct tls *t, const char *path, const struct tls_report *r)
{
	struct blob b;
	int code;

	if (read_file(path, false, &b, r) < 0) {
		blob_free(&b);
		return -EINVAL;
	}
	code = mbedtls_x509_crl_parse(&t->crl, b.data, b.len);
	blob_free(&b);
	if (code != 0)
		return file_error(r, path, code);
	return t->has_ca ? check_crl(t, path, r) : 0;
}

int
tls_load(struct tls *t, const struct tls_files *files,
	 const struct tls_report *r)
{
	if (files->pin != NULL && tls_parse_fingerprint(files->pin, t->pin) < 0)
		return refuse(r, files->pin,
			      "a fingerprint is a SHA-256 in hex");
	if (files->cert != NULL && load_own(t, files, r) < 0)
		return -EINVAL;
	if (files->ca != NULL && tls_load_cert(&t->ca, files->ca, r) < 0)
		return -EINVAL;
	t->has_ca = files->ca != NULL;
	return files->crl == NULL ? 0 : load_crl(t, files->crl, r);
}
