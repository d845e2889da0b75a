# SPDX-License-Identifier: Apache-2.0
"""A program in a mount namespace of its own: gdb gets its files from there
(vFile:setfs)."""
import os
import subprocess

from lib.harness import (Server, check, check_order, gdb, inferior, need, run,
                         skip, start, tmp)

SCRIPT = """set -e
mount -t tmpfs none "$1"
cp "$2" "$1/program"
exec "$1/program" 2
"""


def test():
    need("unshare")
    place = os.path.join(tmp(), "place")
    os.mkdir(place)
    if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", place],
                      capture_output=True).returncode != 0:
        skip("no mount namespaces for us")
    process = start(["unshare", "-m", "sh", "-c", SCRIPT, "sh", place,
                     inferior("threads")], stdout=subprocess.PIPE, text=True)
    check(process.stdout.readline().startswith("ready"), "no start")
    check(os.listdir(place) == [], "it is seen from here")
    server = Server("--once", "--attach", "127.0.0.1:0", process.pid)
    out = gdb(None, "set sysroot target:", "target remote " + server.address,
              "break lap", "continue", "backtrace", "info sharedlibrary",
              "detach")
    check_order(out, "place/program from remote target", "lap ()",
                "#1 ", "main (", "target:/lib")
    check(process.poll() is None, "it has ended")


run(test)
