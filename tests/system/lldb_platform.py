# SPDX-License-Identifier: Apache-2.0
# variants: multi gdbserver serve platform files shell attach launch second
"""lldb's platform mode: processes, files and debug sessions, all of them over
the one port that is listened on."""
import os

from lib.harness import (Inferior, Server, alive, check, check_in, check_match,
                         check_order, gone, inferior, lldb, run, state_of, tmp,
                         tracer_of, variant)


def start_server(how, *options):
    """Who serves it, and lldb's commands to get there."""
    if how == "gdbserver":
        server = Server("gdbserver", "127.0.0.1:0", listens=True)
    elif how == "serve":
        server = Server("serve", "--rights", "all", "127.0.0.1:0")
    elif how == "platform":
        port = os.path.join(tmp(), "port")
        server = Server("platform", "--server", "--listen", "127.0.0.1:0",
                        "--min-gdbserver-port", "2000", "--socket-file", port)
        with open(port) as f:
            check(f.read() == str(server.port), "the file with the port")
    else:
        server = Server("--multi", *options, "127.0.0.1:0")
    return server, ["platform select remote-linux",
                    "platform connect connect://" + server.address]


def debug(how):
    server, connect = start_server(how)
    out = lldb(None, *connect, "platform settings --working-dir " + tmp(),
               "target create " + inferior("hello"),
               "breakpoint set --name add", "process launch", "thread backtrace",
               "continue",
               # ... and once more
               "process launch", "frame variable a", "process kill",
               "platform process info %d" % server.pid)
    check_in("Connected: yes", out)
    check_order(out, "stop reason = breakpoint 1.1", "hello`middle",
                "exited with status = 7", "stop reason = breakpoint 1.1",
                "(int) a = 41", "parent = %d" % os.getpid())
    if how in ("multi", "gdbserver"):
        check_in("cwd: " + os.path.realpath(tmp()), out)
    # The program had been sent there first.
    check(os.path.exists(os.path.join(tmp(), "hello")), "it was not installed")


def files():
    _, connect = start_server("multi")
    there = os.path.join(tmp(), "there")
    data = os.urandom(300000)
    with open(os.path.join(tmp(), "here"), "wb") as f:
        f.write(data)
    os.chmod(os.path.join(tmp(), "here"), 0o640)
    out = lldb(None, *connect, "platform mkdir " + there,
               "platform settings --working-dir " + there, "platform status",
               "platform put-file %s %s" % (os.path.join(tmp(), "here"),
                                            os.path.join(there, "file")),
               "platform get-size file",
               "platform get-permissions " + os.path.join(there, "file"),
               "platform file-exists %s" % os.path.join(there, "none"),
               "platform get-file %s %s" % (os.path.join(there, "file"),
                                            os.path.join(tmp(), "back")),
               "platform file open " + os.path.join(there, "file"),
               "platform file read 0 -o 0 -c 4", "platform file close 0")
    check_in("WorkingDir: " + there, out)
    check_in("(remote): 300000", out)
    check_in("0o0640", out)
    check_match("none.* does not exist", out)
    check_in("file 0 closed", out)
    for name in ("there/file", "back"):
        with open(os.path.join(tmp(), name), "rb") as f:
            check(f.read() == data, name + " differs")


def shell():
    _, connect = start_server("multi")
    out = lldb(None, *connect, "platform shell echo no$((1+1))")
    check_in("error:", out)
    check("no2" not in out, "it was run")
    _, connect = start_server("multi", "--allow-shell")
    out = lldb(None, *connect, "platform settings --working-dir " + tmp(),
               "platform shell echo yes$((1+1)); pwd", "platform shell exit 3")
    check_order(out, "yes2", tmp(), "error: command returned with status 3")


def attach():
    server, connect = start_server("multi")
    program = Inferior("threads", 2)
    out = lldb(None, *connect, "platform process list --name threads",
               "target create " + inferior("threads"),
               "process attach --pid %d" % program.pid,
               "breakpoint set --name lap", "continue", "process detach")
    check_match(r"^%d +%d " % (program.pid, os.getpid()), out)
    check_order(out, "stop reason = breakpoint 1.1", "detached")
    check(alive(program.pid) and tracer_of(program.pid) == 0, "not let go")
    # The session beside it has ended with lldb, the server goes on.
    check(server.process.poll() is None, "the server ended")


LAUNCH = """
import lldb
platform = lldb.SBPlatform("remote-linux")
error = platform.ConnectRemote(lldb.SBPlatformConnectOptions("%(url)s"))
print("connected:", error.Success())
info = lldb.SBLaunchInfo(["600"])
# It becomes the first argument.
info.SetExecutableFile(lldb.SBFileSpec("%(program)s"), True)
error = platform.Launch(info)
print("launched:", error.Success(), "pid:", info.GetProcessID(), ".")
print("tracer:", open("/proc/%%d/status" %% info.GetProcessID()).read()
      .partition("TracerPid:")[2].split()[0])
print("killed:", platform.Kill(info.GetProcessID()).Success())
print("stranger:", platform.Kill(1).Success())
"""


def launch():
    """A program that is not debugged, and its end."""
    server, _ = start_server("multi")
    script = os.path.join(tmp(), "launch.py")
    with open(script, "w") as f:
        f.write(LAUNCH % {"url": "connect://" + server.address,
                          "program": inferior("sleeper")})
    out = lldb(None, "command script import " + script)
    check_in("connected: True", out)
    pid = int(check_match(r"launched: True pid: (\d+) \.", out).group(1))
    check_in("tracer: 0", out)
    check_in("killed: True", out)
    check_in("stranger: False", out)
    gone(pid)


def second():
    """The server ends: so do the sessions beside it."""
    from lib.rsp import Rsp
    server, _ = start_server("multi")
    first = Rsp(server).no_ack()
    first.expect("qHostInfo", "triple:.*")
    port = first.expect("qLaunchGDBServer;host:x;", r"pid:\d+;port:(\d+);")
    check(int(port.group(1)) == server.port, "another port")
    program = Inferior("threads", 1)
    debugger = Rsp(server).no_ack()
    debugger.expect("vAttach;%x" % program.pid, "T.*")
    first.expect("qHostInfo", "triple:.*")
    # The platform's leaving is nothing to it.
    first.sock.close()
    debugger.expect("qC", "QC.*")
    check(server.terminate() == 0, "exit status")
    check(alive(program.pid) and tracer_of(program.pid) == 0, "not let go")
    check(state_of(program.pid) != "t", "still stopped")


def test():
    how = variant("multi")
    special = {"files": files, "shell": shell, "attach": attach, "launch": launch,
               "second": second}
    if how in special:
        special[how]()
    else:
        debug(how)


run(test)
