# SPDX-License-Identifier: Apache-2.0
"""Packets of lldb that no other test sends by themselves: launching, waiting for
processes, input and output, small questions."""
import os
import shutil
import time

from lib.harness import Inferior, Server, check, check_in, inferior, run, start, tmp
from lib.rsp import Rsp


def hexed(text):
    return text.encode().hex()


def arguments(*words):
    """lldb's A packet: lengths and places in decimal."""
    return "A" + ",".join("%d,%d,%s" % (2 * len(w), i, hexed(w))
                          for i, w in enumerate(words))


def check_greeting(server):
    """What is offered to lldb; qEcho with + (21 and later), and without."""
    r = Rsp(server)
    r.no_ack()
    offered = r.supported("xmlRegisters=i386,arm,mips,arc;multiprocess+;"
                          "fork-events+;vfork-events+").split(";")
    for word in ("qEcho", "qEcho+", "QPassSignals+", "native-signals+",
                 "qXfer:features:read+", "qXfer:auxv:read+", "multiprocess+",
                 "qXfer:libraries-svr4:read+", "qXfer:siginfo:read+",
                 "fork-events+", "vfork-events+", "qSaveCore+"):
        check(word in offered, "not offered: " + word, offered)
    for packet in ("QThreadSuffixSupported", "QListThreadsInStopReply",
                   "QEnableErrorStrings", "qVAttachOrWaitSupported",
                   "qSupportsDetachAndStayStopped:"):
        r.expect(packet, "OK")
    r.expect("vCont?", "vCont;c;C;s;S(;.*)?")
    r.expect("qEcho:7", "qEcho:7")
    r.expect("qGDBServerVersion", r"name:rspd;version:[\d.]+;")
    # Of other systems, or better not answered: nothing is known about them.
    for packet in ("qStructuredDataPlugins", "jThreadExtendedInfo:{}",
                   "qSyncThreadStateSupported", "QSetIgnoredExceptions:x",
                   "jGetSharedCacheInfo:{}", "qOffsets", "qSymbol::"):
        r.expect(packet, "")
    return r


SCRIPT = ('read a; echo "$a"; echo "$VISIBLE $HEX $GONE"; echo words >&2; pwd; '
          "while :; do :; done")


def check_launch(r):
    path = {n: os.path.join(tmp(), n) for n in ("in", "out", "err")}
    with open(path["in"], "w") as f:
        f.write("from the file\n")
    for packet in ("QSetDisableASLR:1", "QSetDetachOnError:0",
                   "QLaunchArch:x86_64", "QEnvironment:VISIBLE=plain",
                   "QEnvironmentHexEncoded:" + hexed("HEX=a;b#c"),
                   "QEnvironment:GONE=x", "QEnvironmentUnset:" + hexed("GONE"),
                   "QSetWorkingDir:" + hexed(tmp()),
                   "QSetSTDIN:" + hexed(path["in"]),
                   "QSetSTDOUT:" + hexed(path["out"]),
                   "QSetSTDERR:" + hexed(path["err"])):
        r.expect(packet, "OK")
    r.expect("qGetWorkingDir", hexed(tmp()))
    r.expect(arguments("/none/such"), "OK|E.*")
    r.expect("qLaunchSuccess", "E/none/such: execve failed: No such.*")
    r.expect(arguments("/bin/sh", "-c", SCRIPT), "OK")
    r.expect("qLaunchSuccess", "OK")
    tid = r.expect("qC", r"QC(?:p[0-9a-f]+\.)?([0-9a-f]+)").group(1)
    r.expect("qProcessInfo", "pid:%s;.*" % tid)
    stop = r.ask("qThreadStopInfo" + tid)
    check_in("reason:", stop)
    r.expect("qThreadStopInfo1", "E.*")
    with open("/proc/%d/personality" % int(tid, 16)) as f:
        check(int(f.read(), 16) & 0x40000, "addresses are random")
    r.send("c")
    written = ""
    while not written.endswith(tmp() + "\n"):
        stop = r.receive(0.05)
        check(stop is None, "it stopped", stop)
        with open(path["out"]) as f:
            written = f.read()
    check(written == "from the file\nplain a;b#c \n%s\n" % tmp(), "output", written)
    with open(path["err"]) as f:
        check(f.read() == "words\n", "errors")
    r.raw(b"\x03")
    check_in("thread:", r.stop_reply())
    r.expect("k", "X09.*")


def check_terminal(server):
    """Input by I, output by O; in non-stop mode output by vStdio."""
    r = Rsp(server).as_lldb()
    r.expect(arguments("/bin/sh", "-c", "read a; echo got $a"), "OK")
    r.expect("qLaunchSuccess", "OK")
    r.expect("I" + hexed("word\n"), "OK")
    r.expect("c", "W00.*")
    check_in("got word", r.output.decode())
    r.output = b""
    r.expect("QNonStop:1", "OK")
    r.expect(arguments("/bin/echo", "by notice"), "OK")
    r.expect("qLaunchSuccess", "OK")
    r.expect("vCont;c", "OK")
    end = time.monotonic() + r.timeout
    while not any(n.startswith(b"Stdio:O") for n in r.notifications):
        check(time.monotonic() < end, "no notice of output", r.notifications)
        check(r.receive(0.05) is None, "a reply that nobody asked for")
    first = [n for n in r.notifications if n.startswith(b"Stdio:O")][0]
    check_in("by notice", bytes.fromhex(first[7:].decode()).decode())
    r.expect("vStdio", "OK")


def check_attach(server):
    """By name: to who is there, and to who comes."""
    name = "rspd-%d" % os.getpid()
    program = shutil.copy(inferior("sleeper"), os.path.join(tmp(), name))
    r = Rsp(server).as_lldb()
    r.expect("vAttachName;" + hexed(name), "E.*")
    old = start([program, "60"])
    pid = old.pid
    r.expect("vAttachName;" + hexed(name), "T.*thread:p%x\\..*" % pid)
    r.expect("D;%x" % pid, "OK")
    r.expect("vAttachOrWait;" + hexed(name), "T.*thread:p%x\\..*" % pid)
    r.expect("D;%x" % pid, "OK")
    r.send("vAttachWait;" + hexed(name))
    check(r.receive(0.5) is None, "the old one is not waited for")
    new = start([program, "60"])
    check_in("thread:p%x." % new.pid, r.stop_reply())
    r.expect("D1;%x" % new.pid, "OK")
    with open("/proc/%d/stat" % new.pid) as f:
        check(f.read().rpartition(")")[2].split()[0] == "T", "it goes on")


def check_files(r):
    path = os.path.join(tmp(), "link")
    os.symlink("in", path)
    os.chmod(os.path.join(tmp(), "in"), 0o640)
    r.expect("vFile:mode:" + hexed(path), "F1a0")
    r.expect("vFile:exists:" + hexed(path), "F,1")
    # File-I/O's struct stat: the mode is the third field.
    stat = r.ask("vFile:stat:" + hexed(path))
    check(stat.startswith("F"), "stat", stat)
    lstat = r.ask("vFile:lstat:" + hexed(path))
    check(lstat.startswith("F") and lstat != stat, "lstat", lstat, stat)


def test():
    server = Server("serve", "--rights", "all", "127.0.0.1:0")
    r = check_greeting(server)
    check_launch(r)
    check_files(r)
    check_terminal(server)
    check_attach(server)


run(test)
