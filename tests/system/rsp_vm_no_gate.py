# SPDX-License-Identifier: Apache-2.0
# variants: 64 64-threads 64-running 32 32-threads 32-running lost
"""Allocation in programs that have no syscall instruction to make the call by:
one is put into their code, and taken out again.  `lost`: the one that was used
is unmapped, or protected, by the program."""
from lib.harness import (Inferior, Server, check, check_in, run, variant,
                         wait_until)
from lib.rsp import Rsp, symbols
from lib.vm import PAGE, PROTECT, UNMAP, Program, maps

INSTRUCTIONS = {"64": b"\x0f\x05", "32": b"\xcd\x80"}


def code(pid):
    """(start, bytes, name) of what can be executed and is not the kernel's."""
    out = []
    with open("/proc/%d/mem" % pid, "rb") as f:
        for start, end, perms, name in maps(pid):
            if "x" in perms and name != "[vsyscall]":
                f.seek(start)
                out.append((start, f.read(end - start), name))
    return out


def use(r):
    base = int(r.ask("_M0,3000,3000,4"), 16)
    r.write(base, b"\1\2\3\4")
    check(r.read(base, 4) == b"\1\2\3\4", "it cannot be used")
    r.expect("QVirtualProtect:%x,1000,2" % base, "4")
    r.expect("_m%x,1000,4000" % base, "OK")
    r.expect("_m%x,0,8000" % base, "OK")


def guard(r, name, size, running):
    """A guard hit of the first thread, and the store after it."""
    at = symbols(name)["probe"][0]
    base = int(r.ask("_M0,1000,3000,104"), 16)
    r.write(at, base.to_bytes(size, "little"))
    if running:
        wait_until(lambda: r.receive(0.1) or r.notifications,
                   what="the notification")
        reply = r.notifications.pop().decode()
        r.expect("vStopped", "OK")
    else:
        r.resume()
        reply = r.stop_reply()
    check("T0b" in reply and "guard:%x;" % base in reply, "guard", reply)
    check("protect:4;" in r.ask("qVirtualQuery:%x" % base), "open")
    check(r.read(base, 1) == b"\0", "not stored yet")

    def stored():
        if not running:
            run_a_while(r)
        return r.read(at, size) == bytes(size)
    if running:
        r.expect("vCont;c:" + reply.partition("thread:")[2].partition(";")[0],
                 "OK")
    wait_until(stored, what="the store")
    check(r.read(base, 1) == b"\1", "stored")
    r.expect("_m%x,0,8000" % base, "OK")


def run_a_while(r):
    r.resume()
    check(r.receive(0.3) is None, "it stopped by itself")
    r.interrupt()
    r.stop_reply()


def loops(r, name, threads, size):
    at = symbols(name)["loops"][0]
    return [int.from_bytes(r.read(at + i * size, size), "little")
            for i in range(threads + 1)]


def bare(bits, how):
    name = "bare" + bits
    size = int(bits) // 8
    threads = 0 if how == "" else 3
    program = Inferior(name, threads)
    before = code(program.pid)
    for start, data, where in before:
        check(not where.startswith("/") or INSTRUCTIONS[bits] not in data,
              "the program has one after all", hex(start))
        check(where != "[vdso]", "its vDSO is there")
    server = Server("--multi", "--attach", "localhost:0", program.pid)
    r = Rsp(server)
    r.as_gdb()
    if how == "running":
        r.non_stop(threads + 1)
        r.expect("vCont;c", "OK")
    for _ in range(5):
        use(r)
        was = loops(r, name, threads, size)
        if how != "running":
            check(code(program.pid) == before, "its code has changed")
            run_a_while(r)
        while any(a <= b for a, b in zip(loops(r, name, threads, size), was)):
            if how != "running":
                run_a_while(r)
    guard(r, name, size, how == "running")
    check(not r.notifications, "a report in non-stop mode", r.notifications)
    r.write(symbols(name)["stop"][0], b"\1")
    # One that runs may have ended by now.
    r.expect("D;%x" % program.pid, "OK|E03")
    check_in("PASS", program.output(60))
    check(program.status() == 0, "exit status")


def lost():
    p = Program()
    vdso = [(start, end) for start, end, _, name in maps(p.pid)
            if name == "[vdso]"]
    use(p.r)
    if not vdso:
        print("no vDSO here: the program's own code is used")
        return
    start, end = vdso[0]
    for at in range(start, end, PAGE):
        check(p.touch(PROTECT, at, 1)[0] == [], "mprotect")
    use(p.r)
    for at in range(start, end, PAGE):
        check(p.touch(PROTECT, at, 5)[0] == [], "mprotect")
    use(p.r)
    check(p.touch(UNMAP, start, end - start)[0] == [], "munmap")
    use(p.r)
    check(p.go().startswith("T05"), "it goes on")
    p.r.expect("D;%x" % p.pid, "OK")


def test():
    bits, _, how = variant("64").partition("-")
    if bits == "lost":
        lost()
    else:
        bare(bits, how)


run(test)
