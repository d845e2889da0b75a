#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# layers.sh SOURCE_DIR: who may include whom (docs/architecture.md).
set -u
cd "$1" || exit 1
bad=0

# refuse FOLDERS PATTERN EXCEPT: no include matches PATTERN, but in EXCEPT.
refuse()
{
	found=$(grep -rnE "^[ 	]*#[ 	]*include[ 	]*[\"<][^\">]*($2)" \
		--include='*.c' --include='*.h' $1 | grep -vE "$3")
	if [ -n "$found" ]; then
		echo "$found"
		bad=1
	fi
}

[ -n "$(ls protocol/*.c protocol/*.h)" ] || exit 1
refuse protocol 'backend/|server/|\btarget\.h|session' '^$'
refuse backend 'protocol/|server/|session|reply\.h|request' '^$'
# Of the roles only the session sees both floors; main wires the target.  What
# TLS is spoken stands beside the client's library, once for both.
refuse server '(^|/|")protocol/' '^server/(session/|common/tls_policy\.c)'
refuse server 'backend/' '^server/(session/|main\.c)'
# What TLS is made of.
refuse server '(mbedtls|psa)/' '^server/(common/tls|certs/|session/digest\.c)'
exit $bad
