# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made with the openssl command when they are used."""
import base64
import os
import re
import ssl
import subprocess
import textwrap

from lib.harness import Failure, check, need, tmp


def openssl(*args, cwd=None):
    done = subprocess.run(["openssl", *args], capture_output=True, text=True,
                          cwd=cwd, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Failure("openssl %s: %s" % (" ".join(args), done.stderr))
    return done.stdout


class Cert:
    def __init__(self, crt, key):
        self.crt = crt
        self.key = key


class CA(Cert):
    """A CA with a database, so that it can revoke."""

    def __init__(self, name):
        need("openssl")
        self.dir = os.path.join(tmp(), name)
        os.mkdir(self.dir)
        super().__init__(self.path("ca.crt"), self.path("ca.key"))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.key,
                "-out", self.crt, "-days", "30", "-subj", "/CN=" + name,
                "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        with open(self.path("index.txt"), "w"):
            pass
        for name in ("serial", "crlnumber"):
            with open(self.path(name), "w") as f:
                f.write("01\n")
        with open(self.path("ca.conf"), "w") as f:
            f.write("[ca]\ndefault_ca=c\n[c]\ndir=%s\ndatabase=$dir/index.txt\n"
                    "serial=$dir/serial\ncrlnumber=$dir/crlnumber\n"
                    "new_certs_dir=$dir\ncertificate=$dir/ca.crt\n"
                    "private_key=$dir/ca.key\ndefault_md=sha256\n"
                    "default_days=10\ndefault_crl_days=10\npolicy=p\n"
                    "unique_subject=no\ncopy_extensions=copy\n"
                    "[p]\ncommonName=supplied\n" % self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def issue(self, name, usage, san=None, key="ec", ca=False, extra=(),
              expired=False, future=False):
        """A certificate; usage: serverAuth, clientAuth or None; key:
        ec, rsa or a curve."""
        crt, private = self.path(name + ".crt"), self.path(name + ".key")
        kind = (["rsa:2048"] if key == "rsa" else
                ["ec", "-pkeyopt", "ec_paramgen_curve:" +
                 ("prime256v1" if key == "ec" else key)])
        extensions = ["basicConstraints=CA:" + ("TRUE" if ca else "FALSE")]
        if usage:
            extensions.append("extendedKeyUsage=" + usage)
        if san:
            extensions.append("subjectAltName=" + san)
        extensions += extra
        request = ["req", "-newkey", *kind, "-nodes", "-keyout", private,
                   "-out", self.path(name + ".csr"), "-subj", "/CN=" + name]
        for extension in extensions:
            request += ["-addext", extension]
        openssl(*request)
        sign = ["ca", "-batch", "-notext", "-config", self.path("ca.conf"),
                "-in", self.path(name + ".csr"), "-out", crt]
        if expired:
            sign += ["-startdate", "20200101000000Z",
                     "-enddate", "20200201000000Z"]
        if future:
            sign += ["-startdate", "20900101000000Z",
                     "-enddate", "20900201000000Z"]
        openssl(*sign)
        return Cert(crt, private)

    def revoke(self, cert):
        """Revokes it; the path of a list that says so."""
        config = ["-config", self.path("ca.conf")]
        openssl("ca", *config, "-revoke", cert.crt)
        openssl("ca", *config, "-gencrl", "-out", self.path("crl.pem"))
        return self.path("crl.pem")


def _der(path):
    with open(path) as f:
        return ssl.PEM_cert_to_DER_cert(
            re.search("-----BEGIN CERT.*?END CERTIFICATE-----", f.read(),
                      re.S).group(0))


def _element(data, at=0):
    """(head and body, what follows) of the first element of some DER."""
    n, start = data[at + 1], at + 2
    if n & 0x80:
        start += n & 0x7f
        n = int.from_bytes(data[at + 2:start], "big")
    return data[at:start + n], start


def patched(ca, cert, old, new):
    """The same with other bytes of the same number in it, signed again."""
    whole = _der(cert.crt)
    tbs, _ = _element(whole, _element(whole)[1])
    rest = whole[_element(whole)[1] + len(tbs):]
    algorithm, _ = _element(rest)
    check(len(old) == len(new) and old in tbs, "nothing to be patched")
    tbs = tbs.replace(old, new)
    raw, sig = ca.path("tbs"), ca.path("sig")
    with open(raw, "wb") as f:
        f.write(tbs)
    openssl("dgst", "-sha256", "-sign", ca.key, "-out", sig, raw)
    with open(sig, "rb") as f:
        body = f.read()
    body = tbs + algorithm + bytes([3, len(body) + 1, 0]) + body
    whole = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    crt = ca.path("patched.crt")
    with open(crt, "w") as f:
        f.write("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                % "\n".join(textwrap.wrap(base64.b64encode(whole).decode(),
                                          64)))
    return Cert(crt, cert.key)


def server_cert(ca, name="server", **kwargs):
    return ca.issue(name, "serverAuth", "DNS:localhost,IP:127.0.0.1,IP:::1",
                    **kwargs)


def client_cert(ca, name="client", **kwargs):
    return ca.issue(name, "clientAuth", "email:%s@example.org" % name,
                    **kwargs)


def server_options(server, ca=None, crl=None):
    options = ["--tls-cert", server.crt, "--tls-key", server.key]
    if ca:
        options += ["--tls-client-ca", ca.crt]
    if crl:
        options += ["--tls-crl", crl]
    return options


def client_options(ca, client=None):
    options = ["--tls-ca", ca.crt]
    if client:
        options += ["--tls-cert", client.crt, "--tls-key", client.key]
    return options
