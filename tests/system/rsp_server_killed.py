# SPDX-License-Identifier: Apache-2.0
# variants: running stopped breakpoint breakpoint_elsewhere watchpoint stepping called group_stop child
"""An attached program lives on when rspd is killed, with nothing of it left."""
import os
import signal
import subprocess

from lib.harness import (PATIENCE, Inferior, Server, check, inferior,
                         need_debug_registers, run, start, state_of, tracer_of,
                         variant, wait_until)
from lib.rsp import Rsp, base_of, symbols

TABLE = symbols("threads")


def code(pid, base):
    """Functions on which there are breakpoints, as they are in memory."""
    out = b""
    with open("/proc/%d/mem" % pid, "rb") as mem:
        for name in ("work", "lap", "main"):
            mem.seek(base + TABLE[name][0])
            out += mem.read(16)
    return out


def counter(pid, base):
    with open("/proc/%d/mem" % pid, "rb") as mem:
        mem.seek(base + TABLE["counters"][0])
        return int.from_bytes(mem.read(8), "little")


def tasks(pid):
    return [int(t) for t in os.listdir("/proc/%d/task" % pid)]


def prepare(r, program, base):
    """Brings the program, which stands, into the state of the variant."""
    how = variant("breakpoint")
    if how == "running":
        r.resume()
    elif how == "breakpoint":
        r.expect("Z0,%x,1" % (base + TABLE["work"][0]), "OK")
        for _ in range(5):
            r.resume()
            check("swbreak" in r.stop_reply(), "not a breakpoint")
    elif how == "breakpoint_elsewhere":
        r.expect("Z0,%x,1" % (base + TABLE["main"][0]), "OK")
        r.resume()
    elif how == "watchpoint":
        r.expect("Z2,%x,8" % (base + TABLE["counters"][0]), "OK")
        r.resume()
        check("watch" in r.stop_reply(), "not a watchpoint")
    elif how == "stepping":
        for tid in tasks(program.pid):
            r.resume("vCont;s:p%x.%x" % (program.pid, tid))
            r.stop_reply()
    elif how == "called":
        # Its registers are still those of the last call that it was made do.
        base = r.ask("_M1000,rwx")
        r.expect("_m" + base, "OK")
        check(r.ask("_M1000,rwx") == base, "no memory")


def end_server(server):
    server.process.kill()
    server.process.wait()
    server.checked = True


def check_free(pid):
    wait_until(lambda: tracer_of(pid) == 0 and
               all(tracer_of(t) == 0 for t in tasks(pid)), what="its release")


def check_goes_on(pid, base, before):
    check_free(pid)
    wait_until(lambda: code(pid, base) == before, what="its own code")
    start = counter(pid, base)
    wait_until(lambda: counter(pid, base) > start + 20, what="its work")


def attach(program):
    server = Server("--attach", "127.0.0.1:0", program.pid)
    return server, Rsp(server).as_gdb()


def group_stop(program, base, before):
    """It was stopped by job control, and stays so until it is continued."""
    os.kill(program.pid, signal.SIGSTOP)
    wait_until(lambda: state_of(program.pid) == "T", what="its stop")
    server, r = attach(program)
    r.expect("Z0,%x,1" % (base + TABLE["work"][0]), "OK")
    end_server(server)
    check_free(program.pid)
    wait_until(lambda: code(program.pid, base) == before, what="its code")
    wait_until(lambda: all(state_of(t) == "T" for t in tasks(program.pid)),
               what="its stop again")
    os.kill(program.pid, signal.SIGCONT)
    check_goes_on(program.pid, base, before)


def child():
    """A forked child that the client holds is looked after like its parent."""
    program = start(["sh", "-c", "kill -STOP $$; exec %s fork" %
                     inferior("fork")], stdout=subprocess.PIPE, text=True)
    wait_until(lambda: state_of(program.pid) == "T", what="its stop")
    server, r = attach(program)
    r.resume()
    while "exec:" not in (reply := r.stop_reply()):
        r.resume()
    at = base_of(program.pid, "fork") + symbols("fork")["both"][0]
    r.expect("Z0,%x,1" % at, "OK")
    r.resume()
    check("swbreak" in r.stop_reply(), "not a breakpoint")
    r.resume()
    reply = r.stop_reply()
    check("fork:" in reply, "not a fork", reply)
    end_server(server)
    out = program.communicate(timeout=PATIENCE)[0]
    check("child exited 4" in out and program.returncode == 4, "its end", out,
          program.returncode)


def test():
    if variant("breakpoint") == "watchpoint":
        need_debug_registers()
    if variant("breakpoint") == "child":
        child()
        return
    program = Inferior("threads", 3)
    base = base_of(program.pid, "threads")
    before = code(program.pid, base)
    if variant("breakpoint") == "group_stop":
        group_stop(program, base, before)
        return
    server, r = attach(program)
    prepare(r, program, base)
    end_server(server)
    check_goes_on(program.pid, base, before)
    # And it can be debugged again.
    server, r = attach(program)
    r.expect("D", "OK")
    check_goes_on(program.pid, base, before)


run(test)
