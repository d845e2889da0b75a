# SPDX-License-Identifier: Apache-2.0
"""Real gdb without one right and with it: what needs the right is refused in
words and gdb goes on, the same works where it is granted."""
# variants: control write allocate launch attach files-read files-write shell
# timeout: 300
import os

from lib.harness import (Inferior, Server, check, check_in, check_match, gdb,
                         inferior, run, tmp, variant)

ALL = ["observe", "control", "write", "allocate", "launch", "attach",
       "files-read", "files-write", "shell"]
# The commands that need the right, and what shows that they worked.
NEEDS = {
    "control": (["break add", "continue"], r"Breakpoint 1, "),
    "write": (["set var $rax = 0x1234", "print $rax"], r"= 4660"),
    "allocate": (["monitor allocate 0x1000 rw"], r"^0x[0-9a-f]+$"),
    "files-read": (["remote get %(src)s %(dst)s", "shell cat %(dst)s"],
                   r"^text"),
    "files-write": (["remote put %(src)s %(dst)s", "shell cat %(dst)s"],
                    r"^text"),
    "launch": (["set startup-with-shell off", "break main", "run"],
               r"Breakpoint 1, "),
    "shell": (["set startup-with-shell on", "break main", "run"],
              r"Breakpoint 1, "),
    "attach": (["attach %(pid)d", "bt"], r"in main \(argc="),
}
REFUSED = {
    "control": r'rspd: "control" is not permitted|Cannot insert breakpoint',
    "write": r"Could not write register|E01",
    "allocate": r'allocate: "allocate" is not permitted',
    "files-read": r"Operation not permitted|Remote I/O error",
    "files-write": r"Operation not permitted|Remote I/O error",
    "launch": r"Target returns error code '(01|.*not permitted.*)'",
    "shell": r"Remote replied unexpectedly while setting startup-with-shell",
    "attach": r"Attaching to process \d+ failed",
}


def attempt(right, granted):
    program = Inferior("sleeper", 60)
    rights = [r for r in ALL if granted or r != right]
    src, dst = os.path.join(tmp(), "src"), os.path.join(tmp(), "dst")
    with open(src, "w") as f:
        f.write("text\n")
    if os.path.exists(dst):
        os.unlink(dst)
    what = {"src": src, "dst": dst, "pid": program.pid}
    commands = [c % what for c in NEEDS[right][0]]
    alone = right in ("launch", "shell", "attach")
    name = "sleeper" if right == "attach" else "hello"
    server = Server("--multi", "--rights", ",".join(rights), "127.0.0.1:0",
                    *([] if alone else [inferior("hello")]))
    out = gdb(inferior(name), "set sysroot /",
              "target extended-remote " + server.address,
              *(["set remote exec-file " + inferior("hello")]
                if alone and right != "attach" else []),
              "echo [try]\\n", *commands, "echo [after]\\n", "info threads",
              "monitor rights", "echo [end]\\n", "disconnect")
    tried = out.partition("[try]")[2].partition("[after]")[0]
    after = out.partition("[after]")[2]
    check("[end]" in after, "gdb did not get to the end", out)
    if granted:
        check_match(NEEDS[right][1], tried)
        check("refused before" not in after, "refused though granted", out)
    else:
        check_match(REFUSED[right], tried)
        check_match(r"refused before: .*%s" % right, after)
        check_in("permitted: ", after)
        check(not os.path.exists(dst) or not os.path.getsize(dst),
              "the file was carried", out)
    server.close()


def test():
    right = variant("write")
    attempt(right, False)
    attempt(right, True)


run(test)
