# SPDX-License-Identifier: Apache-2.0
"""rspd's commands in lldb.  Load them with

    command script import /usr/share/rspd/rspd_lldb.py

allocate, vmfree, vmprotect, vmquery, vmwritten and vmregions are what rspd's
monitor commands are, with expressions of the program for addresses and
sizes.

Where lldb has parsed commands (19 and later) it completes constants, as
values of -p and -t, and variables, as arguments of the commands without
options.  It can complete neither constants that are arguments nor what follows
a |: common combinations are values of their own.

rspd-connect connects through TLS."""
import os
import shlex
import subprocess
import threading

import lldb

try:
    from lldb.plugins.parsed_cmd import ParsedCommand
except ImportError:
    ParsedCommand = None

PROTECTIONS = ["PAGE_NOACCESS"]
for _base in ("READONLY", "READWRITE", "EXECUTE", "EXECUTE_READ",
              "EXECUTE_READWRITE"):
    PROTECTIONS += ["PAGE_" + _base, "PAGE_" + _base + "|PAGE_GUARD"]
TYPES = ["MEM_COMMIT", "MEM_RESERVE", "MEM_COMMIT|MEM_RESERVE", "MEM_RESET",
         "MEM_RESET_UNDO", "MEM_COMMIT|MEM_RESERVE|MEM_TOP_DOWN",
         "MEM_COMMIT|MEM_RESERVE|MEM_WRITE_WATCH",
         "MEM_COMMIT|MEM_RESERVE|MEM_LARGE_PAGES"]

# Options of commands: name, place of the value among the words, what is completed
OPTIONS = {
    "allocate": (("protection", 1, PROTECTIONS), ("type", 3, TYPES)),
    "vmprotect": (("protection", 2, PROTECTIONS),),
}

# name, monitor's name, least and most words, which are values, help
COMMANDS = (
    ("allocate", "allocate", 2, 4, (0, 2),
     "Allocate memory in the program: allocate SIZE PROTECTION [ADDRESS] "
     "[TYPE], or allocate -p PROTECTION [-t TYPE] SIZE [ADDRESS], where lldb "
     "completes them.  PROTECTION is of r, w, x, or none, or PAGE_READWRITE and the "
     "like, joined with |; TYPE is MEM_COMMIT|MEM_RESERVE if not given."),
    ("vmfree", "free", 1, 1, (0,), "Free what allocate gave: vmfree ADDRESS."),
    ("vmprotect", "protect", 3, 3, (0, 1),
     "Change protection: vmprotect ADDRESS SIZE PROTECTION, or vmprotect -p "
     "PROTECTION ADDRESS SIZE, where lldb completes it."),
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

    def words(self, command):
        return shlex.split(command)

    def __call__(self, debugger, command, context, result):
        _, name, least, most, values, text = self.row
        words = self.words(command)
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
        return self.row[5] + "\n"


class Parsed(Command):
    """With options, which is what lldb completes.  ParsedCommand is joined to
    it where lldb has that."""

    def __init__(self, debugger, internal_dict):
        self.given = {}
        ParsedCommand.__init__(self, debugger, internal_dict)

    def setup_command_definition(self):
        parser = self.get_parser()
        for name, _, values in OPTIONS[self.row[0]]:
            parser.add_option(name[0], name, "As the word %s, with completion."
                              % name.upper(), "",
                              enum_values=[[v, v] for v in values])
        # lldb shows it as the syntax; the words are counted in __call__.
        parser.add_argument_set([parser.make_argument_element(
            lldb.eArgTypeAddressOrExpression, "plus")])

    def option_parsing_started(self):
        self.given = {}

    def set_option_value(self, context, name, value):
        """Any value: rspd knows which there are."""
        self.given[name] = value
        return True

    def words(self, command):
        words = [item.GetStringValue(4096) for item in command]
        for name, place, _ in OPTIONS[self.row[0]]:
            if name in self.given:
                if name == "type" and len(words) == place - 1:
                    words.append("0")    # the ADDRESS: rspd chooses
                if len(words) < place:
                    return []
                words.insert(place, self.given[name])
        return words


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
         "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
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
        "gdb-remote 127.0.0.1:" + port, context, result)
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
        bases, how = (Command,), ""
        if ParsedCommand and row[0] in OPTIONS:
            bases, how = (Parsed, ParsedCommand), "-p"
        elif ParsedCommand and row[4]:
            how = "-C variable-path"
        globals()[name] = type(name, bases, {"row": row})
        debugger.HandleCommand("command script add -o %s -c %s.%s %s" %
                               (how, __name__, name, row[0]))
