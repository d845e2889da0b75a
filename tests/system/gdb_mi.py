# SPDX-License-Identifier: Apache-2.0
# variants: walk threads interrupt
"""gdb/MI as the frontends use it (VS Code's cpptools, Eclipse CDT): results,
and the records of what happens by itself."""
import os

from lib.harness import Server, check, check_in, check_match, gone, inferior, run
from lib.harness import variant
from lib.mi import Mi


def connect(name, *args, setup=()):
    """A server with a program, and gdb connected as CDT does it."""
    server = Server("--once", "127.0.0.1:0", inferior(name), *args)
    mi = Mi(None, setup=[*setup, "-file-exec-and-symbols " + inferior(name)])
    mi.command("-target-select remote " + server.address)
    return server, mi


def stop(mi, reason):
    """Waits for the next stop; the whole record."""
    line = mi.wait("*stopped")
    check_in('reason="%s"' % reason, line)
    return line


def test_walk():
    """From breakpoint to breakpoint to the exit."""
    server, mi = connect("hello")
    check_in('number="1"', mi.command("-break-insert -f middle"))
    mi.command("-break-insert -c n==41 middle")
    mi.command("-exec-continue")
    line = stop(mi, "breakpoint-hit")
    check_in('func="middle"', line)
    mi.command("-exec-step")
    check_in('func="add"', stop(mi, "end-stepping-range"))
    frames = mi.command("-stack-list-frames")
    for level, name in enumerate(("add", "middle", "main")):
        check_in('level="%d"' % level, frames)
        check_in('func="%s"' % name, frames)
    mi.command("-exec-next")
    stop(mi, "end-stepping-range")
    check_in('name="sum",type="int",value="42"',
             mi.command("-stack-list-variables --simple-values"))
    check_in('value="441"', mi.command("-data-evaluate-expression a+400"))
    check_in('value="23"', mi.command('-data-evaluate-expression "add(20,3)"'))
    check_in('value="42"', mi.command("-var-create v * sum"))
    mi.command("-var-assign v 50")
    check_in('value="50"', mi.command("-data-evaluate-expression sum"))
    check_in('contents="29000000"',
             mi.command('-data-read-memory-bytes "&global" 4'))
    mi.command('-data-write-memory-bytes "&global" 63')
    check_in('contents="63000000"',
             mi.command('-data-read-memory-bytes "&global" 4'))
    check_in("inst=", mi.command("-data-disassemble -s $pc -e $pc+16 -- 0"))
    check_match(r'value="0x[0-9a-f]+"',
                mi.command("-data-list-register-values x 16"))
    check_in('"rip"', mi.command("-data-list-register-names"))
    mi.command("-exec-finish")
    check_in('gdb-result-var=', stop(mi, "function-finished"))
    mi.command("-exec-next-instruction")
    stop(mi, "end-stepping-range")
    mi.command("-break-delete 1 2")
    mi.command("-exec-continue")
    check_in('exit-code="07"', stop(mi, "exited"))
    mi.quit()
    check(server.wait() == 0, "rspd's exit status")


def test_threads():
    server, mi = connect("threads", "3")
    mi.command("-break-insert -t lap")
    mi.command("-exec-continue")
    check_in('func="lap"', stop(mi, "breakpoint-hit"))
    info = mi.command("-thread-info")
    for name in ("worker-1", "worker-2"):
        check_in('name="%s"' % name, info)
    check(info.count("target-id=") == 3, "threads", info)
    created = [line for line in mi.lines if line.startswith("=thread-created")]
    check(len(created) == 3, "thread-created records", created)
    for thread in ("2", "3"):
        mi.command("-thread-select " + thread)
        check_in("level=", mi.command("-stack-list-frames --thread " + thread))
    # One thread of a worker's function only.
    mi.command("-break-insert -p 3 work")
    mi.command("-exec-continue")
    check_in('thread-id="3"', stop(mi, "breakpoint-hit"))
    mi.command("-target-detach")
    pid = server.inferior_pid()
    mi.quit()
    server.wait()
    os.kill(pid, 9)
    gone(pid)


def test_interrupt():
    server, mi = connect("sleeper")
    mi.command("-exec-continue")
    mi.wait("*running")
    mi.command("-exec-interrupt")
    check_in('signal-name="SIGINT"', stop(mi, "signal-received"))
    check_in("level=", mi.command("-stack-list-frames"))
    # A breakpoint while it runs, as an editor's user clicks it.
    mi.command("-exec-continue")
    mi.wait("*running")
    mi.command("-exec-interrupt --all")
    stop(mi, "signal-received")
    pid = server.inferior_pid()
    mi.command("-interpreter-exec console kill")
    mi.quit()
    gone(pid)
    server.wait()


def test():
    globals()["test_" + variant("walk")]()


run(test)
