# SPDX-License-Identifier: Apache-2.0
"""The packets of lldb's platform mode, one by one."""
import os

from lib.harness import Inferior, Server, check, check_in, run, tmp
from lib.rsp import Rsp


def hexed(text):
    return text.encode().hex()


def processes(r, match):
    """The ids that qfProcessInfo finds."""
    found = []
    reply = r.ask("qfProcessInfo" + match)
    while reply.startswith("pid:"):
        fields = dict(f.split(":", 1) for f in reply.split(";") if f)
        found.append(int(fields["pid"]))
        reply = r.ask("qsProcessInfo")
    check(reply == ("E04" if found else "E03"), "the end of the list", reply)
    return found


def test():
    server = Server("--multi", "127.0.0.1:0")
    r = Rsp(server).no_ack()
    program = Inferior("threads", 1)
    pid = program.pid
    r.expect("qHostInfo", "triple:.*")

    reply = r.ask("qProcessInfoPID:%d" % pid)
    check_in("pid:%d;ppid:%d;" % (pid, os.getpid()), reply)
    check_in("name:" + hexed(program.process.args[0]) + ";", reply)
    check_in("args:" + hexed(program.process.args[0]) + "-" + hexed("1") + ";",
             reply)
    check_in("triple:" + hexed("x86_64-pc-linux-gnu"), reply)
    r.expect("qProcessInfoPID:4194304", "E01")

    check(pid in processes(r, ""), "all")
    check(processes(r, ":pid:%d;" % pid) == [pid], "pid")
    check(pid in processes(r, ":parent_pid:%d;" % os.getpid()), "parent")
    for how, name, fits in (("equals", "threads", True),
                            ("equals", "thread", False),
                            ("starts_with", "thr", True),
                            ("ends_with", "eads", True),
                            ("contains", "hread", True),
                            ("contains", "xyz", False),
                            ("regex", "^t.*(s|q)$", True),
                            ("regex", "^x", False)):
        match = ":name_match:%s;name:%s;all_users:1;" % (how, hexed(name))
        check((pid in processes(r, match)) == fits, how + " " + name)
    uid = os.getuid()
    for match, fits in (("uid:%d;" % uid, True), ("uid:%d;" % (uid + 1), False),
                        ("euid:%d;egid:%d;" % (uid, os.getgid()), True),
                        ("triple:x86_64-pc-linux-gnu;", True),
                        ("triple:x86_64;", True), ("triple:i386;", False),
                        ("triple:x86_64-apple-macosx;", False)):
        found = processes(r, ":pid:%d;%s" % (pid, match))
        check(found == ([pid] if fits else []), match)
    # Patterns that would cost minutes or gigabytes.
    for bad in ("(", "a{1,9}", r"(a*)*\1", "a" * 300):
        r.expect("qfProcessInfo:name_match:regex;name:%s;" % hexed(bad), "E02")
    r.expect("qsProcessInfo", "E04")

    r.expect("qUserName:0", hexed("root"))
    r.expect("qGroupName:0", hexed("root"))
    r.expect("qUserName:4000000000", "E05")
    r.expect("qGroupName:4000000000", "E06")

    top = os.path.join(tmp(), "top")
    r.expect("qPlatform_mkdir:000001ed," + hexed(top), "F0")
    r.expect("qPlatform_mkdir:000001ed," + hexed(top), "F0")
    r.expect("qPlatform_mkdir:000001ed," + hexed(top + "/none/x"), "F2")
    r.expect("QSetWorkingDir:" + hexed(top), "OK")
    r.expect("QSetWorkingDir:" + hexed(top + "/none"), "E02")
    r.expect("qGetWorkingDir", hexed(top))
    # Paths are relative to it.
    r.expect("qPlatform_mkdir:1c0," + hexed("sub"), "F0")
    fd = r.expect("vFile:open:%s,602,1b4" % hexed("file"), "F([0-9a-f]+)")
    r.expect("vFile:pwrite:%s,0,abc" % fd.group(1), "F3")
    r.expect("vFile:close:" + fd.group(1), "F0")
    r.expect("vFile:size:" + hexed("file"), "F0*3")
    r.expect("qPlatform_chmod:104," + hexed("file"), "F0")
    r.expect("qPlatform_chmod:104," + hexed("none"), "F2")
    check(os.stat(top + "/file").st_mode & 0o7777 == 0o404, "chmod")
    check(os.path.isdir(top + "/sub"), "mkdir")
    os.symlink("sub", top + "/link")

    r.expect("qPathComplete:0," + hexed(top + "/"), "M" + ",".join(
        hexed(top + n) for n in ("/file", "/link/", "/sub/")))
    r.expect("qPathComplete:1," + hexed(top + "/"), "M" + ",".join(
        hexed(top + n) for n in ("/link/", "/sub/")))
    r.expect("qPathComplete:0," + hexed("fi"), "M" + hexed("file"))
    r.expect("qPathComplete:0," + hexed(top + "/none/"), "M")

    r.expect("qProcessInfo", "E03")
    r.expect("qQueryGDBServer", r"\[\]")
    r.expect("qKillSpawnedProcess:1", "E0a")
    r.expect("qKillSpawnedProcess:%d" % server.pid, "OK")
    r.expect("qLaunchGDBServer;host:x;", "pid:%d;port:%d;" %
             (server.pid, server.port))

    # Who stands between has told another door: as a packet, as a notice.
    r.expect("QDoor:4d2,", "OK")
    r.expect("qLaunchGDBServer;host:x;", r"pid:\d+;port:1234;")
    notice = "QDoor:0," + hexed("/s")
    r.sock.sendall(b"%%%s#%02x" % (notice.encode(), sum(notice.encode()) & 255))
    r.expect("qLaunchGDBServer;host:x;",
             r"pid:\d+;port:0;socket_name:%s;" % hexed("/s"))
    r.expect("QDoor:0," + "2f" * 108, "E24")
    r.expect("QDoor:0,", "OK")
    r.expect("qLaunchGDBServer;host:x;", "E6b")

    # With a process of its own it is a debugger like any other.
    r.expect("vAttach;%x" % pid, "T.*")
    r.expect("qLaunchGDBServer;host:x;", "E10")
    stranger = Rsp(server)
    try:
        stranger.send("qHostInfo")
        check(stranger.receive(1.5) is None, "a second client was answered")
    except Exception as e:  # closed
        check("clos" in str(e) or isinstance(e, OSError), repr(e))
    r.expect("qC", "QC.*")


run(test)
