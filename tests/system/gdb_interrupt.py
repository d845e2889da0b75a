# SPDX-License-Identifier: Apache-2.0
# variants: launched attached blocked
"""gdb's interrupt stops a running program, also one that blocks all signals,
and nobody but the program."""
from lib.harness import Session, check, run, variant
from lib.mi import Mi


def test():
    how = variant("launched")
    if how == "blocked":
        s = Session("tcp-attached", "signals", "blocked")
    else:
        s = Session("tcp-" + how, "threads", 3)
    mi = Mi(s.program, s)
    for _ in range(3):
        mi.command("-exec-continue")
        mi.wait("*running")
        mi.idle(0.5)
        mi.command("-exec-interrupt")
        stop = mi.wait("*stopped")
        check("SIGINT" in stop, "not an interrupt", stop)
        check("#0" in mi.console("backtrace"), "no backtrace")
    check(s.server.process.poll() is None, "rspd ended")
    mi.command("kill")
    mi.quit()


run(test)
