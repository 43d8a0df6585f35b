#!/usr/bin/env python3
"""check_interop - do other programs read what spate writes, and spate what
they write?

Runs the programs of PATH.  A line "ok", "FAILED" or "skipped" a question;
exit 1 if anything differs.
"""
import datetime
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
NAMES = ["flag", "n", "x", "s", "ts"]
TEXTS = ["a", "two words", "K\u00f6ln \u20ac \U0001f600", "comma, \"quote\"",
         "line\nbreak", ""]


# ---- rows -------------------------------------------------------------------

def micros(t):
    if t.tzinfo is None:
        t = t.replace(tzinfo=datetime.timezone.utc)
    return (t - EPOCH) // MICROSECOND


def plain(v):
    """A value as int, float, str, bool or None; times as microseconds."""
    return micros(v) if isinstance(v, datetime.datetime) else v


def make_rows(count):
    """Rows whose times rise; every column is null now and then."""
    rows = []
    for i in range(count):
        row = [i % 3 == 0, i * 1234567891 - 5000000000, (i - 7) / 8.0,
               TEXTS[i % len(TEXTS)], 1431857103000000 + i * 1500000]
        for k in range(4):
            if (i + k) % 5 == 4:
                row[k] = None
        rows.append(dict(zip(NAMES, row)))
    return rows


def rfc3339(us):
    t = EPOCH + us * MICROSECOND
    return t.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(",".join(NAMES) + "\n")
        for r in rows:
            cells = []
            for name in NAMES:
                v = r[name]
                if v is None:
                    cells.append("")
                elif isinstance(v, bool):
                    cells.append("true" if v else "false")
                elif isinstance(v, str):
                    cells.append('"%s"' % v.replace('"', '""'))
                else:
                    cells.append(rfc3339(v) if name == "ts" else repr(v))
            f.write(",".join(cells) + "\n")


def same(got, want):
    """None, or what differs first."""
    if len(got) != len(want):
        return "%d rows, expected %d" % (len(got), len(want))
    for i, (g, w) in enumerate(zip(got, want)):
        if g != w or list(g) != list(w):
            return "row %d: got %r, expected %r" % (i, g, w)
    return None


def by_window(rows):
    """What a window of ten minutes, grouped by s, counts."""
    counts = {}
    for r in rows:
        start = r["ts"] // 600000000 * 600000000
        key = (start, r["s"] is not None, r["s"] or "")
        counts[key] = counts.get(key, 0) + 1
    return [{"window_start": start, "window_end": start + 600000000,
             "s": s if there else None, "count": counts[start, there, s]}
            for start, there, s in sorted(
                counts, key=lambda k: (k[0], k[1], k[2].encode()))]


# ---- peers that read ----------------------------------------------------------

def read_pyarrow(data):
    import pyarrow as pa
    rows, kinds = [], []
    reader = pa.ipc.open_stream(data)
    while True:
        try:
            batch, meta = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        batch.validate(full=True)
        rows += batch.to_pylist()
        if meta is not None and b"spate:kind" in meta:
            kinds.append(meta[b"spate:kind"].decode())
    # begin, barrier, begin, barrier, ..., end
    if kinds:
        epochs = (len(kinds) - 1) // 2
        assert kinds == ["begin", "barrier"] * epochs + ["end"], kinds
        assert epochs > 0
    return rows


def read_polars(data):
    import polars
    return polars.read_ipc_stream(io.BytesIO(data)).to_dicts()


def read_duckdb(data):
    import duckdb
    import pyarrow as pa
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    reader = pa.ipc.open_stream(data)
    con.register("t", reader)
    names = reader.schema.names
    times = [pa.types.is_timestamp(t) for t in reader.schema.types]
    columns = ", ".join("epoch_us(%s)" % n if time else n
                        for n, time in zip(names, times))
    return [dict(zip(names, r)) for r in
            con.execute("select %s from t" % columns).fetchall()]


def read_nanoarrow(data):
    import nanoarrow
    return list(nanoarrow.ArrayStream.from_readable(
        io.BytesIO(data)).read_all().to_pylist())


READERS = {"pyarrow": read_pyarrow, "polars": read_polars,
           "duckdb": read_duckdb, "nanoarrow": read_nanoarrow}


# ---- peers that write ---------------------------------------------------------

def table(rows):
    import pyarrow as pa
    schema = pa.schema([("flag", pa.bool_()), ("n", pa.int64()),
                        ("x", pa.float64()), ("s", pa.string()),
                        ("ts", pa.timestamp("us", "UTC"))])
    return pa.Table.from_pylist(
        [dict(r, ts=EPOCH + r["ts"] * MICROSECOND) for r in rows], schema)


def stream(batches, schema):
    import pyarrow as pa
    out = io.BytesIO()
    with pa.ipc.new_stream(out, schema) as w:
        for b in batches:
            w.write_batch(b)
    return out.getvalue()


def write_pyarrow(rows):
    t = table(rows)
    return stream(t.to_batches(max_chunksize=100), t.schema)


def write_polars(rows):
    import polars
    out = io.BytesIO()
    polars.from_arrow(table(rows)).write_ipc_stream(out)
    return out.getvalue()


def write_duckdb(rows):
    import duckdb
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    con.register("t", table(rows))
    found = con.sql("select * from t")
    reader = (found.to_arrow_reader() if hasattr(found, "to_arrow_reader")
              else found.fetch_record_batch())
    return stream(reader, reader.schema)


def write_nanoarrow(rows):
    from nanoarrow.ipc import StreamWriter
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as w:
        w.write_stream(table(rows))
    return out.getvalue()


WRITERS = {"pyarrow": write_pyarrow, "polars": write_polars,
           "duckdb": write_duckdb, "nanoarrow": write_nanoarrow}


# ---- questions ----------------------------------------------------------------

class Check:
    def __init__(self, folder):
        self.folder = folder
        self.failed = 0

    def pipe(self, data, *stages):
        """What comes out of the stages; each must end well."""
        for s in stages:
            done = subprocess.run(s, input=data, cwd=self.folder,
                                  stdout=subprocess.PIPE, timeout=60)
            if done.returncode != 0:
                raise RuntimeError("%s: exit status %d" % (
                    " ".join(s), done.returncode))
            data = done.stdout
        return data

    def ask(self, what, answer, want):
        try:
            rows = [{k: plain(v) for k, v in r.items()} for r in answer()]
            wrong = same(rows, want)
        except Exception as e:  # whatever a peer throws is an answer
            wrong = "%s: %s" % (type(e).__name__, e)
        if wrong is None:
            print("ok: %s" % what)
        else:
            self.failed += 1
            print("FAILED: %s: %s" % (what, wrong))

    def ndjson(self, data, *stages):
        out = self.pipe(data, *stages, ["swrite", "-f", "ndjson"])
        rows = [json.loads(line) for line in out.decode().splitlines()]
        for r in rows:
            for k in ("ts", "window_start", "window_end"):
                if r.get(k) is not None:
                    r[k] = datetime.datetime.fromisoformat(
                        r[k].replace("Z", "+00:00"))
        return rows


SCHEMA = "flag bool, n int, x float, s string, ts timestamp"
WINDOW = ["swindow", "-w", "10m", "-t", "ts", "-k", "s", "count"]


def streams(check, rows, path):
    """Name, bytes and rows of streams that spate programs write."""
    read = ["sread", "-s", SCHEMA, path]
    some = ["sread", "-s", SCHEMA, "--epoch-rows", "100", path]
    mark = ["swatermark", "ts", "1m"]
    yield "sread", check.pipe(b"", read), rows
    yield "sread in epochs", check.pipe(b"", some), rows
    yield "swatermark", check.pipe(b"", some, mark), rows
    yield "swindow", check.pipe(b"", some, mark, WINDOW), by_window(rows)
    yield "swrite -f arrow", check.pipe(
        b"", some, ["swrite", "-f", "arrow"]), rows
    none = os.path.join(check.folder, "none.csv")
    write_csv(none, [])
    yield "sread of no rows", check.pipe(
        b"", ["sread", "-s", SCHEMA, none]), []


def present(peer):
    try:
        __import__(peer)
        if peer in ("duckdb", "polars", "nanoarrow"):
            __import__("pyarrow")
    except ImportError as e:
        print("skipped: no %s" % (e.name or peer))
        return False
    return True


def main():
    for program in ("sread", "swatermark", "swindow", "swrite"):
        if shutil.which(program) is None:
            print("check_interop: no %s in PATH" % program, file=sys.stderr)
            return 2
    peers = [p for p in READERS if present(p)]
    with tempfile.TemporaryDirectory() as folder:
        check = Check(folder)
        rows = make_rows(20000)
        path = os.path.join(folder, "rows.csv")
        write_csv(path, rows)
        for what, data, want in streams(check, rows, path):
            for p in peers:
                check.ask("%s reads %s" % (p, what),
                          lambda p=p, data=data: READERS[p](data), want)
        few = rows[:1000]
        for p in peers:
            check.ask("swrite reads %s" % p,
                      lambda p=p: check.ndjson(WRITERS[p](few)), few)
            check.ask("swindow reads %s" % p,
                      lambda p=p: check.ndjson(WRITERS[p](few), WINDOW),
                      by_window(few))
        if "pyarrow" in peers:
            import pyarrow as pa
            data = check.pipe(b"", ["sread", "-s", SCHEMA, path])
            reader = pa.ipc.open_stream(data)
            through = stream(reader, reader.schema)
            check.ask("pyarrow in the middle",
                      lambda: check.ndjson(through, WINDOW), by_window(rows))
        return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
