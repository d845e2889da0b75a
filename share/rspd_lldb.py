# SPDX-License-Identifier: Apache-2.0
"""rspd's commands in lldb.  Load them with

    command script import /usr/share/rspd/rspd_lldb.py

allocate, vmfree, vmprotect, vmquery, vmwritten and vmregions are what rspd's
monitor commands are, with expressions of the program for addresses and
sizes.

rspd-connect connects through TLS."""
import os
import shlex
import subprocess
import threading

import lldb

# name, monitor's name, least and most words, which are values, help
COMMANDS = (
    ("allocate", "allocate", 2, 4, (0, 2),
     "Allocate memory in the program: allocate SIZE PROTECTION [ADDRESS] "
     "[TYPE].  PROTECTION is of r, w, x, or none, or PAGE_READWRITE and the "
     "like, joined with |; TYPE is MEM_COMMIT|MEM_RESERVE if not given."),
    ("vmfree", "free", 1, 1, (0,), "Free what allocate gave: vmfree ADDRESS."),
    ("vmprotect", "protect", 3, 3, (0, 1),
     "Change protection: vmprotect ADDRESS SIZE PROTECTION."),
    ("vmquery", "query", 1, 1, (0,),
     "Tell what lies at an address: vmquery ADDRESS."),
    ("vmwritten", "write-watch", 2, 3, (0, 1),
     "List pages that were written: vmwritten ADDRESS SIZE [reset]."),
    ("vmregions", "regions", 0, 0, (), "List what was allocated: vmregions."),
)


def number(frame, target, text):
    try:
        return "%#x" % int(text, 0)
    except ValueError:
        pass
    value = (frame if frame.IsValid() else target).EvaluateExpression(text)
    if not value.GetError().Success():
        raise ValueError(value.GetError().GetCString() or text)
    return "%#x" % value.GetValueAsUnsigned()


class Command:
    row = None

    def __init__(self, debugger, internal_dict):
        pass

    def __call__(self, debugger, command, context, result):
        _, name, least, most, values, text = self.row
        words = shlex.split(command)
        if not least <= len(words) <= most:
            result.SetError(text)
            return
        try:
            words = [number(context.GetFrame(), context.GetTarget(), w)
                     if i in values else w for i, w in enumerate(words)]
        except ValueError as error:
            result.SetError(str(error))
            return
        # What rspd says, without lldb's words about the packets.
        packets = lldb.SBCommandReturnObject()
        debugger.GetCommandInterpreter().HandleCommand(
            "process plugin packet monitor " + " ".join([name] + words),
            context, packets)
        if not packets.Succeeded():
            result.SetError(packets.GetError())
            return
        said, _, response = packets.GetOutput().partition("  packet: ")
        if "response: OK" in response:
            result.PutCString(said.rstrip("\n"))
            result.SetStatus(lldb.eReturnStatusSuccessFinishResult)
        else:
            result.SetError(said.strip() or name + ": refused")

    def get_short_help(self):
        return self.row[5].partition(":")[0]

    def get_long_help(self):
        return self.row[5]


def connect(debugger, command, context, result, internal_dict):
    """Connect to a server behind TLS, through `rspd connect`: rspd-connect HOST
    [OPTIONS].  HOST is HOST:PORT or a section of connect.conf, OPTIONS are those
    of `rspd connect`.  The variable RSPD of the environment says which rspd, if
    not that of PATH."""
    words = shlex.split(command)
    if not words:
        result.SetError("rspd-connect HOST [OPTIONS]")
        return
    # Not of our process group: ^C is for the program.
    bridge = subprocess.Popen(
        [os.environ.get("RSPD", "rspd"), "connect", *words, "--once",
         "--listen", "localhost:0"], stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, start_new_session=True)
    said = []
    for line in bridge.stderr:
        said.append(line)
        if line.startswith("Listening on port "):
            break
    else:
        result.SetError("".join(said).strip() or "rspd connect ended")
        return
    port = said[-1].split()[-1]
    threading.Thread(target=pass_on, args=(bridge,), daemon=True).start()
    debugger.GetCommandInterpreter().HandleCommand(
        "gdb-remote localhost:" + port, context, result)
    if not result.Succeeded():
        bridge.terminate()


def pass_on(bridge):
    """What it says later: why the connection broke."""
    for line in bridge.stderr:
        print(line, end="")
    bridge.wait()


def __lldb_init_module(debugger, internal_dict):
    debugger.HandleCommand("command script add -o -f %s.connect rspd-connect" %
                           __name__)
    for row in COMMANDS:
        name = "Command_" + row[0]
        globals()[name] = type(name, (Command,), {"row": row})
        debugger.HandleCommand("command script add -o -c %s.%s %s" %
                               (__name__, name, row[0]))
