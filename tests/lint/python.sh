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
find tests share -name '*.py' -print0 | xargs -0 python3 -c '
import ast, sys
for name in sys.argv[1:]:
    with open(name) as f:
        ast.parse(f.read(), name)
' || bad=1
for file in tests/system/*.py; do
	tail -n 1 "$file" | grep -qx 'run(test)' || {
		echo "$file does not end with run(test)"
		bad=1
	}
done
exit $bad
