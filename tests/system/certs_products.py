# SPDX-License-Identifier: Apache-2.0
"""What `rspd certs` makes is what openssl takes for a CA, for servers, for
clients and for a list of revoked certificates."""
import os
import re
import subprocess

from lib.harness import (RSPD, check, check_in, check_match, check_not_in,
                         need, run, tmp)


def certs(*args):
    done = subprocess.run([RSPD, "certs", *args], cwd=tmp(), text=True,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=60)
    check(done.returncode == 0, "certs %s" % (args,), done.stderr)
    return done.stdout


def openssl(*args, fails=False):
    done = subprocess.run([need("openssl"), *args], cwd=tmp(), text=True,
                          capture_output=True, stdin=subprocess.DEVNULL)
    check((done.returncode != 0) == fails, "openssl %s: status %d" %
          (" ".join(args), done.returncode), done.stdout, done.stderr)
    return done.stdout + done.stderr


def text(name):
    return openssl("x509", "-in", name + ".crt", "-noout", "-text",
                   "-certopt", "ext_parse")


def field(name, what):
    return openssl("x509", "-in", name + ".crt", "-noout", "-" + what).strip()


def verify(name, purpose, fails=False, crl=False):
    options = ["-crl_check", "-CRLfile", "ca.crl"] if crl else []
    return openssl("verify", "-x509_strict", "-purpose", purpose, *options,
                   "-CAfile", "ca.crt", name + ".crt", fails=fails)


def products():
    certs("ca", "--name", "Test CA")
    certs("server", "board.example", "127.0.0.1", "::1", "*.lab.example")
    certs("client", "me", "me@example.org", "spiffe://example.org/me",
          "--days", "7")
    ca = text("ca")
    check_match("Subject: CN ?= ?Test CA", ca)
    check_match(r"Basic Constraints: critical\s+CA:TRUE, pathlen:0", ca)
    check_match(r"Key Usage: critical\s+Certificate Sign, CRL Sign$", ca)
    server = text("board.example")
    check_in("NIST CURVE: P-256", server)
    check_in("ecdsa-with-SHA256", server)
    check_match("Subject: CN ?= ?board.example", server)
    check_match(r"Basic Constraints:\s+CA:FALSE", server)
    check_match(r"Key Usage: critical\s+Digital Signature$", server)
    check_match(r"Extended Key Usage:\s+TLS Web Server Authentication$",
                server)
    check_in("DNS:board.example, IP Address:127.0.0.1, "
             "IP Address:0:0:0:0:0:0:0:1, DNS:*.lab.example", server)
    client = text("me")
    check_match(r"Extended Key Usage:\s+TLS Web Client Authentication$",
                client)
    check_in("email:me@example.org, URI:spiffe://example.org/me", client)
    check_not_in("DNS:", client)
    # The pairs belong together.
    for name in ("ca", "board.example", "me"):
        check(field(name, "pubkey") == openssl(
            "pkey", "-in", name + ".key", "-pubout").strip(), "pair " + name)


def purposes():
    verify("board.example", "sslserver")
    verify("board.example", "sslclient", fails=True)
    verify("me", "sslclient")
    verify("me", "sslserver", fails=True)
    openssl("x509", "-in", "me.crt", "-noout", "-checkend", "518400")
    openssl("x509", "-in", "me.crt", "-noout", "-checkend", "691200",
            fails=True)
    openssl("x509", "-in", "board.example.crt", "-noout", "-checkend",
            str(91 * 86400), fails=True)
    check_in("does match", openssl("x509", "-in", "board.example.crt",
                                   "-noout", "-checkip", "127.0.0.1"))
    check_in("does match", openssl("x509", "-in", "board.example.crt",
                                   "-noout", "-checkhost", "a.lab.example"))
    # Serial numbers are random and positive.
    serials = {field(n, "serial") for n in ("ca", "board.example", "me")}
    check(len(serials) == 3, "serial numbers", serials)
    check(all(re.fullmatch("serial=[4-7][0-9A-F]{31}", s) for s in serials),
          "serial numbers", serials)


def crl():
    def show():
        return openssl("crl", "-in", "ca.crl", "-noout", "-text", "-CAfile",
                       "ca.crt", "-verify")
    empty = show()
    check_in("verify OK", empty)
    check_in("No Revoked Certificates", empty)
    verify("me", "sslclient", crl=True)
    certs("revoke", "me")
    one = show()
    check_in("verify OK", one)
    check_in("Version 2", one)
    check_in("X509v3 CRL Number", one)
    check_in("X509v3 Authority Key Identifier", one)
    check_in(field("me", "serial").replace("serial=", "Serial Number: "), one)
    check_in("certificate revoked", verify("me", "sslclient", True, True))
    verify("board.example", "sslserver", crl=True)
    # A second one joins the first; once is enough; without names the list
    # stays as it is.
    certs("client", "other")
    for again in (["other"], ["me"], []):
        certs("revoke", *again)
    two = show()
    check_in("verify OK", two)
    check(two.count("Serial Number:") == 2, "entries", two)
    check_in("certificate revoked", verify("me", "sslclient", True, True))
    check_in("certificate revoked", verify("other", "sslclient", True, True))
    check_match("(?s)me.crt:.*state +revoked", certs("show", "me"))
    check_match("(?s)board.example.crt:.*state +good",
                certs("show", "board.example"))


def renew():
    old = {w: field("board.example", w) for w in ("serial", "pubkey", "ext="
           "subjectAltName,keyUsage,extendedKeyUsage,basicConstraints")}
    certs("renew", "board.example", "--days", "30")
    verify("board.example", "sslserver", crl=True)
    for what, value in old.items():
        same = field("board.example", what) == value
        check(same == (what != "serial"), what)
    openssl("x509", "-in", "board.example.crt", "-noout", "-checkend",
            str(31 * 86400), fails=True)
    # The CA, too; what it signed before stays good.
    before = field("ca", "fingerprint")
    certs("renew", "ca")
    check(field("ca", "fingerprint") != before, "the CA is the old one")
    check_in("CA:TRUE, pathlen:0", text("ca"))
    openssl("verify", "-x509_strict", "-CAfile", "ca.crt", "ca.crt")
    verify("board.example", "sslserver", crl=True)
    # Nobody outlives his CA.
    certs("client", "long", "--days", "9000")
    check(field("long", "enddate") == field("ca", "enddate"), "end")
    verify("long", "sslclient")


def fingerprint():
    shown = check_match(r"fingerprint +([0-9a-f]{64})$",
                        certs("show", "long")).group(1)
    asked = openssl("x509", "-in", "long.crt", "-noout", "-sha256",
                    "-fingerprint").partition("=")[2].strip()
    check(shown == asked.replace(":", "").lower(), "fingerprint", shown)
    everything = certs("show")
    for name in ("ca", "me", "long", "board.example"):
        check_in(name + ".crt:", everything)


def test():
    os.umask(0o022)
    products()
    purposes()
    crl()
    renew()
    fingerprint()


run(test)
