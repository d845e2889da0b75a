#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The release build is hardened: position independent, nothing writable that
# could be read-only, no executable stack, checked copies, stack guards; and it
# does not tell where it was built.
#
#	hardened.sh SOURCE
set -u
rspd=$1/build/release/rspd
if [ ! -x "$rspd" ] || ! command -v readelf >/dev/null; then
	echo "SKIP: build/release/rspd (or readelf) is not there"
	exit 77
fi
bad=0
# want WHAT FILE-OF-OUTPUT PATTERN
want()
{
	grep -Eq -- "$3" <<<"$2" || { echo "$rspd: $1"; bad=1; }
}

headers=$(readelf -hlW "$rspd")
dynamic=$(readelf -dW "$rspd")
symbols=$(nm -D "$rspd")
want "is not position independent" "$headers" 'Type: +DYN'
want "has no RELRO" "$headers" 'GNU_RELRO'
want "has an executable stack" "$headers" 'GNU_STACK .* RW +0x'
want "binds lazily" "$dynamic" 'BIND_NOW'
want "is not a PIE" "$dynamic" 'FLAGS_1.*PIE'
want "has no stack guards" "$symbols" '__stack_chk_fail'
want "has no checked copies" "$symbols" '__(mem|str|sn)[a-z]+_chk'
if grep -aqF "$1/" "$rspd"; then
	echo "$rspd: names the folder that it was built in"
	bad=1
fi
exit $bad
