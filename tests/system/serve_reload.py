# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: a good file is taken, a wrong one leaves all as it was; sessions go
on, addresses come and go."""
import os
import signal

from lib.daemon import daemon, expect_closed, write_config
from lib.harness import check, run, tmp, wait_until
from lib.rsp import Rsp

HEAD = """
[server]
listen = localhost:0
"""
RIGHTS = """
[role r]
rights = %s
[rule all]
connection = any
role = r
"""
RUN = "vRun;" + b"/bin/true".hex()


def reload(server, text, answer):
    write_config(text)
    before = server.text().count(answer)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.text().count(answer) > before, what=answer)


def client(where, extended=True):
    r = Rsp(where).no_ack()
    r.supported("multiprocess+")
    r.expect("!", "OK")
    return r


def test():
    server = daemon(HEAD + RIGHTS % "observe")
    first = client(server)
    first.expect(RUN, "E01")
    # Wrong ones, each in its own way.
    for wrong in ("[server]\nlisten = nowhere\n",
                  HEAD + "[role r]\nrights = everything\n",
                  "", HEAD + "nonsense\n", HEAD,
                  HEAD + "tls-cert = /nowhere\ntls-key = /nowhere\n" +
                  RIGHTS % "all",
                  HEAD + "listen = unix:/nowhere/socket\n" + RIGHTS % "all"):
        reload(server, wrong, "the configuration stays as it was")
        client(server).expect(RUN, "E01")
    # A good one is for who comes then; who is there stays as it was.
    path = os.path.join(tmp(), "socket")
    reload(server, HEAD + "listen = unix:%s\n" % path + RIGHTS % "all",
           "Configuration read again")
    first.expect(RUN, "E01")
    client(server).expect(RUN, "T05.*")
    client(path).expect(RUN, "T05.*")
    # An address that is no longer there is closed.
    reload(server, HEAD + RIGHTS % "all", "Configuration read again")
    check(not os.path.exists(path), "the socket is still there")
    client(server).expect(RUN, "T05.*")
    os.unlink(os.path.join(tmp(), "rspd.conf"))
    server.process.send_signal(signal.SIGHUP)
    server.wait_line("No such file")
    client(server).expect(RUN, "T05.*")


run(test)
