# SPDX-License-Identifier: Apache-2.0
"""Stack frames of libdatatarget are those of gdb's backtrace."""
import re

from lib.datatarget import Target
from lib.harness import check, gdb, need_gdb, run

FRAMES = """python
for t in gdb.selected_inferior().threads():
    t.switch()
    f = gdb.newest_frame()
    while f is not None:
        print('frame %d %x %x %s' % (t.ptid[1], f.pc(), int(f.read_register(
            'rsp')) & 0xffffffffffffffff, f.name()))
        f = f.older()
""".strip()


def gdb_frames(target):
    """Thread -> [(pc, sp, function)] of its frames, innermost first."""
    import os
    from lib.harness import tmp
    script = os.path.join(tmp(), "frames.py")
    with open(script, "w") as f:
        f.write(FRAMES.partition("\n")[2] + "\n")
    out = gdb(target.inferior.process.args[0], "set backtrace past-main on",
              "set backtrace past-entry on", "target remote " + target.path,
              "source " + script)
    frames = {}
    for tid, pc, sp, name in re.findall(
            r"^frame (\d+) ([0-9a-f]+) ([0-9a-f]+) (\S+)$", out, re.M):
        frames.setdefault(int(tid), []).append(
            (int(pc, 16), int(sp, 16), name))
    return frames


def test():
    need_gdb()
    target = Target()
    probe = target.probe()
    ours = {tid: probe.frames(tid) for tid in probe.threads()}
    probe.close()
    theirs = gdb_frames(target)
    check(sorted(ours) == sorted(theirs), "threads", ours, theirs)
    for tid, frames in ours.items():
        names = [name for _, _, name in theirs[tid]]
        check("innermost" in names and "middle" in names and
              names.count("outer") >= 2, "gdb's frames", names)
        check([f[0] for f in frames] == [f[0] for f in theirs[tid]],
              "pc in thread %d" % tid, frames, theirs[tid])
        check([f[3] for f in frames] == [f[1] for f in theirs[tid]],
              "sp in thread %d" % tid, frames, theirs[tid])
        for frame, caller in zip(frames, frames[1:]):
            check(frame[1] == caller[0], "return address", frame, caller)
            check(frame[2] == caller[3] - 16, "frame address", frame, caller)
        check(frames[-1][1] == 0, "the outermost returns", frames[-1])


run(test)
