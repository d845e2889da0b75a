/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of certificates that there are: renew, revoke, show. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/log.h"
#include "private.h"

/* A name in our folder, or a file anywhere. */
static int
find_file(const struct certs *c, const char *arg, char *path, size_t cap)
{
	size_t n = strlen(arg);

	const bool whole = n > 4 && strcmp(arg + n - 4, ".crt") == 0;

	if (strchr(arg, '/') == NULL && !whole)
		return certs_path(c, arg, ".crt", path, cap);
	if (strchr(arg, '/') == NULL)
		return certs_path(c, arg, "", path, cap);
	if ((size_t)snprintf(path, cap, "%s", arg) >= cap) {
		log_error("%s: this name is too long", arg);
		return -ENAMETOOLONG;
	}
	return 0;
}

static int
load(const struct certs *c, const char *arg, char *path, size_t cap,
     mbedtls_x509_crt *crt)
{
	char text[512];
	const struct tls_report r = { .buf = text, .cap = sizeof(text) };

	mbedtls_x509_crt_init(crt);
	if (find_file(c, arg, path, cap) < 0)
		return -EINVAL;
	if (tls_load_cert(crt, path, &r) < 0) {
		log_error("%s", text);
		mbedtls_x509_crt_free(crt);
		return -EINVAL;
	}
	return 0;
}

static bool
is_its(const struct certs_authority *ca, const mbedtls_x509_crt *crt)
{
	return crt->issuer_raw.len == ca->cert.subject_raw.len &&
	       memcmp(crt->issuer_raw.p, ca->cert.subject_raw.p,
		      crt->issuer_raw.len) == 0;
}

static bool
is_same(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b)
{
	return a->raw.len == b->raw.len &&
	       memcmp(a->raw.p, b->raw.p, a->raw.len) == 0;
}

static time_t
seconds_of(const mbedtls_x509_time *at)
{
	struct tm tm = {
		.tm_year = at->year - 1900,
		.tm_mon = at->mon - 1,
		.tm_mday = at->day,
		.tm_hour = at->hour,
		.tm_min = at->min,
		.tm_sec = at->sec,
	};

	return timegm(&tm);
}

/* The life that it was given stays. */
static int
days_of(const mbedtls_x509_crt *crt)
{
	time_t life = seconds_of(&crt->valid_to) - seconds_of(&crt->valid_from);
	int64_t days = (life + CERTS_DAY / 2) / CERTS_DAY;

	return days < 1		       ? 1
	       : days > CERTS_DAYS_MAX ? CERTS_DAYS_MAX
				       : (int)days;
}

/* ---- renew ---- */

static int
renew_one(struct certs *c, struct certs_authority *ca, const char *path,
	  mbedtls_x509_crt *old)
{
	const bool self = is_same(old, &ca->cert);
	char pem[CERTS_PEM_MAX], subject[512];
	struct certs_wish wish = {
		.kind = self ? CERTS_CA : CERTS_CLIENT,
		.subject = subject,
		.like = old,
		.key = self ? &ca->key : &old->pk,
		.days = c->days != 0 ? c->days : days_of(old),
	};
	mbedtls_x509_crt crt;
	int err;

	if (!is_its(ca, old)) {
		log_error("%s: this certificate is of another CA", path);
		return -EINVAL;
	}
	if (certs_is_revoked(ca->crl_path, old)) {
		log_error("%s: this certificate was revoked; make a new one",
			  path);
		return -EPERM;
	}
	if (mbedtls_x509_dn_gets(subject, sizeof(subject), &old->subject) < 0)
		return -EINVAL;
	err = certs_issue(c, &wish, self ? NULL : ca, pem);
	if (err == 0)
		err = certs_write_file(path, pem, false, true);
	if (err < 0)
		return err;
	mbedtls_x509_crt_init(&crt);
	if (mbedtls_x509_crt_parse(&crt, (const unsigned char *)pem,
				   strlen(pem) + 1) == 0)
		certs_tell(path, &crt, false);
	mbedtls_x509_crt_free(&crt);
	return 0;
}

static int
for_each(struct certs *c, int (*fn)(struct certs *, struct certs_authority *,
				    const char *, mbedtls_x509_crt *))
{
	struct certs_authority ca;
	mbedtls_x509_crt crt;
	char path[4096];
	int err = certs_load_ca(c, &ca);

	if (err < 0)
		return err;
	for (size_t i = 0; i < c->n && err == 0; i++) {
		err = load(c, c->args[i], path, sizeof(path), &crt);
		if (err < 0)
			break;
		err = fn(c, &ca, path, &crt);
		mbedtls_x509_crt_free(&crt);
	}
	certs_free_ca(&ca);
	return err;
}

int
certs_do_renew(struct certs *c)
{
	return for_each(c, renew_one);
}

/* ---- revoke ---- */

static int
revoke_one(struct certs *c, struct certs_authority *ca, const char *path,
	   mbedtls_x509_crt *crt)
{
	int err;

	if (!is_its(ca, crt) || is_same(crt, &ca->cert)) {
		log_error("%s: %s", path,
			  is_same(crt, &ca->cert)
			      ? "this is the CA itself: make a new one"
			      : "this certificate is of another CA");
		return -EINVAL;
	}
	if (certs_is_revoked(ca->crl_path, crt)) {
		log_note("%s: this certificate was revoked before", path);
		return 0;
	}
	err = certs_write_crl(c, ca, crt);
	if (err == 0)
		printf("%s: revoked; give %s to the servers\n", path,
		       ca->crl_path);
	return err;
}

/* Without names the list is only signed anew. */
int
certs_do_revoke(struct certs *c)
{
	struct certs_authority ca;
	int err;

	if (c->n > 0)
		return for_each(c, revoke_one);
	err = certs_load_ca(c, &ca);
	if (err < 0)
		return err;
	err = certs_write_crl(c, &ca, NULL);
	if (err == 0)
		printf("%s: written\n", ca.crl_path);
	certs_free_ca(&ca);
	return err;
}

/* ---- show ---- */

static int
show_one(const struct certs *c, const char *arg)
{
	char path[4096], crl[4096];
	mbedtls_x509_crt crt;

	if (certs_path(c, "ca", ".crl", crl, sizeof(crl)) < 0 ||
	    load(c, arg, path, sizeof(path), &crt) < 0)
		return -EINVAL;
	certs_tell(path, &crt, certs_is_revoked(crl, &crt));
	mbedtls_x509_crt_free(&crt);
	return 0;
}

static int
is_certificate(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && strcmp(e->d_name + n - 4, ".crt") == 0;
}

static int
show_folder(const struct certs *c)
{
	struct dirent **list;
	int n = scandir(c->dir, &list, is_certificate, alphasort), err = 0;

	if (n < 0) {
		log_error("%s: %s", c->dir, strerror(errno));
		return -ENOENT;
	}
	for (int i = 0; i < n; i++) {
		if (show_one(c, list[i]->d_name) < 0)
			err = -EINVAL;
		free(list[i]);
	}
	free(list);
	return err;
}

int
certs_do_show(struct certs *c)
{
	int err = 0;

	if (c->n == 0)
		return show_folder(c);
	for (size_t i = 0; i < c->n; i++)
		if (show_one(c, c->args[i]) < 0)
			err = -EINVAL;
	return err;
}
