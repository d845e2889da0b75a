# SPDX-License-Identifier: Apache-2.0
"""Settings of the kernel, for the time of a test that has the machine for
itself (`# serial:`)."""
import contextlib
import os
import subprocess

from lib.harness import check, skip


@contextlib.contextmanager
def sysctl(path, value):
    """Sets /proc/sys/`path`; what was there comes back whatever becomes of the
    test, killed or not: another process puts it back when our end closes."""
    path = "/proc/sys/" + path
    if not os.access(path, os.W_OK):
        skip("%s is not to be written" % path)
    with open(path) as f:
        old = f.read().strip()
    try:
        # A container's root may find out only now.
        with open(path, "w") as f:
            f.write(old)
    except OSError as error:
        skip("%s: %s" % (path, error))
    keeper = subprocess.Popen(
        ["sh", "-c", 'cat > /dev/null; echo "$1" > "$2"', "sh", old, path],
        stdin=subprocess.PIPE, start_new_session=True)
    try:
        with open(path, "w") as f:
            f.write(str(value))
        yield
    finally:
        keeper.stdin.close()
        check(keeper.wait() == 0, "not put back", path, old)
