# SPDX-License-Identifier: Apache-2.0
"""rspd's commands in gdb.  Load them with

    source /usr/share/rspd/rspd_gdb.py

allocate, vmfree, vmprotect, vmquery, vmwritten and vmregions are what "monitor
allocate" and so on are, with expressions of the program for addresses and
sizes, completion, and help.  The address that allocate gives is also in $_.

Before a detach, what is allocated in the program is listed, unless you have a
hook-detach of your own.

rspd-connect connects through TLS."""
import os
import shlex

import gdb

PROTECTIONS = [
    "r", "rw", "rx", "rwx", "none", "PAGE_NOACCESS", "PAGE_READONLY",
    "PAGE_READWRITE", "PAGE_EXECUTE", "PAGE_EXECUTE_READ",
    "PAGE_EXECUTE_READWRITE", "PAGE_GUARD", "PAGE_NOCACHE",
    "PAGE_WRITECOMBINE"]
TYPES = [
    "MEM_COMMIT", "MEM_RESERVE", "MEM_RESET", "MEM_TOP_DOWN",
    "MEM_WRITE_WATCH", "MEM_RESET_UNDO", "MEM_LARGE_PAGES"]


def number(text):
    return "%#x" % (int(gdb.parse_and_eval(text)) & (1 << 64) - 1)


def monitor(*words):
    out = gdb.execute("monitor " + " ".join(words), to_string=True)
    gdb.write(out)
    return out


class Command(gdb.Command):
    """Words are given to monitor; those in `values` are evaluated first."""
    name = monitor_name = ""
    least, most = 1, 1
    values = (0,)
    lists = {}

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if not self.least <= len(words) <= self.most:
            raise gdb.GdbError(self.__doc__.splitlines()[-1].strip())
        return monitor(self.monitor_name, *(
            number(w) if i in self.values else w
            for i, w in enumerate(words)))

    def complete(self, text, word):
        at = len(text.split()) - (0 if text.endswith(" ") or not text else 1)
        names = self.lists.get(at)
        if names is None:
            return gdb.COMPLETE_EXPRESSION
        return [n for n in names if n.startswith(word or "")]


class Allocate(Command):
    """Allocate memory in the program.

PROTECTION is of the letters r, w, x, or none, or PAGE_READWRITE and the like,
joined with |.  TYPE is MEM_COMMIT|MEM_RESERVE if it is not given.
Usage: allocate SIZE PROTECTION [ADDRESS] [TYPE]"""
    name = monitor_name = "allocate"
    least, most = 2, 4
    values = (0, 2)
    lists = {1: PROTECTIONS, 3: TYPES}

    def invoke(self, argument, from_tty):
        out = super().invoke(argument, from_tty)
        if out.startswith("0x"):
            gdb.execute("set $_ = (void *) " + out.split()[0])


class Free(Command):
    """Free memory that allocate gave.
Usage: vmfree ADDRESS"""
    name, monitor_name = "vmfree", "free"


class Protect(Command):
    """Change the protection of memory that allocate gave.
Usage: vmprotect ADDRESS SIZE PROTECTION"""
    name, monitor_name = "vmprotect", "protect"
    least, most = 3, 3
    values = (0, 1)
    lists = {2: PROTECTIONS}


class Query(Command):
    """Tell what lies at an address, also of memory that was not allocated.
Usage: vmquery ADDRESS"""
    name, monitor_name = "vmquery", "query"


class Written(Command):
    """List the pages of a region with MEM_WRITE_WATCH that were written.
Usage: vmwritten ADDRESS SIZE [reset]"""
    name, monitor_name = "vmwritten", "write-watch"
    least, most = 2, 3
    values = (0, 1)
    lists = {2: ["reset"]}


class Regions(Command):
    """List the memory that was allocated.
Usage: vmregions"""
    name, monitor_name = "vmregions", "regions"
    least, most = 0, 0


def before_detach():
    """For hook-detach: nothing where nothing is allocated."""
    try:
        out = gdb.execute("monitor regions", to_string=True)
    except gdb.error:
        return
    if out.startswith("base ") and out.count("\n") > 1:
        gdb.write("Allocated in the program:\n" + out)


def hook_detach():
    """A hook is a user's command, of which there is only one."""
    try:
        gdb.execute("show user hook-detach", to_string=True)
    except gdb.error:
        gdb.execute("define hook-detach\n"
                    "python import __main__; __main__.before_detach()\n"
                    "end")


class Connect(gdb.Command):
    """Connect to a server behind TLS, through `rspd connect`.

HOST is HOST:PORT or a section of connect.conf; OPTIONS are those of `rspd
connect`.  With -e as with target extended-remote: for `rspd serve` and --multi.
The variable RSPD of the environment says which rspd, if not that of PATH.
Usage: rspd-connect [-e] HOST [OPTIONS]"""

    def __init__(self):
        super().__init__("rspd-connect", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        kind = "extended-remote" if words[:1] == ["-e"] else "remote"
        words = words[kind == "extended-remote":]
        if not words:
            raise gdb.GdbError(self.__doc__.splitlines()[-1].strip())
        command = [os.environ.get("RSPD", "rspd"), "connect", *words]
        gdb.execute("target %s | %s" % (kind, " ".join(
            shlex.quote(w) for w in command)), from_tty)


hook_detach()
Connect()
for kind in (Allocate, Free, Protect, Query, Written, Regions):
    kind()
