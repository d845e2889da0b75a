# SPDX-License-Identifier: Apache-2.0
"""gdb in non-stop mode: one thread stops at a breakpoint, others run on."""
from lib.harness import Session, check, run
from lib.mi import Mi


def test():
    s = Session("tcp-attached", "threads", 4)
    mi = Mi(s.program, s, setup=["-gdb-set pagination off",
                                 "-gdb-set non-stop on"])
    mi.idle(1.0)
    mi.command("-break-insert -c \"n == 2\" work")
    mi.command("-exec-continue --all")
    stop = mi.wait("*stopped,reason=\"breakpoint-hit\"")
    check('name="n",value="2"' in stop, "wrong thread", stop)
    threads = mi.command("-thread-info")
    check(threads.count('state="running"') == 3, "three must run", threads)
    check(threads.count('state="stopped"') == 1, "one must stand", threads)
    check(threads.count('core="') == 4, "each on a processor", threads)
    mi.command("-exec-interrupt --all")
    for _ in range(3):
        mi.wait("*stopped")
    threads = mi.command("-thread-info")
    check(threads.count('state="stopped"') == 4, "all must stand", threads)
    mi.command("-target-detach")
    mi.quit()
    check(s.inferior.process.poll() is None, "the program ended")


run(test)
