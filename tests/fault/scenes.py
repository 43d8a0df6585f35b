"""scenes - the pipelines that are broken, their input, and what they must show.

A scene's input comes in parts, one an epoch.  Phase 0 reads the first parts
into a new checkpoint; phase 1 reads the rest, in a run of its own, and where
it can says that this is the end.  What the sinks hold after each epoch is
found by running the scene, whole and without a fault, on so many parts: a
reader may see these states and no others.
"""

import os
import random
import shutil
import sqlite3
import stat
import struct
import subprocess

ROWS = 12  # of a part


def rows(part, late=True):
    """The rows of a part: number, time in seconds, key, value."""
    r = random.Random(1000 + part)
    out = []
    for i in range(ROWS):
        at = part * 60 + i * 5 + r.randrange(-4, 5)
        if late and part >= 2 and i in (3, 8):
            at -= 150 + r.randrange(60)
        out.append((part * ROWS + i, max(at, 0), "abcde"[r.randrange(5)],
                    r.randrange(1000)))
    return out


def time_text(seconds):
    return "2026-03-01T%02d:%02d:%02dZ" % (
        seconds // 3600, seconds // 60 % 60, seconds % 60)


def csv_line(row):
    return "%d,%s,%s,%d\n" % (row[0], time_text(row[1]), row[2], row[3])


def json_line(row):
    return '{"seq":%d,"at":"%s","k":"%s","v":%d}\n' % (
        row[0], time_text(row[1]), row[2], row[3])


HEAD = "seq,at,k,v\n"
SCHEMA = "seq int, at timestamp, k string, v int"


def grow(path, text):
    """Makes text the content of the file, which keeps its inode."""
    data = text.encode()
    old = b""
    if os.path.exists(path):
        with open(path, "rb") as f:
            old = f.read()
    if data.startswith(old) and old:
        with open(path, "ab") as f:
            f.write(data[len(old):])
    else:
        with open(path, "wb") as f:
            f.write(data)


class Scene:
    """What all scenes share.  Subclasses say the commands and the sinks."""

    name = ""
    first, parts = 10, 26  # parts of phase 0; of both
    checkpoint = "ck"
    sent = False  # is it sent, and lost if nobody keeps it?
    sinks = ()           # (kind, path): file, set, parts, sqlite

    def commands(self, final):
        raise NotImplementedError

    def programs(self):
        return [c[0] for c in self.commands(False)]

    def put(self, n):
        """Lays out the first n parts."""
        raise NotImplementedError

    def stdin(self, phase):
        return b""

    def stop(self, epochs):
        """For a run that does not end by itself: tells when it shall."""
        return None

    def count(self, phase):
        return self.first if phase == 0 else self.parts

    def least(self, phase):
        """Parts that are there before the phase."""
        return 0 if phase == 0 else self.first

    def run(self, runner, phase, fault=None):
        return runner.run(self.commands(phase == 1), self.stdin(phase), fault,
                          self.stop(self.count(phase)))

    def again(self, runner, phase, fault=None):
        """The same command, with nothing that was sent before."""
        return self.run(runner, phase, fault)

    def recover(self, runner, phase):
        """Starts the same command again; the outcomes, last one best."""
        out = []
        while len(out) < 2 and not (out and out[-1].ok()):
            out.append(self.run(runner, phase))
        return out


class FileScene(Scene):
    """A file that grows, the last line not finished, to a file."""

    name = "file"
    sinks = (("file", "out.csv"),)

    def commands(self, final):
        return [
            ["sread", "-C", "ck", "--epoch-rows", str(ROWS), "-s", SCHEMA]
            + (["--final"] if final else []) + ["in.csv"],
            ["swatermark", "at", "20s"],
            ["swindow", "-w", "1m/30s", "-k", "k", "count", "sum:v"],
            ["swrite", "out.csv"],
        ]

    def put(self, n):
        text = HEAD + "".join(csv_line(r) for p in range(n) for r in rows(p))
        if n < self.parts:
            text += csv_line(rows(n)[0])[:9]
        grow("in.csv", text)


class FolderScene(Scene):
    """A folder that gets files, with bad lines and late rows, to a folder."""

    name = "folder"
    late = True  # does swindow keep late rows?
    sinks = (("parts", "out"), ("file", "bad.ndjson"), ("stream", "late.arrows"))

    def commands(self, final):
        return [
            ["sread", "-C", "ck", "--epoch-files", "1", "-s", SCHEMA,
             "-b", "bad.ndjson"] + (["--final"] if final else []) + ["in"],
            ["swatermark", "at", "10s"],
            ["swindow", "-w", "1m", "--late", "late.arrows", "-k", "k",
             "count", "sum:v", "max:at"],
            ["swrite", "-f", "csv", "out/"],
        ]

    def put(self, n):
        os.makedirs("in", exist_ok=True)
        for p in range(n):
            path = "in/%02d.csv" % p
            if os.path.exists(path):
                continue
            lines = [csv_line(r) for r in rows(p)]
            lines.insert(4, "x%d,no time,a,?\n" % p)
            grow(path, HEAD + "".join(lines))
            os.utime(path, (1700000000 + p, 1700000000 + p))


class FollowScene(Scene):
    """A followed file to a table whose rows are replaced by key."""

    name = "follow"
    sinks = (("sqlite", "out.db"),)

    def commands(self, final):
        return [
            ["sread", "-C", "ck", "-F", "--every", "1h", "--tick", "1h",
             "--epoch-rows", str(ROWS), "-f", "ndjson", "-s", SCHEMA,
             # No other column will come: it need not wait to see one.
             "-c", "seq,at,k,v", "in.ndjson"],
            ["swatermark", "at", "30s"],
            ["swindow", "-m", "update", "-w", "1m", "-k", "k", "count",
             "sum:v"],
            ["swrite", "sqlite:out.db?table=t"],
        ]

    def put(self, n):
        grow("in.ndjson",
             "".join(json_line(r) for p in range(n) for r in rows(p)))

    def stop(self, epochs):
        before = identity("ck/run")

        def done():
            return (identity("ck/run") != before and
                    newest("ck/commits.log") >= epochs - 1)
        return done


class PipeScene(Scene):
    """Standard input, which cannot be read again, to a file and a table."""

    name = "pipe"
    sent = True
    sinks = (("file", "out.csv"), ("sqlite", "out.db"))

    def commands(self, final):
        return [
            ["sread", "-C", "ck", "-f", "ndjson", "--epoch-rows", str(ROWS),
             "-s", SCHEMA] + (["--final"] if final else []) + ["-"],
            ["smap", "-s", SCHEMA + ", w int",
             "select(.v > 100) | .w = .v * 2"],
            ["swrite", "out.csv", "sqlite:out.db?table=t"],
        ]

    def put(self, n):
        self.n = n

    def stdin(self, phase):
        lo, hi = (0, self.n) if phase == 0 else (self.first, self.n)
        return "".join(
            json_line(r) for p in range(lo, hi) for r in rows(p)).encode()

    def taken(self):
        """How many parts the sinks hold; whole ones, or it is a failure."""
        now = contents(self)
        rows = now["out.csv"].splitlines()[1:], now["out.db"] or []
        for n in range(len(self.states)):
            s = self.states[n]
            if rows == (s["out.csv"].splitlines()[1:], s["out.db"] or []):
                # The last state may be that of an end without rows.
                return min(self.lowest + n, self.parts)
        return None

    def again(self, runner, phase, fault=None):
        return runner.run(self.commands(False), b"", fault)

    def recover(self, runner, phase):
        """What was logged before the crash is in the spool, perhaps more, and
        in the sinks after a run without input; what was read and not logged
        may be lost: who sends it sees there what to send again."""
        out = []
        logged = newest("ck/epochs.log") + 1
        while len(out) < 2 and not (out and out[-1].ok()):
            out.append(self.again(runner, phase))
        n = self.taken()
        if not out[-1].ok() or n is None or n < min(logged, self.parts):
            return out
        if n < self.n or phase == 1:
            rest = "".join(json_line(r) for p in range(n, self.n)
                           for r in rows(p)).encode()
            out.append(runner.run(self.commands(phase == 1), rest))
        return out


ALL = (FileScene, FolderScene, FollowScene, PipeScene)


# ---- what is on disk --------------------------------------------------------

def identity(path):
    try:
        st = os.stat(path)
        return st.st_ino, st.st_mtime_ns
    except FileNotFoundError:
        return None


def records(path):
    """(offset, type, epoch, length) of each whole record of a checkpoint's
    file."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except FileNotFoundError:
        return
    at = 0
    while at + 32 <= len(data) and data[at:at + 4] == b"sptR":
        kind, length, _, epoch = struct.unpack_from("<IIIq", data, at + 4)
        if at + 32 + length > len(data):
            return
        yield at, kind, epoch, length
        at += 32 + length


def newest(path):
    """The newest epoch of a log, or -1."""
    return max([r[2] for r in records(path)], default=-1)


def table(path):
    """The rows of the table t, in a canonical order; a crash's journal is
    played back in a copy."""
    if not os.path.exists(path):
        return None
    copy = path + ".copy"
    shutil.copyfile(path, copy)
    if os.path.exists(path + "-journal"):
        shutil.copyfile(path + "-journal", copy + "-journal")
    try:
        return select(copy)
    finally:
        for name in (copy, copy + "-journal"):
            if os.path.exists(name):
                os.unlink(name)


def select(path):
    base = sqlite3.connect(path, timeout=20)
    try:
        names = [r[0] for r in base.execute(
            "select name from sqlite_master where type = 'table'")]
        if "t" not in names:
            return None
        return sorted(map(repr, base.execute("select * from t")))
    finally:
        base.close()


def parts(path):
    """The visible files of a folder."""
    if not os.path.isdir(path):
        return {}
    out = {}
    for name in os.listdir(path):
        if name.startswith("."):
            continue
        with open(os.path.join(path, name), "rb") as f:
            out[name] = f.read()
    return out


def whole(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def stream(path):
    """The rows of an Arrow file; its control batches have clock times."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return b""
    read = subprocess.Popen(["sread", "-f", "arrow", path], stderr=-3,
                            stdout=subprocess.PIPE, env=environ)
    text = subprocess.run(["swrite", "-f", "csv"], stdin=read.stdout,
                          stdout=subprocess.PIPE, stderr=-3, env=environ)
    read.stdout.close()
    return text.stdout if read.wait() == 0 else b""


environ = dict(os.environ)  # whose PATH has the programs first

READ = {"file": whole, "stream": stream, "parts": parts, "sqlite": table}


def contents(scene):
    return {path: READ[kind](path) for kind, path in scene.sinks}


def allowed(kind, content, states):
    """May a reader see this?  A file may have rows that a crash takes back,
    but nothing else than the rows to come; the others show whole epochs."""
    if kind == "stream":
        # A file without its end mark, which only the next run writes, is no
        # whole stream; rows are compared then.
        return True
    if kind == "file":
        return states[-1].startswith(content) and len(content) >= len(states[0])
    return any(content == s or (not content and not s) for s in states)


# ---- a folder that can be put back ------------------------------------------

def scan(top="."):
    """path -> content (None: a folder) of everything below."""
    out = {}
    for folder, folders, files in os.walk(top):
        for name in folders:
            out[os.path.join(folder, name)] = None
        for name in files:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                with open(path, "rb") as f:
                    out[path] = f.read()
    return out


known = {}  # what learn() has found; workers inherit it


class Stand:
    """A scene in a folder of its own, at the beginning of a phase; reset puts
    it back there.  Files outside of the checkpoint keep their inodes, for
    positions name them."""

    def __init__(self, scene, phase, folder, runner):
        self.scene, self.phase, self.runner = scene, phase, runner
        self.folder = os.path.abspath(folder)
        self.states = []
        os.makedirs(self.folder)
        self.learn()
        self.prepare()

    def enter(self):
        os.chdir(self.folder)

    def wipe(self):
        self.enter()
        for name in os.listdir("."):
            if os.path.isdir(name):
                shutil.rmtree(name)
            else:
                os.unlink(name)

    def must(self, outcome, what):
        if not outcome.ok():
            raise RuntimeError("%s/%d: %s fails without a fault:\n%s" % (
                self.scene.name, self.phase, what, outcome))

    def learn(self):
        """What the sinks hold after each epoch."""
        scene = self.scene
        key = scene.name, self.phase
        if key in known:
            self.states = list(known[key])
            return
        for n in range(scene.least(self.phase), scene.count(self.phase) + 1):
            self.wipe()
            if n > 0:
                scene.put(n)
                self.must(self.runner.run(
                    scene.commands(False), scene.stdin(0), None,
                    scene.stop(n)), "%d parts" % n)
            self.states.append(contents(scene))
        known[key] = list(self.states)

    def prepare(self):
        scene = self.scene
        self.wipe()
        scene.put(scene.first)
        if self.phase == 1:
            self.must(scene.run(self.runner, 0), "phase 0")
            scene.put(scene.parts)
        self.start = scan()
        self.inodes = {p: os.stat(p).st_ino for p in self.start
                       if self.start[p] is not None and self.ours(p)}
        self.must(scene.run(self.runner, self.phase), "phase %d" % self.phase)
        last = contents(scene)
        if last != self.states[-1]:
            self.states.append(last)
        self.reset(True)

    def ours(self, path):
        """Is it a file whose inode a position names: input, or a FILE?"""
        apart = ["./" + self.scene.checkpoint] + [
            "./" + p for kind, p in self.scene.sinks if kind not in ("file", "stream")]
        return not any(path.startswith(a) for a in apart)

    def expect(self):
        """Tells the scene what its sinks may hold."""
        scene = self.scene
        scene.states, scene.lowest = self.states, scene.least(self.phase)

    def view(self, path):
        return [s[path] for s in self.states]

    def reset(self, again=False):
        self.enter()
        self.scene.put(self.scene.count(self.phase))
        self.expect()
        now = scan()
        for path in sorted(now, reverse=True):
            if path not in self.start:
                if now[path] is None:
                    os.rmdir(path)
                else:
                    os.unlink(path)
        for path in sorted(self.start):
            data = self.start[path]
            if path in now and now[path] == data:
                continue
            if data is None:
                os.mkdir(path, 0o700)
                continue
            if path in now and self.ours(path):
                with open(path, "r+b") as f:
                    f.write(data)
                    f.truncate()
                continue
            if path in now:
                os.unlink(path)
            with open(path, "wb") as f:
                f.write(data)
            os.chmod(path, 0o600)
        for path, inode in self.inodes.items():
            if os.stat(path).st_ino != inode:
                if again:
                    raise RuntimeError("%s does not stay the same file" % path)
                self.prepare()
                return
