# SPDX-License-Identifier: Apache-2.0
"""What lldb asks about modules, memory, registers and the server, one by one."""
import json
import os
import re
import subprocess

from lib.harness import (Server, alive, check, check_in, gone, inferior,
                         need, run, state_of, wait_until)
from lib.rsp import Rsp, escape, launch, unescape


def hexed(text):
    return text.encode().hex()


def fields(reply):
    return dict(item.split(":", 1) for item in reply.rstrip(";").split(";"))


def build_id(path):
    out = subprocess.run(["readelf", "-n", path], capture_output=True,
                         text=True, check=True).stdout
    match = re.search(r"Build ID: ([0-9a-f]+)", out)
    return match.group(1).upper() if match else ""


def mappings(pid):
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            words = line.split(None, 5)
            start, end = (int(x, 16) for x in words[0].split("-"))
            yield start, end, words[1], words[5].strip() if len(words) > 5 else ""


def check_modules(r, pid):
    triple = "x86_64-pc-linux-gnu"
    paths = {name for _, _, _, name in mappings(pid) if name[:1] == "/"}
    wanted = json.dumps([{"file": p, "triple": triple} for p in
                         sorted(paths) + ["/none/such.so"]],
                        separators=(",", ":"))
    r.send(b"jModulesInfo:" + escape(wanted.encode()))
    modules = {m["file_path"]: m for m in json.loads(unescape(r.receive()))}
    check(set(modules) == paths, "jModulesInfo", modules, paths)
    for path in paths:
        one = fields(r.ask("qModuleInfo:%s;%s" % (hexed(path), hexed(triple))))
        uuid = bytes.fromhex(one["uuid"]).decode()
        check(uuid == build_id(path) == modules[path]["uuid"], path, one)
        check(int(one["file_size"], 16) == os.path.getsize(path) ==
              modules[path]["file_size"], path, one)
        first = min(s for s, _, _, n in mappings(pid) if n == path)
        r.expect("qFileLoadAddress:" + hexed(path), "%016x" % first)
    r.error("qModuleInfo:%s;%s" % (hexed("/none"), hexed(triple)))
    r.error("qFileLoadAddress:" + hexed("/none"))


def check_regions(r, pid):
    r.expect("qMemoryRegionInfo", "OK|E.*")
    types = set()
    for start, end, prot, name in mappings(pid):
        if name == "[vsyscall]":
            continue
        one = fields(r.ask("qMemoryRegionInfo:%x" % (start + 1)))
        check(int(one["start"], 16) == start, "start", one, hex(start))
        check(int(one["size"], 16) == end - start, "size", one)
        check(one["permissions"] == prot[:3].replace("-", ""), "rwx", one)
        check(bytes.fromhex(one.get("name", "")).decode() == name, "name", one)
        types.add((name, one.get("type")))
    check(("[stack]", "stack") in types, "no stack", types)
    check(all(t == "heap" for n, t in types if n == "[heap]"), "heap", types)
    gap = fields(r.ask("qMemoryRegionInfo:0"))
    check("permissions" not in gap and int(gap["start"], 16) == 0, "gap", gap)
    addr = int(r.expect("_M1000,rw", "[0-9a-f]+").group(0), 16)
    one = fields(r.ask("qMemoryRegionInfo:%x" % addr))
    check(one["permissions"] == "rw", "allocated", one)
    r.expect("_m%x" % addr, "OK")


def check_registers(r, pid):
    """qRegisterInfo agrees with p and with g."""
    names, at = {}, 0
    whole = bytes.fromhex(r.ask("g;thread:%x;" % pid))
    while True:
        reply = r.ask("qRegisterInfo%x" % at)
        if reply.startswith("E"):
            break
        one = fields(reply)
        names[one["name"]] = at
        size, offset = int(one["bitsize"]) // 8, int(one["offset"])
        value = bytes.fromhex(r.ask("p%x;thread:%x;" % (at, pid)))
        check(len(value) == size, "size of " + one["name"], one)
        if "container-regs" not in one:
            check(whole[offset:offset + size] == value, one["name"], one)
        for key in ("encoding", "format", "set"):
            check(key in one, "no " + key, one)
        at += 1
    check(at > 60, "too few registers: %d" % at)
    for name in ("rax", "rip", "rflags", "xmm15", "st0", "mxcsr", "eax", "ah"):
        check(name in names, "no " + name)
    check_in("generic:pc;", r.ask("qRegisterInfo%x" % names["rip"]))


def check_stay_stopped(how):
    """D1 leaves it stopped; SIGCONT sets it off."""
    server = Server("--multi", "127.0.0.1:0")
    r = Rsp(server).as_lldb()
    process = subprocess.Popen([inferior("sleeper"), "600"],
                               stdout=subprocess.DEVNULL)
    try:
        r.expect("qSupportsDetachAndStayStopped:", "OK")
        r.expect("vAttach;%x" % process.pid, "T.*")
        r.expect("D1" + (";%x" % process.pid if how else ""), "OK")
        wait_until(lambda: state_of(process.pid) == "T", what="state T")
        os.kill(process.pid, 18)
        wait_until(lambda: state_of(process.pid) == "S", what="state S")
    finally:
        process.kill()
        process.wait()


def check_launch():
    """A and qLaunchSuccess, with and without a program."""
    server = Server("gdbserver", "127.0.0.1:0")
    r = Rsp(server).as_lldb()
    for key in ("native-signals+", "qEcho+"):
        check(key in r.features, "no " + key, r.features)
    name = hexed("/none/such")
    r.error("A%d,0,%s" % (len(name), name))
    check(r.ask("qLaunchSuccess").startswith("E/none/such"), "no reason")
    r.expect("QSetDisableASLR:1", "OK")
    r.expect("QLaunchArch:x86_64", "OK")
    r.expect("QEnvironment:RSPD_TEST=plain", "OK")
    r.expect("QEnvironmentHexEncoded:" + hexed("OTHER=a=b;c#"), "OK")
    name = hexed(inferior("hello"))
    r.expect("A%d,0,%s,4,1,%s" % (len(name), name, hexed("x;")), "OK")
    r.expect("qLaunchSuccess", "OK")
    check_in("thread:", r.ask("?"))
    pid = int(fields(r.ask("qProcessInfo"))["pid"], 16)
    with open("/proc/%d/environ" % pid) as f:
        environ = f.read().split("\0")
    check(sorted(filter(None, environ)) == ["OTHER=a=b;c#", "RSPD_TEST=plain"],
          "another environment", environ)
    r.expect("vKill;%x" % pid, "OK")
    gone(pid)


def test():
    need("readelf")
    server = launch("threads", 1)
    pid = server.inferior_pid()
    r = Rsp(server).as_lldb()
    check_modules(r, pid)
    check_regions(r, pid)
    check_registers(r, pid)
    r.expect("qEcho:%16x", "qEcho:%16x")
    r.send("qSpeedTest:response_size:5000;data:abc;")
    check(len(r.receive()) >= 5000, "qSpeedTest")
    r.expect("qWatchpointSupportInfo:", r"num:\d+;")
    check(alive(pid), "gone")
    for how in (False, True):
        check_stay_stopped(how)
    check_launch()


run(test)
