#!/usr/bin/env python3
"""model - the restart protocol as a small model, explored to the end.

usage: model.py [--mutants] [--rule NAME] [--sink table|file] [--runs N]

Three runs (--runs) of one query read three rows: a source, a stage that keeps a state,
a sink, and pipes between them.  Every program may be killed between any two of
its steps; power may fail, and then of everything that was not synced any part
may be lost; the next run may begin while programs of older ones still work.
Epochs are cut wherever they can be.  All interleavings are visited, breadth
first, so that a violation is shown with a shortest way to it.

What must hold:
  whole     Whoever looks at the sink sees rows in order, none lost, none
            double, in whole epochs, each with the state that the rows up to it
            give.  (Of a file: up to the length that was committed last.)
  stays     An epoch whose commit was synced is never gone again.
  recovers  A run that is not hurt, and that got the lock, ends well: nobody
            refuses, nobody waits for ever.
  complete  Then the sink has all rows.

--mutants takes away the rules one by one; each time a violation must be found,
or the rule is not needed, or the model is blind.  The rules stand where they
are obeyed: `rule("name")`.

What stands for what: `log` is epochs.log, `commits` commits.log, a tuple of
entries each, with the number of those that are synced; an epoch's id is the
log up to it.  `states` are the stage's files.  A write with its rename is one
step, its fsync another.  A table takes rows, epoch and id in one transaction; a
file takes rows as they come and is cut to the committed length.
"""

import argparse
import sys
from collections import namedtuple

ROWS, LONGEST, ROOM = 3, 2, 1

RULES = {
    "log-synced-before-barrier":
        "an epoch is synced in epochs.log before its barrier leaves",
    "state-synced-before-barrier":
        "a stage's state is synced before it forwards the barrier",
    "load-the-head":
        "a stage loads the head of the committed epoch, not its newest file",
    "keep-two":
        "the state of the committed epoch and of the one before it stay",
    "rerun-as-logged":
        "an epoch that was logged is cut again as it was",
    "logs-rewritten":
        "a run makes both logs durable before it believes them",
    "one-source":
        "lock.source: one source at a time",
    "await-the-sink":
        "no barrier and no end leaves before the sink has attached",
    "wait-for-stages":
        "a new run begins when no stage of an older one holds the lock",
    "compare-the-run":
        "a stage goes on only if the run is that of its header",
    "lock-before-reading-run":
        "a stage takes the lock first and reads the run then",
    "sink-before-commit":
        "commits.log follows the sink, not the other way round",
    "sink-synced-before-commit":
        "the sink is synced before commits.log says so",
    "commit-synced":
        "commits.log is synced before the next epoch is taken",
    "skip-what-is-held":
        "an epoch that the sink has already is not written again",
    "held-is-synced":
        "what the sink has already is made durable before it counts",
    "one-transaction":
        "rows and the number of their epoch go in one transaction",
    "cut-the-file":
        "a file is cut to the length that was committed",
    "no-end-no-commit":
        "a stream that stops without its end is not committed",
}
# Rules of one kind of sink.
ONLY = {
    "skip-what-is-held": "table", "held-is-synced": "table",
    "one-transaction": "table", "cut-the-file": "file",
    # A file takes back whatever was not committed, so that it may be cut
    # otherwise.
    "rerun-as-logged": "table",
}
# Rules that only show in the third run.
THREE = ("logs-rewritten", "held-is-synced", "await-the-sink")

Disk = namedtuple("Disk", "run log log_synced commits commits_synced states "
                  "sink sink_synced reported")
# states: (epoch, what is durable or None, what a reader finds or None)

# One run.  A program is a tuple that begins with its step, or a word: why it is
# no more.  first and second are the pipes.
Run = namedtuple("Run", "source stage sink header first second")
State = namedtuple("State", "disk runs")

# Steps of which nobody but a neighbour sees anything.
AT_ONCE = ("sends", "takes", "forwards", "finds", "has", "ends")

GONE = ("killed", "refused", "cut off", "done")


class Violation(Exception):
    pass


class Model:
    def __init__(self, sink, broken=None, runs=3):
        self.file = sink == "file"
        self.broken = broken
        self.last = runs

    def rule(self, name):
        assert name in RULES
        return name != self.broken

    # ---- the source ---------------------------------------------------------

    def source(self, s, i):
        """(what, next state) of each step that run i's source can do."""
        disk, runs = s
        run = runs[i]
        p = run.source
        step = p[0]
        if step == "begin":
            if self.rule("one-source") and any(
                    alive(r.source) and r.source[0] != "begin" for r in runs):
                yield "is refused", put(s, i, source="refused")
            else:
                yield "locks lock.source", put(s, i, source=("run",))
        elif step == "run":
            if self.rule("wait-for-stages") and any(
                    locked(r.stage) or locked(r.sink) for r in runs):
                return
            yield "writes run", put(
                s, i, disk._replace(run=disk.run + 1),
                source=("read", disk.run + 1))
        elif step == "read":
            if self.rule("logs-rewritten"):
                disk = disk._replace(log_synced=len(disk.log),
                                     commits_synced=len(disk.commits))
            e = len(disk.commits) - 1
            head = disk.commits[e][0] if e >= 0 else ()
            yield "reads the logs", put(
                s, i, disk, source=("rows", e + 1),
                header=(p[1], e, head))
        elif not alive(run.stage):
            yield "finds no reader", put(s, i, source="cut off")
        elif step in ("barrier", "wait") and self.rule(
                "await-the-sink") and alive(run.sink) and not locked(run.sink):
            return
        elif step == "rows":
            yield from self.rows(s, i, p[1])
        elif step == "log":
            n, cut = p[1], p[2]
            # Another source may have been there (only without its lock).
            yield "logs epoch %d" % n, put(
                s, i, disk._replace(log=disk.log[:n] + (cut,)),
                source=("sync", n) if self.rule("log-synced-before-barrier")
                else ("barrier", n))
        elif step == "sync":
            yield "syncs epochs.log", put(
                s, i, disk._replace(log_synced=len(disk.log)),
                source=("barrier", p[1]))
        elif step == "barrier":
            n = p[1]
            if len(run.first) < ROOM:
                yield "sends barrier %d" % n, put(
                    s, i, source=("rows", n + 1),
                    first=run.first + (("barrier", n, disk.log[:n + 1]),))
        elif step == "wait":
            if len(disk.commits) >= p[1] and len(run.first) < ROOM:
                yield "sends the end", put(
                    s, i, source="done", first=run.first + (("end",),))

    def rows(self, s, i, n):
        disk, run = s.disk, s.runs[i]
        start = disk.log[n - 1][1] if 0 < n <= len(disk.log) else 0
        if len(run.first) >= ROOM:
            return
        if n < len(disk.log) and self.rule("rerun-as-logged"):
            yield "sends rows of epoch %d again" % n, put(
                s, i, source=("barrier", n),
                first=run.first + (("rows",) + disk.log[n],))
            return
        if start == ROWS:
            yield "has nothing more", put(s, i, source=("wait", n))
            return
        for end in range(start + 1, min(start + LONGEST, ROWS) + 1):
            yield "sends rows %d-%d" % (start, end - 1), put(
                s, i, source=("log", n, (start, end)),
                first=run.first + (("rows", start, end),))

    # ---- entering, of both the stage and the sink ---------------------------

    def enter(self, s, i, who):
        """None: not yet.  Else (what, state, entered)."""
        run = s.runs[i]
        p = getattr(run, who)
        if run.header is None:
            return None
        right = run.header[0] == s.disk.run or not self.rule("compare-the-run")
        if self.rule("lock-before-reading-run"):
            if right:
                return "locks, reads run", s, True
            return "is refused", put(s, i, **{who: "refused"}), False
        if p[0] == "begin":
            if right:
                return "reads run", put(s, i, **{who: ("checked",)}), False
            return "is refused", put(s, i, **{who: "refused"}), False
        return "locks", s, True

    # ---- the stage ----------------------------------------------------------

    def stage(self, s, i):
        disk, run = s.disk, s.runs[i]
        p = run.stage
        step = p[0]
        if step in ("begin", "checked"):
            entered = self.enter(s, i, "stage")
            if entered is None:
                if not alive(run.source):
                    yield "finds no stream", put(s, i, stage="cut off")
                return
            what, s, inside = entered
            yield what, self.load(s, i) if inside else s
        elif step == "work":
            yield from self.stage_input(s, i, p[1])
        elif step == "save":
            state, n, mark = p[1:]
            kept = {e: (d, c) for e, d, c in disk.states}
            kept[n] = (kept.get(n, (None, None))[0], state)
            oldest = len(disk.commits) - (
                2 if self.rule("keep-two") else 1)
            yield "saves epoch %d" % n, put(
                s, i, disk._replace(states=tuple(
                    (e,) + kept[e] for e in sorted(kept) if e >= oldest)),
                stage=("sync" if self.rule("state-synced-before-barrier")
                       else "forward", state, n, mark))
        elif step == "sync":
            state, n, mark = p[1:]
            yield "syncs its state", put(
                s, i, disk._replace(states=tuple(
                    (e, c, c) if e == n else (e, d, c)
                    for e, d, c in disk.states)),
                stage=("forward", state, n, mark))
        elif step == "forward":
            state, n, mark = p[1:]
            if not alive(run.sink):
                yield "finds no reader", put(s, i, stage="cut off")
            elif len(run.second) < ROOM:
                yield "forwards barrier %d" % n, put(
                    s, i, stage=("work", state),
                    second=run.second + (("barrier", n, mark, state),))

    def load(self, s, i):
        _, e, head = s.runs[i].header
        files = {n: c for n, _, c in s.disk.states if c is not None}
        if e < 0:
            return put(s, i, stage=("work", ()))
        if not self.rule("load-the-head"):
            return put(s, i, stage=("work", files[max(files)]))
        if files.get(e) != head:
            return put(s, i, stage="refused")
        return put(s, i, stage=("work", head))

    def stage_input(self, s, i, state):
        run = s.runs[i]
        if not alive(run.sink):
            yield "finds no reader", put(s, i, stage="cut off")
            return
        if not run.first:
            if not alive(run.source):
                yield "finds no end", put(s, i, stage="cut off")
            return
        message = run.first[0]
        if message[0] == "barrier":
            yield "takes barrier %d" % message[1], put(
                s, i, stage=("save", state, message[1], message[2]),
                first=run.first[1:])
            return
        if len(run.second) >= ROOM:
            return
        if message[0] == "end":
            yield "forwards the end", put(
                s, i, stage="done", first=run.first[1:],
                second=run.second + (message,))
        else:
            yield "takes rows", put(
                s, i, stage=("work", state + tuple(range(*message[1:]))),
                first=run.first[1:], second=run.second + (message,))

    # ---- the sink -----------------------------------------------------------

    def sink(self, s, i):
        disk, run = s.disk, s.runs[i]
        p = run.sink
        step = p[0]
        if step in ("begin", "checked"):
            entered = self.enter(s, i, "sink")
            if entered is None:
                if not alive(run.source):
                    yield "finds no stream", put(s, i, sink="cut off")
                return
            what, s, inside = entered
            yield what, self.recover(s, i) if inside else s
        elif step == "work":
            yield from self.sink_input(s, i, *p[1:])
        elif step == "write":
            yield from self.write(s, i, *p[1:])
        elif step == "number":
            yield "notes the epoch", put(
                s, i, disk._replace(sink=disk.sink[:-1] +
                                    (disk.sink[-1][:-1] + (True,),)),
                sink=("sync",) + p[1:])
        elif step == "sync":
            held, entry, late = p[1:]
            disk = disk._replace(sink_synced=len(disk.sink))
            yield "syncs the sink", put(
                s, i, disk, sink=("work", (), held) if late else
                ("commit", held, entry, False))
        elif step == "commit":
            held, entry, late = p[1:]
            entry = entry[:2] + (len(disk.sink),) if not late else entry
            n = entry[1]
            if len(disk.commits) != n:
                yield "is refused", put(s, i, sink="refused")
                return
            yield "logs commit %d" % n, put(
                s, i, disk._replace(
                    commits=disk.commits + ((entry[0], entry[2]),)),
                sink=("sync commit", held, entry, late))
        elif step == "sync commit":
            held, entry, late = p[1:]
            if self.rule("commit-synced"):
                disk = disk._replace(commits_synced=len(disk.commits))
            disk = disk._replace(
                reported=max(disk.reported, len(disk.commits)))
            yield "syncs commits.log", put(
                s, i, disk, sink=("write",) + late if late else
                ("work", (), held))

    def recover(self, s, i):
        """The sink has its locks: what is there?"""
        disk = s.disk
        e = s.runs[i].header[1]
        if len(disk.commits) - 1 != e or any(
                locked(r.sink) for r in s.runs):
            return put(s, i, sink="refused")
        if self.file:
            length = disk.commits[e][1] if e >= 0 else 0
            if len(disk.sink) < length:
                return put(s, i, sink="refused")
            if self.rule("cut-the-file"):
                disk = disk._replace(
                    sink=disk.sink[:length],
                    sink_synced=min(disk.sink_synced, length))
            return put(s, i, disk, sink=("work", (), -1))
        ahead = sum(1 for x in disk.sink if x[-1]) - 1 - e
        if ahead == 0:
            return put(s, i, sink=("work", (), -1))
        if ahead != 1:
            return put(s, i, sink="refused")
        if self.rule("held-is-synced"):
            disk = disk._replace(sink_synced=len(disk.sink))
        held = e + 1 if self.rule("skip-what-is-held") else -1
        return put(s, i, disk, sink=("work", (), held))

    def sink_input(self, s, i, taken, held):
        disk, run = s.disk, s.runs[i]
        if not run.second:
            if alive(run.stage):
                return
            if not self.rule("no-end-no-commit") and taken:
                # As if a barrier had come.
                n = len(disk.commits)
                yield "takes the end of file for an end", put(
                    s, i, sink=("write", taken, held, n, disk.log[:n + 1],
                                tuple(range(ROWS))[:max(taken) + 1]))
            else:
                yield "finds no end", put(s, i, sink="cut off")
            return
        message, rest = run.second[0], run.second[1:]
        if message[0] == "end":
            yield "ends", put(s, i, sink="done", second=rest)
        elif message[0] == "rows":
            rows = tuple(range(*message[1:]))
            if self.file:
                disk = disk._replace(
                    sink=disk.sink + tuple(("row", r) for r in rows))
            yield "takes rows", put(
                s, i, disk, sink=("work", taken + rows, held), second=rest)
        else:
            _, n, mark, state = message
            late = (taken, held, n, mark, state)
            if self.rule("sink-before-commit") or held == n:
                yield "takes barrier %d" % n, put(
                    s, i, sink=("write",) + late, second=rest)
            else:
                length = len(disk.sink) + 1
                yield "takes barrier %d" % n, put(
                    s, i, sink=("commit", held, (state, n, length), late),
                    second=rest)

    def write(self, s, i, taken, held, n, mark, state):
        """The unit of an epoch becomes visible."""
        disk = s.disk
        entry = (state, n, 0)
        late = not self.rule("sink-before-commit") and held != n
        after = "sync"
        if not self.rule("sink-synced-before-commit"):
            after = "commit"
        if held == n:
            same = disk.sink[n][3] == mark
            yield "has epoch %d already" % n, put(
                s, i, sink=("commit", -1, entry, False) if same
                else "refused")
            return
        if self.file:
            unit = ("state", state)
        else:
            unit = (n, taken, state, mark, True)
            if not self.rule("one-transaction"):
                unit, after = unit[:-1] + (False,), "number"
        yield "writes epoch %d" % n, put(
            s, i, disk._replace(sink=disk.sink + (unit,)),
            sink=(after, -1, entry, late))

    # ---- what goes wrong ----------------------------------------------------

    def starts(self, s):
        runs = s.runs
        if len(runs) < self.last and (not runs or not alive(runs[-1].source) or
                                 runs[-1].source[0] == "begin"):
            yield "run %d begins" % len(runs), State(s.disk, runs + (Run(
                ("begin",), ("begin",), ("begin",), None, (), ()),))

    def faults(self, s):
        for i, run in enumerate(s.runs):
            if i == self.last - 1:
                continue  # the last one is to show what is left
            for who in ("source", "stage", "sink"):
                if alive(getattr(run, who)):
                    yield "run %d: %s is killed" % (i, who), put(
                        s, i, **{who: "killed"})
        if len(s.runs) < self.last:
            yield from self.outages(s)

    def outages(self, s):
        disk = s.disk
        runs = tuple(Run(*(("killed" if alive(p) else p) for p in r[:3]),
                         r.header, (), ()) for r in s.runs)
        variants = [disk]
        for field, synced in (("log", "log_synced"),
                              ("commits", "commits_synced"),
                              ("sink", "sink_synced")):
            variants = [
                d._replace(**{field: getattr(d, field)[:n], synced: n})
                for d in variants
                for n in range(getattr(d, synced), len(getattr(d, field)) + 1)]
        for k, (e, durable, found) in enumerate(disk.states):
            if durable != found:
                variants = [d._replace(states=d.states[:k] + (
                    (e, value, value),) + d.states[k + 1:])
                    for d in variants for value in (durable, found)]
        for d in variants:
            if d != disk or runs != s.runs:
                yield "power fails", State(d._replace(states=tuple(
                    x for x in d.states if x[2] is not None)), runs)

    # ---- what must hold -----------------------------------------------------

    def check(self, disk):
        if self.file:
            length = disk.commits[-1][1] if disk.commits else 0
            if len(disk.sink) < length:
                raise Violation("stays: the file is shorter than committed")
            units = disk.sink[:length]
            rows, done = (), ()
            for kind, value in units:
                if kind == "row":
                    rows += (value,)
                else:
                    done = rows
                    if value != rows:
                        raise Violation("whole: state %r after rows %r" % (
                            value, rows))
            if rows != tuple(range(len(rows))) or rows != done:
                raise Violation("whole: the file has %r" % (units,))
            if len(disk.commits) < disk.reported:
                raise Violation("stays: a commit is gone")
            return
        rows = ()
        for n, (epoch, taken, state, _, numbered) in enumerate(disk.sink):
            rows += taken
            if epoch != n or state != rows or rows != tuple(
                    range(len(rows))):
                raise Violation("whole: the table has %r" % (
                    [u[:3] for u in disk.sink],))
            if not numbered and n + 1 < len(disk.sink):
                raise Violation("whole: epoch %d has no number" % n)
        if len(disk.sink) < disk.reported:
            raise Violation("stays: epoch %d is gone from the table" % (
                disk.reported - 1))

    def quiet(self, s):
        """Nothing goes on: did those who were not hurt end well?"""
        for i, run in enumerate(s.runs):
            programs = run[:3]
            if "killed" in programs or run.source == "refused":
                continue
            if programs != ("done",) * 3:
                raise Violation("recovers: run %d ends as %r" % (
                    i, programs))
            units = s.disk.sink
            got = sum(len(u[1]) for u in units) if not self.file else sum(
                1 for u in units if u[0] == "row")
            if got != ROWS:
                raise Violation("complete: run %d leaves %r" % (i, units))

    def steps(self, s):
        for i, run in enumerate(s.runs):
            for who, do in (("source", self.source), ("stage", self.stage),
                            ("sink", self.sink)):
                if alive(getattr(run, who)):
                    for what, t in do(s, i):
                        yield i, who, what, t

    def moves(self, s):
        """The steps to explore from s.  One that only moves a message, or ends
        a program that is cut off, changes nothing that others than its
        neighbours see, and it stays possible until it is done: it is explored
        alone, at once.  That it might have been prevented by a kill shows
        nothing new, because its receiver can be killed before it acts."""
        moves = []
        for i, who, what, t in self.steps(s):
            name = "run %d: %s %s" % (i, who, what)
            if t.disk is s.disk and what.split(" ")[0] in AT_ONCE:
                return [("run %d: %s %s" % (i, who, w), u)
                        for j, x, w, u in self.steps(s)
                        if (j, x) == (i, who)], True
            moves.append((name, t))
        return moves, False

    def explore(self):
        """The number of states; or a Violation with the way to it."""
        first = State(Disk(0, (), 0, (), 0, (), (), 0, 0), ())
        seen = {first: None}
        wave = [first]
        while wave:
            following = []
            for s in wave:
                moves, alone = self.moves(s)
                try:
                    if not moves:
                        self.quiet(s)
                    if not alone:
                        moves += self.starts(s)
                        moves += self.faults(s)
                    for what, t in moves:
                        t = tidy(t)
                        if t not in seen:
                            seen[t] = what, s
                            if t.disk is not s.disk:
                                self.check(t.disk)
                            following.append(t)
                except Violation as e:
                    way = ["    " + what] if moves else []
                    at = s
                    while seen[at] is not None:
                        what, at = seen[at]
                        way.append("    " + what)
                    raise Violation("%s, by\n%s" % (
                        e, "\n".join(reversed(way)))) from None
            wave = following
        return len(seen)


def alive(program):
    return program not in GONE


def locked(program):
    return alive(program) and program[0] not in ("begin", "checked")


def put(s, i, disk=None, **change):
    runs = s.runs
    return State(s.disk if disk is None else disk,
                 runs[:i] + (runs[i]._replace(**change),) + runs[i + 1:])


def tidy(s):
    """Forgets what nobody can ever see again: then more states are one."""
    numbers = False
    for i, r in enumerate(s.runs):
        new = r
        programs = r[:3]
        if "killed" in programs:
            # Why the others of its run ended shows nothing.
            new = Run(*("killed" if p in GONE else p for p in programs), *r[3:])
        if not alive(new.stage):
            new = new._replace(first=())
        if not alive(new.sink):
            new = new._replace(second=())
        entering = any(alive(p) and p[0] in ("begin", "checked")
                       for p in new[1:3])
        if new.header is not None and not entering:
            new = new._replace(header=None)
        numbers = numbers or (entering and (
            new.header is not None or new.source[0] in ("read",)))
        if new != r:
            s = State(s.disk, s.runs[:i] + (new,) + s.runs[i + 1:])
    if not numbers and s.disk.run != 0:
        s = State(s.disk._replace(run=0), s.runs)
    return s


def explore(sink, broken, runs):
    """None, or the violation; and how many states there were."""
    try:
        return None, Model(sink, broken, runs).explore()
    except Violation as e:
        return str(e), 0


def mutant(sink, name, runs):
    """The violation that is found without the rule, with as few runs as show
    it."""
    for n in range(2, runs + 1):
        wrong, _ = explore(sink, name, n)
        if wrong:
            return "%s (%d runs)" % (wrong.splitlines()[0], n)
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--mutants", action="store_true",
                   help="take away each rule: a violation must be found")
    p.add_argument("--rule", choices=sorted(RULES),
                   help="take away this one and show what happens")
    p.add_argument("--sink", choices=("table", "file"))
    p.add_argument("--runs", type=int, default=3)
    o = p.parse_args()
    failed = 0
    for sink in [o.sink] if o.sink else ["table", "file"]:
        if not o.mutants:
            wrong, states = explore(sink, o.rule, o.runs)
            print("model: %s: %s" % (sink, wrong or "%d states of %d runs, "
                                     "all right" % (states, o.runs)),
                  flush=True)
            failed += wrong is not None
            continue
        for name in [o.rule] if o.rule else RULES:
            if ONLY.get(name, sink) != sink or (
                    name in THREE and o.runs < 3):
                continue
            wrong = mutant(sink, name, o.runs)
            print("model: %s: without %s: %s" % (
                sink, name, wrong or "NOT CAUGHT"), flush=True)
            failed += wrong is None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
