# SPDX-License-Identifier: Apache-2.0
"""A client that offers only weak cipher suites, or ones without forward
secrecy, gets the alert handshake_failure; offered beside a good one they are
not taken."""
# variants: null anon export rc4 3des cbc static-rsa static-ecdh dhe psk
import struct

from lib.harness import Server, check, run, variant
from lib.pki import CA, server_cert, server_options
from lib.tlswire import (ALERT, GOOD_SUITE, HANDSHAKE, client_hello, connect,
                         read_record)

# IANA's numbers.
SUITES = {
    "null": [0x0001, 0x0002, 0x003B, 0xC001, 0xC006, 0xC00B, 0xC010],
    "anon": [0x0017, 0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0x00A6, 0xC016,
             0xC018, 0xC019],
    "export": [0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0019,
               0x0062, 0x0064],
    "rc4": [0x0004, 0x0005, 0x0018, 0x008A, 0xC002, 0xC007, 0xC00C, 0xC011],
    "3des": [0x000A, 0x000D, 0x0010, 0x0013, 0x0016, 0xC003, 0xC008, 0xC00D,
             0xC012],
    "cbc": [0x0033, 0x0039, 0x0067, 0x006B, 0xC009, 0xC00A, 0xC013, 0xC014,
            0xC023, 0xC024, 0xC027, 0xC028],
    "static-rsa": [0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D, 0xC09C],
    "static-ecdh": [0xC004, 0xC005, 0xC00E, 0xC025, 0xC02D, 0xC02E, 0xC031],
    "dhe": [0x009E, 0x009F, 0xCCAA],
    "psk": [0x008C, 0x00A8, 0x00A9, 0x00AE, 0xCCAB, 0xCCAC, 0xD001],
}


def answer(port, suites):
    with connect(port) as s:
        s.sendall(client_hello(suites))
        return read_record(s)


def chosen(body):
    """The suite of a ServerHello."""
    check(body[0] == 2, "no server hello", body)
    at = 4 + 2 + 32
    return struct.unpack_from(">H", body, at + 1 + body[at])[0]


def test():
    ca = CA("ca")
    weak = SUITES[variant("null")]
    for key in ("ec", "rsa"):
        good = GOOD_SUITE if key == "ec" else 0xCCA8
        server = Server("--multi", *server_options(
            server_cert(ca, "server-" + key, key=key), ca), "localhost:0")
        for offered in ([good], weak + [good], [0x00FF] + weak + [good]):
            kind, body = answer(server.port, offered)
            check(kind == HANDSHAKE, "good suite refused", kind, body)
            check(chosen(body) == good, "another suite was taken", body)
        for offered in [[s] for s in weak] + [weak]:
            got = answer(server.port, offered)
            check(got == (ALERT, bytes((2, 40))), "no handshake_failure for %s"
                  % ["%04x" % s for s in offered], got)


run(test)
