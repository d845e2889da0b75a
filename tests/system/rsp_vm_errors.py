# SPDX-License-Identifier: Apache-2.0
# variants: gdb lldb plain
"""Errors of the virtual-memory packets in the words of clients which take
words: which Win32 error it is, and why."""
from lib.harness import check, run, variant
from lib.vm import PAGE, Program

FREE = 0x200000000
INVALID = (0x16, "ERROR_INVALID_PARAMETER (87): ")
ADDRESS = (0x63, "ERROR_INVALID_ADDRESS (487): ")
MEMORY = (0x0c, "ERROR_NOT_ENOUGH_MEMORY (8): ")
UNSUPPORTED = (0x5f, "ERROR_NOT_SUPPORTED (50): ")


def rows(base, code):
    return (
        ("_M0,0,3000,4", INVALID, "the size is 0"),
        ("_M10,1000,3000,4", INVALID, "below 0x10000"),
        ("_M0,1000,3000,4,%x" % 0, INVALID, "malformed"),
        ("_M%x,1000,3000,4,%x" % (FREE, FREE), INVALID, "near to"),
        ("_M0,1000,103000,4,%x" % FREE, INVALID, "MEM_TOP_DOWN"),
        ("_M0,1000,3000,4,7ffffffff000", INVALID, "beyond"),
        ("_M0,1000,40003000,4", INVALID, "unknown bits"),
        ("_M0,1000,100000,4", INVALID, "none of MEM_COMMIT"),
        ("_M%x,1000,81000,4" % base, INVALID, "stand alone"),
        ("_M0,1000,201000,4", INVALID, "needs MEM_RESERVE"),
        ("_M0,200000,20001000,4", INVALID, "needs MEM_RESERVE and MEM_COMMIT"),
        ("_M0,1000,403000,4", INVALID, "MEM_PHYSICAL"),
        ("_M0,1000,402000,2", INVALID, "PAGE_READWRITE"),
        ("_M0,1000,3000,6", INVALID, "no page protection"),
        ("_M0,1000,3000,8", INVALID, "copied on write"),
        ("_M0,1000,80000,4", INVALID, "address 0"),
        ("_M0,1000,20003000,4", INVALID, "0x200000"),
        ("_M0,1000000000000,2000,4", INVALID, "beyond"),
        ("_M0,1000,2000,104000004", INVALID, "32 bits"),
        ("_M0,1000", INVALID, "malformed"),
        ("_M0,1000,402000,4", UNSUPPORTED, "Linux"),
        ("_M0,7fffffff0000,2000,4", MEMORY, "no gap"),
        ("_M%x,1000,2000,4" % base, ADDRESS, "taken"),
        ("_M%x,1000,1000,4" % FREE, ADDRESS, "one allocated region"),
        ("_M%x,1000,1000,8" % base, INVALID, "copied on write"),
        ("_m%x,0,c000" % base, INVALID, "either MEM_DECOMMIT"),
        ("_m%x,1000,8000" % base, INVALID, "takes size 0"),
        ("_m7ffffffff000,0,8000", INVALID, "beyond"),
        ("_m%x,0,8000" % FREE, ADDRESS, "no allocated region"),
        ("_m%x,0,8000" % (base + PAGE), ADDRESS, "does not begin"),
        ("_m%x,9000,4000" % base, INVALID, "beyond its region"),
        ("_m%x,0,8000" % code, INVALID, "program's own"),
        ("QVirtualProtect:%x,1000,0" % base, INVALID, "no page protection"),
        ("QVirtualProtect:%x,0,4" % base, INVALID, "size is 0"),
        ("QVirtualProtect:%x,1000,8" % base, INVALID, "copied on write"),
        ("QVirtualProtect:%x,9000,4" % base, ADDRESS, "committed"),
        ("qVirtualQuery:7ffffffff000", INVALID, "beyond"),
        ("qGetWriteWatch:%x,1000,2" % base, INVALID, "0 or 1"),
        ("qGetWriteWatch:%x,1000,0" % base, INVALID, "MEM_WRITE_WATCH"),
    )


def text_of(reply, code):
    """What the reply says besides its code."""
    if variant("gdb") == "gdb":
        check(reply.startswith("E."), "no text", reply)
        return reply[2:]
    number, _, text = reply.partition(";")
    check(number == "E%02x" % code, "code", reply, "%x" % code)
    return bytes.fromhex(text).decode()


def monitor_says(p, base):
    """What a user reads who types it."""
    p.r.output = b""
    p.r.error("qRcmd," + b"allocate 4096 rw 0x10".hex())
    check(b"allocate: ERROR_INVALID_PARAMETER (87): the address is below" in
          p.r.output, "monitor allocate", p.r.output)
    p.r.output = b""
    p.r.error("qRcmd," + (b"protect %#x 0x10000 rw" % base).hex())
    check(b"protect: ERROR_INVALID_ADDRESS (487): " in p.r.output,
          "monitor protect", p.r.output)


def test():
    how = variant("gdb")
    p = Program(("--multi",), lldb=how == "lldb", features="swbreak+;error-message+"
                if how == "gdb" else "swbreak+")
    base = p.r.ask("_M0,8000,3000,4")
    base = int(base, 16)
    for packet, (code, name), why in rows(base, p.at["probed"]):
        reply = p.r.ask(packet)
        if how == "plain":
            check(reply == "E%02x" % code, packet, reply)
            continue
        text = text_of(reply, code)
        check(text.startswith(name) and why in text, packet, text, why)
    monitor_says(p, base)
    p.r.expect("D", "OK")
    reply = p.r.ask("_M0,1000,3000,4")
    check(how == "plain" or text_of(reply, 3).startswith(
        "ERROR_INVALID_HANDLE (6): "), "no process", reply)


run(test)
