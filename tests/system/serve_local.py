# SPDX-License-Identifier: Apache-2.0
"""What the machine around the daemon sees: the mode of its Unix socket, lines in
syslog, units that systemd can read and a socket that it hands over."""
# variants: unix-mode syslog units activate
import json
import os
import re
import socket
import stat
import subprocess
import sys

from lib.daemon import daemon, write_config
from lib.harness import (RSPD, Server, check, free_port, need, run, skip,
                         start, tmp, variant, wait_until)
from lib.rsp import Rsp

SHARE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../../share/systemd")
STRANGER = 54321
CONFIG = """
[server]
listen = unix:%s
rights = observe
%s
"""


def unix_mode():
    """0600 unless it says otherwise; the kernel keeps others out."""
    if os.geteuid() != 0:
        skip("only root can try as somebody else")
    os.chmod(tmp(), 0o755)
    path = os.path.join(tmp(), "socket")
    connect = ["import socket; socket.socket(socket.AF_UNIX).connect(%r)" %
               path]
    as_stranger = [need("setpriv"), "--reuid", str(STRANGER),
                   "--regid", str(STRANGER),
                   "--clear-groups", sys.executable, "-c", *connect]
    for line, mode in (("", 0o600), ("unix-mode = 0660", 0o660),
                       ("unix-mode = 666", 0o666)):
        server = daemon(CONFIG % (path, line))
        check(stat.S_IMODE(os.stat(path).st_mode) == mode, "mode", oct(mode))
        done = subprocess.run(as_stranger, capture_output=True, text=True)
        check((done.returncode == 0) == (mode == 0o666), "a stranger",
              done.stderr)
        Rsp(path).no_ack().expect("?", ".*")
        check(server.terminate() == 0, "exit status")


# A /dev of its own with a log in it, then rspd.
OWN_DEV = """set -e
mount -t tmpfs tmpfs "$1"
for f in null zero urandom random; do
	: > "$1/$f"
	mount --bind /dev/$f "$1/$f"
done
ln -s "$2" "$1/log"
mount --bind "$1" /dev
shift 2
exec "$@"
"""


def syslog():
    """The same lines go to facility authpriv, the chain with them."""
    dev, log = os.path.join(tmp(), "dev"), os.path.join(tmp(), "log")
    path = os.path.join(tmp(), "socket")
    os.mkdir(dev)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(log)
    sock.settimeout(60)
    need("unshare")
    if subprocess.run(["unshare", "-m", "sh", "-c", OWN_DEV, "sh", dev, log,
                       "true"]).returncode:
        skip("no /dev of one's own here: that takes root")
    server = Server("serve", "--config", write_config(
        CONFIG % (path, "[audit]\nsyslog = yes")),
        before=["unshare", "-m", "sh", "-c", OWN_DEV, "sh", dev, log])
    Rsp(path).no_ack().expect("?", ".*")
    wanted, lines = {"start", "session-start", "session-end"}, []
    while wanted - {json.loads(text)["event"] for text in lines}:
        text = sock.recv(8192).decode()
        # authpriv (10), info (6)
        match = re.match(r"<86>.*? ([\w-]+)(?:\[\d+\])?: (\{.*\})", text)
        check(match and match.group(1) == "rspd", "a line of syslog", text)
        lines.append(match.group(2))
    done = subprocess.run([RSPD, "audit", "verify", "-"], text=True,
                          input="\n".join(lines) + "\n", capture_output=True)
    check(done.returncode == 0, "the chain", done.stderr)
    check(server.terminate() == 0, "exit status")


def units():
    need("systemd-analyze")
    for name in ("rspd.service", "rspd.socket"):
        with open(os.path.join(SHARE, name)) as f:
            text = f.read()
        check("/usr/bin/rspd" in text or name.endswith("socket"), "no command")
        # The program is not installed, and neither are its pages.
        text = re.sub(r"(?m)^Documentation=.*\n", "", text)
        with open(os.path.join(tmp(), name), "w") as f:
            f.write(text.replace("/usr/bin/rspd", os.path.abspath(RSPD)))
    done = subprocess.run(["systemd-analyze", "--man=no", "verify",
                           os.path.join(tmp(), "rspd.service"),
                           os.path.join(tmp(), "rspd.socket")],
                          capture_output=True, text=True, timeout=60)
    print(done.stdout, done.stderr)
    words = [line for line in done.stderr.split("\n") if "rspd" in line]
    check(done.returncode == 0 and not words, "units", done.stderr)


def activate():
    """systemd's own tool in place of systemd."""
    need("systemd-socket-activate")
    port = free_port()
    config = write_config("[server]\nrights = all\n")
    log = os.path.join(tmp(), "errors")
    with open(log, "wb") as f:
        p = start(["systemd-socket-activate", "-l", "127.0.0.1:%d" % port,
                   RSPD, "serve", "--config", config], stderr=f)

    def connect():
        try:
            return Rsp(("127.0.0.1", port))
        except OSError:
            return None
    r = wait_until(connect, what="the socket").no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    r.expect("vRun;" + b"/bin/true".hex(), "T05.*")
    p.terminate()
    check(p.wait(60) == 0, "exit status")
    with open(log) as f:
        check("Listening on 1 sockets of systemd" in f.read(), "the log")


def test():
    {"unix-mode": unix_mode, "syslog": syslog, "units": units,
     "activate": activate}[variant("unix-mode")]()


run(test)
