#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every C file is as clang-format 14 would have it; others are listed.
#
#	format.sh SOURCE
set -u
cd "$1" || exit 1
if ! command -v clang-format-14 >/dev/null; then
	echo "SKIP: clang-format-14 is not installed"
	exit 77
fi
bad=0
while IFS= read -r -d '' file; do
	if ! clang-format-14 --dry-run -Werror "$file" 2>/dev/null; then
		echo "not formatted: $file"
		bad=1
	fi
done < <(find protocol backend server tests -name '*.[ch]' -print0)
[ $bad = 0 ] || echo "Cure: clang-format-14 -i FILE..."
exit $bad
