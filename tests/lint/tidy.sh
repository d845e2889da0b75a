#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy (.clang-tidy) has nothing to say of the files of a folder.  What
# was clean is looked at again only when it, a header or the rules changed.
#
#	tidy.sh SOURCE BUILD FOLDER
set -u
source=$1 build=$2 folder=$3
cd "$source" || exit 1
tool=$(command -v clang-tidy-14 || command -v clang-tidy) || {
	echo "SKIP: clang-tidy is not installed"
	exit 77
}
clean=$build/tidy
mkdir -p "$clean" || exit 1
common=$({
	cat .clang-tidy
	find protocol backend server -name '*.h' -print0 | sort -z |
		xargs -0 cat
} | sha256sum | cut -c1-32)
bad=0
for file in $(find "$folder" -name '*.c' | sort); do
	key=$clean/$common-$(sha256sum <"$file" | cut -c1-32)
	[ -e "$key" ] && continue
	if "$tool" --quiet -p "$build" "$file" 2>/dev/null; then
		touch "$key"
	else
		bad=1
	fi
done
exit $bad
