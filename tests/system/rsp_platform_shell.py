# SPDX-License-Identifier: Apache-2.0
"""qPlatform_shell: off unless allowed, bounded in time and output, never in the
way of anything else, and gone with its client."""
import os
import re
import time

from lib.harness import Server, alive, check, check_in, gone, run, tmp, \
    wait_until
from lib.rsp import Rsp, unescape


def shell(r, command, seconds=20, folder=None):
    """Status, signal, output; status None: it could not be run."""
    body = "qPlatform_shell:%s,%08x" % (command.encode().hex(), seconds)
    if folder:
        body += "," + folder.encode().hex()
    r.send(body)
    reply = r.receive(60)
    if reply == b"F,ffffffff":
        return None, None, b""
    match = re.fullmatch(rb"F,([0-9a-f]{8}),([0-9a-f]{8}),(.*)", reply, re.S)
    check(match, "no answer of a shell", reply[:200])
    return (int(match.group(1), 16), int(match.group(2), 16),
            unescape(match.group(3)))


def slow(r, seconds=60):
    """Starts a long one; the id of a process that it runs."""
    path = os.path.join(tmp(), "pid")
    if os.path.exists(path):
        os.unlink(path)
    command = "sleep 600 & echo $! > %s; wait" % path
    r.send("qPlatform_shell:%s,%08x" % (command.encode().hex(), seconds))
    wait_until(lambda: os.path.exists(path) and os.path.getsize(path) > 1)
    with open(path) as f:
        return int(f.read())


def connect(server):
    r = Rsp(server).no_ack()
    r.expect("qHostInfo", "triple:.*")
    return r


def test():
    mark = os.path.join(tmp(), "mark")
    off = connect(Server("--multi", "127.0.0.1:0"))
    off.expect("qPlatform_shell:%s,0000000a" %
               ("touch " + mark).encode().hex(), "E01")
    off.expect("QEnableErrorStrings", "OK")
    text = off.ask("qPlatform_shell:6c73,0000000a")
    check_in("--allow-shell", bytes.fromhex(text[4:]).decode())
    check(not os.path.exists(mark), "it was run")

    server = Server("--multi", "--allow-shell", "127.0.0.1:0")
    r = connect(server)
    check(shell(r, "echo out; echo '}#$*' >&2") == (0, 0, b"out\n}#$*\n"), "echo")
    check(shell(r, "exit 7")[0] == 7, "status")
    check(shell(r, "kill -9 $$")[:2] == (0, 9), "signal")
    check(shell(r, "pwd", folder="/usr/lib")[2] == b"/usr/lib\n", "folder")
    check(shell(r, "pwd", folder="/none")[0] == 126, "no folder")
    check(shell(r, "cat; echo $?") == (0, 0, b"0\n"), "it has no input")
    # Output is cut, and does not hold up the command.
    status, _, output = shell(r, "head -c 3000000 /dev/zero; exit 5", 60)
    check(status == 5 and len(output) == 0x40000, "cut", status, len(output))
    # What it leaves behind is not waited for.
    begin = time.monotonic()
    check(shell(r, "sleep 50 & echo $!; echo done", 60)[0] == 0, "left behind")
    check(time.monotonic() - begin < 40, "waited for what was left behind")
    # Time is up.
    pid = slow(r, 1)
    check(r.receive(30) == b"F,ffffffff", "time-out")
    gone(pid)
    # Nothing else is held up; ^C gives up.
    pid = slow(r)
    r.expect("qSupported:", "PacketSize=.*")
    r.raw(b"\x03")
    reply = r.receive(30)
    check(reply == b"E04", "^C", reply)
    gone(pid)
    # It goes with its client.
    pid = slow(r)
    r.sock.close()
    gone(pid)
    # And with the server.
    r = connect(server)
    pid = slow(r)
    check(alive(pid), "no shell")
    check(server.terminate() == 0, "exit status")
    gone(pid)


run(test)
