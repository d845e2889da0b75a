/* SPDX-License-Identifier: Apache-2.0 */
/* New keys with their certificates: ca, server, client; and renew. */
#include <errno.h>
#include <mbedtls/platform_util.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"
#include "private.h"

#define CA_DAYS	  1825
#define LEAF_DAYS 90

/* ---- the CA ------------------------------------------------------------- */

static int
load_pair(struct certs *c, struct certs_authority *ca)
{
	char crt[4096], key[4096], text[512];
	const struct tls_report r = { .buf = text, .cap = sizeof(text) };

	if (certs_path(c, "ca", ".crt", crt, sizeof(crt)) < 0 ||
	    certs_path(c, "ca", ".key", key, sizeof(key)) < 0 ||
	    certs_path(c, "ca", ".crl", ca->crl_path, sizeof(ca->crl_path)) < 0)
		return -ENAMETOOLONG;
	if (access(crt, F_OK) < 0 && errno == ENOENT) {
		log_error("%s: there is no CA; \"rspd certs ca\" makes one",
			  c->dir);
		return -ENOENT;
	}
	if (tls_load_cert(&ca->cert, crt, &r) < 0 ||
	    tls_load_key(&ca->key, key, &c->random, &r) < 0) {
		log_error("%s", text);
		return -EINVAL;
	}
	if (!tls_is_pair(&ca->cert, &ca->key, &c->random)) {
		log_error("%s is not the key of %s", key, crt);
		return -EINVAL;
	}
	return 0;
}

int
certs_load_ca(struct certs *c, struct certs_authority *ca)
{
	int err;

	mbedtls_x509_crt_init(&ca->cert);
	mbedtls_pk_init(&ca->key);
	err = load_pair(c, ca);
	if (err < 0)
		certs_free_ca(ca);
	return err;
}

void
certs_free_ca(struct certs_authority *ca)
{
	mbedtls_x509_crt_free(&ca->cert);
	mbedtls_pk_free(&ca->key);
}

/* ---- new ones ---- */

/* The certificate as it will be read, or a message. */
static int
read_back(const char *pem, const struct certs_authority *ca,
	  mbedtls_x509_crt *crt)
{
	const mbedtls_x509_buf *subject;
	int code = mbedtls_x509_crt_parse(crt, (const unsigned char *)pem,
					  strlen(pem) + 1);

	if (code != 0)
		return certs_fail("the new certificate", code);
	subject = ca != NULL ? &ca->cert.subject_raw : &crt->subject_raw;
	if (crt->issuer_raw.len == subject->len &&
	    memcmp(crt->issuer_raw.p, subject->p, subject->len) == 0)
		return 0;
	log_error("the CA's name is one that rspd certs cannot write");
	return -EINVAL;
}

static int
write_key(const char *path, mbedtls_pk_context *key, bool force)
{
	char pem[CERTS_PEM_MAX];
	int code =
	    mbedtls_pk_write_key_pem(key, (unsigned char *)pem, sizeof(pem));
	int err = code == 0 ? certs_write_file(path, pem, true, force)
			    : certs_fail(path, code);

	mbedtls_platform_zeroize(pem, sizeof(pem));
	return err;
}

/* Both files or, as far as can be, none. */
static int
write_pair(struct certs *c, const char *name, mbedtls_pk_context *key,
	   const char *pem, const mbedtls_x509_crt *crt)
{
	char crt_path[4096], key_path[4096];
	int err;

	if (certs_path(c, name, ".crt", crt_path, sizeof(crt_path)) < 0 ||
	    certs_path(c, name, ".key", key_path, sizeof(key_path)) < 0)
		return -ENAMETOOLONG;
	if (!c->force && access(crt_path, F_OK) == 0) {
		log_error("%s: File exists (--force replaces it)", crt_path);
		return -EEXIST;
	}
	err = write_key(key_path, key, c->force);
	if (err < 0)
		return err;
	err = certs_write_file(crt_path, pem, false, c->force);
	if (err < 0)
		unlink(key_path);
	else
		certs_tell(crt_path, crt, false);
	return err;
}

/* A key, and a certificate that fulfils the wish. */
static int
make(struct certs *c, const char *name, const struct certs_wish *asked,
     struct certs_authority *ca)
{
	struct certs_wish wish = *asked;
	char pem[CERTS_PEM_MAX];
	mbedtls_pk_context key;
	mbedtls_x509_crt crt;
	int err;

	mbedtls_pk_init(&key);
	mbedtls_x509_crt_init(&crt);
	wish.key = &key;
	wish.days = c->days != 0	    ? c->days
		    : wish.kind == CERTS_CA ? CA_DAYS
					    : LEAF_DAYS;
	err = certs_make_key(c, &key);
	if (err == 0)
		err = certs_issue(c, &wish, ca, pem);
	if (err == 0)
		err = read_back(pem, ca, &crt);
	if (err == 0)
		err = write_pair(c, name, &key, pem, &crt);
	mbedtls_x509_crt_free(&crt);
	mbedtls_pk_free(&key);
	return err;
}

/* For a CN and a file's name: nothing that either would take otherwise. */
static bool
is_plain_name(const char *name, const char *more)
{
	size_t n = strlen(name);

	for (const char *p = name; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || strchr(more, *p) != NULL))
			return false;
	return n > 0 && n <= CERTS_CN_MAX && name[0] != '.' && name[0] != '-';
}

static int
format_subject(const char *name, const char *more, char subject[80])
{
	if (!is_plain_name(name, more)) {
		log_error("%s: a name is at most %d letters, digits and %s",
			  name, CERTS_CN_MAX, more);
		return -EINVAL;
	}
	snprintf(subject, 80, "CN=%s", name);
	return 0;
}

int
certs_do_ca(struct certs *c)
{
	struct certs_wish wish = { .kind = CERTS_CA };
	struct certs_authority ca;
	char subject[80], made_up[32];
	unsigned char salt[4];
	int err;

	if (c->n > 0) {
		log_error("certs ca takes no names, but --name");
		return -EINVAL;
	}
	/* Two CAs of one name would be taken for each other. */
	if (mbedtls_ctr_drbg_random(&c->random.drbg, salt, sizeof(salt)) != 0)
		return -EIO;
	snprintf(made_up, sizeof(made_up), "rspd CA %02x%02x%02x%02x", salt[0],
		 salt[1], salt[2], salt[3]);
	err = format_subject(c->name != NULL ? c->name : made_up, " ._@-",
			     subject);
	wish.subject = subject;
	if (err == 0)
		err = make(c, "ca", &wish, NULL);
	if (err < 0)
		return err;
	err = certs_load_ca(c, &ca);
	if (err < 0)
		return err;
	/* With --force this is another CA's list. */
	if (c->force)
		unlink(ca.crl_path);
	err = certs_write_crl(c, &ca, NULL);
	certs_free_ca(&ca);
	return err;
}

static int
make_leaf(struct certs *c, const struct certs_wish *asked)
{
	struct certs_wish wish = *asked;
	struct certs_authority ca;
	char subject[80];
	int err;

	for (size_t i = 0; i < wish.n; i++) {
		if (!certs_check_name(wish.names[i])) {
			log_error("%s: a host name, an address, user@domain or "
				  "a URI is wanted",
				  wish.names[i]);
			return -EINVAL;
		}
	}
	if (format_subject(c->args[0], "._@+:*-", subject) < 0)
		return -EINVAL;
	wish.subject = subject;
	err = certs_load_ca(c, &ca);
	if (err < 0)
		return err;
	err = make(c, c->args[0], &wish, &ca);
	certs_free_ca(&ca);
	return err;
}

int
certs_do_server(struct certs *c)
{
	const struct certs_wish wish = {
		.kind = CERTS_SERVER,
		.names = c->args,
		.n = c->n,
	};

	return make_leaf(c, &wish);
}

/* Its name is no host: only what follows it is a name of the SAN, or itself
 * when it can be nothing else. */
int
certs_do_client(struct certs *c)
{
	const bool own = strchr(c->args[0], '@') != NULL;
	const struct certs_wish wish = {
		.kind = CERTS_CLIENT,
		.names = c->args + !own,
		.n = c->n - !own,
	};

	return make_leaf(c, &wish);
}
