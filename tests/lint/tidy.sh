#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy (.clang-tidy) has nothing to say of any file of the product.
#
#	tidy.sh SOURCE BUILD [FILE...]
set -u
source=$1 build=$2
shift 2
cd "$source" || exit 1
tool=$(command -v clang-tidy-14 || command -v clang-tidy) || {
	echo "SKIP: clang-tidy is not installed"
	exit 77
}
if [ $# = 0 ]; then
	set -- $(find protocol backend server -name '*.c')
fi
# Politely: other tests run beside this one.
printf '%s\0' "$@" | xargs -0 -n 4 -P 2 nice \
	"$tool" --quiet -p "$build" 2>&1 |
	grep -v -E '^[0-9]+ warnings? generated|^Suppressed|^Use -header-filter|^$'
exit "${PIPESTATUS[1]}"
