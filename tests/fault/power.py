"""power - what a power failure leaves of a run, and whether the next goes on.

A run is recorded: each change that any of its programs makes, in order.  A
prefix of the record is what was done when the power failed; of that, what was
not synced may be lost.  Of a file that is each write by itself, of a folder
each change of a name by itself (a rename is whole).  What is left is laid out
in the folder; then the same command again must give what a run without a
failure gives.

A point is @power/SCENE/PHASE/PREFIX/LOSS/SEED.
"""

import copy
import os
import random

import checks
import scenes

LOSSES = ("drop", "keep", "names", "torn", "stretch", "random", "random2")


class File:
    """Bytes that are safe, and what was done since."""

    def __init__(self, data=b""):
        self.safe, self.pending = data, []

    def sync(self):
        self.safe, self.pending = self.content("keep", None), []

    def content(self, loss, r):
        data = bytearray(self.safe)
        for i, (at, new) in enumerate(self.pending):
            last = i == len(self.pending) - 1
            if loss in ("drop", "names") or (
                    loss == "random" and r.randrange(2)):
                continue
            if new is None:
                del data[at:]
                data += bytes(at - len(data))
                continue
            if loss == "torn" and last:
                new = new[:r.randrange(len(new))]
            if loss == "stretch":
                new = bytes(len(new))
            data += bytes(max(0, at - len(data)))
            data[at:at + len(new)] = new
        return bytes(data)


class Disk:
    """All files and folders below the current folder."""

    def __init__(self):
        self.files, self.inodes = {}, {}  # number -> File, inode -> number
        self.names = {}                   # path -> number; None: a folder
        self.safe = {}                    # the same, as far as it is synced
        self.pending = {}                 # folder -> [(path, number or -1)...]
        self.folders = {}                 # inode -> path of a folder
        for path, data in scenes.scan().items():
            inode = os.stat(path).st_ino
            if data is None:
                self.names[path] = None
                self.folders[inode] = path
            else:
                self.names[path] = self.new(inode, data)
        self.folders[os.stat(".").st_ino] = "."
        self.safe = dict(self.names)

    def new(self, inode, data=b""):
        number = len(self.files)
        self.files[number] = File(data)
        self.inodes[inode] = number
        return number

    def note(self, *changes):
        """Names that change together: (path, number, or -1: gone)."""
        for path, number in changes:
            if number == -1:
                self.names.pop(path, None)
            else:
                self.names[path] = number
        folder = os.path.dirname(changes[-1][0])
        self.pending.setdefault(folder, []).append(changes)

    def apply(self, what, inode, at, path, data):
        if what == "open":
            if path not in self.names:
                self.note((path, self.new(inode)))
            elif at == 0:
                self.files[self.names[path]].pending.append((0, None))
        elif what == "write":
            if inode in self.inodes:
                self.files[self.inodes[inode]].pending.append((at, data))
        elif what == "cut":
            if inode in self.inodes:
                self.files[self.inodes[inode]].pending.append((at, None))
        elif what == "sync":
            self.sync(inode)
        elif what == "mkdir":
            self.note((path, None))
            self.folders[inode] = path
        elif what in ("unlink", "rmdir"):
            self.note((path, -1))
        elif what == "rename":
            self.note((data, -1), (path, self.names[data]))
        else:
            raise RuntimeError("a call that power.py does not know: %s %s" % (
                what, path))

    def sync(self, inode):
        folder = self.folders.get(inode)
        if folder is None:
            if inode in self.inodes:
                self.files[self.inodes[inode]].sync()
            return
        for changes in self.pending.pop(folder, []):
            commit(self.safe, changes)

    def left(self, loss, r):
        """path -> (number, content), or None for a folder."""
        names = dict(self.safe)
        for folder in sorted(self.pending):
            for changes in self.pending[folder]:
                if loss in ("drop",) or (
                        loss.startswith("random") and r.randrange(2)):
                    continue
                commit(names, changes)
        bytes_of = "keep" if loss == "random2" else loss
        out = {}
        for path in sorted(names):
            above = os.path.dirname(path)
            if above != "." and above not in out:
                continue  # its folder is lost
            number = names[path]
            out[path] = None if number is None else (
                number, self.files[number].content(bytes_of, r))
        return out


def commit(names, changes):
    for path, number in changes:
        if number == -1:
            names.pop(path, None)
        else:
            names[path] = number


# ---- the record ---------------------------------------------------------------

def below(name):
    return os.path.join(".", os.path.relpath(name.decode()))


def read_record(path):
    """A list of (what, inode, at, path, data); of a rename data is the old
    path.  Paths are as scenes.scan has them."""
    with open(path, "rb") as f:
        data = f.read()
    out, at = [], 0
    while at < len(data):
        end = data.index(b"\n", at)
        what, inode, offset, size, name = data[at:end].split(b" ", 4)
        at = end + 1 + int(size)
        more = data[end + 1:at]
        out.append((what.decode(), int(inode), int(offset), below(name),
                    below(more) if what == b"rename" else more))
    return out


def take(stand):
    """Records a run of the stand.  It is done once; the files that positions
    name keep the inodes that they have in it."""
    stand.reset()
    record = stand.runner.path("record")
    if os.path.exists(record):
        os.unlink(record)
    begin = Disk()
    stand.runner.environ.update(
        LD_PRELOAD=stand.runner.killer, RECORD_LOG=record)
    try:
        outcome = stand.scene.run(stand.runner, stand.phase)
    finally:
        del stand.runner.environ["LD_PRELOAD"]
        del stand.runner.environ["RECORD_LOG"]
    stand.must(outcome, "recorded")
    stand.record = read_record(record)
    stand.begin = begin
    stand.power_inodes = {p: os.stat(p).st_ino for p in scenes.scan()
                          if kept(stand, p)}
    for p in list(scenes.scan()):
        if os.path.isdir(p):
            name_folder(stand.record, p)
    end = replay(stand, len(stand.record)).left("keep", None)
    now = scenes.scan()
    want = {p: v and v[1] for p, v in end.items()}
    for path in set(now) | set(want):
        if now.get(path, b"") != want.get(path, b""):
            raise RuntimeError("the record of %s/%d does not give %s" % (
                stand.scene.name, stand.phase, path))


def kept(stand, path):
    """Does a checkpoint name the inode of this file or folder?"""
    if os.path.isdir(path):
        return any(path == "./" + p for kind, p in stand.scene.sinks)
    return stand.ours(path)


def name_folder(record, path):
    """The inode of a folder that was made is known at the end only."""
    inode = os.stat(path).st_ino
    for i, (what, _, at, name, data) in enumerate(record):
        if what == "mkdir" and name == path:
            record[i] = what, inode, at, name, data


def replay(stand, n):
    """The disk after the first n changes."""
    disk = copy.deepcopy(stand.begin)
    for change in stand.record[:n]:
        disk.apply(*change)
    return disk


def lay_out(stand, left):
    """Makes the folder what is left; see take about inodes."""
    hold = stand.folder + ".hold"
    os.makedirs(hold, exist_ok=True)
    for path in sorted(scenes.scan(), reverse=True):
        if os.stat(path).st_ino == stand.power_inodes.get(path):
            os.rename(path, os.path.join(hold, os.path.basename(path)))
        elif os.path.isdir(path):
            os.rmdir(path)
        else:
            os.unlink(path)
    for path in sorted(left):
        held = os.path.join(hold, os.path.basename(path))
        if path in stand.power_inodes and os.path.exists(held):
            os.rename(held, path)
        if left[path] is None:
            os.makedirs(path, 0o700, exist_ok=True)
            continue
        with open(path, "r+b" if os.path.exists(path) else "wb") as f:
            f.write(left[path][1])
            f.truncate()
        os.chmod(path, 0o600)


# ---- one failure ----------------------------------------------------------------

def asked(options, r):
    """Points; the prefix is in millionths, for nobody knows here how long a
    record is."""
    return ["@power/%s/%d/%d/%s/%d" % (
        options.scene[i % len(options.scene)],
        i // len(options.scene) % 2, r.randrange(10 ** 6),
        LOSSES[i // 8 % len(LOSSES)], r.randrange(10 ** 6))
        for i in range(options.power)]


def power(stand, rest):
    where, loss, seed = rest.split("/")
    stand.enter()
    if not hasattr(stand, "record"):
        take(stand)
    n = int(where) * (len(stand.record) + 1) // 10 ** 6
    left = replay(stand, n).left(loss, random.Random(int(seed)))
    stand.expect()
    stand.enter()
    lay_out(stand, left)
    now = scenes.contents(stand.scene)
    for kind, path in stand.scene.sinks:
        if kind in ("parts", "sqlite") and not scenes.allowed(
                kind, now[path], stand.view(path)):
            raise checks.Failed("power fails after %d of %d changes: a reader "
                                "of %s sees %s" % (
                                    n, len(stand.record), path,
                                    checks.shown(now[path])))
    outcomes = stand.scene.recover(stand.runner, stand.phase)
    if not outcomes[-1].ok():
        raise checks.Failed("power fails after %d of %d changes: it does not "
                            "recover:\n%s" % (n, len(stand.record), "\n".join(
                                map(str, outcomes))))
    checks.check_contents(stand, stand.states[-1], outcomes)
    checks.check_litter(outcomes)
