# SPDX-License-Identifier: Apache-2.0
"""The audit log: who did what, one chain over sessions, restarts and rotation;
no contents, no arguments; a client cannot fill it."""
import json
import os
import signal
import subprocess

from lib.daemon import TlsRsp, daemon, fingerprint
from lib.harness import (Inferior, RSPD, check, inferior, run, tmp,
                         wait_until)
from lib.pki import CA, client_cert, server_cert
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
tls-cert = %s
tls-key = %s
tls-client-ca = %s
[audit]
file = %s
[role most]
rights = observe control write allocate launch attach files-read
[rule ann]
san = email:ann@*
role = most
"""
SECRET = "hunter2-in-the-arguments"


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def verify(*paths):
    done = subprocess.run([RSPD, "audit", "verify", *paths],
                          capture_output=True, text=True)
    print(done.stdout, done.stderr)
    return done.returncode, done.stdout + done.stderr


def session(server, ca, cert, program):
    r = TlsRsp(server, ca, cert).no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    r.expect("vAttach;%x" % program.pid, "T.*")
    sp = "7fffffffe000"
    r.send("M%s,4:deadbeef" % sp)
    r.receive()
    r.expect("_M1000,rw", "[0-9a-f]+")
    r.expect("vFile:open:" + b"/etc/hostname".hex() + ",0,0", "F.*")
    r.expect("vFile:open:" + b"/etc/none/x".hex() + ",201,1b6", "F-1,1")
    r.expect("D", "OK")
    r.expect("QStartupWithShell:0", "OK")
    r.expect("QEnvironmentHexEncoded:" + b"PASSWORD=hunter2".hex(), "OK")
    r.expect("vRun;%s;%s;%s" % (inferior("sleeper").encode().hex(),
                                b"9".hex(), SECRET.encode().hex()), "T05.*")
    pid = int(r.expect("qC", r"QCp([0-9a-f]+)\..*").group(1), 16)
    # A flood of the same is counted, not written down.
    for _ in range(500):
        r.expect("P0=0000000000000000", "OK|E.*")
    r.expect("vKill;%x" % pid, "OK")
    r.sock.close()
    return pid


def test():
    ca = CA("ca")
    own, ann, bob = server_cert(ca), client_cert(ca, "ann"), \
        client_cert(ca, "bob")
    path = os.path.join(tmp(), "audit.jsonl")
    config = CONFIG % (own.crt, own.key, ca.crt, path)
    program = Inferior("sleeper", 60)
    server = daemon(config)
    launched = session(server, ca, ann, program)
    wait_until(lambda: any(e["event"] == "session-end" for e in lines(path)),
               what="the session's end on record")
    try:
        TlsRsp(server, ca, bob).no_ack()
    except Exception as e:  # sent away
        print("bob:", e)
    wait_until(lambda: any(e["event"] == "refused" for e in lines(path)),
               what="the refusal on record")

    events = lines(path)
    by = {}
    for e in events:
        by.setdefault(e["event"], []).append(e)
    print(json.dumps(events, indent=1)[:6000])
    first = by["session-start"][0]
    check(first["fingerprint"].upper() ==
          fingerprint(ann).replace(":", ""), "fingerprint", first)
    check(first["subject"] == "CN=ann" and first["rule"] == "ann" and
          first["role"] == "most", "who", first)
    check(by["attach"][0]["pid"] == program.pid, "attach", by["attach"])
    check(by["launch"][0]["pid"] == launched and
          by["launch"][0]["what"] == inferior("sleeper"), "launch")
    check(any(e["pid"] == launched for e in by["kill"]), "kill", by["kill"])
    check(by["detach"][0]["pid"] == program.pid, "detach")
    check(by["allocate"][0]["length"] == "0x1000", "allocate", by["allocate"])
    check(by["open"][0]["what"] == "/etc/hostname", "open", by["open"])
    check(by["open-write"][0]["error"] == 1, "open-write", by["open-write"])
    check(by["denied"][0]["what"].startswith('"files-write"'), "denied")
    check(by["refused"][0]["subject"] == "CN=bob", "refused")
    writes = by["write"]
    check(writes[0]["address"] == "0x7fffffffe000" and
          writes[0]["length"] == "0x4", "write", writes[0])
    count = sum(e.get("times", 1) for e in writes)
    check(count == 501 and len(writes) < 100, "writes: %d in %d lines" %
          (count, len(writes)))
    with open(path) as f:
        text = f.read()
    for secret in ("deadbeef", "hunter2"):
        check(secret not in text, "the log holds " + secret, text)
    check(os.stat(path).st_mode & 0o777 == 0o600, "mode")

    # Rotation as logrotate does it, then a restart: one chain.
    old = path + ".1"
    os.rename(path, old)
    server.process.send_signal(signal.SIGHUP)
    server.wait_line("Configuration read again")
    session(server, ca, ann, program)
    check(server.terminate() == 0, "exit status")
    server = daemon(config)
    session(server, ca, ann, program)
    check(server.terminate() == 0, "exit status")
    status, said = verify(old, path)
    check(status == 0 and "whole" in said, "the chain", said)
    check([e["seq"] for e in lines(old) + lines(path)] ==
          list(range(len(lines(old) + lines(path)))), "numbers")
    check(lines(path)[-1]["event"] == "stop", "the end")

    # The first line that was changed is named.
    with open(path) as f:
        text = f.read().split("\n")
    text[4] = text[4].replace('"session":', '"session": ')
    with open(path, "w") as f:
        f.write("\n".join(text))
    status, said = verify(old, path)
    check(status == 1 and path + ":5: broken" in said, "not named", said)


run(test)
