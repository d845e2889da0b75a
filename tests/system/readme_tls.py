# SPDX-License-Identifier: Apache-2.0
"""The four lines of README.md, exactly as they stand there but for the port:
from nothing to gdb's session with certificates on both sides."""
import os
import re
import shutil
import subprocess

from lib.harness import (RSPD, check, check_in, free_port, inferior, need_gdb,
                         run, start, tmp, wait_until)

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                      "README.md")
COMMANDS = """set confirm off
break main
continue
backtrace
delete
continue
"""


def lines():
    with open(README) as f:
        found = re.search(r"in four lines:\n\n((?:    .*\n){4})\n", f.read())
    check(found, "four lines are not in README.md")
    text = found.group(1)
    check(text.count("localhost:1234") == 2, "the port", text)
    text = text.replace("localhost:1234", "localhost:%d" % free_port())
    return [line.strip() for line in text.splitlines()]


def environment():
    """rspd is found, and nothing of ours is."""
    folder = os.path.join(tmp(), "bin")
    os.mkdir(folder)
    os.symlink(os.path.abspath(RSPD), os.path.join(folder, "rspd"))
    return dict(os.environ, PATH=folder + ":" + os.environ["PATH"],
                HOME=tmp(), SHELL="/bin/sh")


def test():
    need_gdb()
    env = environment()
    shutil.copy(inferior("hello"), os.path.join(tmp(), "prog"))
    *before, last = lines()
    check(last.startswith("gdb "), "the last line is not gdb's", last)
    script = "set -e\n%s\necho $!\n" % "\n".join(before)
    log = os.path.join(tmp(), "log")
    with open(log, "wb") as f:
        first = start(["sh", "-c", script], cwd=tmp(), env=env, stderr=f,
                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                      text=True)
        # The shell's last line is the server's id; rspd still has the pipe.
        out = ""
        while not re.search(r"^\d+\n", out, re.M):
            line = first.stdout.readline()
            check(line, "the shell ended early", out, open(log).read())
            out += line
    wait_until(lambda: "Listening on port" in open(log).read(), 60,
               "the server")
    done = subprocess.run(["sh", "-c", last], cwd=tmp(), env=env, text=True,
                          input=COMMANDS, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=150)
    print(done.stdout)
    check_in("Breakpoint 1, main", done.stdout)
    check_in("exited with code 07", done.stdout)
    os.kill(int(re.search(r"^(\d+)\n", out, re.M).group(1)), 15)
    check_in("Client certificate: CN=me", open(log).read())


run(test)
