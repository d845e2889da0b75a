# SPDX-License-Identifier: Apache-2.0
"""vFile: files are opened, read, written; descriptors are the session's own
and closed when the client leaves.  What stat and lstat say."""
import os
import stat
import struct

from lib.harness import check, run, tmp
from lib.rsp import ALL_GDB, Rsp, launch, unescape


def hexed(path):
    return path.encode().hex()


def shared(r):
    """A file that is open is not opened again, unless it has changed."""
    path = os.path.join(tmp(), "twice")
    with open(path, "wb") as f:
        f.write(b"old")

    def opened(flags=0):
        reply = r.expect("vFile:open:%s,%x,0" % (hexed(path), flags),
                         r"F([0-9a-f]+)")
        return reply.group(1)

    def read(number):
        r.send("vFile:pread:%s,100,0" % number)
        return unescape(r.receive().partition(b";")[2])

    first = opened()
    check(opened() == first, "another number")
    check(opened(2) != first, "one that is written is another")
    r.expect("vFile:close:" + first, "F0")
    check(read(first) == b"old", "it is open yet")
    with open(path, "wb") as f:
        f.write(b"newer")
    other = opened()
    check(other != first and read(other) == b"newer", "it has changed")
    r.expect("vFile:close:" + first, "F0")
    r.expect("vFile:close:" + first, "F-1,9")
    check(read(other) == b"newer", "the other one")
    # One user has no more of one file than of many.
    count = 1
    while not r.ask("vFile:open:%s,0,0" % hexed(path)).startswith("F-"):
        count += 1
        check(count < 5000, "no bound")


def facts(r, name, path):
    """The fields of a stat as gdb reads them; None: there is no such file."""
    r.send("vFile:%s:%s" % (name, hexed(path)))
    head, _, data = r.receive().partition(b";")
    if head == b"F-1,2":
        return None
    check(head == b"F40", "no stat", head)
    return struct.unpack(">7I3Q3I", unescape(data))


def same(seen, path, follow):
    want = os.stat(path, follow_symlinks=follow)
    # S_IFLNK is none of the protocol's types.
    mode = want.st_mode
    if stat.S_ISLNK(mode):
        mode = stat.S_IMODE(mode)
    check((seen[2], seen[3], seen[4], seen[5], seen[7]) ==
          (mode, want.st_nlink, want.st_uid, want.st_gid, want.st_size),
          "facts of " + path, seen, want)
    check(seen[10:] == (int(want.st_atime), int(want.st_mtime),
                        int(want.st_ctime)), "times", seen, want)


def links(server):
    path = os.path.join(tmp(), "real")
    link = os.path.join(tmp(), "link")
    lost = os.path.join(tmp(), "lost")
    with open(path, "wb") as f:
        f.write(b"12345")
    os.symlink(path, link)
    os.symlink(path + "-none", lost)
    gdb16 = ALL_GDB + ";QThreadOptions+;error-message+"
    for features in (gdb16, gdb16 + ";single-inf-arg+;multi-wp-addr+"):
        r = Rsp(server).as_gdb(features)
        for name in (path, link):
            same(facts(r, "stat", name), name, True)
        check(facts(r, "stat", path + "-none") is None, "no such file")
        # gdb 16 goes on with the next file where a link is there.
        if features == gdb16:
            same(facts(r, "stat", lost), lost, False)
        else:
            check(facts(r, "stat", lost) is None, "it leads nowhere")
        for name in (path, link, lost):
            same(facts(r, "lstat", name), name, False)
        check(facts(r, "lstat", path + "-none") is None, "no such file")
        # gdb 17 announces what 16 does, and is known by this.
        check(facts(r, "stat", lost) is None, "it leads nowhere")
        r.close()


def test():
    server = launch("threads", 1, options=())
    r = Rsp(server).as_gdb()
    shared(r)
    r.close()
    links(server)
    r = Rsp(server).as_gdb()
    r.expect("vFile:setfs:0", "F0")
    r.expect("vFile:open:" + hexed("just probing") + ",0,0", "F-1,2")
    path = os.path.join(tmp(), "file")
    with open(path, "wb") as f:
        f.write(b"}#$*0123456789")
    fd = r.expect("vFile:open:%s,0,0" % hexed(path), r"F([0-9a-f]+)").group(1)
    r.send("vFile:pread:%s,100,0" % fd)
    head, _, data = r.receive().partition(b";")
    check(head == b"Fe" and unescape(data) == b"}#$*0123456789", "pread",
          head, data)
    r.expect("vFile:fstat:" + fd, "F40;.*")
    # Files of /proc have size 0 and are read to the end.
    maps = r.expect("vFile:open:%s,0,0" % hexed("/proc/self/maps"),
                    r"F([0-9a-f]+)").group(1)
    r.send("vFile:pread:%s,1000,0" % maps)
    check(len(r.receive()) > 100, "maps")
    for bad in ("63", "ff", "7fffffff", "ffffffff", "-1"):
        r.refused_or_file("vFile:pread:%s,10,0" % bad)
        r.refused_or_file("vFile:close:" + bad)
    r.expect("vFile:close:" + fd, "F0")
    r.expect("vFile:close:" + fd, "F-1,9")
    # A FIFO without a writer must not hang; many files must not run out.
    fifo = os.path.join(tmp(), "fifo")
    os.mkfifo(fifo)
    r.expect("vFile:open:%s,0,0" % hexed(fifo), "F.*", 10)
    count = 0
    while r.ask("vFile:open:%s,0,0" % hexed(fifo)).startswith("F-") is False:
        count += 1
        check(count < 5000, "descriptors have no bound")
    r.expect("qC", "QC.*")
    before = len(os.listdir("/proc/%d/fd" % server.pid))
    r.close()
    r = Rsp(server).as_gdb()
    r.expect("qC", "QC.*")
    after = len(os.listdir("/proc/%d/fd" % server.pid))
    check(after < before - count // 2, "%d descriptors, before %d" %
          (after, before))


run(test)
