# SPDX-License-Identifier: Apache-2.0
"""What system tests share: rspd, inferiors, debuggers, and their end.

A test is one file that checks one behaviour.  It ends normally (passed), by
skip() (exit 77, the reason is printed) or by an exception (failed).  Every
process that it starts is ended by its id when the test ends.
"""
import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

RSPD = os.environ.get("RSPD", "build/debug/rspd")
if "/" in RSPD:  # else it is looked for along PATH
    RSPD = os.path.abspath(RSPD)
INFERIORS = os.environ.get("INFERIORS", "build/debug/tests/inferiors")
LLDB = os.environ.get("LLDB", "lldb-19")
GDB = os.environ.get("GDB", "gdb")
# Everything here is slower under sanitizers and on a busy machine.
PATIENCE = float(os.environ.get("RSPD_TEST_PATIENCE", "30"))

_started = []
_servers = []
_tmp = None


class Failure(Exception):
    """The behaviour is not as it should be."""


def skip(reason):
    """Ends the test as skipped."""
    print("SKIP:", reason)
    sys.stdout.flush()
    _cleanup()
    os._exit(77)


def check(condition, message, *context):
    """Fails the test unless `condition`; `context` is printed then."""
    if not condition:
        for item in context:
            print("----", item, sep="\n")
        raise Failure(message)


def check_in(needle, text, message=None):
    check(needle in text, message or "not found: %r" % needle, text)


def check_not_in(needle, text, message=None):
    check(needle not in text, message or "found: %r" % needle, text)


def check_match(pattern, text, message=None):
    """Fails unless the regular expression occurs; returns the match."""
    match = re.search(pattern, text, re.M)
    check(match, message or "no match for: %s" % pattern, text)
    return match


def check_order(text, *needles):
    """Fails unless all needles occur, one after the other."""
    at = 0
    for needle in needles:
        found = text.find(needle, at)
        check(found >= 0, "not found (in order): %r" % needle, text)
        at = found + len(needle)


def variant(default):
    """The variant that ctest asked for, or the default."""
    return sys.argv[1] if len(sys.argv) > 1 else default


def tmp():
    """A folder that goes away with the test."""
    global _tmp
    if _tmp is None:
        _tmp = tempfile.mkdtemp(prefix="rspd-test-")
    return _tmp


def need(program):
    """Skips unless the program is installed."""
    if not shutil.which(program):
        skip("%s is not installed" % program)
    return program


def need_gdb():
    return need(GDB)


def need_lldb():
    return need(LLDB)


def need_debug_registers():
    """Skips on machines (some virtual ones) without debug registers."""
    from lib import hw
    if not hw.have_debug_registers():
        skip("this machine has no usable debug registers")


def inferior(name):
    path = os.path.join(os.path.abspath(INFERIORS), name)
    check(os.path.exists(path), "no such inferior: " + path)
    return path


def start(argv, **kwargs):
    """Popen that is ended with the test."""
    process = subprocess.Popen(argv, **kwargs)
    _started.append(process)
    return process


def wait_until(condition, seconds=None, what="condition"):
    """Polls until condition() is true; returns its value."""
    end = time.monotonic() + (seconds or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < end, "timed out waiting for " + what)
        time.sleep(0.02)


def alive(pid):
    """Is there such a process, and is it not a zombie?"""
    return state_of(pid) not in ("", "Z", "X")


def state_of(pid):
    """The letter of /proc/PID/stat; "" if there is none."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def tracer_of(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            return int(re.search(r"TracerPid:\s+(\d+)", f.read()).group(1))
    except OSError:
        return 0


def gone(pid, seconds=None):
    wait_until(lambda: not alive(pid), seconds, "the end of %d" % pid)


class Inferior:
    """A program that runs by itself, to be attached to."""

    def __init__(self, name, *args):
        self.process = start([inferior(name), *map(str, args)],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        line = self.process.stdout.readline()
        check(line.startswith("ready"), "no ready line", line)

    def output(self, seconds=None):
        """Waits for its end; what it printed since it was ready."""
        try:
            return self.process.communicate(timeout=seconds or PATIENCE)[0]
        except subprocess.TimeoutExpired:
            raise Failure("inferior %d did not end; state %s, tracer %d" %
                          (self.pid, state_of(self.pid), tracer_of(self.pid)))

    def status(self):
        return self.process.wait(PATIENCE)


class Server:
    """An rspd under test."""

    def __init__(self, *args, env=None, cwd=None, stdin=subprocess.DEVNULL,
                 stdout=None, listens=True, before=(), program=RSPD):
        self.argv = [*before, program, *map(str, args)]
        self.lines = []
        self.checked = False
        environ = dict(os.environ)
        environ.setdefault("ASAN_OPTIONS", "detect_leaks=1")
        environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        environ.update(env or {})
        print("$", " ".join(self.argv), flush=True)
        self.process = start(self.argv, env=environ, cwd=cwd, stdin=stdin,
                             stdout=stdout or subprocess.PIPE,
                             stderr=subprocess.PIPE)
        self.pid = self.process.pid
        self.out = b""
        self._readers = [threading.Thread(target=self._read, daemon=True)]
        if stdout is None:
            self._readers.append(
                threading.Thread(target=self._read_out, daemon=True))
        for reader in self._readers:
            reader.start()
        _servers.append(self)
        self.port = None
        if listens:
            match = self.wait_line(r"Listening on (?:port (\d+)|.*)")
            self.port = int(match.group(1)) if match.group(1) else None

    def _read(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace").rstrip("\r\n")
            self.lines.append(text)
            print("rspd:", text, flush=True)

    def _read_out(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return
            self.out += data

    def text(self):
        return "\n".join(self.lines)

    def stdout_text(self):
        return self.out.decode(errors="replace")

    def wait_line(self, pattern, seconds=None):
        """Waits until rspd has said this; returns the match."""
        def find():
            match = re.search(pattern, self.text(), re.M)
            if not match and self.process.poll() is not None:
                for reader in self._readers:
                    reader.join(2)
                match = re.search(pattern, self.text(), re.M)
                check(match, "rspd ended (%s) without saying: %s" %
                      (self.process.returncode, pattern), self.text())
            return match
        return wait_until(find, seconds, "line: " + pattern)

    def inferior_pid(self):
        return int(self.wait_line(r"(?:created|Attached); pid = (\d+)").group(1))

    def wait_stdout(self, *texts):
        """Waits until all of these have been printed."""
        wait_until(lambda: all(t in self.stdout_text() for t in texts),
                   what="output: %r" % (texts,))

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def wait(self, seconds=None):
        """Waits for its end; the exit status, negative for a signal."""
        try:
            status = self.process.wait(seconds or PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure("rspd did not end")
        for reader in self._readers:
            reader.join(2)
        return status

    def terminate(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        return self.wait()

    def check_clean(self):
        """Fails if a sanitizer had something to say."""
        self.checked = True
        for bad in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            check(bad not in self.text() or "LeakSanitizer has encountered"
                  in self.text(), "sanitizer report", self.text())

    def close(self):
        """Ends it as a user would, and looks at how it ended."""
        if self.checked:
            return
        if self.process.poll() is None:
            self.process.terminate()
        status = self.wait(20)
        self.check_clean()
        check(status >= 0 or status == -signal.SIGTERM,
              "rspd died of signal %d" % -status, self.text())


def _cleanup():
    for process in reversed(_started):
        if process.poll() is None:
            try:
                process.kill()
                process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                pass
    if _tmp:
        shutil.rmtree(_tmp, ignore_errors=True)


atexit.register(_cleanup)


def run(test):
    """Runs a test function; its servers must end well, too."""
    try:
        test()
        for server in _servers:
            server.close()
    except Failure as failure:
        print("FAIL:", failure, flush=True)
        _cleanup()
        os._exit(1)
    except SystemExit:
        raise
    except BaseException:
        import traceback
        traceback.print_exc()
        sys.stderr.flush()
        _cleanup()
        os._exit(1)
    print("PASS", flush=True)
    _cleanup()
    os._exit(0)


# ---- debuggers ------------------------------------------------------------

def _finish(argv, seconds, **kwargs):
    print("$", " ".join(repr(a) if " " in a else a for a in argv), flush=True)
    process = start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, **kwargs)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
        print(out.decode(errors="replace"))
        raise Failure("%s did not end in %d s" % (argv[0], seconds))
    text = out.decode(errors="replace")
    print(text, flush=True)
    return text


def gdb(program, *commands, seconds=90, env=None, cwd=None):
    """Real gdb in batch mode; returns all that it printed."""
    need_gdb()
    argv = [GDB, "-batch", "-nx", "-iex", "set auto-load off",
            "-iex", "set debuginfod enabled off", "-iex", "set confirm off",
            "-iex", "set width 0", "-iex", "set pagination off"]
    for command in commands:
        argv += ["-ex", command]
    if program:
        argv.append(program)
    environ = dict(os.environ)
    environ.update(env or {})
    return _finish(argv, seconds, env=environ, cwd=cwd)


def lldb(program, *commands, seconds=150, env=None, cwd=None):
    """Real lldb in batch mode; returns all that it printed."""
    need_lldb()
    # Not --batch: that ends with the first signal that the program receives.
    argv = [LLDB, "--no-lldbinit", "--no-use-colors"]
    for command in ("settings set use-color false",
                    "settings set auto-confirm true",
                    "settings set interpreter.stop-command-source-on-error "
                    "false",
                    "settings set symbols.enable-external-lookup false"):
        argv += ["-O", command]
    for command in (*commands, "quit"):
        argv += ["-o", command]
    if program:
        argv.append(program)
    environ = dict(os.environ)
    environ.update(env or {})
    return _finish(argv, seconds, env=environ, cwd=cwd)


# ---- how a debugger reaches rspd --------------------------------------------

class Session:
    """rspd with a program, in one of the ways that a debugger connects.

    `how` is "TRANSPORT-START", e.g. "tcp-launched", "unix-attached",
    "stdio-launched".
    """

    def __init__(self, how, name, *args, options=()):
        self.transport, _, self.start = how.partition("-")
        self.name = name
        self.program = inferior(name)
        self.inferior = None
        self.server = None
        self.path = None
        if self.start == "attached":
            self.inferior = Inferior(name, *args)
            tail = ["--attach"]
            what = [str(self.inferior.pid)]
        else:
            tail = []
            what = [self.program, *map(str, args)]
        if self.transport == "stdio":
            self.command = [RSPD, *options, *tail, "-", *what]
            return
        if self.transport == "unix":
            self.path = os.path.join(tmp(), "socket")
            comm = "unix:" + self.path
        else:
            comm = "127.0.0.1:0"
        self.server = Server("--once", *options, *tail, comm, *what)

    def gdb_connect(self, kind="remote"):
        if self.transport == "stdio":
            return "target %s | %s" % (kind, " ".join(self.command))
        where = self.path or self.server.address
        return "target %s %s" % (kind, where)

    def lldb_connect(self):
        if self.transport == "stdio":
            skip("lldb has no stdio transport")
        if self.path:
            return ("process connect --plugin gdb-remote unix-connect://" +
                    self.path)
        return "gdb-remote " + self.server.address


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
