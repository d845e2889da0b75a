# SPDX-License-Identifier: Apache-2.0
"""An audit log whose chain is made with a key: only who has it can verify it, or
make one that fits; a reload does not change it."""
import os
import signal
import subprocess

from lib.daemon import daemon, write_config
from lib.harness import RSPD, check, run, tmp
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
rights = observe
[audit]
file = %s
key = %s
"""


def make_key(name):
    path = os.path.join(tmp(), name)
    with open(path, "wb") as f:
        f.write(os.urandom(32))
    os.chmod(path, 0o600)
    return path


def verify(*args):
    done = subprocess.run([RSPD, "audit", "verify", *args],
                          capture_output=True, text=True)
    print(done.stdout, done.stderr)
    return done.returncode


def test():
    path = os.path.join(tmp(), "audit.jsonl")
    key, other = make_key("key"), make_key("other")
    for _ in range(2):
        server = daemon(CONFIG % (path, key))
        Rsp(server).no_ack().expect("?", ".*")
        write_config(CONFIG % (path, other))
        server.process.send_signal(signal.SIGHUP)
        server.wait_line("key can only be changed by a new start")
        check(server.terminate() == 0, "exit status")
    check(verify("--key", key, path) == 0, "the chain")
    check(verify(path, "--key=" + key) == 0, "the chain")
    check(verify(path) == 1, "whole without its key")
    check(verify("--key", other, path) == 1, "whole with another key")
    os.chmod(key, 0o644)
    check(verify("--key", key, path) == 2, "a key that others can read")
    server = daemon(CONFIG % (path, key), listens=False)
    check(server.wait() == 1, "started with it")


run(test)
