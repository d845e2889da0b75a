# SPDX-License-Identifier: Apache-2.0
# variants: files terminal folder
"""lldb launches through a server that has no program yet: redirected streams,
a terminal, a working directory."""
import os

from lib.harness import (Server, check, check_in, check_match, inferior, lldb,
                         run, tmp, variant)

CODE = ("script import os; print('stdin', os.path.realpath('/proc/%d/fd/0' % "
        "lldb.process.GetProcessID()))")


def test():
    how = variant("files")
    server = Server("--multi", "127.0.0.1:0")
    connect = ["platform select remote-linux",
               "platform connect connect://" + server.address,
               "platform settings --working-dir " + tmp(),
               "target create " + inferior("hello")]
    out_path, err_path = (os.path.join(tmp(), n) for n in ("out", "err"))
    in_path = os.path.join(tmp(), "in")
    with open(in_path, "w") as f:
        f.write("nothing\n")
    if how == "files":
        out = lldb(None, *connect, "breakpoint set --name add",
                   "process launch --stdin %s --stdout %s --stderr %s -- a 'b c'"
                   % (in_path, out_path, err_path), CODE, "continue")
        check_in("stdin " + in_path, out)
        check_in("exited with status = 7", out)
        with open(out_path) as f:
            text = f.read()
        check_in("arg 1: a\narg 2: b c\n", text)
        check_in("global: 42", text)
        check("on stderr" not in text, "streams were mixed", text)
        with open(err_path) as f:
            check_in("on stderr", f.read())
    elif how == "terminal":
        out = lldb(None, *connect, "breakpoint set --name add",
                   "process launch", CODE, "continue")
        check_match(r"stdin /dev/pts/\d+", out)
        check_in("global: 42", out)
        check_in("on stderr", out)
    else:
        out = lldb(None, *connect, "process launch --working-dir " + tmp())
        check_in("cwd: " + os.path.realpath(tmp()), out)
        check_in("exited with status = 7", out)


run(test)
