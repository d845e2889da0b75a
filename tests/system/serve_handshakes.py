# SPDX-License-Identifier: Apache-2.0
"""Handshakes that fail are on record with address and reason; a scanner that
goes on and on is counted, and does not fill the disk."""
import json
import os

from lib.daemon import TlsRsp, daemon
from lib.harness import check, run, tmp, wait_until
from lib.pki import CA, client_cert, server_cert
from lib.tlswire import client_hello, connect, read_all

CONFIG = """
[server]
listen = localhost:0
rights = all
tls-cert = %s
tls-key = %s
tls-client-ca = %s
[limits]
handshake-timeout = 3
[audit]
file = %s
"""
BURST = 100


def refused(server, ca, cert=None):
    try:
        TlsRsp(server, ca, cert).no_ack()
    except Exception as e:  # as it should be
        print("refused:", e)
        return
    check(False, "let in")


def test():
    ca, other = CA("ca"), CA("other")
    own, good = server_cert(ca), client_cert(ca)
    path = os.path.join(tmp(), "audit.jsonl")
    server = daemon(CONFIG % (own.crt, own.key, ca.crt, path))

    def failed():
        with open(path) as f:
            events = [json.loads(line) for line in f]
        return [e for e in events if e["event"] == "handshake"]

    def on_record(word):
        return wait_until(lambda: [e for e in failed() if word in e["why"]],
                          what=word)[0]
    refused(server, ca)
    event = on_record("no certificate")
    check(event["client"] == "127.0.0.1" and "fingerprint" not in event,
          "who", event)
    refused(server, ca, client_cert(other))
    on_record("not correctly signed")
    slow = connect(server.port)
    slow.sendall(client_hello()[:10])
    on_record("too long")
    for _ in range(3 * BURST):
        with connect(server.port) as s:
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            read_all(s)
    on_record("not TLS")
    lines = failed()
    check(BURST <= len(lines) < 2 * BURST, "%d lines" % len(lines))
    # Who connects and says nothing is no attempt; a good one gets in.
    connect(server.port).close()
    TlsRsp(server, ca, good).no_ack().expect("?", ".*")
    check(server.terminate() == 0, "exit status")


run(test)
