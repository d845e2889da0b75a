# SPDX-License-Identifier: Apache-2.0
# variants: stay option monitor disconnect
"""What becomes of allocated memory when the debugger detaches, and that the
user reads about it: it stays, or is freed where that was asked for."""
from lib.harness import check, check_in, check_not_in, run, variant, wait_until
from lib.rsp import ALL_GDB
from lib.vm import FORK, PAGE, Program, permissions

HEAD = "Allocated memory stays in process %d:"


def stays(p, base):
    p.r.expect("D;%x" % p.pid, "OK")
    row = p.server.wait_line(
        r"0x%x +0x2000 +0x%x +committed rx$" % (base, base))
    check(row, "table")
    p.server.wait_line(r"0x%x +0x1000 +0x%x +committed rw guard$" %
                       (base + 2 * PAGE, base))
    p.server.wait_line(r"0x%x +0x1000 +0x%x +reserved  -$" %
                       (base + 3 * PAGE, base))
    p.server.wait_line("Detaching from process %d" % p.pid)
    lines = p.server.lines
    check(lines.index(HEAD % p.pid) <
          lines.index("Detaching from process %d" % p.pid), "before it")
    wait_until(lambda: [permissions(p.pid, base + i * PAGE) for i in range(4)]
               == ["r-xp", "r-xp", "rw-p", "---p"], what="the mappings")


def child_keeps_its_copy(p, base):
    """A child that goes its own way has it by fork: it may be in use."""
    reply = p.start(FORK, base + 2 * PAGE, 5)
    check("fork:" in reply, "fork", reply)
    child = int(reply.partition("fork:p")[2].partition(".")[0], 16)
    p.r.expect("D;%x" % child, "OK")
    p.server.wait_line(HEAD % child)
    check("swbreak" in p.go(), "on")
    check(p.r.word(p.at["probe_value"]) == 3 << 8, "the child's end",
          hex(p.r.word(p.at["probe_value"])))


def test():
    how = variant("stay")
    options = {"option": ("--once", "--free-on-detach"),
               "disconnect": ("--multi", "--free-on-detach",
                              "--on-disconnect=detach")}
    if how == "disconnect":
        # Only what was attached is detached from.
        return after_disconnect(options[how])
    p = Program(options.get(how, ("--once",)), features=ALL_GDB)
    base = p.allocate(0, 4 * PAGE, 0x3000, 4)
    far = p.allocate(0, 0x100000, 0x2000, 4)
    check(p.protect(base, 2 * PAGE, 0x20) == 4, "protect")
    check(p.protect(base + 2 * PAGE, PAGE, 0x104) == 4, "protect")
    if how == "monitor":
        p.r.expect("qRcmd," + b"set free-on-detach 2".hex(), "E.*")
        p.r.expect("qRcmd," + b"set free-on-detach 1".hex(), "OK")
        check_in("Allocated memory is freed at detach.",
                 p.r.output.decode())
    if how == "stay":
        check(p.free(base + 3 * PAGE, 1, 0x4000) == 0, "decommit")
        return stays(p, base)
    child_keeps_its_copy(p, base)
    p.r.expect("D;%x" % p.pid, "OK")
    wait_until(lambda: not permissions(p.pid, base) and
               not permissions(p.pid, far), what="freed")
    p.server.wait_line("Detaching from process %d" % p.pid)
    check_not_in(HEAD % p.pid, p.server.text())


def after_disconnect(options):
    from lib.harness import Inferior, Server
    from lib.rsp import Rsp
    program = Inferior("alloc_check")
    server = Server(*options, "--attach", "localhost:0", program.pid)
    r = Rsp(server).as_gdb()
    base = int(r.ask("_M0,2000,3000,4"), 16)
    check(permissions(program.pid, base) == "rw-p", "allocated")
    r.close()
    wait_until(lambda: not permissions(program.pid, base), what="freed")


run(test)
