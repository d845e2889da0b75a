# SPDX-License-Identifier: Apache-2.0
# variants: gdbserver multi serve serve-user lldb lldb-local
"""What a program finds that rspd starts: folder, environment, umask, signals,
process group, limits and descriptors are those that rspd was started with, as
with gdbserver and lldb-server; under a rule's user, that user's."""
import os
import pwd
import re
import resource
import shutil

from lib.daemon import write_config
from lib.harness import (RSPD, Server, check, gdb, inferior, lldb, run, skip, tmp,
                         variant, wait_until)
from lib.rsp import Rsp

CONFIG = """
[server]
listen = 127.0.0.1:0
[role all]
rights = all
[rule everybody]
connection = tcp
role = all
user = nobody
"""


class Found:
    """The report of the program: fields and environment."""

    def __init__(self, path):
        with open(path) as f:
            lines = f.read().splitlines()
        self.env = dict(line[4:].split("=", 1) for line in lines
                        if line.startswith("env "))
        self.fields = {name: value.split() for name, _, value in
                       (line.partition(":") for line in lines
                        if not line.startswith("env "))}

    def expect(self, name, *value):
        check(self.fields[name] == list(value), name, self.fields[name], value)


def started(*args):
    """A server with surroundings of its own."""
    here = os.getcwd()
    old_mask, old_limit = os.umask(0o27), resource.getrlimit(resource.RLIMIT_STACK)
    os.chdir("/usr")
    resource.setrlimit(resource.RLIMIT_STACK, (4 << 20, old_limit[1]))
    try:
        return Server(*args, env={"RSPD_TEST": "the server's"})
    finally:
        os.chdir(here)
        os.umask(old_mask)
        resource.setrlimit(resource.RLIMIT_STACK, old_limit)


def launch(how, report):
    program = inferior("surroundings")
    if how == "gdbserver":
        server = started("--once", "127.0.0.1:0", program, report)
        gdb(program, "set remotetimeout 60", "target remote " + server.address,
            "continue")
    elif how in ("multi", "serve"):
        server = started(*(["serve", "--rights", "all"] if how == "serve" else
                           ["--multi"]), "127.0.0.1:0")
        gdb(program, "set remotetimeout 60", "target extended-remote " + server.address,
            "set remote exec-file " + program, "run " + report)
    elif how == "lldb":
        server = started("platform", "--server", "--listen", "127.0.0.1:0")
        lldb(None, "platform select remote-linux",
             "platform connect connect://" + server.address,
             "target create " + program, "process launch -- " + report)
    elif how == "lldb-local":
        lldb(program, "process launch -- " + report, cwd="/usr",
             env={"RSPD_TEST": "the server's",
                  "LLDB_DEBUGSERVER_PATH": os.path.abspath(RSPD)})
    else:
        server = started("serve", "--config", write_config(CONFIG))
        r = Rsp(server).no_ack()
        r.supported("multiprocess+")
        r.expect("!", "OK")
        # The build may lie where only root may look.
        program = shutil.copy(program, os.path.dirname(report))
        r.expect("QSetSTDOUT:" + report.encode().hex(), "OK")
        r.expect("vRun;" + program.encode().hex(), "T05.*")
        r.expect("vCont;c", "W00.*")
    wait_until(lambda: os.path.exists(report), what="the report")


def check_user(found, folder):
    nobody = pwd.getpwnam("nobody")
    home = nobody.pw_dir if os.path.isdir(nobody.pw_dir) else "/"
    found.expect("cwd", home)
    found.expect("Uid", *[str(nobody.pw_uid)] * 4)
    check(set(found.env) <= {"USER", "LOGNAME", "HOME", "SHELL", "PATH", "PWD",
                             "OLDPWD", "SHLVL", "_", "LINES", "COLUMNS"},
          "more than a login has", sorted(found.env))
    check(found.env["HOME"] == nobody.pw_dir and found.env["USER"] == "nobody",
          "the user's environment", found.env)


def test():
    how = variant("multi")
    if how == "serve-user" and os.getuid() != 0:
        skip("only root can let a session become another user")
    folder = tmp()
    report = os.path.join(folder, "report")
    if how == "serve-user":
        os.chmod(folder, 0o755)
        with open(report, "w"):
            os.chmod(report, 0o666)
    launch(how, report)
    found = Found(report)
    if how == "serve-user":
        check_user(found, folder)
    else:
        found.expect("cwd", "/usr")
        check(found.env.get("RSPD_TEST") == "the server's", "the environment",
              found.env)
    for signals in ("SigBlk", "SigIgn", "SigPnd"):
        found.expect(signals, "0" * 16)
    found.expect("leader", "1", "0")
    found.expect("nice", str(os.nice(0)))
    found.expect("fds", "0", "1", "2")
    check(int(found.fields["personality"][0], 16) & 0x40000, "random addresses")
    if how == "lldb-local":
        return
    found.expect("umask", "27")
    found.expect("limit %d" % resource.RLIMIT_STACK, "%x" % (4 << 20),
                 "%x" % (resource.getrlimit(resource.RLIMIT_STACK)[1] % (1 << 64)))
    # Set-user-ID programs gain nothing where a daemon serves.
    found.expect("NoNewPrivs", "0" if how in ("gdbserver", "multi") else "1")


run(test)
