"""latency - W10: from a line appended to a pipe or file to its row in the
output, at a thousand lines a second."""
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass

import measure

name = "W10"
RATE = 1000			# lines a second
SECONDS = 4
ROW = "2024-05-01T00:00:00.%03dZ,%d,/shop/item/%d\n"
SCHEMA = "-s 'ts timestamp, n int, path string'"


@dataclass(frozen=True)
class Way:
    """A pipeline that passes lines on.  It reads its standard input, or the
    file $appended; what it writes has the line's number as second field."""
    name: str
    text: str
    needs: str = ""			# an option of sread that it uses
    peer: str = ""			# a program that it uses
    to_file: bool = False		# writes $written, not standard output


WAYS = (
    Way("spate", "sread -f csv %s - | swatermark ts 10m | swrite -f csv" %
        SCHEMA),
    Way("spate, types found", "sread -f csv - | swatermark ts 10m | "
        "swrite -f csv"),
    Way("spate, every 100ms", "sread -f csv --every 100ms %s - | "
        "swatermark ts 10m | swrite -f csv" % SCHEMA),
    Way("spate, smap", "sread -f csv %s - | smap --same 'select(.n >= 0)' | "
        "swrite -f csv" % SCHEMA),
    Way("spate -F", 'sread -F -f csv %s "$appended" | swatermark ts 10m | '
        "swrite -f csv" % SCHEMA, needs="--follow"),
    Way("spate -F -C, 50ms", 'sread -F -C "$checkpoint" --every 50ms -f csv '
        '%s "$appended" | swatermark ts 10m | swrite -f csv "$written"' %
        SCHEMA, needs="--checkpoint", to_file=True),
    Way("tail -f | spate", 'tail -c +1 -f "$appended" | sread -f csv %s - | '
        "swatermark ts 10m | swrite -f csv" % SCHEMA, peer="tail"),
    Way("3 cats", "cat | cat | cat"),
    Way("gawk, fflush", "gawk -F, '{ print; fflush() }'", peer="gawk"),
    Way("mlr", "mlr --icsv --ocsv --records-per-batch 1 --fflush cat",
        peer="mlr"),
)


class Reader:
    """Lines of the output, with the time at which each was seen."""

    def __init__(self, fd):
        self.fd = fd
        self.rest = b""
        self.seen = {}

    def read(self):
        """False at the end of a pipe."""
        try:
            data = os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return True
        if not data:
            return False
        now = time.monotonic()
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            cells = line.split(b",")
            if len(cells) > 1 and cells[1].isdigit():
                self.seen.setdefault(int(cells[1]), now)
        return True


def feed(write, reader, regular):
    """Writes lines on time and reads between; returns when each was
    written."""
    sent = []
    begin = time.monotonic()
    while len(sent) < RATE * SECONDS:
        due = begin + len(sent) / RATE
        wait = due - time.monotonic()
        if wait <= 0:
            i = len(sent)
            sent.append(time.monotonic())
            os.write(write, (ROW % (i % 1000, i, i % 7)).encode())
        elif regular:
            reader.read()
            time.sleep(min(wait, 0.0005))
        elif select.select([reader.fd], [], [], wait)[0]:
            reader.read()
    late = time.monotonic() + 2
    while len(reader.seen) < len(sent) and time.monotonic() < late:
        if regular:
            time.sleep(0.0005)
        elif not select.select([reader.fd], [], [], 0.1)[0]:
            continue
        if not reader.read() and not regular:
            break
    return sent


def one(bench, way):
    """The latencies of a run, in seconds, sorted; those of lines that never
    arrived are infinite."""
    files = {n: os.path.join(bench.folder, "latency-" + n)
             for n in ("appended", "written", "checkpoint")}
    subprocess.call(["rm", "-rf", *files.values()])
    os.mkdir(files["checkpoint"], 0o700)
    open(files["written"], "wb").close()
    env = dict(os.environ, LC_ALL="C", **files)
    if "$appended" in way.text:
        write = os.open(files["appended"], os.O_WRONLY | os.O_CREAT |
                        os.O_APPEND)
        source = None
    else:
        source, write = os.pipe()
    out, shell_out = os.pipe()
    os.write(write, b"ts,n,path\n")
    group = measure.start(way.text, env, stdin=source, stdout=shell_out)
    os.close(shell_out)
    if source is not None:
        os.close(source)
    if way.to_file:
        os.close(out)
        out = os.open(files["written"], os.O_RDONLY)
    os.set_blocking(out, False)
    time.sleep(0.3)			# what is measured is not the start
    reader = Reader(out)
    try:
        sent = feed(write, reader, way.to_file)
    finally:
        os.close(write)
        if source is None:
            os.killpg(group, signal.SIGTERM)
        os.close(out)
        measure.reap(group, [])
        subprocess.call(["rm", "-rf", *files.values()])
    return sorted(reader.seen.get(i, float("inf")) - t
                  for i, t in enumerate(sent))


def do(bench):
    print("\n%s  latency of a row, %d lines a second for %d s" %
          (name, RATE, SECONDS))
    print("  %-20s %9s %9s %9s" % ("", "p50 ms", "p99 ms", "most ms"))
    takes = subprocess.run(["sread", "--help"], stdout=subprocess.PIPE,
                           check=False).stdout.decode()
    for way in WAYS:
        if way.needs not in takes:
            print("  skipped: %s (sread has no %s)" % (way.name, way.needs))
            continue
        lacks = bench.lacks(*filter(None, [way.peer]))
        if lacks is not None:
            if lacks:
                print("  skipped: %s (%s)" % (way.name, lacks))
            continue
        times = one(bench, way)
        p50, p99 = (times[int(len(times) * q)] for q in (0.5, 0.99))
        print("  %-20s %9.2f %9.2f %9.2f" %
              (way.name, p50 * 1e3, p99 * 1e3, times[-1] * 1e3))
        bench.tsv(name, way.name, len(times), "", 1, "%.6f" % p50, "", "", "",
                  "", "")
        bench.tsv(name, way.name + " p99", len(times), "", 1, "%.6f" % p99,
                  "", "", "", "", "")
    print("  goal: p99 10 ms; with exactly-once to a file each 50 ms, 100 ms")
