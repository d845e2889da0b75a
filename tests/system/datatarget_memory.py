# SPDX-License-Identifier: Apache-2.0
"""libdatatarget reads, writes and allocates in a live process, with the
documented codes; over TCP, a unix socket and a pair of pipes."""
# variants: tcp unix fd
import os

from lib.datatarget import (BAD_MEMORY, HANDLE, INVALID_ADDRESS, INVALIDARG,
                            Probe, Target)
from lib.harness import RSPD, check, run, start, state_of, variant

RESERVE_COMMIT, RELEASE, DECOMMIT = 0x3000, 0x8000, 0x4000
READWRITE, NOACCESS = 4, 1
SIZE = 0x123456


def connect(how):
    """A probe with a target, and the target's pid."""
    if how == "unix":
        target = Target()
        return target.probe(), target.pid
    if how == "tcp":
        target = Target(comm="localhost:0")
        return Probe("tcp", "localhost", target.server.port), target.pid
    target = Target()
    target.server.close()
    to, of = os.pipe(), os.pipe()
    start([RSPD, "--attach", "-", str(target.pid)], stdin=to[0], stdout=of[1])

    def place():
        os.dup2(of[0], 3)
        os.dup2(to[1], 4)
    # Out of the way of 3 and 4.
    of = (os.dup2(of[0], 70), of[1])
    to = (to[0], os.dup2(to[1], 71))
    return Probe("fd", preexec_fn=place, pass_fds=(3, 4)), target.pid


def pattern(size, seed):
    return bytes((i * 7 + (i >> 8) + seed) & 0xff for i in range(size))


def check_memory(probe, pid):
    at = probe.number("alloc", 0, SIZE, RESERVE_COMMIT, READWRITE)
    check(at % 0x10000 == 0, "granularity", hex(at))
    with open("/proc/%d/maps" % pid) as f:
        check("%x-" % at in f.read(), "no mapping at", hex(at))
    check(probe.data("read", at, 16, 0) == bytes(16), "not zero")
    probe.call("fill", at, SIZE, 3)
    check(probe.data("read", at, SIZE, 0) == pattern(SIZE, 3), "data differ")
    with open("/proc/%d/mem" % pid, "rb") as f:
        f.seek(at)
        check(f.read(SIZE) == pattern(SIZE, 3), "the process has other data")
    probe.call("write", at + 5, "237d2a2424")
    check(probe.data("read", at + 4, 7, 0) ==
          pattern(5, 3)[4:] + b"#}*$$" + pattern(11, 3)[10:], "escapes")
    return at


def check_ends(probe, at):
    end = at + (SIZE + 0xfff & ~0xfff)
    check(probe.data("read", end - 4, 100, 1) == bytes(4), "partial read")
    probe.call("read", end - 4, 100, 0, expect=BAD_MEMORY)
    probe.call("read", end, 1, 1, expect=BAD_MEMORY)
    probe.call("read", 0, 1, 0, expect=BAD_MEMORY)
    probe.call("read", 2 ** 64 - 4, 8, 0, expect=BAD_MEMORY)
    probe.call("read", at, 1, 2, expect=INVALIDARG)
    check(probe.data("read", at, 0, 0) == b"", "nothing")
    # A write that ends past the memory changes nothing, however long it is.
    before = probe.data("read", at, SIZE, 0)
    probe.call("fill", at, end - at + 1, 9, expect=BAD_MEMORY)
    probe.call("fill", end - 8, 9, 9, expect=BAD_MEMORY)
    probe.call("write", 2 ** 64 - 1, "0102", expect=BAD_MEMORY)
    check(probe.data("read", at, SIZE, 0) == before, "a part was written")


def check_codes(probe, at):
    for args, code in (((0, 0, RESERVE_COMMIT, READWRITE), INVALIDARG),
                       ((0, 1, 0, READWRITE), INVALIDARG),
                       ((0, 1, RESERVE_COMMIT, 3), INVALIDARG),
                       ((at, 1, RESERVE_COMMIT, READWRITE), INVALID_ADDRESS),
                       ((at, 0xffffffff, 0x1000, READWRITE),
                        INVALID_ADDRESS)):
        probe.call("alloc", *args, expect=code)
    probe.call("free", at, 1, RELEASE, expect=INVALIDARG)
    probe.call("free", at + 0x1000, 0, RELEASE, expect=INVALID_ADDRESS)
    probe.call("free", at, 0x1000, DECOMMIT)
    probe.call("read", at, 1, 0, expect=BAD_MEMORY)
    probe.call("free", at, 0, RELEASE)
    probe.call("free", at, 0, RELEASE, expect=INVALID_ADDRESS)


def test():
    probe, pid = connect(variant("unix"))
    check(probe.number("process") == pid, "process")
    at = check_memory(probe, pid)
    check_ends(probe, at)
    check_codes(probe, at)
    probe.call("detach")
    probe.call("read", at, 1, 0, expect=HANDLE)
    check(state_of(pid) in "SR", "not going on", state_of(pid))
    probe.close()


run(test)
