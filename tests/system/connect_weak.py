# SPDX-License-Identifier: Apache-2.0
"""`rspd connect` does not speak to a TLS server (openssl's) that is too old,
has only weak suites or shows no certificate; it does speak to a good one."""
# variants: good tls1.0 tls1.1 null anon cbc static-rsa dhe sha1 rsa1024 self-signed
import re
import subprocess

from lib.harness import RSPD, check, run, variant
from lib.pki import CA, Cert, client_cert, client_options, openssl, server_cert
from lib.tlswire import s_server

# Options of s_server, and the words of rspd.
CASES = {
    "good": ([], None),
    "tls1.0": (["-tls1"], "no common "),
    "tls1.1": (["-tls1_1"], "no common "),
    "null": (["-tls1_2", "-cipher", "eNULL@SECLEVEL=0"], "no common ground"),
    "anon": (["-tls1_2", "-cipher", "aNULL@SECLEVEL=0"], "no common ground"),
    "cbc": (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
            "no common ground"),
    "static-rsa": (["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
                   "no common ground"),
    "dhe": (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
            "no common ground"),
    "sha1": (["-tls1_2"], "hash|signed"),
    "rsa1024": (["-tls1_2"], "key|signed"),
    "self-signed": (["-tls1_2"], "not correctly signed"),
}


def weak(ca, bits, digest, signed=True):
    crt, key, csr = (ca.path("weak." + x) for x in ("crt", "key", "csr"))
    san = ca.path("san")
    with open(san, "w") as f:
        f.write("subjectAltName=DNS:localhost\n")
    openssl("req", "-newkey", "rsa:%d" % bits, "-nodes", "-keyout", key,
            "-out", csr, "-subj", "/CN=localhost")
    by = ["-CA", ca.crt, "-CAkey", ca.key] if signed else ["-signkey", key]
    openssl("x509", "-req", "-in", csr, *by, "-out", crt, "-days", "5",
            "-set_serial", "78", "-" + digest, "-extfile", san)
    return Cert(crt, key)


def certificate(ca, what):
    if what == "sha1":
        return weak(ca, 2048, "sha1")
    if what == "rsa1024":
        return weak(ca, 1024, "sha256")
    if what == "self-signed":
        return weak(ca, 2048, "sha256", False)
    return server_cert(ca, key="rsa")


def test():
    options, reason = CASES[variant("good")]
    ca = CA("ca")
    port = s_server(certificate(ca, variant("good")), options)
    done = subprocess.run(
        [RSPD, "connect", *client_options(ca, client_cert(ca)),
         "localhost:%d" % port], input="olleh\n", text=True, timeout=60,
        capture_output=True)
    print(done.stderr)
    if reason is None:
        # -rev sends lines back turned round.
        check(done.returncode == 0, "status", done.stderr)
        return
    check(done.returncode == 3, "status %d" % done.returncode, done.stderr)
    check(re.search("(?i)" + reason, done.stderr), "no reason like " + reason,
          done.stderr)
    check(done.stdout == "", "output", done.stdout)


run(test)
