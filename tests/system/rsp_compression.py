# SPDX-License-Identifier: Apache-2.0
"""Compressed packets (lldb's QEnableCompression): whole, and only for who
asked; the plain body is always the same."""
import re
import zlib

from lib.harness import check, check_in, run, skip, wait_until
from lib.rsp import Rsp, base_of, launch, symbols, unescape


def body_of(packet):
    """What a packet of a client with compression says; and was it packed?"""
    if packet[:1] == b"N":
        return packet[1:], False
    match = re.match(rb"C([0-9]+):", packet)
    check(match, "neither N nor C", packet[:80])
    packed = unescape(packet[match.end():])
    unpacker = zlib.decompressobj(-15)
    body = unpacker.decompress(packed)
    check(unpacker.eof and not unpacker.unused_data, "not one whole stream")
    check(len(body) == int(match.group(1)), "wrong size", len(body))
    check(len(packet) < len(body), "longer than it was", len(packet))
    return body, True


def ask(client, request):
    client.send(request)
    return body_of(client.receive())


def test():
    server = launch("hello", options=("gdbserver",))
    client = Rsp(server).as_lldb()
    if "SupportedCompressions" not in client.features:
        skip("built without zlib")
    check_in("zlib-deflate", client.features["SupportedCompressions"])
    requests = ["qXfer:features:read:target.xml:0,fffff", "qHostInfo", "?",
                "jThreadsInfo", "qXfer:auxv:read::0,1000", "vNothing",
                "x%x,8000" % (base_of(server.inferior_pid(), "hello"))]
    plain = []
    for request in requests:
        client.send(request)
        plain.append(client.receive())
    client.expect("QEnableCompression:type:lzma;", "E.*")
    client.expect("QEnableCompression:type:zlib-deflate;", "OK")
    sizes = []
    for request, want in zip(requests, plain):
        body, packed = ask(client, request)
        check(body == want, "not the same: " + request, body[:300],
              want[:300])
        check(packed or len(want) < 384 or request[0] == "q",
              "as it was: " + request)
        sizes.append((request, len(want), packed))
    print(sizes)
    check(sizes[0][2], "target.xml is not compressed")
    # Output of the program comes in O packets, in the same form.
    client.send("vCont;c")
    output = b""
    while True:
        body, _ = body_of(client.receive())
        if body[:1] != b"O":
            break
        output += bytes.fromhex(body[1:].decode())
    check_in(b"global: 42", output)
    check(body[:3] == b"W07", "did not exit", body)
    client.close()
    check(server.wait() == 0, "exit status")
    # With acks too, and broken ones are sent again.
    server = launch("hello", options=("gdbserver",))
    client = Rsp(server)
    client.supported("xmlRegisters=i386,arm,mips,arc")
    client.expect("QEnableCompression:type:zlib-deflate;minsize:100;", "OK")
    client.send("qXfer:features:read:target.xml:0,fffff")
    first = client.receive(ack=False)
    client.raw("-")
    again = client.receive()
    check(first == again, "not sent again as it was")
    check(body_of(first)[1], "not compressed")
    client.close()
    server.wait()


run(test)
