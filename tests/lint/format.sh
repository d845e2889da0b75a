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
if ! find protocol backend server tests docs -name '*.[ch]' -print0 |
    xargs -0 -n 64 clang-format-14 --dry-run -Werror; then
	echo "Cure: clang-format-14 -i FILE..."
	exit 1
fi
