# SPDX-License-Identifier: Apache-2.0
# variants: reads errors threads files
"""What gdb does since 16 (Debian 13): reads memory in binary, shows the
server's errors in its words, steps a thread that makes another or ends, looks
for debug files on the server's side."""
import os
import re
import shutil
import subprocess

from lib.harness import (Server, Session, check, check_in, check_match,
                         check_not_in, check_order, gdb, inferior, need,
                         need_gdb, run, skip, tmp, variant)


def need_gdb_16():
    first = subprocess.run([need_gdb(), "--version"], capture_output=True,
                           text=True).stdout.splitlines()[0]
    version = re.search(r"(\d+)\.\d+\S*$", first)
    if not version or int(version.group(1)) < 16:
        skip("gdb is older than 16: " + first)


def received(server, pattern):
    return re.findall(r"received: (%s)" % pattern, server.text())


def reads():
    s = Session("tcp-launched", "threads", 1, options=("--remote-debug",))
    out = gdb(s.program, s.gdb_connect(), "break lap", "continue",
              "python data = b'#$}*\\x03' + bytes(range(256))",
              "python at = int(gdb.parse_and_eval('&counters[0]'))",
              "python i = gdb.selected_inferior()",
              "python i.write_memory(at, data)",
              "python print('same:', bytes(i.read_memory(at, 261)) == data)",
              "x/x 0", "kill")
    check_in("same: True", out)
    check_in("Cannot access memory at address 0x0", out)
    check(received(s.server, "x[0-9a-f]+,105"), "not read with x")
    check(not received(s.server, "m[0-9a-f]+,"), "read with m")


def errors():
    server = Server("--multi", "127.0.0.1:0")
    gone = subprocess.Popen(["true"])
    gone.wait()
    out = gdb(None, "target extended-remote " + server.address,
              "attach %d" % gone.pid, "set remote exec-file /nowhere/at/all",
              "run", "monitor nonsense")
    check_order(out, "Attaching to process %d failed: " % gone.pid,
                "No such process")
    check_in("\n/nowhere/at/all ended before it had started\n", out)
    check_in("Protocol error with Rcmd: unknown monitor command.", out)


def threads():
    s = Session("tcp-launched", "threads", 2, options=("--remote-debug",))
    out = gdb(s.program, s.gdb_connect(), "break main", "continue",
              "tbreak pthread_create", "continue",
              "set scheduler-locking on", "finish", "info threads",
              "set scheduler-locking off", "break work if n == 1", "continue",
              "kill")
    check_order(out, "pthread_create", "main (", " 2 ",
                "hit Breakpoint 3", "work (n=1)")
    check(received(s.server, "QThreadOptions;0;3:p"), "not asked for")
    check_in("sent: T05clone:", s.server.text())
    # The new one has not run: it has not got its name.
    head = out[:out.index("Breakpoint 3 at")]
    check_not_in("worker-1", head)

    s = Session("tcp-launched", "churn", 4, 2)
    out = gdb(s.program, s.gdb_connect(), "break visit", "continue",
              "delete", "set scheduler-locking on", *3 * ["advance visit_100th"],
              "info threads", "set scheduler-locking off", "thread 1",
              "continue")
    check_order(out, "visit (n=", "Command aborted, thread exited.",
                "exited normally")


def files():
    """The debug file lies behind a link that leads nowhere and another name."""
    need("objcopy")
    need("readelf")
    program = os.path.join(tmp(), "program")
    shutil.copy(inferior("threads"), program)
    notes = subprocess.run(["readelf", "-n", program], capture_output=True,
                           text=True).stdout
    build_id = check_match(r"Build ID: ([0-9a-f]+)", notes).group(1)
    folder = os.path.join(tmp(), "debug/.build-id", build_id[:2])
    os.makedirs(folder)
    name = os.path.join(folder, build_id[2:])
    os.symlink("nowhere", name + ".debug")
    subprocess.run(["objcopy", "--only-keep-debug", program,
                    name + ".1.debug"], check=True)
    subprocess.run(["objcopy", "--strip-all", program], check=True)
    server = Server("--once", "--remote-debug", "127.0.0.1:0", program, "2")
    out = gdb(None, "set debug-file-directory /debug",
              "set sysroot target:" + tmp(),
              "target remote " + server.address, "file " + program,
              "break work", "continue", "kill")
    check_match(r"Breakpoint 1, work \(n=[01]\)", out)
    for suffix in (".debug", ".1.debug"):
        path = (name + suffix).encode().hex()
        check(received(server, "vFile:l?stat:" + path), "not asked for",
              suffix)


def test():
    need_gdb_16()
    {"reads": reads, "errors": errors, "threads": threads,
     "files": files}[variant("reads")]()


run(test)
