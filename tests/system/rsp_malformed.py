# SPDX-License-Identifier: Apache-2.0
"""Malformed, impossible and unknown packets: exactly one reply each, an error
or the empty one, and nothing of the session changes."""
from lib.harness import check, run
from lib.rsp import Rsp, base_of, launch, symbols

BIG = "f" * 17
REFUSED = """
m m, m0 m0, m,1 mx,1 m0,x m-1,1 m0,-1 m{BIG},1 m0,{BIG} m0,1,2 m0,1;
M M0,1 M0,1: M0,2:00 M0,1:0 M0,1:0g M0,1:0000 M{BIG},1:00 M0,{BIG}:00
M0,ffffffffffffffff:00
X X0,1 X0,1: X0,2:a X0,{BIG}:a
x x0 x0, x{BIG},1 x0,{BIG}
p p{BIG} pffffffff pzz P P0 P0= P0=0 P0=zz Pffff=00 G G0 Gzz G00
H Hg Hgx Hg{BIG} Hgp Hgp1 Hg999999 Hgp999999.1 Hcp0.999999 Hx0
T T0x T999999 Tp999999.1 T{BIG}
Z Z0 Z0, Z0,0 Z0,x,1 Z9,0,1 Z0,{BIG},1 Z0,0,{BIG} Z2,1001,1000 Z0,0,1;Xzz
z z0 z9,0,1 z0,0,1,2 z2,{BIG},8 Z5,0,1 z5,0,1
_M _M1 _M1,q _M1,rr; _M0,0,3000,4 _M0,1000,3000 _M0,1000,3000,4,5,6
_M{BIG},1,3000,4 _M0,{BIG},3000,4 _M0,1000,3000,0 _M0,1000,0,4 _M1:rw _M1x
_M0,1000,100003000,4 _Mffffffffffffffff,1,3000,4 _M0,ffffffffffffffff,3000,4
_m _mx _m0 _m1,2 _m1,2,3,4 _m0,0,8000 _m{BIG} _m1000,0,8000 _m1000,1000,8000
vCont; vCont;z vCont;C vCont;Czz vCont;c:p vCont;c:zz vCont;r vCont;r1
vCont;r1, vCont;s:999999 vCont;c:p999999.-1 vCont;r{BIG},2 vCont;C100
vAttach; vAttach;x vAttach;0 vAttach;-1 vAttach;ffffffff vAttach;{BIG}
vKill; vKill;0 vKill;-1 vKill;x vKill;fffffff D;0 D;x D;fffffff D; DD
vFile:open: vFile:open:zz,0,0 vFile:pread:99,1,0 vFile:pread:-1,1,0
vFile:close:99 vFile:close:-1 vFile:pwrite:99,0,x vFile:pread:0,1,0
vFile:nonsense:1 vFile: vFile:unlink:zz vFile:readlink:z
qXfer qXfer: qXfer:features qXfer:features:read qXfer:features:read:target.xml
qXfer:features:read:target.xml:0 qXfer:features:read:target.xml:x,1
qXfer:features:read:../../etc/passwd:0,100 qXfer:nonsense:read::0,1
qXfer:auxv:read::{BIG},1 qXfer:auxv:write::0:zz
qCRC: qCRC:0 qCRC:0,{BIG} qCRC:zz,1 qCRC:0,ffffffffffffffff
qSearch:memory: qSearch:memory:0 qSearch:memory:0;1 qSearch:memory:zz;1;a
qSearch:memory:0;{BIG};a qThreadExtraInfo, qThreadExtraInfo,999999
qThreadExtraInfo,x qGetTLSAddr: qGetTLSAddr:1 qGetTLSAddr:1,2
qGetTLSAddr:999999,0,0 qMemoryRegionInfo:x qMemoryRegionInfo:{BIG}
qRegisterInfo qRegisterInfox qRegisterInfoffffffff qThreadStopInfo999999
QPassSignals:x QPassSignals:{BIG} QProgramSignals:; QNonStop:2 QNonStop:
QCatchSyscalls QCatchSyscalls: QCatchSyscalls:2 QCatchSyscalls:1;x
QThreadEvents: QThreadEvents:2 QThreadOptions; QThreadOptions;x
QDisableRandomization:2 QStartupWithShell:x QEnvironmentHexEncoded:zz
QEnvironmentUnset:z QSetWorkingDir:zz qRcmd, qRcmd,zz qRcmd,6 qSymbol:x
QRestoreRegisterState:ffffffff QRestoreRegisterState:x QSaveRegisterState;x
jThreadsInfox jModulesInfo: jModulesInfo:[ jModulesInfo:{} qModuleInfo:
qModuleInfo:zz;zz qFileLoadAddress:z c; c{BIG} C Czz C00;zz s{BIG} S Szz
vRun;zz A A1 A1,0 A1,0,zz A99,0,61 Ax,0,61 QLaunchArch QSetSTDIN:z
nonsense vNonsense qNonsense QNonsense jNonsense _x vMustReplyEmpty
k0 !! ??? gg g0 qC0 qCX qfThreadInfoX qSupportedX vCont?x QStartNoAckModeX
"""


def test():
    server = launch("threads", 2, options=())
    pid = server.inferior_pid()
    tick = symbols("threads")["lap"][0] + base_of(pid, "threads")
    r = Rsp(server)
    r.as_gdb()
    before = (r.ask("g"), r.ask("m%x,40" % tick), r.ask("qC"), r.threads())
    for body in REFUSED.replace("{BIG}", BIG).split():
        r.refused_or_file(body)
        # Exactly one reply: the next one belongs to the next packet.
        r.expect("qC", before[2])
    after = (r.ask("g"), r.ask("m%x,40" % tick), r.ask("qC"), r.threads())
    check(before == after, "something has changed", before, after)
    check(server.process.poll() is None, "rspd ended")


run(test)
