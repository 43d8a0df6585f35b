"""points - every call at which something can go wrong, tried one by one."""

import errno
import zlib

import checks
import scenes
from checks import Failed, Missed
from pipes import Fault, Hang


def go_on(stand, other, outcomes):
    """Phase 1 after a phase 0 that was broken: the state was right if what
    comes of it is."""
    scene = stand.scene
    scene.put(scene.parts)
    scene.states, scene.lowest = other.states, scene.first
    outcomes += scene.recover(stand.runner, 1)
    if not outcomes[-1].ok():
        raise Failed("going on fails:\n%s" % outcomes[-1])
    checks.check_contents(stand, other.states[-1], outcomes)
    checks.check_litter(outcomes)


def try_point(name, phase, faults, doctor=False):
    """Breaks one scene with faults, one a run; recovers; compares."""
    other = checks.worker.stand(name, 1) if phase == 0 else None
    stand = checks.worker.stand(name, phase)
    scene = stand.scene
    stand.reset()
    outcomes = []
    try:
        for fault in faults:
            start = scene.again if outcomes else scene.run
            outcome = start(stand.runner, phase, fault)
            outcomes.append(outcome)
            if not outcome.fired():
                raise Missed("%s did not fire\n%s" % (fault, outcome))
            checks.check_statuses(outcome, fault)
            checks.check_visible(stand, outcome)
        if not outcomes[-1].ok() or scene.sent:
            outcomes += scene.recover(stand.runner, phase)
        if not outcomes[-1].ok():
            raise Failed("it does not recover:\n%s" % "\n".join(
                map(str, outcomes)))
        checks.check_contents(stand, stand.states[-1], outcomes)
        checks.check_litter(outcomes)
        if doctor:
            checks.check_doctor(stand)
        if phase == 0:
            go_on(stand, other, outcomes)
    except Hang as e:
        raise Failed(str(e)) from None


def parse_point(text):
    """SCENE/PHASE/FAULT[+FAULT...]"""
    name, phase, rest = text.split("/", 2)
    return name, int(phase), [Fault.parse(f) for f in rest.split("+")]


def task(text):
    """In a worker: (point, None or what is wrong, did it fire)."""
    name, phase, faults = parse_point(text)
    # What depends on timing (when a commit is seen, and with it what is
    # cleaned up) may come less often in this run.
    for _ in range(4):
        try:
            try_point(name, phase, faults, doctor=zlib.crc32(text.encode()) % 16 == 0)
            return text, None, True
        except Missed:
            pass
        except Failed as e:
            return text, str(e), True
    return text, None, False


# ---- which points there are ---------------------------------------------------

def traces(options, klass):
    """(scene, phase, program, calls) of all runs without a fault."""
    for name in options.scene:
        for phase in (0, 1):
            stand = checks.worker.stand(name, phase)
            scene = stand.scene
            for program in scene.programs():
                stand.reset()
                calls, outcome = stand.runner.trace(
                    scene.commands(phase == 1), program, klass,
                    scene.stdin(phase), scene.stop(scene.count(phase)))
                if not outcome.ok():
                    raise SystemExit("%s/%d fails while it is traced:\n%s" % (
                        name, phase, outcome))
                yield name, phase, program, calls


def kills(options):
    points = []
    for klass in ("change", "pipe"):
        for name, phase, program, calls in traces(options, klass):
            for i, (_, size, _) in enumerate(calls):
                for deed in ("before", "middle", "after"):
                    if deed == "middle" and size < 2:
                        continue
                    points.append("%s/%d/%s" % (name, phase, Fault(
                        program, klass, i + 1, deed)))
    return points


# Each with what can be its reason, and how often in a row it may come.
ERRORS = {
    "change": ((errno.ENOSPC, 1), (errno.ENOSPC, 10 ** 6), (errno.EIO, 1),
               (errno.EIO, 10 ** 6), (errno.EDQUOT, 10 ** 6),
               (errno.EINTR, 1), (errno.EINTR, 20)),
    "pipe": ((errno.EINTR, 1), (errno.EINTR, 20), (errno.EIO, 10 ** 6)),
    "read": ((errno.EIO, 1), (errno.EIO, 10 ** 6), (errno.EINTR, 1),
             (errno.EINTR, 20)),
    "close": ((errno.EIO, 1), (errno.ENOSPC, 10 ** 6)),
}


def errors(options):
    points = []
    for klass, kinds in ERRORS.items():
        for name, phase, program, calls in traces(options, klass):
            for i, (_, size, _) in enumerate(calls):
                for number, times in kinds:
                    points.append("%s/%d/%s" % (name, phase, Fault(
                        program, klass, i + 1, "error", number, times)))
                if size > 1:
                    for times in (1, 10 ** 6):
                        points.append("%s/%d/%s" % (name, phase, Fault(
                            program, klass, i + 1, "short", 0, times)))
    return points


def allocations(options):
    return ["%s/%d/%s" % (name, phase, Fault(
        program, "memory", i + 1, "error", errno.ENOMEM, times))
        for name, phase, program, calls in traces(options, "memory")
        for i in range(len(calls)) for times in (1, 10 ** 6)]
