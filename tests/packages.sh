# SPDX-License-Identifier: Apache-2.0
# Debian packages: what building needs, what the tests and the demo need.
# Sourced by check and demo, which call install_packages.

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libev-dev
	libmbedtls-dev libzydis-dev libseccomp-dev libjansson-dev libcmocka-dev
	zlib1g-dev libinih-dev libdw-dev"
DEBUGGER_PACKAGES="gdb lldb-19 python3 openssl binutils"
LINT_PACKAGES="clang clang-format-14 clang-tidy-14"

# The packages of $@ that are not installed.
missing_packages()
{
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# Installs what is missing of $@, as root or through sudo.
install_packages()
{
	local missing sudo=""
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	echo "Installing:" $missing
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "Not root, and no sudo: install these first." >&2
			return 1
		fi
		sudo=sudo
	fi
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
		--no-install-recommends $missing </dev/null
}

# Those of $@ that this release of Debian has.
available_packages()
{
	local package
	for package in "$@"; do
		if [ -z "$(missing_packages "$package")" ] ||
		    apt-cache show "$package" >/dev/null 2>&1; then
			echo "$package"
		fi
	done
}
