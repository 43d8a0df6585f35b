"""pipes - runs a pipeline once, perhaps with a fault in one of its programs.

Programs are started with posix_spawn in the current folder; a worker of the
driver has a folder of its own.  A run ends when its programs end, or at the
limit, which is a failure.
"""

import errno
import os
import signal
import time

LIMIT = 30.0  # seconds, after which a run counts as hanging
CLASSES = ("change", "pipe", "read", "close", "memory")


class Hang(Exception):
    """The programs did not end within the limit."""


class Fault:
    """One thing that goes wrong: in which program, at which call, and what."""

    def __init__(self, program, klass, at, deed="before", error=0, times=1):
        self.program, self.klass, self.at = program, klass, at
        self.deed, self.error, self.times = deed, error, times

    @staticmethod
    def parse(text):
        """The inverse of str()."""
        part = text.split("/")
        program, klass, at, deed = part[:4]
        number, times = 0, 1
        if len(part) > 4 and part[4]:
            number = getattr(errno, part[4])
        if len(part) > 5:
            times = int(part[5])
        return Fault(program, klass, int(at), deed, number, times)

    def __str__(self):
        text = "%s/%s/%d/%s" % (self.program, self.klass, self.at, self.deed)
        if self.error or self.times != 1:
            text += "/" + (errno.errorcode[self.error] if self.error else "")
        if self.times != 1:
            text += "/%d" % self.times
        return text

    def kills(self):
        return self.deed in ("before", "middle", "after")

    def environment(self, killer, log):
        return {
            "LD_PRELOAD": killer,
            "FAULT_PROGRAM": self.program,
            "FAULT_CLASS": self.klass,
            "FAULT_AT": str(self.at),
            "FAULT_DO": self.deed,
            "FAULT_ERRNO": str(self.error),
            "FAULT_TIMES": str(self.times),
            "FAULT_LOG": log,
        }


class Outcome:
    """What became of a run: statuses (negative: a signal) and what was said."""

    def __init__(self, names, statuses, said, log):
        self.names, self.statuses, self.said, self.log = (
            names, statuses, said, log)

    def ok(self):
        return all(s == 0 for s in self.statuses)

    def fired(self):
        """Did the fault happen?  Its line in the log, or an empty string."""
        return self.log

    def status(self, program):
        return self.statuses[self.names.index(program)]

    def message(self, program):
        return self.said[self.names.index(program)]

    def __str__(self):
        lines = []
        for name, status, text in zip(self.names, self.statuses, self.said):
            lines.append("    %s: status %d" % (name, status))
            lines += ["        " + l for l in text.splitlines()[:6]]
        return "\n".join(lines)


class Runner:
    """Runs pipelines with the programs of one folder; logs go to another."""

    def __init__(self, programs, killer, logs):
        self.killer, self.logs = os.path.abspath(killer), logs
        self.programs = os.path.abspath(programs)
        self.environ = {k: v for k, v in os.environ.items()
                        if not k.startswith("FAULT_") and k != "LD_PRELOAD"}
        os.makedirs(logs, exist_ok=True)

    def path(self, name):
        return os.path.join(self.logs, name)

    def start(self, commands, stdin=b"", fault=None):
        """Returns what wait() takes.  stdin must fit into a pipe."""
        log = self.path("fault")
        if os.path.exists(log):
            os.unlink(log)
        env = dict(self.environ)
        if fault is not None:
            env.update(fault.environment(self.killer, log))
        running = Running(self, [c[0] for c in commands])
        if stdin:
            below, feed = os.pipe()
            os.write(feed, stdin)
            os.close(feed)
        else:
            below = os.open("/dev/null", os.O_RDONLY)
        for i, command in enumerate(commands):
            last = i == len(commands) - 1
            if last:
                above, out = None, os.open(
                    self.path("out"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            else:
                above, out = os.pipe()
            err = os.open(self.path("err.%d" % i),
                          os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            running.pids.append(os.posix_spawn(
                os.path.join(self.programs, command[0]), command, env,
                file_actions=[(os.POSIX_SPAWN_DUP2, below, 0),
                              (os.POSIX_SPAWN_DUP2, out, 1),
                              (os.POSIX_SPAWN_DUP2, err, 2)],
                setsigdef=[signal.SIGPIPE, signal.SIGINT]))
            for fd in (below, out, err):
                os.close(fd)
            below = above
        return running

    def run(self, commands, stdin=b"", fault=None, stop=None):
        return self.start(commands, stdin, fault).wait(stop)

    def trace(self, commands, program, klass, stdin=b"", stop=None):
        """The calls of one class that a program makes in a run without a
        fault: a list of (call, bytes, where), and the outcome."""
        fault = Fault(program, klass, 0)
        outcome = self.run(commands, stdin, fault, stop)
        calls = []
        for line in outcome.log.splitlines():
            _, call, size, where = line.split(" ", 3)
            calls.append((call, int(size), where))
        return calls, outcome


class Running:
    """A pipeline that was started."""

    def __init__(self, runner, names):
        self.runner, self.names = runner, names
        self.pids, self.statuses = [], {}

    def kill(self, number=signal.SIGKILL, only=None):
        for i, pid in enumerate(self.pids):
            if pid not in self.statuses and (only is None or only == i):
                os.kill(pid, number)

    def reap(self, block):
        """True when all have ended."""
        for pid in self.pids:
            if pid in self.statuses:
                continue
            got, status = os.waitpid(pid, 0 if block else os.WNOHANG)
            if got:
                self.statuses[pid] = os.waitstatus_to_exitcode(status)
        return len(self.statuses) == len(self.pids)

    def wait(self, stop=None):
        """The outcome.  stop(), if given, is asked now and then whether the
        first program is to be told to end (SIGTERM)."""
        def late(*_):
            raise Hang

        old = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            while stop is not None and not self.reap(False):
                if stop():
                    self.kill(signal.SIGTERM, 0)
                    break
                time.sleep(0.001)
            self.reap(True)
        except Hang:
            self.kill()
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.reap(True)
            raise Hang("hangs:\n%s" % self.outcome()) from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        return self.outcome()

    def outcome(self):
        def text(name):
            path = self.runner.path(name)
            if not os.path.exists(path):
                return ""
            with open(path, errors="replace") as f:
                return f.read()

        return Outcome(self.names,
                       [self.statuses.get(p) for p in self.pids],
                       [text("err.%d" % i) for i in range(len(self.pids))],
                       text("fault"))
