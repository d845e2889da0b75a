# SPDX-License-Identifier: Apache-2.0
"""What lldb got with a stop must not outlive a write: it forgets only one of
two pieces of memory that overlap, if the other was read in one go."""
from lib.harness import Session, check, check_match, check_order, lldb, run

READ = "memory read --force -f d -s 4 -c 201 `&%s - 100`"


def hundredth(text, command, value):
    """The word in the middle of each such dump."""
    dumps = text.split("(lldb) " + command + "\n")[1:]
    lines = [[line for line in dump.splitlines()
              if line.startswith("0x")][:201] for dump in dumps]
    got = [int(line[100].split(":")[1].split()[0]) for line in lines]
    check(got == value, "%s: %s, not %s" % (command, got, value))


def test():
    s = Session("tcp-launched", "hello")
    out = lldb(s.program, s.lldb_connect(), "breakpoint set --name add",
               "continue", "thread step-over",
               READ % "sum", "memory write -s 4 `&sum` 99", READ % "sum",
               "frame variable sum", "frame select 1",
               "frame variable n", "memory write -s 4 `&n` 77",
               "frame variable n", "bt", "kill")
    hundredth(out, READ % "sum", [42, 0x99])
    check_order(out, "(int) sum = 153", "(int) n = 41",
                "(int) n = 119")
    check_match(r"frame #2: .*main", out)


run(test)
