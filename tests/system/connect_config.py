# SPDX-License-Identifier: Apache-2.0
"""connect.conf: `rspd connect board` is enough; sections, files and the command
line go over one another as documented, and errors have their line."""
import os
import re
import subprocess

from lib.harness import RSPD, Server, check, run, tmp
from lib.pki import CA, client_cert, client_options, server_cert, server_options


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    return path


def connect(*args, **env):
    environ = dict(os.environ, HOME=tmp(), **env)
    if "XDG_CONFIG_HOME" not in env:
        environ.pop("XDG_CONFIG_HOME", None)
    return subprocess.run([RSPD, "connect", *args], input="+$?#3f", text=True,
                          capture_output=True, timeout=60, env=environ)


def works(*args, **env):
    done = connect(*args, **env)
    check(done.returncode == 0, "status %d: %s" % (done.returncode, args),
          done.stderr)


def fails(status, pattern, *args, **env):
    done = connect(*args, **env)
    check(done.returncode == status, "status %d, not %d: %s" %
          (done.returncode, status, args), done.stderr)
    check(re.search(pattern, done.stderr), "no reason like " + pattern,
          done.stderr)


def test():
    ca = CA("ca")
    me = client_cert(ca)
    server = Server("--multi", *server_options(server_cert(ca), ca),
                    "localhost:0")
    at = "localhost:%d" % server.port
    own = os.path.join(tmp(), ".config/rspd/connect.conf")
    fails(1, "connect.conf", "board")
    fails(1, "--tls-ca is missing", at)

    # Whole; paths beside the file, from HOME, and absolute ones.
    for name in ("ca.crt", "client.crt", "client.key"):
        with open(ca.path(name), "rb") as f:
            data = f.read()
        copy = write(os.path.join(tmp(), ".config/rspd", name), "")
        os.chmod(copy, 0o600)
        with open(copy, "wb") as f:
            f.write(data)
    whole = ("[board]\naddress = %s\ntls-ca = ca.crt\n"
             "tls-cert = ~/.config/rspd/client.crt\ntls-key = %s\n" %
             (at, me.key))
    write(own, "# mine\n" + whole)
    works("board")
    works("board", XDG_CONFIG_HOME=os.path.join(tmp(), ".config"))
    fails(1, "connect.conf", "board", XDG_CONFIG_HOME=tmp())
    fails(1, "connect.conf", "elsewhere")

    # [*] is for all, the section goes over it, the command line over both.
    write(own, "[*]\ntls-ca = %s\ntls-cert = client.crt\n"
          "tls-key = client.key\ntls-name = wrong.example\n"
          "[localhost]\ntls-name = localhost\n" % ca.crt)
    works(at)
    fails(3, "not for other.example", "--tls-name", "other.example", at)
    fails(3, "not for wrong.example", "127.0.0.1:%d" % server.port)
    # A section with the port comes before the one without.
    with open(own, "a") as f:
        f.write("[%s]\ntls-name = port.example\n" % at)
    fails(3, "not for port.example", at)

    # Another file, and then only that.
    other = write(os.path.join(tmp(), "other/c.conf"),
                  "[board]\naddress=%s\ntls-ca=%s\n" % (at, ca.crt))
    works("--config", other, *client_options(ca, me), "board")
    fails(3, "certificate", "--config", other, "board")
    fails(1, "No such file", "--config", other + ".not", "board")

    # What is wrong has its line, also in a section that is not asked for.
    for text, line, reason in (
            ("tls-ca = x\n", 1, "in no"),
            ("[b]\nlisten = :1\n", 2, "no such key"),
            ("[b]\ntls-ca = x\n\n[c]\nport = 1\n", 5, "port: no such key"),
            ("[b]\ntls-ca =\n", 2, "no value"),
            ("[b]\nrubbish\n", 2, "neither"),
            ("[board]\n" + "tls-pin = 00\n" * 40, None, "too much")):
        write(other, text)
        fails(1, r"c.conf:%s: .*%s" % (line or r"\d+", reason), "--config",
              other, "board")
    write(other, "[*]\naddress = x:1\n")
    fails(1, "everyone's", "--config", other, "board")
    write(other, "[board]\naddress = nowhere\n")
    fails(1, "nowhere: HOST:PORT", "--config", other, "board")


run(test)
