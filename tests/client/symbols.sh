#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh STATIC SHARED: libdatatarget takes no names that are not its own.
set -eu
bad=$(nm -g --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' |
	grep -vE '^(datatarget|dt|rsp)_|^(__odr_asan|__asan|__sancov|__gcov)' ||
	true)
[ -z "$bad" ] || { echo "in the static library:" $bad; exit 1; }
shown=$(nm -D --defined-only "$2" | awk '{ print $3 }')
echo "$shown" | grep -qx datatarget_read_memory || { echo "empty"; exit 1; }
bad=$(echo "$shown" | grep -vE '^datatarget_' || true)
[ -z "$bad" ] || { echo "in the shared library:" $bad; exit 1; }
