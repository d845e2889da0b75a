# SPDX-License-Identifier: Apache-2.0
"""Certificates as a CA ought not to make them: each gets in or is refused as it
should, and a good client gets in after that."""
# variants: nul-in-cn odd-names long-chain too-long-chain big huge name-constraints expired-crl
from lib.daemon import TlsRsp, daemon
from lib.harness import check, check_in, run, variant
from lib.pki import CA, Cert, client_cert, openssl, patched, server_cert

CONFIG = """
[server]
listen = localhost:0
tls-cert = %s
tls-key = %s
tls-client-ca = %s
%s
[role r]
rights = observe
[rule ann]
subject = CN=ann
role = r
[rule good]
subject = CN=good
role = r
[rule names]
san = DNS:ann
role = r
"""


def nul_in_cn(ca):
    """Neither "ann" nor anybody."""
    return patched(ca, client_cert(ca, "annXbob"), b"annXbob", b"ann\0bob")


def odd_names(ca):
    """Names that would be two in a list, or another kind."""
    cert = ca.issue("odd", "clientAuth", "DNS:bobXXDNSXann,email:DNSXann")
    return patched(ca, cert, b"bobXXDNSXann", b"bob, DNS:ann")


def chain(n):
    def make(ca):
        above, path = ca, []
        for i in range(n):
            below = CA("ca%d" % i)
            signed = above.issue("i%d" % i, None, ca=True,
                                 extra=["keyUsage=keyCertSign"])
            below.crt, below.key = signed.crt, signed.key
            with open(below.path("ca.conf")) as f:
                conf = f.read()
            with open(below.path("ca.conf"), "w") as f:
                f.write(conf.replace("$dir/ca.crt", signed.crt)
                        .replace("$dir/ca.key", signed.key))
            above = below
            path.insert(0, signed.crt)
        last = client_cert(above, "good")
        both = ca.path("chain.pem")
        with open(both, "w") as f:
            for crt in [last.crt, *path]:
                with open(crt) as g:
                    f.write(g.read())
        return Cert(both, last.key)
    return make


def many_names(n):
    def make(ca):
        names = ",".join("DNS:n%05d.example.org" % i for i in range(n))
        return ca.issue("good", "clientAuth", names)
    return make


def name_constraints(ca):
    """The library knows none, so one that must be heeded is refused."""
    cert = CA("narrow")
    signed = ca.issue("narrow", None, ca=True, extra=[
        "keyUsage=keyCertSign",
        "nameConstraints=critical,permitted;email:example.com"])
    with open(cert.path("ca.conf")) as f:
        conf = f.read()
    with open(cert.path("ca.conf"), "w") as f:
        f.write(conf.replace("$dir/ca.crt", signed.crt)
                .replace("$dir/ca.key", signed.key))
    last = client_cert(cert, "good")
    with open(last.crt, "a") as f, open(signed.crt) as g:
        f.write(g.read())
    return last


def expired_list(ca):
    crl = ca.revoke(client_cert(ca, "other"))
    openssl("ca", "-config", ca.path("ca.conf"), "-gencrl", "-crl_lastupdate",
            "20200101000000Z", "-crl_nextupdate", "20200201000000Z", "-out",
            crl)
    return crl


# What is made, and the words of the log; None: it gets in.
CASES = {
    "nul-in-cn": (nul_in_cn, "no rule fits|TLS: "),
    "odd-names": (odd_names, "no rule fits|TLS: "),
    "long-chain": (chain(3), None),
    "too-long-chain": (chain(12), "TLS: "),
    "big": (many_names(300), None),
    "huge": (many_names(2000), "TLS: "),
    "name-constraints": (name_constraints, "TLS: "),
    "expired-crl": (lambda ca: client_cert(ca, "good"), "CRL is expired"),
}


def gets_in(server, ca, cert):
    try:
        TlsRsp(server, ca, cert).no_ack().expect("qC", ".*")
        return True
    except Exception as e:
        print("refused:", repr(e))
        return False


def test():
    make, reason = CASES[variant("nul-in-cn")]
    ca = CA("ca")
    own = server_cert(ca)
    cert = make(ca)
    line = ("tls-crl = " + expired_list(ca) if reason and "CRL" in reason
            else "")
    server = daemon(CONFIG % (own.crt, own.key, ca.crt, line))
    got = gets_in(server, ca, cert)
    check(got == (reason is None), "it got in" if got else "refused")
    if reason:
        server.wait_line(reason)
    good = client_cert(ca, "ann")
    check(gets_in(server, ca, good) or "CRL" in (reason or ""),
          "a good one is refused")


run(test)
