# SPDX-License-Identifier: Apache-2.0
"""info os: every table that there is, each with its columns and a row."""
import re
import socket
import subprocess

from lib.harness import (Session, check, check_in, check_match, gdb, need,
                         run)

TABLES = {
    "processes": ("pid", "user", "command", "cores"),
    "procgroups": ("pgid", "leader command", "pid", "command line"),
    "threads": ("pid", "command", "tid", "core"),
    "files": ("pid", "command", "file descriptor", "name"),
    "sockets": ("local address", "local port", "state", "protocol"),
    "shm": ("key", "shmid", "permissions", "size"),
    "semaphores": ("key", "semid", "permissions", "num semaphores"),
    "msg": ("key", "msqid", "permissions", "num messages"),
    "modules": ("name", "size", "num uses", "status"),
    "cpus": ("processor", "vendor_id", "model name", "flags"),
}




def make(kind, *args):
    """One object of System V IPC; its id."""
    text = subprocess.run(["ipcmk", kind, *args], capture_output=True,
                          text=True, check=True).stdout
    return re.search(r"\d+", text).group(0)


def look():
    s = Session("tcp-launched", "threads", 3)
    pid = s.server.inferior_pid()
    commands = ["info os"]
    for table in TABLES:
        commands += ["echo =%s=\\n" % table, "info os " + table]
    out = gdb(s.program, s.gdb_connect(), *commands, "echo =end=\\n", "kill")
    parts = re.split(r"(?m)^=(\w+)=\n", out)
    return pid, dict(zip(["all"] + parts[1::2], parts[::2]))


def test():
    need("ipcmk")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        made = [("-m", make("-M", "4096")), ("-s", make("-S", "2")),
                ("-q", make("-Q"))]
        try:
            pid, parts = look()
        finally:
            for kind, number in made:
                subprocess.run(["ipcrm", kind, number], check=False)
        port = listener.getsockname()[1]
    for table, columns in TABLES.items():
        check_in(table, parts["all"])
        lines = parts[table].split("\n")
        # A kernel may have no modules.
        if table == "modules" and not lines[0]:
            continue
        for column in columns:
            check_in(column, lines[0], table + ": " + column)
        check(len(lines) > 2, "no row of " + table, parts[table])
    check_match(r"(?m)^%d +\S+ +\S*threads" % pid, parts["processes"])
    check_match(r"(?m)^%d +\S+ +%d " % (pid, pid), parts["threads"])
    check_match(r"(?m)^127.0.0.1 +%d .*LISTEN" % port, parts["sockets"])
    for (_, number), table in zip(made, ("shm", "semaphores", "msg")):
        check_match(r"(?m)^-?\d+ +%s " % number, parts[table])


run(test)
