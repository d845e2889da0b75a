# SPDX-License-Identifier: Apache-2.0
"""The right to read files gives no way round the bounds of attaching: files of
processes in /proc, memory above all, are for who may attach to them."""
import os

from lib.daemon import daemon
from lib.harness import Inferior, check, inferior, run, tmp
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
listen = unix:%(dir)s/reader
[role reader]
rights = files-read
[role viewer]
rights = observe attach files-read files-write
attach-exe = %(exe)s
[rule reader]
connection = unix
role = reader
[rule viewer]
connection = tcp
role = viewer
"""


def client(where):
    r = Rsp(where).no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    return r


def opens(r, path, flags=0):
    """Whether it can be opened; else for lack of permission."""
    r.send("vFile:open:%s,%x,0" % (path.encode().hex(), flags))
    answer = r.receive().decode("latin-1")
    check(answer == "F-1,1" or not answer.startswith("F-"), path, answer)
    return not answer.startswith("F-")


def test():
    program, other = Inferior("sleeper", 60), Inferior("threads", 1)
    server = daemon(CONFIG % {"dir": tmp(), "exe":
                              os.path.realpath(inferior("sleeper"))})
    server.wait_line("Listening on unix:")
    viewer, reader = client(server), client(os.path.join(tmp(), "reader"))
    mine, foreign = ["/proc/%d/%s" % (p.pid, f) for p in (program, other)
                     for f in ("mem",)]
    for path in (foreign, foreign.replace("mem", "task/%d/mem" % other.pid),
                 "/proc/%d/environ" % other.pid, "/proc/self/mem",
                 "/proc/../proc/./%d/mem" % other.pid,
                 "/dev/../proc/thread-self/maps"):
        check(not opens(viewer, path), "opened " + path)
        check(not opens(reader, path), "opened " + path)
    check(not opens(viewer, foreign, 2), "opened for writing")
    os.symlink(foreign, os.path.join(tmp(), "link"))
    check(not opens(viewer, os.path.join(tmp(), "link")), "by a link")
    check(opens(viewer, mine), "not opened: " + mine)
    check(not opens(reader, mine), "opened without the right to attach")
    for r in (viewer, reader):
        check(opens(r, "/proc/version") and opens(r, "/etc/passwd"), "others")
    # What a session has, it may look at.
    viewer.expect("vAttach;%x" % program.pid, "T.*")
    check(opens(viewer, "/proc/%d/task/%d/maps" % (program.pid, program.pid)),
          "its own")
    viewer.expect("D", "OK")


run(test)
