# SPDX-License-Identifier: Apache-2.0
"""Who is not let in at a TLS port, each way by itself, with a reason in the
log; a good client is let in before and after."""
# variants: plaintext no-certificate other-ca expired future revoked usage purpose not-a-ca rsa1024 sha1 tls1.0 tls1.1
from lib.harness import Server, check, check_in, run, variant
from lib.pki import CA, Cert, client_cert, openssl, server_cert, server_options
from lib.rsp import packet
from lib.tlswire import client_hello, connect, read_all, read_record, s_client


def plaintext(port, ca):
    with connect(port) as s:
        s.sendall(packet("qSupported"))
        check(read_all(s) == b"", "plain text was answered")


def old_version(version):
    """The control is in test(): this hello with 1.2 gets a server hello."""
    def attempt(port, ca):
        with connect(port) as s:
            s.sendall(client_hello(version=0x0303))
            check(read_record(s)[0] == 22, "the control is not answered")
        with connect(port) as s:
            s.sendall(client_hello(version=version))
            got = read_record(s)
            check(got == (21, bytes((2, 70))), "no protocol_version alert", got)
    return attempt


def with_cert(make):
    def attempt(port, ca):
        cert = make(ca)
        options = ["-cert", cert.crt, "-key", cert.key] if cert else []
        # openssl would not even try with what is weak.
        out = s_client(port, "-CAfile", ca.crt, *options, "-cipher",
                       "DEFAULT:@SECLEVEL=0")
        check_in("CONNECTED", out)
        check("PacketSize" not in out, "let in", out)
    return attempt


def from_child(ca):
    """Signed by a certificate that is no CA's."""
    parent = client_cert(ca, "parent")
    crt, key, csr = (ca.path("child." + x) for x in ("crt", "key", "csr"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-keyout", key, "-out", csr, "-subj", "/CN=child")
    openssl("x509", "-req", "-in", csr, "-CA", parent.crt, "-CAkey",
            parent.key, "-out", crt, "-days", "5", "-set_serial", "77")
    with open(crt, "a") as f, open(parent.crt) as g:
        f.write(g.read())
    return Cert(crt, key)


def weak(*how):
    def make(ca):
        crt, key = ca.path("weak.crt"), ca.path("weak.key")
        csr = ca.path("weak.csr")
        kind = "rsa:1024" if "1024" in how else "rsa:2048"
        openssl("req", "-newkey", kind, "-nodes", "-keyout", key, "-out", csr,
                "-subj", "/CN=weak")
        openssl("x509", "-req", "-in", csr, "-CA", ca.crt, "-CAkey", ca.key,
                "-out", crt, "-days", "5", "-set_serial", "78",
                "-sha1" if "sha1" in how else "-sha256")
        return Cert(crt, key)
    return make


def revoked(ca):
    return Cert(ca.path("revoked.crt"), ca.path("revoked.key"))


# What is attempted, and the server's reason.
CASES = {
    "plaintext": (plaintext, None),
    "no-certificate": (with_cert(lambda ca: None), "gave no certificate"),
    "other-ca": (with_cert(lambda ca: client_cert(CA("other"))),
                 "not correctly signed"),
    "expired": (with_cert(lambda ca: client_cert(ca, "c", expired=True)),
                "has expired"),
    "future": (with_cert(lambda ca: client_cert(ca, "c", future=True)),
               "future"),
    "revoked": (with_cert(revoked), "revoked"),
    "usage": (with_cert(lambda ca: client_cert(
        ca, "c", extra=["keyUsage=critical,keyAgreement"])), "keyUsage"),
    "purpose": (with_cert(lambda ca: server_cert(ca, "c")),
                "extendedKeyUsage"),
    "not-a-ca": (with_cert(from_child), "not correctly signed"),
    "rsa1024": (with_cert(weak("1024")), "key|signed"),
    "sha1": (with_cert(weak("sha1")), "hash|signed"),
    "tls1.0": (old_version(0x0301), "version|protocol|cipher"),
    "tls1.1": (old_version(0x0302), "version|protocol|cipher"),
}


def test():
    attempt, reason = CASES[variant("plaintext")]
    ca = CA("ca")
    good = client_cert(ca, "good")
    crl = ca.revoke(client_cert(ca, "revoked"))
    server = Server("--multi", *server_options(server_cert(ca), ca, crl),
                    "localhost:0")

    def let_in():
        out = s_client(server.port, "-CAfile", ca.crt, "-cert", good.crt,
                       "-key", good.key)
        check_in("PacketSize", out, "the good one is not let in")
    let_in()
    attempt(server.port, ca)
    if reason:
        server.wait_line("(?i)TLS: .*(%s)" % reason)
    let_in()
    # Nobody was let in but the good one.
    names = [l for l in server.lines if "Client certificate:" in l]
    check(names and all("CN=good" in l for l in names), "let in", names)


run(test)
