"""checks - the invariants, and the worker in whose folder they are checked."""

import os

import scenes
from pipes import Runner


class Failed(Exception):
    """An invariant does not hold."""


class Missed(Exception):
    """The fault did not fire."""


class Worker:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        os.makedirs(folder)
        self.runner = Runner(options.programs, options.killer,
                             os.path.join(folder, "log"))
        self.stands = {}

    def stand(self, name, phase):
        key = name, phase
        if key not in self.stands:
            scene = [s for s in scenes.ALL if s.name == name][0]()
            self.stands[key] = scenes.Stand(
                scene, phase, os.path.join(self.folder, "%s%d" % key),
                self.runner)
        return self.stands[key]


worker = None


def begin(options):
    global worker
    scenes.environ["PATH"] = "%s:%s" % (options.programs, os.environ["PATH"])
    worker = Worker(options, os.path.join(
        options.dir, "worker%d" % os.getpid()))


def difference(want, got):
    """Where two contents begin to differ, for people."""
    lines = []
    for path in want:
        if want[path] == got[path]:
            continue
        lines.append("    %s: wanted %s\n    %s: found  %s" % (
            path, shown(want[path]), " " * len(path), shown(got[path])))
    return "\n".join(lines)


def shown(content):
    text = repr(content)
    return text if len(text) < 700 else text[:500] + " ... " + text[-180:]


# ---- checks -----------------------------------------------------------------

def check_visible(stand, outcome, besides=()):
    now = scenes.contents(stand.scene)
    for kind, path in stand.scene.sinks:
        if path in besides:
            continue
        states = stand.view(path)
        if not scenes.allowed(kind, now[path], states):
            raise Failed("after the fault a reader of %s sees %s, which is no "
                         "state of a run without a fault\n%s" % (
                             path, shown(now[path]), outcome))


def check_contents(stand, want, outcomes):
    now = scenes.contents(stand.scene)
    if now != want:
        raise Failed("the sinks are wrong:\n%s\n%s" % (
            difference(want, now), "\n".join(map(str, outcomes))))


def check_litter(outcomes):
    for path in scenes.scan():
        name = os.path.basename(path)
        # What a folder keeps of its own is called .spate.
        if (name.startswith(".") and name != ".spate") or name.endswith(("-journal", ".tmp")):
            raise Failed("%s was left behind\n%s" % (
                path, "\n".join(map(str, outcomes))))


def check_doctor(stand):
    doctor = os.path.join(stand.runner.programs, "spate")
    if not os.path.exists(doctor):
        return
    outcome = stand.runner.run([["spate", "doctor", "ck"]])
    if not outcome.ok():
        with open(stand.runner.path("out")) as f:
            raise Failed("spate doctor is not content:\n%s\n%s" % (
                f.read(), outcome))


def check_statuses(outcome, fault):
    at = outcome.names.index(fault.program)
    for i, status in enumerate(outcome.statuses):
        if i == at and fault.kills():
            good = status == -9
        elif i == at and status in (-6, -11) and dies_early(outcome, fault):
            good = True
        elif i == at:
            good = status == 0 or (status == 3 and explains(outcome, fault))
        elif i == 0:
            # Who reads is the last to go: it says whose commit is missing.
            good = status in (0, -13, 5)
        elif i < at:
            good = status in (0, -13)
        else:
            good = status in (0, 5)
        if not good:
            raise Failed("%s ended with %d\n%s" % (
                outcome.names[i], status, outcome))


def dies_early(outcome, fault):
    """Libraries end the process themselves: libjq, with which smap keeps the
    names of columns (a few allocations at its start), and what constructors
    they have.  Never once rows flow, and the next run must be right."""
    return (fault.klass == "memory" and fault.program == "smap" and
            fault.at <= 64)


def explains(outcome, fault):
    """Does the message say what failed, and where?"""
    said = outcome.message(fault.program).lower()
    if fault.klass == "memory":
        return "memory" in said
    if fault.deed == "short":
        return False
    reasons = [os.strerror(fault.error).lower(), "disk i/o error",
               "database or disk is full", "unable to open",
               "disk image is malformed",
               # SQLite tries to open it for reading when it cannot for both.
               "readonly database"]
    return any(r in said for r in reasons) and names(said, outcome, fault)


def names(said, outcome, fault):
    """Does the message name the file of the call?"""
    if named(said, outcome.fired().split()[-1]):
        return True
    # From then on all calls fail: the first one need not matter, and the one
    # that is told of is named.
    return fault.times > 1 and said.count(": ") >= 2


def named(said, path):
    """A temporary file is named by what it is to become, a journal by its
    database."""
    if path.startswith(("pipe:", "socket:")) or path == "/dev/null":
        return "standard " in said
    where = os.path.basename(path).lower().replace("anon_inode:", "")
    if where.endswith("-journal"):
        where = where[:-len("-journal")]
    where = where.lstrip(".").replace(".tmp", "")
    if where == os.path.basename(os.getcwd()):
        # The folder of the pipeline itself: by its name, of the one database
        # in it, or ".".
        return (where in said or ": .: " in said or "out.db" in said or
                "folder" in said)
    folder = os.path.basename(os.path.dirname(path)).lower()
    return where in said or (folder != "" and folder in said)
