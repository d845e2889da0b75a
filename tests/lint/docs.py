#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs.py SOURCE_DIR RSPD: what the pages say is there: files that they name,
options of rspd that they use, settings that they show.  And the other way round:
the man page has every option of --help, README.md every page."""
import json
import re
import subprocess
import sys
from pathlib import Path

source, rspd = Path(sys.argv[1]), sys.argv[2]
problems = []

FORMS = ([], ["gdbserver"], ["serve"], ["platform"], ["connect"], ["certs"],
         ["audit"])
# Options of others in lines that name rspd.
FOREIGN = {"cap-add", "security-opt", "cflags", "libs", "static", "preset", "build",
           "install", "config", "role", "target"}
OPTION = r"(?<![\w-])--([a-z][a-z-]+[a-z])"


def pages():
    found = [*source.glob("*.md"), *source.glob("docs/*.md"),
             source / "tests/README.md"]
    return [p for p in found if p.name != "CHANGELOG.md"]


def help_of(form):
    return subprocess.run([rspd, *form, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def known_options():
    return {name for form in FORMS
            for name in re.findall(OPTION, help_of(form))}


def check_files(page, text):
    for name in re.findall(r"`((?:docs|tests|server|backend|protocol|share)/"
                           r"[\w./*-]+)`", text):
        if "FAMILY" not in name and not list(source.glob(name.rstrip("/"))):
            problems.append(f"{page}: there is no {name}")


def check_options(page, text, known):
    for line in text.splitlines():
        if not re.search(r"(^|[ `|&(])rspd ", line):
            continue
        for name in re.findall(OPTION, line):
            if name not in known | FOREIGN:
                problems.append(f"{page}: rspd has no --{name}")


def check_settings(page, text):
    for block in re.findall(r"```json\n(.*?)```", text, re.S):
        try:
            json.loads(block)
        except ValueError as e:
            problems.append(f"{page}: {e}")


def check_manual():
    text = (source / "docs/man/rspd.1").read_text()
    there = set(re.findall(r"Fl -([a-z-]+)", text))
    for form in FORMS:
        for name in rows(form) - there - {"help", "version"}:
            problems.append(f"rspd.1: --{name} ({' '.join(form)}) is missing")
    for name in there - set().union(*map(rows, FORMS)) - {"version"}:
        problems.append(f"rspd.1: there is no --{name}")


def rows(form):
    return set(re.findall(r"^  (?:    |-\w, )--([a-z-]+)", help_of(form), re.M))


def check_keys():
    """[server] of rspd.conf(5): the options of serve, in .Cm and .It Cm."""
    text = (source / "docs/man/rspd.conf.5").read_text()
    part = re.search(r"^\.Ss \[server\]\n(.*?)^\.Ss ", text, re.M | re.S)[1]
    there = {name for line in re.findall(r"^\.(?:It )?Cm (.*)", part, re.M)
             for name in re.findall(r"[a-z][a-z-]+", line.partition(" Ar ")[0])}
    keys = {"listen", "unix-mode"} | {
        name for name in rows(["serve"]) - {"config", "check-config", "help"}
        if not name.startswith("no-")}
    for name in keys ^ there:
        problems.append(f"rspd.conf.5: {name} is missing, or there is none")


def main():
    known = known_options()
    readme = (source / "README.md").read_text()
    for path in pages():
        page, text = path.relative_to(source), path.read_text()
        check_files(page, text)
        check_options(page, text, known)
        check_settings(page, text)
        if path.parent.name == "docs" and f"`{page}`" not in readme:
            problems.append(f"README.md does not name {page}")
    check_manual()
    check_keys()
    for problem in sorted(set(problems)):
        print(problem)
    return 1 if problems else 0


sys.exit(main())
