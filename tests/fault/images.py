"""images - power failures on a real file system: ext4 in an image that is shut
down at a random moment, without its journal being flushed, then mounted again.

What was not synced is gone there, in whatever order ext4 writes.  This needs
root and loop devices; where they are not, cannot() says why.

A point is @image/SCENE/PHASE/SEED.
"""

import fcntl
import os
import random
import struct
import subprocess
import time

import checks
import scenes

SHUTDOWN = 0x8004587d  # EXT4_IOC_SHUTDOWN
FLAGS = (2, 2, 2, 1)   # the journal is not flushed, or (1) it is
MODES = ("data=ordered", "data=writeback", "data=journal")
SIZE = 48 << 20


def call(*command):
    return subprocess.run(command, check=True, text=True, stdout=-1,
                          stderr=subprocess.STDOUT).stdout.strip()


class Image:
    """An image with its loop device, mounted.  The device stays the same, for
    positions name it."""

    def __init__(self, path, mode):
        self.path, self.mode, self.top = path, mode, path + ".mnt"
        self.device = None
        with open(path, "wb") as f:
            f.truncate(SIZE)
        call("mkfs.ext4", "-q", "-F", path)
        os.makedirs(self.top)
        self.device = call("losetup", "-f", "--show", path)
        try:
            self.mount()
        except BaseException:
            call("losetup", "-d", self.device)
            raise

    def mount(self):
        call("mount", "-o", self.mode, self.device, self.top)

    def cut(self, flags):
        """The power fails."""
        fd = os.open(self.top, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", flags))
        finally:
            os.close(fd)

    def again(self):
        """Nobody uses it: the journal is played back."""
        os.chdir("/")
        call("umount", self.top)
        self.mount()

    def close(self):
        os.chdir("/")
        call("umount", self.top)
        call("losetup", "-d", self.device)
        os.unlink(self.path)


def cannot(options):
    """Why images cannot be tried here, or None."""
    try:
        image = Image(os.path.join(options.dir, "probe"), MODES[0])
    except (OSError, subprocess.CalledProcessError) as e:
        return getattr(e, "stdout", None) or str(e)
    try:
        image.cut(2)
        image.again()
    except (OSError, subprocess.CalledProcessError) as e:
        return getattr(e, "stdout", None) or str(e)
    finally:
        image.close()
    return None


def asked(options, r):
    # What the sinks must hold is found where files are quick.
    for name in options.scene:
        for phase in (0, 1):
            checks.worker.stand(name, phase)
    return ["@image/%s/%d/%d" % (
        options.scene[i % len(options.scene)],
        i // len(options.scene) % 2, r.randrange(10 ** 6))
        for i in range(options.images)]


def run(name, phase, seed):
    """One image, one failure; all is taken down behind it."""
    worker, r = checks.worker, random.Random(seed)
    image = Image(os.path.join(worker.folder, "image"), r.choice(MODES))
    try:
        scene = [s for s in scenes.ALL if s.name == name][0]()
        stand = scenes.Stand(scene, phase, os.path.join(image.top, "s"),
                             worker.runner)
        fail(image, stand, r)
    finally:
        image.close()
        os.rmdir(image.top)


def fail(image, stand, r):
    scene = stand.scene
    began = time.monotonic()
    stand.must(scene.run(stand.runner, stand.phase), "timed")
    takes = time.monotonic() - began
    stand.reset()
    call("sync", "-f", image.top)
    running = stand.runner.start(
        scene.commands(stand.phase == 1), scene.stdin(stand.phase))
    time.sleep(r.random() * takes)
    image.cut(r.choice(FLAGS))
    running.kill()
    running.reap(True)
    image.again()
    os.chdir(stand.folder)
    now = scenes.contents(scene)
    for kind, path in scene.sinks:
        if kind in ("parts", "sqlite") and not scenes.allowed(
                kind, now[path], stand.view(path)):
            raise checks.Failed("power fails: a reader of %s sees %s" % (
                path, checks.shown(now[path])))
    outcomes = [running.outcome()] + scene.recover(stand.runner, stand.phase)
    if not outcomes[-1].ok():
        raise checks.Failed("power fails: it does not recover:\n%s" % "\n".join(
            map(str, outcomes)))
    checks.check_contents(stand, stand.states[-1], outcomes)
    checks.check_litter(outcomes)
