#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""packets_md.py SOURCE_DIR: every packet of protocol/request_list.h has a row in
docs/packets.md that says whether dispatch.c serves it; each that is served says
who may send it when, and some test sends it to a whole session."""
import re
import sys
from pathlib import Path

source = Path(sys.argv[1])
problems = []


def known_packets():
    text = (source / "protocol/request_list.h").read_text()
    rows = re.findall(r'^\tX\(([A-Z0-9_]+), "([^"]+)",', text, re.M)
    if len(rows) != len(re.findall(r"^\tX\(", text, re.M)) or not rows:
        problems.append("request_list.h: a row that I cannot read")
    return {name: kind for kind, name in rows}


def documented():
    rows = {}
    lines = (source / "docs/packets.md").read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("| `"):
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        name = cells[0].strip("`")
        if len(cells) != 6:
            problems.append(f"packets.md:{number}: not six columns")
            continue
        if name in rows:
            problems.append(f"packets.md:{number}: {name} is there twice")
        rows[name] = cells
    return rows


def check_row(name, cells, is_served):
    _, gdb, lldb, since, served, _ = cells
    for client, first in (("gdb", gdb), ("lldb", lldb)):
        if not re.fullmatch(r"–|\d+", first):
            problems.append(f"{name}: {client} since {first!r}?")
    if not re.fullmatch(r"\d+\.\d+\.\d+", since):
        problems.append(f"{name}: since {since!r}?")
    if served != ("yes" if is_served else "no"):
        problems.append(f"{name}: served {served!r}, dispatch.c says otherwise")


def served_packets():
    """Those with a row in dispatch.c; each row has its states and its class."""
    text = (source / "server/session/dispatch.c").read_text()
    rows = re.findall(r"\n\t\[RSP_([A-Z0-9_]+)\] = \{([^}]*)\}", text)
    for name, row in rows:
        fields = [f.strip() for f in row.split(",") if f.strip()]
        if len(fields) != 3 or not fields[2].startswith("CLASS_"):
            problems.append(f"dispatch.c: {name}: handler, states, CLASS_...?")
    return {name for name, _ in rows}


def check_tested(packets):
    """request_examples.h tests decoders; this is about what is answered."""
    tests = "".join(
        path.read_text() for pattern in ("unit/*.c", "system/*.py",
                                         "system/lib/*.py")
        for path in (source / "tests").glob(pattern)
        if path.name != "test_request.c")
    for packet in packets:
        if not re.search(r"""["'$]""" + re.escape(packet), tests):
            problems.append(f"{packet}: no test sends it")


def main():
    packets = known_packets()
    rows = documented()
    served = served_packets()
    for name in packets.keys() - rows.keys():
        problems.append(f"{name}: not in packets.md")
    for name in rows.keys() - packets.keys():
        problems.append(f"{name}: not in request_list.h")
    for name in packets.keys() & rows.keys():
        check_row(name, rows[name], packets[name] in served)
    check_tested(name for name, kind in packets.items() if kind in served)
    for problem in sorted(problems):
        print(problem)
    return 1 if problems else 0


sys.exit(main())
