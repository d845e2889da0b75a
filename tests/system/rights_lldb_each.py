# SPDX-License-Identifier: Apache-2.0
"""Real lldb without one right and with it: what needs the right is refused in
words and lldb goes on, the same works where it is granted."""
# variants: control write allocate launch attach files-read files-write shell
# timeout: 400
import os

from lib.harness import (Inferior, Server, check, check_match, inferior, lldb,
                         run, tmp, variant)

ALL = ["observe", "control", "write", "allocate", "launch", "attach",
       "files-read", "files-write", "shell"]
# With a program: the commands that need the right, what shows that they worked,
# and what that they did not.
DEBUGGING = {
    "control": (["breakpoint set -n add", "continue", "frame variable a"],
                r"\(int\) a = 41", r'rspd: "control" is not permitted'),
    "write": (["register write rax 0x1234", "register read rax"],
              r"rax = 0x0*1234", r"error: .*register.*rax"),
    "allocate": (["process plugin packet monitor allocate 0x1000 rw"],
                 r"^0x[0-9a-f]+$", r'"allocate" is not permitted'),
}
# In platform mode.
PLATFORM = {
    "launch": (["target create %(hello)s", "process launch --stop-at-entry",
                "register read rip"], r"rip = 0x", r"error: "),
    "attach": (["process attach --pid %(pid)d", "register read rip"],
               r"rip = 0x", r"error: .*attach"),
    "files-read": (["platform get-file %(src)s %(dst)s"], None, r"failed: "),
    "files-write": (["platform put-file %(src)s %(dst)s"], None, r"error: "),
    "shell": (["platform shell echo no$((1+1))"], r"^no2", r"error: "),
}


def words(commands, what):
    """What fails would end lldb's list of commands."""
    return ['script lldb.debugger.HandleCommand("%s")' % (c % what)
            for c in commands]


def attempt(right, granted):
    program = Inferior("sleeper", 60)
    rights = ",".join(r for r in ALL if granted or r != right)
    src, dst = os.path.join(tmp(), "src"), os.path.join(tmp(), "dst")
    with open(src, "w") as f:
        f.write("text\n")
    if os.path.exists(dst):
        os.unlink(dst)
    what = {"src": src, "dst": dst, "pid": program.pid,
            "hello": inferior("hello")}
    if right in DEBUGGING:
        commands, good, bad = DEBUGGING[right]
        server = Server("--multi", "--rights", rights, "127.0.0.1:0",
                        inferior("hello"))
        connect, name = ["gdb-remote " + server.address], inferior("hello")
        end = ["process plugin packet monitor rights", "process detach"]
    else:
        commands, good, bad = PLATFORM[right]
        server = Server("--multi", "--allow-shell", "--rights", rights,
                        "127.0.0.1:0")
        connect, name = ["platform select remote-linux", "platform connect "
                         "connect://" + server.address], None
        end = ["platform status"]
    out = lldb(name, *connect, "script print('[try]')",
               *words(commands, what), "script print('[after]')",
               *words(end, what), "script print('[end]')")
    tried = out.partition("\n[try]")[2].partition("\n[after]")[0]
    after = out.partition("\n[after]")[2]
    check("\n[end]" in after, "lldb did not get to the end", out)
    if right not in DEBUGGING:
        check("Connected: yes" in after, "lldb was thrown out", out)
    if granted:
        if good:
            check_match(good, tried)
        else:
            with open(dst) as f:
                check(f.read() == "text\n", "the file differs")
        check("Refused" not in server.text(), "refused though granted")
    else:
        check_match(bad, tried)
        server.wait_line('Refused: "%s" is not permitted' % right)
        check(not os.path.exists(dst) or not os.path.getsize(dst),
              "the file was carried", out)
    server.close()


def test():
    right = variant("write")
    attempt(right, False)
    attempt(right, True)


run(test)
