#!/usr/bin/env python3
"""fault - breaks pipelines in every way there is and looks what comes of it.

usage: fault.py MODE... [OPTION...]

	--all		kill each program before, inside and after each of its
			state-changing calls and its writes to pipes
	--sample N	the same for N points, chosen by --seed
	--pairs N	a kill, and a second one while recovering from it
	--storm N	all programs killed at a random moment, while a reader
			watches the sinks
	--power N	N power failures: what was not synced is lost or torn
	--images N	the same N times on ext4 in an image, where that is allowed
	--errors	each call fails: once, or from then on; or is short
	--oom		each allocation fails: once, or from then on
	--damage	each file of a checkpoint is damaged
	--race N	two runs begin at the same moment
	--hostile	streams that name a checkpoint which is not theirs
	--only POINT	one point; failures print it

make check-fault-slice does a part of each kind in minutes, make check-fault
all points; make check-mutants shows that they would see a missing fsync.

	--seed S, --scene NAME,..., --jobs N, --programs DIR, --killer FILE,
	--dir DIR (a fast file system), --limit N (of --errors and --oom)

Invariants, after a fault and the same command again:
  1. the sinks hold what a run without a fault would have written;
  2. whoever reads a folder or a table meanwhile sees whole epochs only, and a
     file is a beginning of what it will be;
  3. an epoch that was committed stays;
  4. the state is that of a run without a fault: going on with more input
     gives what it gives there;
  5. no temporary file stays behind;
  6. who fails says 3 and names file and reason, who is below says 5.
A fault that did not fire is no test: it is tried again, and then an error.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time

import attacks
import checks
import images
import points
import scenes
from pipes import Fault

HERE = os.path.dirname(os.path.abspath(__file__))


# ---- running many -----------------------------------------------------------

class Report:
    def __init__(self):
        self.failed = self.tried = 0

    def line(self, text):
        print("fault: " + text, flush=True)

    def failure(self, what, reproduce):
        self.failed += 1
        if self.failed <= 20:
            print("FAILED: %s\n  again: %s %s" % (
                what, os.path.relpath(__file__), reproduce), flush=True)


def each(pool, report, what, work, todo, enough=None):
    """Tries them all; enough: as many of them as it takes until so many have
    fired.  One that did not fire is not counted."""
    start, fired, missed = time.monotonic(), 0, 0
    todo = list(todo)
    least = len(todo) if enough is None else min(enough, len(todo))
    while todo and fired < least:
        now, todo = todo[:least - fired], todo[least - fired:]
        for text, wrong, hit in pool.imap_unordered(work, now, chunksize=4):
            fired += hit
            missed += not hit
            if (fired + missed) % 1000 == 0:
                report.line("%s: %d of %d" % (what, fired + missed, least))
            if wrong is not None:
                report.failure("%s: %s" % (text, wrong), "--only " + text)
    seconds = time.monotonic() - start
    report.tried += fired
    report.line("%s: %d tried, %d did not come up, %.0f s (%.0f a second)" % (
        what, fired, missed, seconds, fired / max(seconds, 0.001)))
    if enough is not None and fired < least:
        report.failure("%s: only %d of %d fired" % (what, fired, least), "")
    if enough is None and missed * 10 > least:
        report.failure("%s: %d of %d did not fire" % (what, missed, least), "")


def sample(some, n, r):
    """n of them, or all, in their order."""
    if n is None or n >= len(some):
        return some
    return [some[i] for i in sorted(r.sample(range(len(some)), n))]


def pairs(some, n, r):
    """Second faults are of the same scene and phase; those of a recovery come
    early, for a part is done."""
    by = {}
    for p in some:
        name, phase, fault = p.split("/", 2)
        by.setdefault((name, phase), []).append(Fault.parse(fault))
    out = []
    for _ in range(n):
        p = r.choice(some)
        name, phase, _ = p.split("/", 2)
        second = r.choice(by[name, phase])
        second.at = max(1, int(second.at * r.random()))
        out.append("%s+%s" % (p, second))
    return out


def parse_arguments():
    p = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__)
    p.add_argument("--all", action="store_true")
    p.add_argument("--sample", type=int, metavar="N")
    p.add_argument("--pairs", type=int, metavar="N")
    p.add_argument("--storm", type=int, metavar="N")
    p.add_argument("--power", type=int, metavar="N")
    p.add_argument("--images", type=int, metavar="N")
    p.add_argument("--errors", action="store_true")
    p.add_argument("--oom", action="store_true")
    p.add_argument("--damage", action="store_true")
    p.add_argument("--race", type=int, metavar="N")
    p.add_argument("--hostile", action="store_true")
    p.add_argument("--only", action="append", metavar="POINT", default=[])
    p.add_argument("--limit", type=int, metavar="N")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--scene", default=",".join(s.name for s in scenes.ALL))
    p.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    p.add_argument("--programs", default=os.path.join(HERE, "../../bin"))
    p.add_argument("--killer", default=None)
    p.add_argument("--dir", default="/dev/shm" if os.access(
        "/dev/shm", os.W_OK) else None)
    options = p.parse_args()
    options.scene = options.scene.split(",")
    options.programs = os.path.abspath(options.programs)
    options.killer = os.path.abspath(options.killer or os.path.join(
        options.programs, "../tests/fault/killer.so"))
    for path in (options.killer, os.path.join(options.programs, "sread")):
        if not os.path.exists(path):
            p.error("%s is missing: make check-fault builds it" % path)
    return options


def run(options, report):
    checks.begin(options)
    if options.only:
        for point in options.only:
            work = attacks.task if point.startswith("@") else points.task
            _, wrong, hit = work(point)
            report.tried += hit
            if wrong is not None:
                report.failure(wrong, "--only " + point)
            else:
                report.line("%s: %s" % (
                    point, "passed" if hit else "did not fire"))
        return
    why = options.images and images.cannot(options)
    if why:
        report.line("images: skipped: %s" % why)
        options.images = None
    r = random.Random(options.seed)
    asked = list(modes(options, report, r))
    # Workers inherit what the scenes have been seen to give.
    with multiprocessing.get_context("fork").Pool(
            options.jobs, checks.begin, (options,)) as pool:
        for what, work, todo, enough in asked:
            each(pool, report, what, work, todo, enough)


def modes(options, report, r):
    """(what, work, points, how many of them are enough or None)."""
    if options.all or options.sample or options.pairs:
        every = points.kills(options)
        report.line("%d points, seed %d" % (len(every), options.seed))
        n = options.sample
        if options.all:
            yield "kills", points.task, every, None
        elif n:
            yield "kills", points.task, r.sample(
                every, min(n + n // 4, len(every))), n
        if options.pairs:
            yield "pairs", points.task, pairs(
                every, options.pairs * 2, r), options.pairs
    if options.errors:
        yield "errors", points.task, sample(
            points.errors(options), options.limit, r), None
    if options.oom:
        yield "allocations", points.task, sample(
            points.allocations(options), options.limit, r), None
    for what, todo in attacks.asked(options, r):
        yield what, attacks.task, sample(
            todo, options.limit if what == "damage" else None, r), None


def main():
    options = parse_arguments()
    report = Report()
    options.dir = tempfile.mkdtemp(prefix="spate-fault-", dir=options.dir)
    cwd = os.getcwd()
    try:
        run(options, report)
    finally:
        os.chdir(cwd)
        shutil.rmtree(options.dir, ignore_errors=True)
    report.line("%d points, %d failed" % (report.tried, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
