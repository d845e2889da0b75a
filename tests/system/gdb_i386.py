# SPDX-License-Identifier: Apache-2.0
# variants: threads watch allocate exec
"""32-bit programs: threads and breakpoints, watchpoints, _M, exec from 64 to
32 bit and back, with the same rspd."""
import os

from lib.harness import (INFERIORS, Session, check, check_in, check_match,
                         check_order, gdb, inferior, need_debug_registers,
                         run, skip, variant)

SECOND = "((int *) &counters)[1]"


def test():
    how = variant("threads")
    if not os.path.exists(os.path.join(INFERIORS, "i386_threads")):
        skip("no 32-bit program was built")
    if how == "exec":
        s = Session("tcp-launched", "fork", "to", inferior("i386_threads"),
                    inferior("hello"))
        out = gdb(s.program, s.gdb_connect("extended-remote"), "catch exec",
                  "continue", "print sizeof(void *)", "info registers eip",
                  "break *_start", "stepi", "stepi", "x/i $pc", "info registers esp",
                  "delete 2", "continue", "print sizeof(void *)", "break add",
                  "continue", "backtrace 1", "info registers r15",
                  "continue")
        check_order(out, "Catchpoint 1 (exec", "i386_threads", "$1 = 4",
                    "eip ", "esp ", "Catchpoint 1 (exec", "hello", "$2 = 8",
                    "add (a=41", "r15 ", "exited with code 07]")
        return
    if how == "watch":
        need_debug_registers()
    s = Session("tcp-launched", "i386_threads")
    if how == "threads":
        out = gdb(s.program, s.gdb_connect(), "break work if $ebp == 1",
                  "continue", "continue", "info threads",
                  "print " + SECOND, "stepi", "x/i $pc",
                  "print " + SECOND, "thread 1", "info registers eip",
                  "delete", "break work if $ebp == 0", "continue",
                  "print $ebp", "print $xmm0.uint128", "kill")
        check_order(out, "hit Breakpoint 1", "hit Breakpoint 1",
                    "$1 = 1", "<counted>", "$2 = 2", "Switching to thread 1",
                    "hit Breakpoint 2", "$3 = (void *) 0x0")
        check(len(set(check_match(r"Thread \d+\.(\d+)", out).groups())) == 1,
              "threads")
        check_in("* 2 ", out)
    elif how == "watch":
        out = gdb(s.program, s.gdb_connect(), "watch " + SECOND,
                  "continue", "continue", "delete",
                  "awatch *(int *) &counters", "continue",
                  "continue", "info watchpoints",
                  "kill")
        check_order(out, "Hardware watchpoint 1", "Old value = 0",
                    "New value = 1", "Old value = 1", "New value = 2",
                    "Hardware access (read/write) watchpoint 2",
                    "New value = ", "acc watchpoint",
                    "breakpoint already hit 2 times")
    else:
        out = gdb(s.program, s.gdb_connect(), "monitor allocate 0x3000 rwx",
                  "monitor regions", "break work", "continue",
                  "python a = gdb.execute('monitor regions', to_string=True)",
                  "python import re; at = re.search(r'0x[0-9a-f]+', a)"
                  ".group(0)",
                  "python gdb.execute('set {int}%s = 77' % at)",
                  "python gdb.execute('print {int}%s' % at)",
                  "python gdb.execute('monitor free %s' % at)",
                  "continue", "kill")
        base = int(check_match(r"(?m)^(0x[0-9a-f]+)$", out).group(1), 16)
        check(base < 1 << 32, "beyond 32 bit: %x" % base)
        check_order(out, "Breakpoint 1", "$1 = 77", "Breakpoint 1")


run(test)
