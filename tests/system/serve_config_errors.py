# SPDX-License-Identifier: Apache-2.0
"""Errors in a configuration file are told with their line; nothing starts."""
import os

from lib.daemon import check_config
from lib.harness import check, run

GOOD = """[server]
listen = localhost:0
[role r]
rights = observe
[rule a]
connection = any
role = r
"""

# The file's end, the line of the error, a word of the message.
WRONG = [
    ("[server]\nlisten = x", 9, "no address"),
    ("[server]\nnonsense = 1", 9, '[server] has no "nonsense"'),
    ("[server]\ninsecure = maybe", 9, "yes or no"),
    ("[server]\non-disconnect = explode", 9, "on-disconnect"),
    ("[server]\nunix-mode = 999", 9, "octal"),
    ("[limits]\nsessions = 0", 9, "a number from 1 to"),
    ("[limits]\nsessions = many", 9, "a number from 1 to"),
    ("[limits]\nsessions = -1", 9, "a number from 1 to"),
    ("[limits]\nx = 1", 9, '[limits] has no "x"'),
    ("[other]\nx = 1", 9, "no section [other]"),
    ("[role]\nrights = all", 9, "no section [role]"),
    ("[role s]\nrights = everything", 9, 'no right "everything"'),
    ("[role s]\nx = 1", 9, 'a role has no "x"'),
    ("[role s]\nattach-exe = sleep", 9, "begins with /"),
    ("[role s]\nattach-uid = nobody-at-all", 9, "no user"),
    ("[rule b]\nrole = s", 9, "no [role s] above"),
    ("[rule b]\nfingerprint = 12:34", 9, "64 hex digits"),
    ("[rule b]\nsan = bob", 9, "KIND:NAME"),
    ("[rule b]\nconnection = pigeon", 9, "tcp, tls, unix or any"),
    ("[rule b]\nuser = nobody-at-all", 9, "no user"),
    ("[rule b]\nx = 1", 9, 'a rule has no "x"'),
    ("[server\nlisten = :1", 8, "neither"),
    ("\n\n  no equals sign", 10, "neither"),
    ("[server]\ntls-cert = " + 300 * "x", 9, "too long"),
    ("[" + 60 * "x" + "]\na = 1", 8, "too long"),
    ("[rule b]\nsubject = CN=x", 0, "[rule b] has no role"),
    ("[rule b]\nrole = r", 0, "fits everybody"),
]


def test():
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "share",
                           "examples", "rspd.conf")) as f:
        example = f.read()
    for text in (example, example.replace("\n#file =", "\n[audit]\nfile =")):
        status, said = check_config(text)
        check(status == 0, "the example", said)
    status, text = check_config(GOOD)
    check(status == 0 and "can be used" in text, "refused", text)
    for end, line, words in WRONG:
        status, text = check_config(GOOD + end + "\n")
        print(text.strip())
        check(status == 1, "accepted: " + end, text)
        check("checked.conf:%d:" % line in text if line else
              "checked.conf: " in text, "line %d: %s" % (line, end), text)
        check(words in text, "no %r for: %s" % (words, end), text)
    # Without any rule nobody could do anything: that is an error, too.
    status, text = check_config("[server]\nlisten = localhost:0\n")
    check(status == 1 and "nobody would be permitted" in text, "empty", text)
    status, text = check_config(GOOD.replace("localhost:0", "0.0.0.0:0") +
                                "[server]\ntls-cert = /nowhere\n"
                                "tls-key = /nowhere\n")
    check(status == 1, "TLS files that do not exist", text)


run(test)
