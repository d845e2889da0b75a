#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every Python file compiles, and every system test runs its test.
#
#	python.sh SOURCE
set -u
cd "$1" || exit 1
if ! command -v python3 >/dev/null; then
	echo "SKIP: python3 is not installed"
	exit 77
fi
bad=0
for file in $(find tests -name '*.py'); do
	python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' \
		"$file" || bad=1
done
for file in tests/system/*.py; do
	tail -n 1 "$file" | grep -qx 'run(test)' || {
		echo "$file does not end with run(test)"
		bad=1
	}
done
exit $bad
