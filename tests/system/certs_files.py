# SPDX-License-Identifier: Apache-2.0
"""`rspd certs` replaces no file unasked, leaves none half written, shows keys
to nobody, and says why it does not do a thing."""
import os
import re
import stat
import subprocess
import threading

from lib.harness import RSPD, check, run, tmp


def certs(*args, cwd=None):
    return subprocess.run([RSPD, "certs", *args], cwd=cwd or tmp(), text=True,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=60)


def works(*args, **kwargs):
    done = certs(*args, **kwargs)
    check(done.returncode == 0, "certs %s" % (args,), done.stderr)
    return done.stdout


def fails(pattern, *args, **kwargs):
    before = contents()
    done = certs(*args, **kwargs)
    check(done.returncode == 1, "status %d: %s" % (done.returncode, args),
          done.stderr)
    check(re.search(pattern, done.stderr), "no reason like " + pattern,
          done.stderr)
    check(contents() == before, "files changed: %s" % (args,), before,
          contents())


def contents(folder=None):
    files = {}
    for at, _, names in os.walk(folder or tmp()):
        for name in names:
            with open(os.path.join(at, name), "rb") as f:
                files[os.path.join(at, name)] = f.read()
    return files


def mode(name):
    return stat.S_IMODE(os.stat(os.path.join(tmp(), name)).st_mode)


def names():
    fails("there is no CA", "server", "localhost")
    fails("there is no CA", "revoke")
    works("ca")
    for bad in ("a b", "a/b", "../b", "", "-", ".hidden", "a,O=x", "a=b",
                "x" * 65, "\x1b[2J", "é"):
        fails("is wanted|a name is|missing|Unknown", "server", "--", bad) \
            if bad.startswith("-") else \
            fails("is wanted|a name is", "server", bad)
        fails("is wanted|a name is", "client", "good", "" + bad) \
            if bad not in ("x" * 65,) and not bad.startswith("-") else None
    fails("a name is missing", "client")
    fails("a command is missing")
    fails("a command is missing", "--force")
    fails("there is no CA", "--dir", tmp() + "/none", "client", "me")
    fails("no such command", "make")
    fails("Unknown argument", "ca", "--bits", "1")
    fails("1 to", "client", "me", "--days", "0")
    fails("1 to", "client", "me", "--days", "1000000")
    fails("No such file", "revoke", "nobody")
    fails("takes no names", "ca", "mine")


def overwriting():
    works("client", "me")
    before = contents()
    fails("File exists", "client", "me")
    fails("File exists", "ca")
    os.unlink(os.path.join(tmp(), "me.crt"))
    fails("File exists", "client", "me")
    works("client", "me", "--force")
    after = contents()
    for name in ("me.crt", "me.key"):
        path = os.path.join(tmp(), name)
        check(before[path] != after[path], "not replaced: " + name)
    for name in ("ca.key", "me.key"):
        check(mode(name) == 0o600, "mode of " + name, oct(mode(name)))
    for name in ("ca.crt", "ca.crl", "me.crt"):
        check(mode(name) == 0o644, "mode of " + name, oct(mode(name)))
    check(all(f.endswith((".crt", ".key", ".crl")) for f in after),
          "something is left", list(after))


def strangers():
    """What is another CA's, or no certificate, or no private key."""
    other = os.path.join(tmp(), "other")
    works("ca", "--dir", other)
    check(stat.S_IMODE(os.stat(other).st_mode) == 0o700, "mode of the folder")
    works("client", "you", "--dir", other)
    fails("of another CA", "revoke", os.path.join(other, "you.crt"))
    fails("of another CA", "renew", os.path.join(other, "you.crt"))
    fails("the CA itself", "revoke", "ca")
    works("revoke", "me")
    fails("was revoked", "renew", "me")
    os.chmod(os.path.join(tmp(), "ca.key"), 0o640)
    fails("others can read", "client", "them")
    os.chmod(os.path.join(tmp(), "ca.key"), 0o600)
    with open(os.path.join(tmp(), "junk.crt"), "w") as f:
        f.write("-----BEGIN CERTIFICATE-----\nAAAA\n")
    fails("junk.crt", "renew", "junk")
    fails("junk.crt", "show")
    os.unlink(os.path.join(tmp(), "junk.crt"))
    key = os.path.join(other, "ca.key")
    with open(key, "rb") as f:
        saved = f.read()
    with open(os.path.join(tmp(), "ca.key"), "rb") as f:
        wrong = f.read()
    with open(key, "wb") as f:
        f.write(wrong)
    fails("is not the key of", "client", "them", "--dir", other)
    with open(key, "wb") as f:
        f.write(saved)


def at_once():
    """Revocations at the same time are all on the list."""
    people = ["p%d" % i for i in range(6)]
    for p in people:
        works("client", p)
    threads = [threading.Thread(target=works, args=("revoke", p))
               for p in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    shown = works("show", *people)
    check(shown.count("revoked") == len(people), "lost", shown)


def broken_list():
    """A list that cannot be read is not replaced: it would forgive all."""
    path = os.path.join(tmp(), "ca.crl")
    with open(path, "rb") as f:
        saved = f.read()
    with open(path, "wb") as f:
        f.write(saved[:len(saved) // 2])
    works("client", "late")
    fails("ca.crl", "revoke", "late")
    with open(path, "wb") as f:
        f.write(saved)
    works("revoke", "late")


def test():
    os.umask(0o022)
    names()
    overwriting()
    strangers()
    at_once()
    broken_list()


run(test)
