#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# purity.sh LIBRSP: librsp asks for nothing but a few pure functions of libc,
# and keeps no state: a library without I/O, allocation and globals.
set -eu
lib=$1
allowed='^(memcpy|memmove|memset|memcmp|memchr|memrchr|strlen|strchr|snprintf|vsnprintf)$'
# What compilers put in by themselves: stack protector, fortify, sanitizers,
# coverage, position independence.
tools='^(__stack_chk_fail|__[a-z]+_chk|__asan_.*|__ubsan_.*|__sanitizer_.*|__sancov_.*|__gcov_.*|_GLOBAL_OFFSET_TABLE_|bcmp)$'

defined=$(nm --defined-only "$lib" | awk 'NF == 3 { print $3 }' | sort -u)
wanted=$(nm -u "$lib" | awk '$1 == "U" { print $2 }' | sort -u)
[ -n "$defined" ] && [ -n "$wanted" ] || { echo "nm tells nothing"; exit 1; }
bad=$(for s in $wanted; do
	echo "$s" | grep -Eq "$allowed|$tools" && continue
	echo "$defined" | grep -qxF "$s" || echo "$s"
done)
if [ -n "$bad" ]; then
	echo "librsp uses:" $bad
	exit 1
fi
# Sanitizers keep data of their own.
if ! nm "$lib" | grep -q '__asan_\|__ubsan_\|__sancov_\|__gcov_'; then
	state=$(nm "$lib" | awk 'NF == 3 && $2 ~ /^[bBCsSgG]$/ { print $3 }'
		size -A "$lib" | awk '($1 == ".data" || $1 == ".bss" ||
			$1 == ".tdata" || $1 == ".tbss") && $2 > 0')
	[ -z "$state" ] || { echo "librsp has state: $state"; exit 1; }
fi
