# SPDX-License-Identifier: Apache-2.0
"""Conditions that loop, divide by nothing, read nowhere or end too soon: the
breakpoint stops, rspd lives, and the next packet is answered."""
from lib.harness import check, run
from lib.rsp import Rsp, base_of, launch, symbols

# Agent bytecode: goto 21, const8 22, const64 25, if_goto 20, ref64 1a, dup 28,
# div_signed 05, end 27.
BAD = {
    "a loop of its own": "210000",
    "a loop that fills the stack": "2201" "210000",
    "a loop with a condition": "2201" "200000",
    "a division by zero": "2201" "2200" "05" "27",
    "the one that overflows": "258000000000000000" "25ffffffffffffffff"
                              "05" "27",
    "address 0": "2200" "1a" "27",
    "a jump out of it": "21ffff",
    "an unknown operation": "ff",
    "nothing on the stack": "05" "27",
    "an operand that is cut off": "25",
    "a printf without its end": "34020010",
}


def test():
    server = launch("threads", 1)
    pid = server.inferior_pid()
    r = Rsp(server)
    r.as_gdb()
    lap = base_of(pid, "threads") + symbols("threads")["lap"][0]
    for what, code in BAD.items():
        reply = r.ask("Z0,%x,1;X%x,%s" % (lap, len(code) // 2, code))
        if reply != "OK":
            check(reply.startswith("E"), what, reply)
            continue
        r.resume()
        stop = r.stop_reply()
        check(stop.startswith("T05swbreak"), what, stop)
        r.expect("z0,%x,1" % lap, "OK")
    # Good ones: never and always.
    r.expect("Z0,%x,1;X3,220027" % lap, "OK")
    r.resume()
    check(r.receive(1) is None, "a condition that does not hold")
    r.interrupt()
    check(r.stop_reply().startswith("T02"), "the interrupt")
    r.expect("Z0,%x,1;X3,220127" % lap, "OK")
    r.resume()
    check(r.stop_reply().startswith("T05swbreak"), "one that holds")
    r.send("k")


run(test)
