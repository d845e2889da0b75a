# SPDX-License-Identifier: Apache-2.0
"""lldb's launch: the program's streams are the files that the client named; what
goes to neither comes as output, in non-stop mode by %Stdio and vStdio."""
import os

from lib.harness import Server, check, run, tmp, wait_until
from lib.rsp import Rsp


def hexed(text):
    return text.encode().hex()


def launch(r, *argv):
    words = ["%d,%d,%s" % (2 * len(a), i, hexed(a))
             for i, a in enumerate(argv)]
    r.expect("A" + ",".join(words), "OK")
    r.expect("qLaunchSuccess", "OK")


def content(name):
    with open(name) as f:
        return f.read()


def test_files(server):
    files = {name: os.path.join(tmp(), name) for name in ("in", "out", "err")}
    with open(files["in"], "w") as f:
        f.write("what is read\n")
    r = Rsp(server).as_lldb()
    for packet, name in (("QSetSTDIN", "in"), ("QSetSTDOUT", "out"),
                         ("QSetSTDERR", "err")):
        r.expect("%s:%s" % (packet, hexed(files[name])), "OK")
    launch(r, "/bin/sh", "-c",
           "read x; echo $x; echo complaint >&2; exit 4")
    r.resume()
    end = r.stop_reply()
    check(end.startswith("W04"), "its end", end)
    check(content(files["out"]) == "what is read\n", "stdout", files)
    check(content(files["err"]) == "complaint\n", "stderr", files)
    check(r.output == b"", "output came as well", r.output)
    r.expect("QSetSTDIN:%s" % hexed(tmp() + "/none"), "OK")
    r.refused("A14,0," + hexed("/bin/sh"))
    r.close()


def ask_output(r):
    """vStdio's answer: output, or b"" for OK."""
    answers = []
    r.output = b""
    r.send("vStdio")

    def answered():
        reply = r.receive(0.2)
        if reply is not None:
            answers.append(reply)
        return answers or r.output
    wait_until(answered, what="vStdio's answer")
    check(answers in ([], [b"OK"]), "vStdio's answer", answers)
    return r.output


def told(r):
    """The output of the notification that has come, and of what follows it."""
    wait_until(lambda: r.notifications or r.receive(0.2), what="%Stdio")
    first = r.notifications.pop(0).decode()
    check(first.startswith("Stdio:O"), "the notification", first)
    text = bytes.fromhex(first[len("Stdio:O"):])
    while more := ask_output(r):
        text += more
    return text


def test_non_stop(server):
    r = Rsp(server).as_lldb()
    r.expect("QNonStop:1", "OK")
    launch(r, "/bin/sh", "-c", "echo one; read x; echo two")
    r.expect("vCont;c", "OK")
    text = b""
    while b"one" not in text:
        text += told(r)
    r.expect("vStdio", "OK")
    r.expect("I" + hexed("go\n"), "OK")
    while b"two" not in text:
        text += told(r)
    r.close()


def test():
    server = Server("gdbserver", "127.0.0.1:0")
    test_files(server)
    test_non_stop(Server("gdbserver", "127.0.0.1:0"))


run(test)
