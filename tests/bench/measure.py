"""measure - runs a shell pipeline and says what each of its processes cost.

The pipeline is started in the background by a shell that ends at once, so
that its processes become children of this one (a "subreaper"): each is then
waited for by itself, with its own figures.  They are forked by that small
shell and not from here, because Linux counts the memory of the forking
process as the child's peak.
"""
import ctypes
import os
import signal
import time
from dataclasses import dataclass, field

PR_SET_CHILD_SUBREAPER = 36


class Failed(Exception):
    """A pipeline or a comparison that did not go well."""


@dataclass
class Stage:
    """One process of a pipeline."""
    pid: int
    name: str
    status: int			# as the shell has it: 128 + signal
    cpu: float			# seconds, user and system
    peak: int			# bytes


@dataclass
class Run:
    """One run of a pipeline."""
    wall: float = 0.0			# seconds
    stages: list = field(default_factory=list)
    parts: list = field(default_factory=list)	# (name, CPU seconds)
    timed_out: bool = False

    @property
    def cpu(self):
        return sum(s.cpu for s in self.stages)

    @property
    def peak(self):
        return max((s.peak for s in self.stages), default=0)

    def check(self, what, allowed=(0,)):
        """Raises Failed unless all went well."""
        if self.timed_out:
            raise Failed("%s: not done in time" % what)
        bad = self.failed(allowed)
        if bad:
            raise Failed("%s: %s ended with status %d" %
                         (what, bad.name, bad.status))

    def failed(self, allowed=(0,)):
        """The stage to blame, or None.  A stage whose reader left (141) has
        done nothing wrong; one whose writer died (5) is the last to blame."""
        bad = [s for s in self.stages if s.status not in (*allowed, 141)]
        bad.sort(key=lambda s: s.status == 5)
        return bad[0] if bad else None


def adopt():
    """From now on, orphans below this process are its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def start(command, env, stdin=None, stdout=None, stderr=None):
    """Starts a pipeline, a shell command; returns its process group.  stdin,
    stdout and stderr are descriptors or None for /dev/null."""
    actions = []
    for fd, given, mode in ((0, stdin, os.O_RDONLY), (1, stdout, os.O_WRONLY),
                            (2, stderr, os.O_WRONLY)):
        if given is None:
            actions.append((os.POSIX_SPAWN_OPEN, fd, "/dev/null", mode, 0))
        else:
            actions.append((os.POSIX_SPAWN_DUP2, given, fd))
    text = command + " &"
    if stdin is not None:
        # A background job of a shell reads from nothing unless told.
        actions.append((os.POSIX_SPAWN_DUP2, stdin, 3))
        text = "{ %s\n} <&3 3<&- &" % command
    return os.posix_spawn("/bin/sh", ["sh", "-c", text], env,
                          file_actions=actions, setpgroup=0)


def command_name(pid):
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return "?"


def reap(shell, stages):
    """Waits for every child; appends their figures, in order of start."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            break
        name = command_name(found.si_pid)
        pid, status, used = os.wait4(found.si_pid, 0)
        if pid == shell:
            continue
        code = os.waitstatus_to_exitcode(status)
        stages.append(Stage(pid, name, code if code >= 0 else 128 - code,
                            used.ru_utime + used.ru_stime,
                            used.ru_maxrss * 1024))
    stages.sort(key=lambda s: s.pid)


def run(command, env, stdout=None, stderr=None, limit=None):
    """Runs a pipeline to its end, or kills it after so many seconds."""
    result = Run()

    def too_long(_signum, _frame):
        result.timed_out = True
        os.killpg(group, signal.SIGKILL)

    before = signal.signal(signal.SIGALRM, too_long)
    begin = time.monotonic()
    group = start(command, env, stdout=stdout, stderr=stderr)
    signal.setitimer(signal.ITIMER_REAL, limit or 0)
    try:
        reap(group, result.stages)
    except BaseException:
        os.killpg(group, signal.SIGKILL)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    result.wall = time.monotonic() - begin
    return result
