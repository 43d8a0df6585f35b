"""canon - whether two tools gave the same rows, whatever their order and
their way to print numbers."""
import csv
import io
import os
import subprocess

TOLERANCE = 1e-9		# relative; sums of floats depend on their order


def number(text):
    """A number in one of its ways of writing; null, false and text as is."""
    try:
        int(text)
        return text
    except ValueError:
        pass
    try:
        return "%.12g" % float(text)
    except ValueError:
        return text


def rows(out, command, width, keys):
    """The compared fields of each line that a command printed."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    lines = csv.reader(text) if command.comma else (
        line.rstrip("\n").split("\t") for line in text)
    if command.header:
        next(lines, None)
    pick = command.pick or tuple(range(width))
    for line in lines:
        if not line:
            continue
        if max(pick) >= len(line):
            raise ValueError("%s: a row of %d fields: %s" %
                             (command.name, len(line), line))
        yield [line[i] for i in pick[:keys]] + \
            [number(line[i]) for i in pick[keys:]]


def canonical(out, command, width, keys, path):
    """Writes the rows to a file, sorted; returns how many there were."""
    n = 0
    with open(path, "wb") as f:
        sort = subprocess.Popen(
            ["sort", "-T", os.path.dirname(path) or "."], stdout=f,
            stdin=subprocess.PIPE, env=dict(os.environ, LC_ALL="C"))
        with io.TextIOWrapper(sort.stdin, encoding="utf-8",
                              newline="\n") as to:
            for row in rows(out, command, width, keys):
                n += 1
                to.write("\t".join(row) + "\n")
        if sort.wait() != 0:
            raise OSError("sort failed")
    return n


def near(a, b, tolerance):
    """Equal, or two numbers that differ by rounding."""
    if a == b:
        return True
    try:
        x, y = float(a), float(b)
    except ValueError:
        return False
    return abs(x - y) <= tolerance * max(abs(x), abs(y))


def difference(wanted, got, keys, tolerance=TOLERANCE):
    """The first difference of two canonical files, or None."""
    def same(a, b):
        return near(a, b, tolerance)

    with open(wanted, encoding="utf-8") as f, open(got,
                                                   encoding="utf-8") as g:
        n = 0
        while True:
            n += 1
            a, b = f.readline(), g.readline()
            if a == b:
                if not a:
                    return None
                continue
            x, y = a.rstrip("\n").split("\t"), b.rstrip("\n").split("\t")
            if a and b and len(x) == len(y) and x[:keys] == y[:keys] and \
                    all(map(same, x[keys:], y[keys:])):
                continue
            return "sorted row %d: %s, expected %s" % (
                n, y if b else "nothing", x if a else "nothing")
