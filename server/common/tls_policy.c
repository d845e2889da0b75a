/* SPDX-License-Identifier: Apache-2.0 */
/* With whom is spoken. */
#include "../../protocol/client/tls_policy.h"
#include "tls_private.h"

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
	tls_policy_protocol(c);
	tls_policy_algorithms(c);
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
