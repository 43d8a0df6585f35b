#!/usr/bin/env python3
"""window_oracle - random pipelines against a brute-force answer.

    window_oracle.py [N [SEED]]     N random pipelines (default 200, seed 1)

Case i of seed S is the one case of seed S + i, so a failure is seen again by
the command that it prints.  The answer is computed from the definitions, row
by row and with exact arithmetic: every window that contains an instant, every
row of a window, every window at every barrier.  Nothing is shared with the
programs but the meaning.  The programs are taken from $builddir/bin, else
from bin of this tree, else from the path.
"""
import json
import math
import os
import random
import shlex
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = 1000000
COLUMNS = {"time": "timestamp", "k": "string", "j": "int", "v": "int",
           "f": "float", "b": "bool", "g": "string"}


# ---- a random case ---------------------------------------------------------

def duration(us):
    return f"{us // SECOND}s" if us % SECOND == 0 else f"{us}us"


class Case:
    """One pipeline and its input, all from one seed."""

    def __init__(self, seed):
        r = self.r = random.Random(seed)
        unit = r.choice([SECOND, SECOND, 7, 60 * SECOND])
        self.mode = r.choice(["append", "update", "complete"])
        self.marked = r.random() < 0.8
        self.delay = r.choice([0, 0, 1, 3, 10]) * unit
        self.kind = r.choice(["tumbling", "sliding", "sliding", "session",
                              "session", "none", "raw"])
        self.size = self.slide = r.randint(1, 20) * unit
        if self.kind == "sliding":
            self.slide = r.randint(1, self.size)
            if r.random() < 0.7:
                self.slide = max(unit, self.slide // unit * unit)
            most = r.choice([5, 50, 300])
            if self.size // self.slide > most:
                self.slide = self.size // most
        self.offset = 0
        if r.random() < 0.4:
            self.offset = r.randint(-self.slide + 1, self.slide - 1)
        self.keys = r.sample(["k", "j", "f", "b"], r.randint(0, 2))
        if self.kind == "raw":
            self.keys.insert(r.randint(0, len(self.keys)), "time")
        self.windows = self.kind in ("tumbling", "sliding")
        self.gap = r.choice([None, 1, 2, 5, 30])
        if self.gap is not None:
            self.gap *= unit
        self.gap_type = r.choice(["string", "float", "int"])
        if self.kind == "session" and self.mode == "update":
            self.mode = "append"
        self.aggs = self.choose_aggs()
        self.epochs = self.choose_rows(unit)
        self.final_mark = r.random() < 0.5
        self.partial = self.mode == "append" and r.random() < 0.3
        self.keep_late = r.random() < 0.5

    def choose_aggs(self):
        r = self.r
        aggs = []
        for i in range(r.randint(1, 5)):
            f = r.choice(["count", "count", "sum", "avg", "min", "max",
                          "first", "last"])
            if f in ("sum", "avg"):
                column = r.choice(["v", "f", "j"])
            else:
                column = r.choice(list(COLUMNS))
            if f == "count" and r.random() < 0.6:
                column = None
            aggs.append((f"a{i}", f, column))
        return aggs

    def choose_rows(self, unit):
        r = self.r
        now = r.choice([0, -1000, 1500000]) * unit
        epochs = []
        for _ in range(r.randint(1, 7)):
            rows = []
            for _ in range(r.choice([0, 1, 5, 5, 20])):
                now += r.choice([0, 0, 1, 2, 5]) * unit
                t = now - r.choice([0, 0, 0, 1, 4, 30]) * unit
                if r.random() < 0.3:
                    t += r.randint(-unit, unit)
                rows.append({
                    "time": self.maybe(t),
                    "k": self.maybe(r.choice(["a", "b", "", "c,d", "é"])),
                    "j": self.maybe(r.randint(-2, 2)),
                    "v": self.maybe(r.choice([r.randint(-99, 99),
                                              r.randint(-2**62, 2**62)])),
                    "f": self.maybe(r.choice([0.1, 0.2, -1.5, 1e9, 1e-9,
                                              -1e9, float(r.randint(0, 3))])),
                    "b": self.maybe(r.random() < 0.5),
                    "g": self.maybe(self.choose_gap(unit)),
                })
            epochs.append(rows)
        return epochs

    def choose_gap(self, unit):
        """As the column says it; microseconds are gap_of."""
        n = self.r.choice([-1, 0, 1, 2, 2, 5, 20])
        if self.gap_type == "int":
            return n
        if self.gap_type == "float":
            return n * unit / SECOND
        return ("-" if n < 0 else "") + duration(abs(n) * unit)

    def maybe(self, v):
        return None if self.r.random() < 0.1 else v

    # ---- as text

    def csv(self):
        lines = [",".join(COLUMNS)]
        for i, rows in enumerate(self.epochs):
            if i != 0:
                lines.append("--")
            lines += [",".join(cell(c, row[c]) for c in COLUMNS)
                      for row in rows]
        if self.final_mark:
            lines.append("--")
        return "\n".join(lines) + "\n"

    def stages(self, path):
        schema = ", ".join(f"{c} {t if c != 'g' else self.gap_type}"
                           for c, t in COLUMNS.items())
        stages = [["sread", "-f", "csv", "-s", schema, "--epoch-mark", "--",
                   path]]
        window = ["swindow", "-m", self.mode]
        if self.marked:
            stages.append(["swatermark", "time", duration(self.delay)])
        if self.windows:
            w = duration(self.size)
            if self.slide != self.size:
                w += "/" + duration(self.slide)
            window += ["-w", w]
            if self.offset != 0:
                window += ["--offset", ("-" if self.offset < 0 else "")
                           + duration(abs(self.offset))]
        if self.kind == "session":
            window += ["-w", "gap:" + (duration(self.gap) if self.gap
                                       else "@g")]
        if self.keys:
            window += ["-k", ",".join(self.keys)]
        if self.keep_late:
            window += ["--late", path + ".late"]
        for name, f, column in self.aggs:
            window.append(f"{name}={f}" + (f":{column}" if column else ""))
        stages.append(window)
        if self.partial:
            window.append("--partial")
            stages.append(["swindow", "--merge"])
        return stages + [["swrite", "-f", "ndjson", "--barriers"]]


def cell(column, v):
    if v is None:
        return ""
    if column == "time":
        return print_time(v)
    if v is True or v is False:
        return "true" if v else "false"
    if v == "":
        return '""'
    text = str(v)
    return f'"{text}"' if "," in text else text


def print_time(us):
    t = EPOCH + timedelta(microseconds=us)
    fraction = us % SECOND
    text = t.strftime("%Y-%m-%dT%H:%M:%S")
    if fraction % 1000 != 0:
        text += f".{fraction:06d}"
    elif fraction != 0:
        text += f".{fraction // 1000:03d}"
    return text + "Z"


# ---- the answer --------------------------------------------------------------

def windows_of(case, t):
    """Every [start, end) that contains t, found by looking at all near it."""
    if not case.windows:
        return [(0, 0)]
    first = (t - case.offset - case.size) // case.slide - 1
    last = (t - case.offset) // case.slide + 1
    starts = [case.offset + k * case.slide for k in range(first, last + 1)]
    return [(s, s + case.size) for s in starts if s <= t < s + case.size]


def gap_of(case, row):
    """Microseconds, or None: the row begins no session."""
    g = row["g"]
    if case.gap is not None:
        return case.gap
    if g is None:
        return None
    if isinstance(g, str):
        n = int(g.rstrip("us"))
        return n if g.endswith("us") else n * SECOND
    return round(Fraction(g) * SECOND)


def join_sessions(sessions):
    """Those that overlap or touch become one; rows keep their order."""
    joined = []
    for start, end, rows in sorted(sessions, key=lambda s: s[:2]):
        if joined and start <= joined[-1][1]:
            last = joined[-1]
            last[1] = max(last[1], end)
            last[2] = sorted(last[2] + rows, key=lambda r: r["seq"])
        else:
            joined.append([start, end, rows])
    return joined


def result(f, column, rows):
    """One aggregate of these rows, which are in the order of the input."""
    if f == "count" and column is None:
        return len(rows)
    values = [r[column] for r in rows if r[column] is not None]
    if f == "count":
        return len(values)
    if not values:
        return None
    if f == "first":
        return values[0]
    if f == "last":
        return values[-1]
    if f in ("min", "max"):
        best = min if f == "min" else max
        if isinstance(values[0], str):
            return best(values, key=lambda s: s.encode())
        return best(values)
    total = sum(Fraction(v) for v in values)
    if f == "avg":
        mean = float(total / len(values))
        return Mean(mean) if isinstance(values[0], float) else mean
    if isinstance(values[0], float):
        return float(total)
    if not -2**63 <= total < 2**63:
        raise OverflowError
    return int(total)


def order(value):
    if value is None:
        return (0, 0)
    return (1, value.encode() if isinstance(value, str) else value)


class Answer:
    """What each epoch emits, and how many rows were late or without time."""

    def __init__(self, case):
        self.case = case
        self.groups = {}  # (window, keys) -> rows
        self.late_rows = []
        self.seq = 0
        self.touched = set()
        self.watermark = None  # of the barrier before
        self.null_time = 0
        self.newest = None
        self.epochs = []
        self.overflow = False
        epochs = [list(rows) for rows in case.epochs]
        if case.final_mark:
            epochs.append([])
        for i, rows in enumerate(epochs):
            final = i == len(epochs) - 1
            try:
                self.epochs.append(self.epoch(rows, final))
            except OverflowError:
                self.overflow = True
                return

    def ends(self, window, keys):
        """When the group can be closed; None: only at the end."""
        if self.case.kind == "session":
            return window[1]
        if self.case.kind == "raw":
            return keys[self.case.keys.index("time")]
        return window[1] if self.case.windows else None

    def closed(self, window, keys, watermark):
        if watermark is None or self.case.mode == "complete":
            return False
        end = self.ends(window, keys)
        return end is not None and end <= watermark

    def take(self, row):
        case = self.case
        keys = tuple(row[k] for k in case.keys)
        row["seq"] = self.seq
        self.seq += 1
        if (case.windows or case.kind == "session") and row["time"] is None:
            self.null_time += 1
            return
        if case.kind == "session":
            self.take_event(row, keys)
            return
        was_late = False
        for w in windows_of(case, row["time"]):
            if self.closed(w, keys, self.watermark):
                was_late = True
                continue
            self.groups.setdefault((w, keys), []).append(row)
            self.touched.add((w, keys))
        if was_late:
            self.late_rows.append(row)

    def take_event(self, row, keys):
        gap = gap_of(self.case, row)
        if gap is None or gap <= 0:
            return
        event = [row["time"], row["time"] + gap, [row]]
        if self.closed((event[0], event[1]), keys, self.watermark):
            self.late_rows.append(row)
            return
        mine = [event]
        for window, k in list(self.groups):
            if k == keys:
                mine.append([*window, self.groups.pop((window, k))])
        for start, end, rows in join_sessions(mine):
            self.groups[((start, end), keys)] = rows

    def epoch(self, rows, final):
        case = self.case
        self.touched = set()
        for row in rows:
            self.take(row)
            if row["time"] is not None:
                self.newest = max(row["time"], self.newest
                                  if self.newest is not None
                                  else row["time"])
        watermark = None
        if case.marked and self.newest is not None:
            watermark = self.newest - case.delay
        gone = [g for g in self.groups
                if (final and case.mode != "complete")
                or self.closed(*g, watermark)]
        if case.mode == "append":
            out = gone
            if (final and case.kind in ("none", "raw") and not case.keys
                    and not out):
                out = [((0, 0), ())]
                self.groups[out[0]] = []
        elif case.mode == "update":
            out = self.touched
        else:
            out = self.groups if rows else []
        emitted = [self.emit(g) for g in sorted(
            out, key=lambda g: (g[0], [order(k) for k in g[1]]))]
        for g in gone:
            del self.groups[g]
        self.watermark = watermark
        return emitted

    def emit(self, group):
        case = self.case
        (start, end), keys = group
        row = {}
        if case.windows or case.kind == "session":
            row["window_start"] = print_time(start)
            row["window_end"] = print_time(end)
        for name, value in zip(case.keys, keys):
            row[name] = value
            if name == "time" and value is not None:
                row[name] = print_time(value)
        for name, f, column in case.aggs:
            value = result(f, column, self.groups[group])
            if (column == "time" and f not in ("count",)
                    and value is not None):
                value = print_time(value)
            row[name] = value
        return row


# ---- the programs --------------------------------------------------------------

def run(stages):
    """Standard output, and what each stage said and returned."""
    env = dict(os.environ)
    bins = os.path.join(env.get("builddir", ROOT), "bin")
    env["PATH"] = bins + os.pathsep + env["PATH"]
    procs, said = [], {}
    upstream = subprocess.DEVNULL
    for argv in stages:
        p = subprocess.Popen(argv, stdin=upstream, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=env)
        if procs:
            procs[-1].stdout.close()
        upstream = p.stdout
        procs.append(p)
    out, err = (b.decode() for b in procs[-1].communicate(timeout=60))
    for argv, p in zip(stages[:-1], procs):
        name = argv[0] if argv[0] not in said else argv[0] + "-2"
        said[name] = (p.wait(timeout=60), p.stderr.read().decode())
        p.stderr.close()
    said[stages[-1][0]] = (procs[-1].returncode, err)
    return out, said


def parse(out):
    """Rows per epoch."""
    epochs, rows = [], []
    for line in out.splitlines():
        if line.startswith("# epoch"):
            epochs.append(rows)
            rows = []
        else:
            rows.append(json.loads(line))
    if rows:
        raise ValueError("rows behind the last barrier")
    return epochs


def rows_said(text, what):
    """The number in "3 rows late (...)"."""
    for part in text.replace("\n", ", ").split(", "):
        words = part.replace("swindow: ", "").split()
        if len(words) > 2 and words[1] in ("row", "rows") \
                and " ".join(words[2:]).startswith(what):
            return int(words[0])
    return 0


class Mean(float):
    """Of floats: the sum is exact, but may be rounded before it is divided."""


def same_value(got, want):
    if isinstance(want, Mean):
        return type(got) is float and abs(got - want) <= math.ulp(want)
    return type(got) is type(want) and got == want


def same(got, want):
    """Equal, a float only to a float."""
    return list(got) == list(want) and all(
        same_value(got[c], want[c]) for c in want)


def compare_late(case, path, rows):
    """Late rows come back with their columns, in their order."""
    out, said = run([["sread", "-f", "arrow", path],
                     ["swrite", "-f", "ndjson"]])
    if any(s[0] != 0 for s in said.values()):
        return f"late rows: {said}"
    got = [json.loads(line) for line in out.splitlines()]
    want = [{c: print_time(r[c]) if c == "time" and r[c] is not None
             else r[c] for c in COLUMNS} for r in rows]
    if len(got) == len(want) and all(same(a, b) for a, b in zip(got, want)):
        return None
    return f"late rows are {got}, expected {want}"


def compare(case, stages):
    """None, or what is wrong."""
    answer = Answer(case)
    out, said = run(stages)
    status, text = said["swindow-2" if answer.overflow and case.partial
                        else "swindow"]
    if answer.overflow:
        if status == 1 and "does not fit" in text:
            return None
        return f"a sum overflows, but swindow ended {status}: {text}"
    bad = {p: s for p, s in said.items() if s[0] != 0}
    if bad:
        return f"ended badly: {bad}"
    got = parse(out)
    if len(got) != len(answer.epochs):
        return f"{len(got)} epochs, expected {len(answer.epochs)}"
    for i, (g, w) in enumerate(zip(got, answer.epochs)):
        if len(g) == len(w) and all(same(a, b) for a, b in zip(g, w)):
            continue
        lines = [f"epoch {i}:"]
        lines += [f"  got      {row}" for row in g if row not in w]
        lines += [f"  expected {row}" for row in w if row not in g]
        if len(lines) == 1:
            lines.append("  the same rows in another order or type")
        return "\n".join(lines)
    for what, want in (("late", len(answer.late_rows)),
                       ("without an event time", answer.null_time)):
        n = rows_said(text, what)
        if n != want:
            return f"{n} rows {what}, expected {want}"
    if case.keep_late:
        late = stages[-2 - case.partial]
        return compare_late(case, late[late.index("--late") + 1],
                            answer.late_rows)
    return None


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    failed = rows = late = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input.csv")
        for i in range(seed, seed + n):
            case = Case(i)
            text = case.csv()
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            wrong = compare(case, case.stages(path))
            answer = Answer(case)
            rows += sum(len(e) for e in answer.epochs)
            late += len(answer.late_rows)
            if wrong is None:
                continue
            failed += 1
            keep = os.path.join(tempfile.gettempdir(),
                                f"window_oracle-{i}.csv")
            with open(keep, "w", encoding="utf-8") as f:
                f.write(text)
            print(f"case {i}: {wrong}")
            print("  pipeline: " + " | ".join(
                shlex.join(s) for s in case.stages(keep)))
            print(f"  again:    {sys.argv[0]} 1 {i}")
            if failed == 5:
                print("and no further")
                break
    print(f"{n} pipelines, {rows} results, {late} late rows, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
