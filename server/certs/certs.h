/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rspd certs: makes a CA, certificates for servers and clients, and the list
 * of those that were revoked.
 */
#ifndef CERTS_CERTS_H
#define CERTS_CERTS_H

/* argv[0] is the first argument after "certs"; the exit status. */
int certs_main(char **argv);

#endif
