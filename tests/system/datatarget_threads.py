# SPDX-License-Identifier: Apache-2.0
"""libdatatarget: threads, values of keys, variables of threads, contexts; the
registers are those that gdb shows."""
import os
import re

from lib.datatarget import (BAD_THREAD, BUFFER, INVALIDARG, Target, context)
from lib.harness import check, gdb, run
from lib.rsp import symbols

CONTROL, INTEGER, SEGMENTS = 0x100001, 0x100002, 0x100004
FLOATING, DEBUG, FULL, ALL = 0x100008, 0x100010, 0x10000b, 0x10001f


def check_thread_local(target, probe, threads):
    at = target.at
    main = threads.index(target.pid)
    check(main == 0, "the first thread is the program's")
    for n, tid in enumerate(threads):
        check(probe.number("tls", tid, at["first"]) == 0x1000 + n, "key", n)
        check(probe.number("tls", tid, at["last"]) ==
              (0x2000 + n if n else 0), "last key", n)
        check(probe.number("tls", tid, at["first"] + 1) == 0, "not set", n)
        variable = probe.number("tlsaddr", tid, 0, 0)
        check(int.from_bytes(probe.data("read", variable, 8, 0), "little") ==
              (100 + n if n else 7), "variable", n)
    probe.call("tls", target.pid, 100000, expect=INVALIDARG)


def check_unknown(probe):
    for call in (("tls", 0), ("tlsaddr", 0, 0), ("frames",),
                 ("context", FULL)):
        for tid in (0, 1, 0x7ffffff0, 0x80000000, 0xffffffff):
            probe.call(call[0], tid, *call[1:], expect=BAD_THREAD)


def check_flags(probe, tid):
    for flags, want in ((CONTROL, CONTROL), (INTEGER, INTEGER),
                        (SEGMENTS, SEGMENTS), (FLOATING, FLOATING),
                        (FULL, FULL), (DEBUG, 0x100000), (ALL, 0x10000f)):
        c = context(probe.data("context", tid, flags))
        check(c["ContextFlags"] == want, "flags", hex(flags),
              hex(c["ContextFlags"]))
        check((c["rip"] != 0) == bool(flags & 1), "rip", hex(flags))
        check((c["ss"] != 0) == bool(flags & 1), "ss", hex(flags))
        check((c["rbp"] != 0) == bool(flags & 2), "rbp", hex(flags))
        check((c["MxCsr"] != 0) == bool(flags & 8), "mxcsr", hex(flags))
    for flags in (0, 1, 0x10001, 0x100040, 0xffffffff):
        probe.call("context", tid, flags, expect=INVALIDARG)
    probe.call("context", tid, FULL, 0x4cf, expect=BUFFER)


def gdb_registers(target, probe, threads):
    """Each thread's registers as gdb prints them."""
    probe.close()
    names = ["$" + n for n in
             "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 "
             "rip cs ss ds es fs gs fctrl fstat".split()]
    commands = ["target remote " + target.path]
    for tid in threads:
        commands.append(
            "python [t.switch() for t in gdb.selected_inferior().threads() "
            "if t.ptid[1] == %d]" % tid)
        for name in names:
            commands.append("printf \"%d %s %%lx\\n\", (unsigned long)%s" %
                            (tid, name[1:], name))
        for name in ("eflags", "mxcsr"):
            commands.append("printf \"%d \"" % tid)
            commands.append("info registers " + name)
        for i in (0, 15):
            commands.append(
                "printf \"%d xmm%d %%016lx%%016lx\\n\", $xmm%d.v2_int64[1], "
                "$xmm%d.v2_int64[0]" % (tid, i, i, i))
    out = gdb(target.inferior.process.args[0], *commands)
    return re.findall(r"^(\d+) (\w+) +(?:0x)?([0-9a-f]+)\b", out, re.M)


def test():
    target = Target()
    probe = target.probe()
    threads = probe.threads()
    want = sorted(map(int, os.listdir("/proc/%d/task" % target.pid)))
    check(sorted(threads) == want, "threads", threads, want)
    check(probe.call("threads", 3, expect=BUFFER) == ["4"], "count")
    threads.sort()
    check("variable" in symbols("datatarget"), "no variable")
    check_thread_local(target, probe, threads)
    check_unknown(probe)
    check_flags(probe, threads[1])
    contexts = {tid: context(probe.data("context", tid, FULL | SEGMENTS))
                for tid in threads}
    registers = gdb_registers(target, probe, threads)
    check(len(registers) == len(threads) * 29, "gdb's registers", registers)
    for tid, name, value in registers:
        c = contexts[int(tid)]
        name = {"fctrl": "ControlWord", "fstat": "StatusWord",
                "mxcsr": "MxCsr"}.get(name, name)
        check(c[name] == int(value, 16), "thread %s: %s" % (tid, name),
              hex(c[name]), value)


run(test)
