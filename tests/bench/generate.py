#!/usr/bin/env python3
"""generate - the rows that "make bench" works on.

usage: generate.py [--seed N] [--rows N] FORM=FILE...

The same seed gives the same bytes, and a longer file begins with a shorter
one.  All forms of the web log hold the same rows: about 58 rows a second, 5 M
of them a day, at most two seconds out of order, 500 paths of unequal
popularity, a million users.  Nothing here uses the clock, the locale, or
anything but the standard library.

  csv       ts,user,method,path,status,bytes,latency
  quoted    the same, text in quotes; every twentieth path has commas and
            quotes inside
  ndjson    the same, an object a line
  combined  the same as a web server's log (whole seconds, no latency)
  long      csv whose every 1000th path has 500,000 bytes
  sensors   ts,sensor,temperature,humidity: 200 sensors, now and then a gap
  ads       ad events of the Yahoo streaming benchmark, an object a line
  brc       station;temperature, no header: the one billion row challenge
  points    n,x1..x8,y,c: y is a line through x and noise, c is 0 or 1
  features  n,f0..f19
"""
import random
import sys
from operator import mul

CHUNK = 10000			# rows drawn at once; part of what a seed means
STEP_US = 17280			# between rows: 5 M rows a day
PATHS = 500
LONG = 500000

MILLI = [".%03dZ" % i for i in range(1000)]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE"]
METHOD_ODDS = [80, 12, 4, 3, 1]
STATUSES = [200, 304, 404, 301, 500, 403, 503]
STATUS_ODDS = [86, 5, 4, 2, 1.5, 1, 0.5]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
          "curl/8.5.0", "Mozilla/5.0 (compatible; Bot/2.1; +http://b.example)"]


class Days:
    """Seconds since the first day as text; each second is made once."""

    def __init__(self, form):
        self.form = form
        self.known = {}

    def text(self, second):
        t = self.known.get(second)
        if t is None:
            days, rest = divmod(second, 86400)
            day = days + 1
            if day > 31:
                raise SystemExit("generate: more rows than a month holds")
            clock = "%02d:%02d:%02d" % (rest // 3600, rest // 60 % 60,
                                        rest % 60)
            if self.form == "clf":
                t = "%02d/May/2024:%s +0000" % (day, clock)
            else:
                t = "2024-05-%02dT%s" % (day, clock)
            self.known[second] = t
        return t


def steps(rows):
    """The rows, as (first, count), a chunk at a time."""
    for first in range(0, rows, CHUNK):
        yield first, min(CHUNK, rows - first)


def path_names():
    kinds = ["shop/item", "api/v1/orders", "static/img", "blog", "user"]
    return ["/%s/%d" % (kinds[i % len(kinds)], i) for i in range(PATHS)]


def web(rows, seed):
    """Chunks of (milliseconds, user, method, path number, status, bytes,
    latency)."""
    r = random.Random("web %d" % seed)
    zipf = []
    total = 0.0
    for i in range(PATHS):
        total += 1 / (i + 3)
        zipf.append(total)
    numbers = range(PATHS)
    for first, n in steps(rows):
        u = [r.random() for _ in range(4 * CHUNK)]
        paths = r.choices(numbers, cum_weights=zipf, k=CHUNK)
        methods = r.choices(METHODS, METHOD_ODDS, k=CHUNK)
        statuses = r.choices(STATUSES, STATUS_ODDS, k=CHUNK)
        chunk = []
        for i in range(n):
            a, b, c, d = u[4 * i:4 * i + 4]
            ms = ((first + i) * STEP_US + int(a * 2000000)) // 1000
            chunk.append((ms, "u%06d" % (b * 1000000), methods[i], paths[i],
                          statuses[i], int(c * a * 60000),
                          "%.3f" % (0.2 + 40 * d * d * d)))
        yield chunk


def write_csv(out, rows, seed, path_of=None):
    second = Days("iso").text
    names = path_names()
    out.write("ts,user,method,path,status,bytes,latency\n")
    done = 0
    for chunk in web(rows, seed):
        for ms, user, method, path, status, size, latency in chunk:
            done += 1
            name = names[path]
            if path_of:
                name = path_of(name, done)
            out.write(f"{second(ms // 1000)}{MILLI[ms % 1000]},{user},"
                      f"{method},{name},{status},{size},{latency}\n")


def write_long(out, rows, seed):
    def path(name, row):
        return name + "x" * LONG if row % 1000 == 0 else name
    write_csv(out, rows, seed, path)


def write_quoted(out, rows, seed):
    second = Days("iso").text
    names = ['"%s?tag=""a"",b"' % p if i % 20 == 19 else '"%s"' % p
             for i, p in enumerate(path_names())]
    out.write('"ts","user","method","path","status","bytes","latency"\n')
    for chunk in web(rows, seed):
        for ms, user, method, path, status, size, latency in chunk:
            out.write(f'"{second(ms // 1000)}{MILLI[ms % 1000]}","{user}",'
                      f'"{method}",{names[path]},{status},{size},{latency}\n')


def write_ndjson(out, rows, seed):
    second = Days("iso").text
    names = path_names()
    for chunk in web(rows, seed):
        for ms, user, method, path, status, size, latency in chunk:
            out.write(f'{{"ts":"{second(ms // 1000)}{MILLI[ms % 1000]}",'
                      f'"user":"{user}","method":"{method}",'
                      f'"path":"{names[path]}","status":{status},'
                      f'"bytes":{size},"latency":{latency}}}\n')


def write_combined(out, rows, seed):
    second = Days("clf").text
    names = path_names()
    for chunk in web(rows, seed):
        for ms, user, method, path, status, size, _ in chunk:
            n = int(user[1:])
            out.write(f'10.{n >> 16}.{n >> 8 & 255}.{n & 255} - {user} '
                      f'[{second(ms // 1000)}] "{method} {names[path]} '
                      f'HTTP/1.1" {status} {size} "-" '
                      f'"{AGENTS[n % len(AGENTS)]}"\n')


def write_sensors(out, rows, seed):
    r = random.Random("sensors %d" % seed)
    second = Days("iso").text
    out.write("ts,sensor,temperature,humidity\n")
    for first, n in steps(rows):
        u = [r.random() for _ in range(3 * CHUNK)]
        for i in range(n):
            a, b, c = u[3 * i:3 * i + 3]
            ms = (first + i) * STEP_US // 1000
            sensor = int(a * 200)
            wet = "" if c < 0.01 else "%.2f" % (30 + 40 * c)
            out.write(f"{second(ms // 1000)}{MILLI[ms % 1000]},"
                      f"sensor-{sensor:03d},{sensor / 10 + 5 * b:.3f},{wet}\n")


def write_ads(out, rows, seed):
    r = random.Random("ads %d" % seed)
    second = Days("iso").text
    kinds = ["banner", "modal", "sponsored-search", "mail", "mobile"]
    events = ["view", "click", "purchase"]
    for first, n in steps(rows):
        u = [r.random() for _ in range(5 * CHUNK)]
        for i in range(n):
            a, b, c, d, e = u[5 * i:5 * i + 5]
            ms = (first + i) * STEP_US // 1000
            out.write(f'{{"user_id":"user-{int(a * 1e6):06d}",'
                      f'"page_id":"page-{int(b * 1e5):05d}",'
                      f'"ad_id":"ad-{int(c * 1000):03d}",'
                      f'"ad_type":"{kinds[int(d * 5)]}",'
                      f'"event_type":"{events[int(e * 3)]}",'
                      f'"event_time":"{second(ms // 1000)}'
                      f'{MILLI[ms % 1000]}","ip_address":"10.1.2.3"}}\n')


def write_brc(out, rows, seed):
    r = random.Random("brc %d" % seed)
    heads = ["North", "South", "San ", "New ", "Port ", "Saint-", "", "Upper "]
    tails = ["ville", "haven", "bridge", "mouth", " City", "burg"]
    stations = [h + chr(65 + i % 26) + "o" * (i // 26 % 5) + "r" + t
                for i in range(60) for h in heads[:4] for t in tails[:2]]
    stations = sorted(set(stations))[:413]
    means = [r.uniform(-10, 30) for _ in stations]
    numbers = range(len(stations))
    for _, n in steps(rows):
        which = r.choices(numbers, k=CHUNK)
        u = [r.random() for _ in range(2 * CHUNK)]
        out.writelines(
            f"{stations[which[i]]};"
            f"{means[which[i]] + 20 * (u[2 * i] + u[2 * i + 1] - 1):.1f}\n"
            for i in range(n))


def write_points(out, rows, seed):
    """The noise of y is even, that of c logistic in good approximation."""
    r = random.Random("points %d" % seed)
    w = [r.uniform(-1, 1) for _ in range(8)]
    out.write("n,%s,y,c\n" % ",".join("x%d" % i for i in range(1, 9)))
    for first, n in steps(rows):
        u = [4 * r.random() - 2 for _ in range(10 * CHUNK)]
        for i in range(n):
            *x, a, b = u[10 * i:10 * i + 10]
            z = sum(map(mul, w, x)) + 0.5
            out.write("%d,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%d\n" %
                      (first + i, *x, z + 0.1 * a, z + b > 0))


def write_features(out, rows, seed):
    r = random.Random("features %d" % seed)
    out.write("n,%s\n" % ",".join("f%d" % i for i in range(20)))
    line = "%d" + 20 * ",%.4f" + "\n"
    for first, n in steps(rows):
        u = [4 * r.random() - 2 for _ in range(20 * CHUNK)]
        out.writelines(line % (first + i, *u[20 * i:20 * i + 20])
                       for i in range(n))


FORMS = {"csv": write_csv, "quoted": write_quoted, "ndjson": write_ndjson,
         "combined": write_combined, "long": write_long,
         "sensors": write_sensors, "ads": write_ads, "brc": write_brc,
         "points": write_points, "features": write_features}


def make(form, path, rows, seed):
    """Writes a file of that form."""
    with open(path, "w", encoding="utf-8", newline="\n",
              buffering=1 << 20) as out:
        FORMS[form](out, rows, seed)


def main(args):
    seed, rows, files = 1, 5000000, []
    args = iter(args)
    for a in args:
        if a in ("-h", "--help"):
            print(__doc__)
            return 0
        if a in ("--seed", "--rows"):
            n = next(args, "")
            if not n.isdigit():
                sys.exit("generate: %s: expected a whole number" % a)
            if a == "--seed":
                seed = int(n)
            else:
                rows = int(n)
            continue
        form, eq, path = a.partition("=")
        if form not in FORMS or not eq or not path:
            sys.exit("generate: %s: expected FORM=FILE, FORM one of %s" %
                     (a, ", ".join(FORMS)))
        files.append((form, path))
    if not files:
        sys.exit(__doc__)
    for form, path in files:
        make(form, path, rows, seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
