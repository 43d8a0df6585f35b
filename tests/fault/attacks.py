"""attacks - what is no single call: kills at random moments under the eyes of
a reader, damaged checkpoints, runs that overlap, streams from elsewhere.

A point is a text that says everything: @storm/folder/0/17, @damage/...
"""

import os
import random
import signal
import time

import checks
import images
import power
import scenes
from checks import Failed
from pipes import LIMIT, Fault, Hang, Runner


def asked(options, r):
    """(what, points) of the modes that the command line asks for."""
    some = [n for n in options.scene]
    if options.storm:
        yield "storms", ["@storm/%s/%d/%d" % (
            some[i % len(some)], i // len(some) % 2, r.randrange(10 ** 6))
            for i in range(options.storm)]
    if options.damage:
        yield "damage", damages(options, r)
    if options.race:
        # Standard input given twice would be read twice; a followed file
        # ends when it is told to.
        some = [n for n in some if n in ("file", "folder")] or ["file"]
        yield "races", ["@race/%s/%d/%d" % (
            some[i % len(some)], i // len(some) % 2, r.randrange(10 ** 6))
            for i in range(options.race)]
    if options.power:
        yield "power failures", power.asked(options, r)
    if options.images:
        yield "images", images.asked(options, r)
    if options.hostile:
        yield "hostile streams", ["@hostile/file/1/" + h for h in HOSTILE]


def task(text):
    """In a worker, as points.task."""
    kind, name, phase, rest = text[1:].split("/", 3)
    if kind == "image":
        try:
            images.run(name, int(phase), int(rest))
        except (Failed, Hang) as e:
            return text, str(e), True
        return text, None, True
    stand = checks.worker.stand(name, int(phase))
    if kind != "power":
        stand.reset()
    work = {"storm": storm, "damage": damage, "race": race,
            "hostile": hostile, "power": power.power}[kind]
    try:
        work(stand, rest)
    except (Failed, Hang) as e:
        return text, str(e), True
    return text, None, True


def finish(stand, outcomes):
    """The same command again gives the right result."""
    outcomes += stand.scene.recover(stand.runner, stand.phase)
    if not outcomes[-1].ok():
        raise Failed("it does not recover:\n%s" % "\n".join(
            map(str, outcomes)))
    checks.check_contents(stand, stand.states[-1], outcomes)
    checks.check_litter(outcomes)


# ---- storms -----------------------------------------------------------------

def look(stand, path, kind):
    if kind == "sqlite":
        # The file itself, while swrite writes it.
        return scenes.select(path) if os.path.exists(path) else None
    return scenes.READ[kind](path)


def watch(stand, end):
    """In a process of its own: reads the sinks all the time, until the pipe
    closes.  Exits 1, with a line in the file "seen", when it has seen what it
    must not."""
    newest = {}
    os.set_blocking(end, False)
    while True:
        for kind, path in stand.scene.sinks:
            if kind == "stream":
                continue
            try:
                now = look(stand, path, kind)
            except FileNotFoundError:
                continue
            states = stand.view(path)
            good = scenes.allowed(kind, now, states)
            if good and kind in ("parts", "sqlite"):
                at = max(i for i, s in enumerate(states)
                         if s == now or (not s and not now))
                good = at >= newest.get(path, 0)
                newest[path] = max(newest.get(path, 0), at)
            if not good:
                with open(stand.runner.path("seen"), "w") as f:
                    f.write("%s: %s" % (path, checks.shown(now)))
                os._exit(1)
        try:
            if os.read(end, 1) == b"":
                os._exit(0)
        except BlockingIOError:
            pass


def storm(stand, seed):
    """All programs killed, again and again; a reader watches."""
    r = random.Random(seed)
    scene = stand.scene
    began = time.monotonic()
    outcomes = []
    if not hasattr(stand, "takes"):
        scene.run(stand.runner, stand.phase)
        stand.takes = time.monotonic() - began
        stand.reset()
    end, mine = os.pipe()
    reader = os.fork()
    if reader == 0:
        os.close(mine)
        try:
            watch(stand, end)
        finally:
            os._exit(2)
    os.close(end)
    try:
        for i in range(r.randrange(1, 5)):
            # What was sent is not sent again before the sinks are looked at,
            # and so it is not the end either.
            once = i > 0 and scene.sent
            running = stand.runner.start(
                scene.commands(stand.phase == 1 and not once),
                b"" if once else scene.stdin(stand.phase))
            time.sleep(r.random() * stand.takes)
            running.kill(signal.SIGKILL)
            running.reap(True)
            outcomes.append(running.outcome())
        finish(stand, outcomes)
    finally:
        os.close(mine)
        _, status = os.waitpid(reader, 0)
    if status != 0:
        with open(stand.runner.path("seen")) as f:
            raise Failed("a reader saw part of an epoch, or one that went "
                         "away again: %s" % f.read())


# ---- damage -----------------------------------------------------------------

def damages(options, r):
    """What can be done to each file of a checkpoint: at rest (0), after a
    crash (1, 2), and before the first commit (3)."""
    out = []
    for name in options.scene:
        for crash in (0, 1, 2, 3):
            phase = 0 if crash == 3 else 1
            stand = checks.worker.stand(name, phase)
            stand.reset()
            wreck(stand, crash)
            for path, data in sorted(scenes.scan("ck").items()):
                if data is None:
                    continue
                for what in ways(data, r):
                    out.append("@damage/%s/%d/%d/%s/%s" % (
                        name, phase, crash, what, path))
    return out


def ways(data, r):
    """How a file can be damaged: an empty one has few ways."""
    out = ["delete", "append"]
    if not data:
        return out
    out += ["empty", "half", "cut1", "zero", "older"]
    bits = len(data) * 8
    spots = range(bits) if bits <= 64 else sorted(r.sample(range(bits), 40))
    return out + ["flip%d" % s for s in spots]


def first_commit(stand):
    """The number of swrite's first change of commits.log in phase 0."""
    if stand.phase == 0 and not hasattr(stand, "commits_at"):
        scene = stand.scene
        calls, outcome = stand.runner.trace(
            scene.commands(False), "swrite", "change", scene.stdin(0),
            scene.stop(scene.count(0)))
        stand.must(outcome, "traced")
        stand.commits_at = 1 + [
            where.endswith("/commits.log") for _, _, where in calls
            ].index(True)
        stand.reset()
    return getattr(stand, "commits_at", 0)


def wreck(stand, crash):
    """Leaves the checkpoint as a killed run does."""
    if crash == 0:
        return
    program = stand.scene.programs()[-2 if crash == 2 else -1]
    at = {1: 9, 2: 14, 3: first_commit(stand)}[crash]
    stand.scene.run(stand.runner, stand.phase, Fault(
        program, "change", at, "middle"))


def break_file(path, what, data, stand):
    if what == "delete":
        os.unlink(path)
        return
    if what == "older":
        data = stand.start.get("./" + path, data)
    if what == "append":
        data += b"garbage"
    elif what == "empty":
        data = b""
    elif what == "half":
        data = data[:len(data) // 2]
    elif what == "cut1":
        data = data[:-1]
    elif what == "zero":
        data = data[:len(data) // 2] + bytes(len(data) - len(data) // 2)
    elif what.startswith("flip"):
        # The file may be shorter than it was when the points were made.
        data = bytearray(data)
        bit = int(what[4:]) % (8 * len(data))
        data[bit // 8] ^= 1 << bit % 8
    with open(path, "wb") as f:
        f.write(data)


def damage(stand, rest):
    """Refused by name, and right once the damage is undone; or harmless."""
    crash, what, path = rest.split("/", 2)
    scene = stand.scene
    wreck(stand, int(crash))
    if not os.path.exists(path):
        # The crashed run depends on timing; this time it made no such file.
        return
    with open(path, "rb") as f:
        data = f.read()
    mode = os.stat(path).st_mode & 0o777
    saved = copies(scene)
    break_file(path, what, data, stand)
    outcomes = [scene.again(stand.runner, stand.phase)]
    lost = path == "ck/commits.log" and what == "half"
    checks.check_visible(stand, outcomes[0], SIDES if lost else ())
    if outcomes[0].ok():
        finish_quietly(stand, outcomes)
        return
    if 4 not in outcomes[0].statuses or any(
            s not in (0, 4, 5, -13) for s in outcomes[0].statuses):
        raise Failed("neither refused nor right:\n%s" % outcomes[0])
    said = "".join(t for t, s in zip(outcomes[0].said, outcomes[0].statuses)
                   if s == 4)
    if os.path.basename(path) not in said:
        raise Failed("the message does not name %s:\n%s" % (
            path, outcomes[0]))
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, mode)
    if lost:
        bring_back(saved)
    finish(stand, outcomes)


# A log that lost several commits looks as if a run had not come further.  The
# sink that knows better refuses, but only after the stages above have taken
# their side files and states back to where the log ends: who brings the log
# back from a copy needs the copy of all of the checkpoint, and of these.
SIDES = ("bad.ndjson", "late.arrows")


def copies(scene):
    """What is brought back then."""
    return {path: data for path, data in scenes.scan().items()
            if path.startswith("./ck/") or path[2:] in SIDES}


def bring_back(files):
    for path in scenes.scan("./ck"):
        if path not in files:
            os.unlink(path)
    for path, data in files.items():
        if data is None:
            continue
        with open(path, "r+b" if os.path.exists(path) else "wb") as f:
            f.write(data)
            f.truncate()
        if path.startswith("./ck/"):
            os.chmod(path, 0o600)


def finish_quietly(stand, outcomes):
    """After a run that took the damage: what it wrote is right."""
    if stand.scene.sent:
        finish(stand, outcomes)
    checks.check_contents(stand, stand.states[-1], outcomes)


# ---- runs that overlap --------------------------------------------------------

def race(stand, seed):
    """Two runs at once; or one whose sread dies while its other programs go
    on, and the next one at once."""
    r = random.Random(seed)
    scene = stand.scene
    second = Runner(stand.runner.programs, stand.runner.killer,
                    stand.runner.logs + ".second")
    commands = scene.commands(stand.phase == 1)
    a = stand.runner.start(commands)
    if r.randrange(2):
        time.sleep(r.random() * 0.02)
        a.kill(signal.SIGKILL, 0)
    b = second.start(commands)
    outcomes = [a.wait(), b.wait()]
    for o in outcomes:
        if not o.ok() and o.statuses[0] not in (4, -9):
            raise Failed("a run neither works nor is refused:\n%s" % "\n".join(
                map(str, outcomes)))
    if not any(o.ok() or o.statuses[0] == -9 for o in outcomes):
        raise Failed("none of two runs works:\n%s" % "\n".join(
            map(str, outcomes)))
    finish(stand, outcomes)


# ---- streams from elsewhere ---------------------------------------------------

HOSTILE = ("replay", "replay-last", "replay-begun", "replay-one",
           "other", "open-mode", "link", "missing",
           "owner")


def capture(stand, name, final=True):
    """What swindow would get in a whole run."""
    commands = stand.scene.commands(final)
    tee = ["/usr/bin/tee", stand.runner.path(name)]
    outcome = stand.runner.run(commands[:2] + [tee] + commands[2:])
    stand.must(outcome, "with tee")


def begin(stand, name):
    """A run that is killed when its rows flow, before anything is committed."""
    path = stand.runner.path(name)
    if os.path.exists(path):
        os.unlink(path)
    running = stand.runner.start(stand.scene.commands(True)[:2] + [
        ["/usr/bin/tee", path]])
    end = time.monotonic() + LIMIT
    while (not os.path.exists(path) or os.path.getsize(path) < 1000) and (
            time.monotonic() < end):
        time.sleep(0.001)
    running.kill()
    running.reap(True)


def hostile(stand, how):
    """A stream that says it belongs to a checkpoint changes nothing there."""
    stream = stand.runner.path("stream")
    if how == "replay-begun":
        # Nothing was committed since: the number of the run alone tells.
        begin(stand, "stream")
        begin(stand, "newer")
    elif how == "replay-one":
        # One epoch: the state before it is there still.
        stand.scene.put(stand.scene.first + 1)
        capture(stand, "stream", False)
    else:
        capture(stand, "stream")
    if how == "replay":
        # An old run: a newer one has been there since.
        stand.must(stand.scene.run(stand.runner, 1), "again")
    elif how == "other":
        rename_checkpoint(stand, "xk")
    elif how == "open-mode":
        os.chmod("ck", 0o755)
    elif how == "link":
        os.rename("ck", "real")
        os.symlink("real", "ck")
    elif how == "missing":
        os.rename("ck", "real")
    elif how == "owner":
        if os.geteuid() != 0:
            return
        for path in ["ck"] + [p for p in scenes.scan("ck")]:
            os.chown(path, 65534, 65534)
    before, sinks = scenes.scan(), scenes.contents(stand.scene)
    tail = stand.scene.commands(True)[2:]
    tail[-1] = ["swrite", "stolen.csv"]
    outcome = stand.runner.run([["/bin/cat", stream]] + tail)
    after = scenes.scan()
    undo(how)
    after.pop("./stolen.csv", None)
    if before != after:
        raise Failed("it changed %s\n%s" % (", ".join(sorted(
            p for p in set(before) | set(after)
            if before.get(p) != after.get(p))), outcome))
    # The first stage refuses, before it has looked at any state.
    if outcome.statuses[1] != 4 or outcome.statuses[-1] == 0:
        raise Failed("it was not refused\n%s" % outcome)
    if scenes.contents(stand.scene) != sinks and how != "other":
        raise Failed("it changed a sink\n%s" % outcome)
    if os.path.exists("stolen.csv"):
        os.unlink("stolen.csv")


def rename_checkpoint(stand, name):
    """The stream names another checkpoint than that of its run."""
    here = os.path.realpath("ck").encode()
    path = stand.runner.path("stream")
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data.replace(here, here[:-2] + name.encode()))
    scene = type(stand.scene)()
    commands = [[a.replace("out.csv", "xut.csv") if a == "out.csv" else
                 "xk" if a == "ck" else a for a in c]
                for c in scene.commands(True)]
    stand.must(stand.runner.run(commands), "another checkpoint")


def undo(how):
    if how in ("link", "missing"):
        if os.path.islink("ck"):
            os.unlink("ck")
        os.rename("real", "ck")
    elif how == "open-mode":
        os.chmod("ck", 0o700)
    elif how == "owner":
        for path in ["ck"] + [p for p in scenes.scan("ck")]:
            os.chown(path, 0, 0)
