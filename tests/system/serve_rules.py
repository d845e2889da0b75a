# SPDX-License-Identifier: Apache-2.0
"""Rules: from a certificate's subject, name or fingerprint, and from the peer
of a Unix socket, to a role; nobody without a rule gets in."""
import os

from lib.daemon import TlsRsp, daemon, expect_closed, fingerprint
from lib.harness import Inferior, check, run, tmp
from lib.pki import CA, client_cert, server_cert
from lib.rsp import Rsp

CONFIG = """
[server]
listen = localhost:0
listen = unix:%(socket)s
tls-cert = %(server.crt)s
tls-key = %(server.key)s
tls-client-ca = %(ca)s

[role viewer]
  rights = observe attach
  attach-exe = */sleeper
[role worker]
  rights = all
  attach-uid = 1    ; nobody whom this test could start
  attach-uid = 2

[rule by subject]
  subject = CN=ann*
  role = viewer
[rule by name]
  san = email:bob@example.org
  role = worker
[rule by fingerprint]
  fingerprint = %(carl)s
  role = worker
[rule local]
  uid = %(uid)d
  role = viewer
"""


def test():
    ca = CA("ca")
    own = server_cert(ca)
    cert = {n: client_cert(ca, n) for n in ("ann", "bob", "carl", "dora")}
    path = os.path.join(tmp(), "socket")
    config = CONFIG % {
        "socket": path, "server.crt": own.crt, "server.key": own.key,
        "ca": ca.crt, "carl": fingerprint(cert["carl"]), "uid": os.getuid()}
    config = config.replace("*/sleeper",
                            os.path.join(os.path.realpath(
                                os.path.dirname(Inferior("sleeper", 1)
                                                .process.args[0])), "sleep*"))
    server = daemon(config)
    server.wait_line(r"Listening on unix:")
    program = Inferior("sleeper", 20)
    other = Inferior("threads", 1)

    ann = TlsRsp(server, ca, cert["ann"]).no_ack()
    ann.supported("multiprocess+")
    ann.expect("!", "OK")
    ann.expect("vRun;2f62696e2f6c73", "E01")
    ann.expect("vAttach;%x" % other.pid, "E01")
    ann.expect("vAttach;%x" % program.pid, "T.*")
    ann.expect("g", "[0-9a-fx]{100,}")
    ann.expect("Z0,1000,1", "E01")
    ann.expect("D", "OK")

    for name in ("bob", "carl"):
        r = TlsRsp(server, ca, cert[name]).no_ack()
        r.supported("multiprocess+")
        r.expect("!", "OK")
        r.expect("vAttach;%x" % program.pid, "E01")
        r.expect("vRun;2f62696e2f6c73", "T05.*")

    # Let in by TLS, and by no rule.
    expect_closed(TlsRsp(server, ca, cert["dora"]))
    server.wait_line(r"sent away: no rule fits: CN=dora")

    local = Rsp(path).no_ack()
    local.supported("multiprocess+")
    local.expect("vRun;2f62696e2f6c73", "E01")
    local.expect("vAttach;%x" % program.pid, "T.*")
    local.expect("M0,1:00", "E01")
    local.expect("D", "OK")
    check("sent away" not in server.text().replace("CN=dora", "", 1)
          .replace("sent away: no rule fits", "", 1), "others were sent away")


run(test)
