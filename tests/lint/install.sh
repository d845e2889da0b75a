#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is installed is complete and works from where it lies: the program, its
# manual, completion, the debuggers' commands, the client library.
#
#	install.sh BUILD
set -eu
root=$(mktemp -d "${TMPDIR:-/tmp}/rspd-install.XXXXXX")
trap 'rm -rf "$root"' EXIT
cmake --install "$1" --prefix "$root" >"$root/log" || {
	cat "$root/log"
	exit 1
}

fail()
{
	echo "$*"
	exit 1
}

"$root/bin/rspd" --version | grep -q '^rspd [0-9]' || fail "bin/rspd"
for page in man1/rspd.1 man5/rspd.conf.5; do
	gzip -dc "$root/share/man/$page.gz" | grep -q '^\.Sh NAME' || fail $page
done
for file in doc/rspd/README.md doc/rspd/clients.md doc/rspd/copyright \
    doc/rspd/examples/rspd.conf rspd/rspd_gdb.py rspd/rspd_lldb.py; do
	[ -s "$root/share/$file" ] || fail "share/$file is missing"
done
[ -s "$root/lib/systemd/system/rspd.service" ] || fail "rspd.service"

# complete WANTED WORD...: what completion makes of the words.
. "$root/share/bash-completion/completions/rspd"
complete_is()
{
	local wanted=$1
	shift
	COMP_WORDS=("$root/bin/rspd" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_rspd rspd "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	[ "${COMPREPLY[*]}" = "$wanted" ] ||
		fail "completion of \"$*\": \"${COMPREPLY[*]}\", not \"$wanted\""
}
complete_is "serve" ser
complete_is "--tls-cert --tls-client-ca --tls-crl" --tls-c
complete_is "--reverse-connect" gdbserver --rev
complete_is "--tls-pin" connect --tls-p
complete_is "keep kill" --on-disconnect k
complete_is "keep kill" --on-disconnect = k
complete_is "launch" --rights la
complete_is "renew revoke" certs re
complete_is "verify" audit ""
complete_is "--check-config" serve --rights all --ch

pc=$(find "$root" -name datatarget.pc)
if [ -n "$pc" ] && command -v pkg-config >/dev/null; then
	export PKG_CONFIG_PATH=${pc%/*}
	cc -fsyntax-only $(pkg-config --cflags datatarget) \
		"$root/share/doc/rspd/examples/allocate.c" ||
		fail "allocate.c does not compile"
	lib=$(pkg-config --variable=libdir datatarget)
	[ -e "$lib/libdatatarget.so" ] || fail "$lib/libdatatarget.so"
fi
