/* SPDX-License-Identifier: Apache-2.0 */
/* What is spoken, and with whom. */
#include <mbedtls/ssl_ciphersuites.h>

#include "tls_private.h"

/*
 * All are as good as each other; ChaCha20 comes first because mbedTLS is half
 * as fast again with it as with AES-GCM.
 */
static const int suites[] = {
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
#if MBEDTLS_3
static const uint16_t groups[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
#else
static const mbedtls_ecp_group_id groups[] = {
	MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1,  MBEDTLS_ECP_DP_SECP521R1,
	MBEDTLS_ECP_DP_NONE,
};
/* ... and SHA-1. */
static const int hashes[] = {
	MBEDTLS_MD_SHA256,
	MBEDTLS_MD_SHA384,
	MBEDTLS_MD_SHA512,
	MBEDTLS_MD_NONE,
};
#endif

/* Of the handshake, and in certificates. */
static void
restrict_algorithms(mbedtls_ssl_config *c)
{
	mbedtls_ssl_conf_ciphersuites(c, suites);
#if MBEDTLS_3
	mbedtls_ssl_conf_groups(c, groups);
#else
	mbedtls_ssl_conf_curves(c, groups);
	mbedtls_ssl_conf_sig_hashes(c, hashes);
#endif
	mbedtls_ssl_conf_cert_profile(c, &mbedtls_x509_crt_profile_next);
}

static void
restrict_protocol(mbedtls_ssl_config *c)
{
#if MBEDTLS_3
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

int
tls_configure(struct tls *t, const char *host)
{
	mbedtls_ssl_config *c = &t->config;
	int code;

	code = mbedtls_ssl_config_defaults(
	    c,
	    t->side == TLS_SERVER ? MBEDTLS_SSL_IS_SERVER
				  : MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
	restrict_protocol(c);
	restrict_algorithms(c);
	mbedtls_ssl_conf_rng(c, mbedtls_ctr_drbg_random, &t->random.drbg);
	/* The list of CAs would tell strangers who may get in. */
#if defined(MBEDTLS_SSL_SRV_C)
	mbedtls_ssl_conf_cert_req_ca_list(
	    c, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
	mbedtls_ssl_conf_ca_chain(c, t->has_ca ? &t->ca : NULL, &t->crl);
	mbedtls_ssl_conf_authmode(c, t->has_ca || t->side == TLS_CLIENT
					 ? MBEDTLS_SSL_VERIFY_REQUIRED
					 : MBEDTLS_SSL_VERIFY_NONE);
	if (t->cert.raw.p != NULL) {
		code = mbedtls_ssl_conf_own_cert(c, &t->cert, &t->key);
		if (code != 0)
			return code;
	}
	code = mbedtls_ssl_setup(&t->ssl, c);
	if (code == 0 && t->side == TLS_CLIENT)
		code = tls_expect(t, host);
	return code;
}
