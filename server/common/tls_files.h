/* SPDX-License-Identifier: Apache-2.0 */
/* Which files TLS is made of; all borrowed from the command line. */
#ifndef COMMON_TLS_FILES_H
#define COMMON_TLS_FILES_H

struct tls_files {
	const char *cert; /* our certificate and what leads to its root */
	const char *key;
	const char *ca;	 /* who may have signed the peer's */
	const char *crl; /* revoked ones, or NULL */
	const char *pin; /* the peer's fingerprint, or NULL: any */
};

#endif
