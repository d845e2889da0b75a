# SPDX-License-Identifier: Apache-2.0
"""Wrong command lines end with a text and a status, as gdbserver's do."""
import subprocess

from lib.harness import RSPD, Server, check, check_in, inferior, run, start


def ends(*args):
    process = start([RSPD, *args], stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, _ = process.communicate(timeout=30)
    return process.returncode, out.decode(errors="replace")


def test():
    hello = inferior("hello")
    for args in ([], ["--nonsense"], ["localhost:0"], ["localhost:x", hello],
                 ["localhost:99999", hello], ["localhost", hello],
                 ["localhost:-1", hello], ["--attach", "localhost:0"],
                 ["no.such.host.invalid:0", hello]):
        status, text = ends(*args)
        check(status > 0, "status %d of %r" % (status, args), text)
        check(text, "no text for %r" % args)
    # What is wrong is said, and what to do.
    for part, *args in (
            ("did you mean --once?", "--onec", ":0", hello),
            ("Unknown argument: --x; try --help", "--x=1", ":0", hello),
            ("did you mean --log-file?", "gdbserver", "--log-fil", "x", ":0"),
            ("COMM is missing", "--once"), ("PROG is missing", ":0"),
            ("PID is missing", "--attach", ":0"),
            ('Did you mean ":1234"?', "1234", hello),
            ('serv: HOST:PORT', "serv", ":0")):
        status, text = ends(*args)
        check(status > 0, "status %d of %r" % (status, args), text)
        check_in(part, text)
    status, text = ends("--version")
    check(status == 0 and "rspd" in text, "--version", text)
    status, text = ends("--help")
    check(status == 0 and "--attach" in text, "--help", text)
    status, text = ends("--once", "localhost:0", "/no/such/program")
    check(status > 0, "no such program", text)
    server = Server("--multi", "localhost:0")
    status, text = ends("--multi", "localhost:%d" % server.port)
    check(status > 0, "port taken", text)
    check_in("Port %d: Can't bind address: Address already in use"
             % server.port, text)
    # Not loopback, no TLS: refused, unless --insecure.
    for host in ("0.0.0.0", "[::]", "*"):
        status, text = ends("--multi", host + ":0")
        check(status > 0, "listened on %s" % host, text)


run(test)
