/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of TLS is spoken, by the library and by rspd on both sides (which is why
 * it stands in a header): 1.2 or later, forward-secret AEAD suites only,
 * nothing that resumes or negotiates anew.  For mbedTLS 2.28 and 3.6.
 */
#ifndef CLIENT_TLS_POLICY_H
#define CLIENT_TLS_POLICY_H

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

/*
 * All are as good as each other; ChaCha20 comes first because mbedTLS is half
 * as fast again with it as with AES-GCM.
 */
static const int tls_policy_suites[] = {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
#endif
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	0,
};

/* 2.28 would also take the short ones among those that it knows. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
static const uint16_t tls_policy_groups[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
#else
static const mbedtls_ecp_group_id tls_policy_groups[] = {
	MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1,  MBEDTLS_ECP_DP_SECP521R1,
	MBEDTLS_ECP_DP_NONE,
};
/* ... and SHA-1. */
static const int tls_policy_hashes[] = {
	MBEDTLS_MD_SHA256,
	MBEDTLS_MD_SHA384,
	MBEDTLS_MD_SHA512,
	MBEDTLS_MD_NONE,
};
#endif

/* Of the handshake, and in certificates. */
static inline void
tls_policy_algorithms(mbedtls_ssl_config *c)
{
	mbedtls_ssl_conf_ciphersuites(c, tls_policy_suites);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	mbedtls_ssl_conf_groups(c, tls_policy_groups);
#else
	mbedtls_ssl_conf_curves(c, tls_policy_groups);
	mbedtls_ssl_conf_sig_hashes(c, tls_policy_hashes);
#endif
	mbedtls_ssl_conf_cert_profile(c, &mbedtls_x509_crt_profile_next);
}

static inline void
tls_policy_protocol(mbedtls_ssl_config *c)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(c, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	mbedtls_ssl_conf_tls13_key_exchange_modes(
	    c, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
	mbedtls_ssl_conf_renegotiation(c, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
	mbedtls_ssl_conf_legacy_renegotiation(
	    c, MBEDTLS_SSL_LEGACY_NO_RENEGOTIATION);
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
	mbedtls_ssl_conf_session_tickets(c,
					 MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
}

#endif
