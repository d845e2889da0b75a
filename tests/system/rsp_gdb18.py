# SPDX-License-Identifier: Apache-2.0
"""What gdb 18 announces: arguments as one text, qExecAndArgs; and gdb 16's
errors in words and binary reads."""
from lib.harness import Server, check, check_in, check_not_in, inferior, run
from lib.rsp import ALL_GDB, Rsp

GDB18 = (ALL_GDB + ";QThreadOptions+;error-message+;single-inf-arg+;"
         "multi-wp-addr+")


def hexed(text):
    return text.encode().hex()


def known(r):
    """(program, arguments) of qExecAndArgs."""
    match = r.expect("qExecAndArgs", "S;([0-9a-f]*);([0-9a-f]*);")
    return tuple(bytes.fromhex(v).decode() for v in match.groups())


def launch(r, program, *args):
    r.expect("vRun;" + ";".join(hexed(w) for w in (program, *args)), "T05.*")
    r.resume()
    end = r.stop_reply()
    check(end.startswith("W07"), "its end", end)


def client(server, features):
    r = Rsp(server)
    r.as_gdb(features)
    r.expect("!", "OK")
    return r


def test():
    program = inferior("hello")
    server = Server("--multi", "127.0.0.1:0")
    r = client(server, GDB18)
    for word in ("single-inf-arg", "multi-wp-addr", "error-message",
                 "binary-upload"):
        check_in(word + "+", r.features)
    r.expect("qExecAndArgs", "U")
    # The shell reads the text.
    launch(r, program, "one 'two words' \"$((40+2))\" >&2; exit 7")
    check(known(r) == (program, "one 'two words' \"$((40+2))\" >&2; exit 7"),
          "the text as it was given")
    server.wait_line("arg 1: one")
    server.wait_line("arg 2: two words")
    server.wait_line("arg 3: 42")
    # Without it quotes are taken off and nothing else is done.
    r.expect("QStartupWithShell:0", "OK")
    launch(r, program, "'a  b' $HOME c\\ d")
    server.wait_stdout("arg 1: a  b", "arg 2: $HOME", "arg 3: c d")
    # The last program again, with no arguments.
    launch(r, "")
    check(known(r) == (program, ""), "no arguments")
    # Errors in words, reads in binary.
    r.expect("vRun;" + hexed(program), "T05.*")
    r.expect("x0,10", r"E.*")
    pid = r.expect("qC", r"QCp([0-9a-f]+)\..*").group(1)
    r.expect("vKill;" + pid, "OK")
    r.close()

    # Older clients: each word is one, whatever is in it.
    r = client(server, ALL_GDB)
    for word in ("single-inf-arg", "multi-wp-addr", "error-message",
                 "QThreadOptions"):
        check_not_in(word, str(r.features))
    launch(r, program, "it's *")
    server.wait_stdout("arg 1: it's *")
    check(known(r) == (program, "'it'\\''s *'"), "quoted", known(r))
    r.close()

    # What the server was started with.
    s = Server("--once", "127.0.0.1:0", program, "x", "y z")
    r = Rsp(s)
    r.as_gdb(GDB18)
    check(known(r) == (program, "x 'y z'"), "of the command line", known(r))
    r.send("k")


run(test)
