/* SPDX-License-Identifier: Apache-2.0 */
/* In place of tls.c in a library without mbedTLS. */
#include "private.h"

HRESULT
datatarget_connect_tls(const char *host, const char *port,
		       const struct datatarget_tls *tls,
		       const struct datatarget_options *options,
		       struct datatarget **result)
{
	(void)host;
	(void)port;
	(void)tls;
	(void)result;
	return dt_open_failed(options, DATATARGET_E_NOTIMPL,
			      "this libdatatarget was built without mbedTLS");
}
