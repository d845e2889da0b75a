# SPDX-License-Identifier: Apache-2.0
# variants: tcp-launched stdio-launched
"""What tracepoints collect, and what gdb makes of it: here and from a file."""
import os

from lib.harness import Session, check_order, gdb
from lib.harness import run, tmp, variant

DEFINE = """
break over
tvariable $calls = 7
trace visit if $calls += 1
actions
collect $regs, $args, $locals, total, *p, word, $trace_timestamp
{string}
collect $calls
while-stepping 3
collect $rip, total
end
end
trace over if total > 200
actions
collect total
end
tstart
continue
tstatus
info tracepoints
tstop
"""

STRING = "collect/s (char *) word\n"

LOOK = """
tfind start
print n
print local
print total
print *p
print word
print $calls
print $rip == &visit || $rip > &visit
print pairs[2]
tfind
print $trace_frame
print total
tfind tracepoint 3
print total
tfind pc &over
tfind 8
print n
print $calls
tdump
tfind range &over, &over+100
tfind outside &over, &over+100
tfind none
print total
"""


def script(name, text):
    path = os.path.join(tmp(), name)
    with open(path, "w") as f:
        f.write(text)
    return "source " + path


def look_at(out):
    check_order(out, "Found trace frame 0, tracepoint 2",
                "$1 = 0", "$3 = 100", "$4 = {left = 1, right = 2}",
                "$6 = 8", "$7 = 1", "$8 = <unavailable>")
    # A step: what it collects, and no more.
    check_order(out, "Found trace frame 1, tracepoint 2", "$9 = 1",
                "$10 = 100", "Found trace frame 40, tracepoint 3",
                "$11 = 235")
    check_order(out, "Found trace frame 8, tracepoint 2", "$12 = 2",
                "$13 = 10", "Data collected at tracepoint 2, trace frame 8",
                "rip ", "n = 2", "total = 103", "$14 = 235")


def test():
    how = variant("tcp-launched")
    s = Session(how, "traced")
    saved = os.path.join(tmp(), "trace")
    # gdb cannot read the definition of a string from a file.
    strings = how == "stdio-launched"
    define = DEFINE.replace("{string}\n", STRING if strings else "")
    out = gdb(s.program, s.gdb_connect(), script("define", define),
              script("look", LOOK), "tsave " + saved, "kill")
    # 10 calls of 4 frames, and one of the other.
    check_order(out, "Trace is running on the target",
                "Collected 41 trace frames", "tracepoint already hit 10 times",
                "collect $regs, $args", "while-stepping 3",
                "trace only if total > 200", "tracepoint already hit 1 time")
    look_at(out)
    if strings:
        check_order(out, '"tracepoints"', "$calls = 10")
        return
    # The same without a program; gdb gives the tracepoints other numbers.
    out = gdb(s.program, "target tfile " + saved, "tfind 8", "print n",
              "print *p", "print word", "print $calls", "tdump", "tfind 9",
              "print $rip > (long) &visit", "print total", "print n")
    check_order(out, "Found trace frame 8", "$1 = 2",
                "$2 = {left = 5, right = 6}", '"tracepoints"', "$4 = 10",
                "trace frame 8", "n = 2", "Found trace frame 9", "$5 = 1",
                "$6 = 103")


run(test)
