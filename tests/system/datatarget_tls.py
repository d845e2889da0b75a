# SPDX-License-Identifier: Apache-2.0
"""libdatatarget over TLS, and the example: what it allocates, whom it refuses
to talk to."""
import subprocess

from lib.datatarget import CLOSED, HANDLE, REFUSED, TLS, Probe, program
from lib.harness import (Inferior, Server, check, check_order, free_port, run,
                         start, state_of)
from lib.pki import CA, client_cert, server_cert, server_options
from lib.tlswire import s_server


def example(*args):
    process = start([program("datatarget-allocate"), *map(str, args)],
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True)
    out = process.communicate(timeout=60)[0]
    print(out, flush=True)
    return process.returncode, out


def check_example(ca, good):
    """In a live process; plain and over TLS."""
    for options, files in ((), ()), (server_options(server_cert(ca), ca),
                                     (ca.crt, good.crt, good.key)):
        inferior = Inferior("sleeper")
        server = Server("--once", *options, "--attach", "localhost:0",
                        inferior.pid)
        status, out = example("localhost", server.port, *files)
        check(status == 0, "the example failed", out)
        check_order(out, "process %d" % inferior.pid, "allocated 0x",
                    "read back: hello from the debugger", "freed",
                    "thread %d" % inferior.pid, "#1 ")
        check(server.wait() == 0, "rspd did not end well")
        check(state_of(inferior.pid) in "SR", "not going on")


def refused(*where):
    """The server hangs up, during the handshake or (TLS 1.3) right after."""
    probe = Probe(*where, expect=None)
    check(probe.hr in (TLS, CLOSED), "%08x %s" % (probe.hr, probe.text))


def test():
    ca, other = CA("ca"), CA("other")
    good = client_cert(ca, "good")
    check_example(ca, good)
    server = Server("--multi", *server_options(server_cert(ca), ca),
                    "localhost:0")
    where = ("tls", "localhost", server.port)
    # Who the server is not, and who we are not.
    probe = Probe(*where, other.crt, good.crt, good.key, expect=TLS)
    check("certificate" in probe.text, "text", probe.text)
    Probe(*where, ca.crt, good.crt, good.key, "elsewhere", expect=TLS)
    bad = client_cert(other)
    refused(*where, ca.crt, bad.crt, bad.key)
    refused(*where, ca.crt)
    Probe("tls", "localhost", free_port(), ca.crt, expect=REFUSED)
    # A curve that is too short.
    weak = server_cert(ca, "weak", key="secp224r1")
    Probe("tls", "localhost", s_server(weak), ca.crt, expect=TLS)
    # Files that are none.
    Probe(*where, "/nonexistent", expect=TLS)
    Probe(*where, ca.crt, good.crt, client_cert(ca, "two").key, expect=TLS)
    # A server without a process; attaching to one.
    probe = Probe(*where, ca.crt, good.crt, good.key)
    probe.call("read", 0x1000, 1, 0, expect=HANDLE)
    probe.call("attach", 0x7fffffff, expect=HANDLE)
    inferior = Inferior("sleeper")
    probe.call("attach", inferior.pid)
    check(probe.number("process") == inferior.pid, "process")
    check(probe.threads() == [inferior.pid], "threads")
    at = probe.number("alloc", 0, 0x100000, 0x3000, 4)
    probe.call("fill", at, 0x100000, 1)
    check(probe.data("read", at, 3, 0) == bytes([1, 8, 15]), "data")
    probe.call("free", at, 0, 0x8000)
    probe.call("detach")
    probe.close()
    check(state_of(inferior.pid) in "SR", "not going on")


run(test)
