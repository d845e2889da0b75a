#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py SOURCE_DIR: who may include whom, and who may know what
(docs/architecture.md).  Looks at code alone: no comments, no texts."""
import re
import sys
from pathlib import Path

FLOORS = ("protocol", "backend", "server")

# Of these folders, no include may match; but in files that match the last.
INCLUDES = (
    ("protocol", r"backend/|server/|\btarget|session", None),
    ("backend", r"protocol/|server/|session|reply\.h|request", None),
    # Of the roles only the session sees both floors.  What TLS is spoken
    # stands beside the client's library, once for both.
    ("server", r"(^|/)protocol/", r"server/(session/|common/tls_policy\.c)"),
    ("server", r"backend/", r"server/session/"),
    # What TLS is made of.
    ("server", r"^(mbedtls|psa)/", r"server/(common/tls|certs/|session/digest\.c)"),
    # The client library stands alone, on librsp's framing.
    ("protocol/client", r"^\.\./(?!\.\./)(?!hex|reader|sum)", None),
    ("protocol", r"client/", r"protocol/client/"),
    # The operations of a back end are called by target.c, made by back ends.
    ("server", r"target_ops", None),
    ("backend/arch", r"target(?!_types)|ptrace/|mock/", None),
    ("backend/mock", r"ptrace/", None),
    ("backend/ptrace", r"mock/", None),
    # One processor's files are seen by arch/ alone.
    ("backend", r"arch/(x86|i386)|^sys/(user|reg|io)\.h|^asm/|^Zydis",
     r"backend/arch/"),
    ("server", r"arch/(x86|i386)|^sys/(user|reg|io)\.h|^asm/|^Zydis", None),
    ("protocol", r"^sys/(user|reg|io)\.h|^asm/|^Zydis", None),
)

PROCESSOR = (r"\b(\w*x86\w*|i386\w*|amd64\w*|user_regs_struct|NT_X86\w*|"
             r"orig_rax|[re](ax|bx|cx|dx|si|di|bp|sp|ip)|eflags|r(8|9|1[0-5])|"
             r"[xyz]mm\d*|[fgc]s_base)\b")

# The same of words in code.
WORDS = (
    ("protocol", PROCESSOR, r"protocol/client/"),
    ("backend", PROCESSOR, r"backend/arch/"),
    ("server", PROCESSOR, None),
    ("server", r"->\s*ops\b", None),
    ("protocol", r"\b(malloc|calloc|realloc|open|read|write|socket)\s*\(",
     r"protocol/client/"),
)


def code_of(text):
    """Without comments, texts and characters; lines stay lines."""
    def blank(match):
        return "\n" * match.group().count("\n")
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                  blank, text, flags=re.S)


def problems_of(name, text):
    for line in text.splitlines():
        include = re.match(r'\s*#\s*include\s*["<]([^">]+)', line)
        if include:
            yield from judge(name, include.group(1), INCLUDES, line)
    for line in code_of(text).splitlines():
        if not re.match(r"\s*#\s*include", line):
            yield from judge(name, line, WORDS, line)


def judge(name, what, rules, line):
    for folder, pattern, but in rules:
        if name.startswith(folder + "/") and re.search(pattern, what) and \
                not (but and re.match(but, name)):
            yield "%s: %s" % (name, line.strip())


def main():
    source = Path(sys.argv[1])
    bad, seen = [], 0
    for floor in FLOORS:
        for path in sorted(source.glob(floor + "/**/*.[ch]")):
            name = path.relative_to(source).as_posix()
            bad += problems_of(name, path.read_text())
            seen += 1
    for line in bad:
        print(line)
    return 1 if bad or not seen else 0


sys.exit(main())
