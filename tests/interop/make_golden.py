#!/usr/bin/env python3
"""make_golden - streams as other programs write them, for tests/data/arrow.

usage: make_golden.py [FOLDER]

Each <peer>-<what>.arrows gets a .txt twin: the schema and the rows as
tests/unit/wiretext.h prints them, worked out here from the values that went
in; or, for what is not supported, the line "refused: " and the message.
Peers that cannot be imported are skipped.
"""
import io
import os
import sys

import pyarrow as pa

# Kinds of columns: our type, the Arrow type, microseconds a unit of time.
KINDS = {
    "i8": ("int", pa.int8(), None),
    "i16": ("int", pa.int16(), None),
    "i32": ("int", pa.int32(), None),
    "i64": ("int", pa.int64(), None),
    "u8": ("int", pa.uint8(), None),
    "u16": ("int", pa.uint16(), None),
    "u32": ("int", pa.uint32(), None),
    "f32": ("float", pa.float32(), None),
    "f64": ("float", pa.float64(), None),
    "bool": ("bool", pa.bool_(), None),
    "utf8": ("string", pa.string(), None),
    "large": ("string", pa.large_string(), None),
    "view": ("string", pa.string_view(), None),
    "s": ("timestamp", pa.timestamp("s"), 1000000),
    "ms": ("timestamp", pa.timestamp("ms"), 1000),
    "us": ("timestamp", pa.timestamp("us"), 1),
    "ns": ("timestamp", pa.timestamp("ns"), 0.001),
    "us_utc": ("timestamp", pa.timestamp("us", "UTC"), 1),
    "ms_berlin": ("timestamp", pa.timestamp("ms", "Europe/Berlin"), 1000),
    "date": ("timestamp", pa.date32(), 86400000000),
}

LONG = "a text of more than twelve bytes, so that a view points outside"
TEXTS = ["", "a", "twelve bytes", LONG, "K\u00f6ln \u20ac \U0001f600",
         "tab\tand \"quotes\" and \\", "line\nbreak", "\0nul", LONG + "!"]

VALUES = {
    "i8": [-128, 127, 0, 1, -1],
    "i16": [-32768, 32767, 0, 300, -300],
    "i32": [-2**31, 2**31 - 1, 0, 70000],
    "i64": [-2**63, 2**63 - 1, 0, 9007199254740993],
    "u8": [0, 255, 128, 1],
    "u16": [0, 65535, 32768, 1],
    "u32": [0, 2**32 - 1, 2**31, 1],
    "f32": [0.0, -0.0, 1.5, -2.25, float("inf"), float("-inf"), 2.0**-149],
    "f64": [0.1, -0.0, 1e300, -5e-324, float("inf"), float("-inf"),
            float("nan"), 1 / 3],
    "bool": [True, False, False, True, True, True, False, True, False],
    "utf8": TEXTS,
    "large": TEXTS,
    "view": TEXTS,
    "s": [0, 1431857103, -1, -62135596800, 253402300799],
    "ms": [0, 1431857103123, -1, -999, 253402300799999],
    "us": [0, 1431857103123456, -1, 253402300799999999],
    "ns": [0, 1431857103123456789, -1, -1000, -1001, 999],
    "us_utc": [0, 1431857103123456, -1, 86400000000],
    "ms_berlin": [0, 1431857103123, -1, 86400000],
    "date": [0, 16572, -1, -719162, 2932896],
}


def values(kind, rows, nulls):
    """rows values; nulls: every how many one is null, 0 none."""
    of = VALUES[kind]
    return [None if nulls and i % nulls == nulls - 1 else of[i % len(of)]
            for i in range(rows)]


def micros(v, unit):
    return v // 1000 if unit == 0.001 else v * unit


def quoted(s):
    out = '"'
    for c in s:
        if c in '"\\':
            out += "\\" + c
        elif ord(c) < 0x20:
            out += "\\x%02x" % ord(c)
        else:
            out += c
    return out + '"'


def shown(kind, v):
    ours, _, unit = KINDS[kind]
    if v is None:
        return "null"
    if ours == "bool":
        return "true" if v else "false"
    if ours == "float":
        return "%.17g" % v
    if ours == "string":
        return quoted(v)
    if ours == "timestamp":
        return "%dus" % micros(v, unit)
    return "%d" % v


class Case:
    """Columns of a kind each, cut into batches of some rows."""

    def __init__(self, what, kinds, cuts=(9,), nulls=0, meta=None):
        self.what = what
        self.kinds = kinds
        self.cuts = cuts
        self.meta = meta or {}
        self.data = {k: values(k, sum(cuts), nulls) for k in kinds}

    def text(self):
        out = "schema"
        for k, v in self.meta.items():
            out += " %s=%s" % (k, quoted(v))
        out += "\n"
        for k in self.kinds:
            out += "column %s %s\n" % (quoted(k), KINDS[k][0])
        for i in range(sum(self.cuts)):
            out += "row " + " ".join(
                shown(k, self.data[k][i]) for k in self.kinds) + "\n"
        return out

    def schema(self):
        return pa.schema([(k, KINDS[k][1]) for k in self.kinds],
                         metadata=self.meta or None)

    def batches(self):
        at = 0
        schema = self.schema()
        for n in self.cuts:
            yield pa.record_batch(
                [array(k, self.data[k][at:at + n]) for k in self.kinds],
                schema=schema)
            at += n

    def table(self):
        return pa.Table.from_batches(self.batches(), self.schema())


def array(kind, of):
    t = KINDS[kind][1]
    if pa.types.is_timestamp(t):
        return pa.array(of, pa.int64()).cast(t)
    if pa.types.is_date32(t):
        return pa.array(of, pa.int32()).cast(t)
    return pa.array(of, t)


INTS = ["i8", "i16", "i32", "i64", "u8", "u16", "u32"]
FLOATS = ["f32", "f64"]
TEXT = ["utf8", "large", "view"]
TIMES = ["s", "ms", "us", "ns", "us_utc", "ms_berlin", "date"]
GROUPS = {"int": INTS, "float": FLOATS, "bool": ["bool"], "text": TEXT,
          "time": TIMES}
MIXED = ["i64", "utf8", "us_utc", "bool", "f64"]


def pyarrow_bytes(batches, schema, **options):
    out = io.BytesIO()
    with pa.ipc.new_stream(out, schema,
                           options=pa.ipc.IpcWriteOptions(**options)) as w:
        for b in batches:
            w.write_batch(b)
    return out.getvalue()


def from_pyarrow(save):
    for name, kinds in GROUPS.items():
        for word, nulls in ("full", 0), ("nulls", 3), ("null", 1):
            save(Case("%s-%s" % (name, word), kinds, nulls=nulls),
                 lambda c: pyarrow_bytes(c.batches(), c.schema()))
    for word, cuts in (("cut", (1, 7, 8, 9)), ("holes", (0, 3, 0, 0, 2, 0)),
                       ("empty", (0,)), ("none", ()), ("one", (1,)),
                       ("wide", (65,))):
        save(Case("mixed-" + word, MIXED, cuts, 4),
             lambda c: pyarrow_bytes(c.batches(), c.schema()))
    save(Case("meta", ["i64"], meta={"made by": "somebody", "k\u00e4": ""}),
         lambda c: pyarrow_bytes(c.batches(), c.schema()))

    # A slice of a longer table: bits and offsets begin in the middle.
    def sliced(c):
        b = pa.Table.from_batches(c.batches()).combine_chunks()
        pad = b.slice(0, 5)
        joined = pa.concat_tables([pad, b, pad]).combine_chunks()
        part = joined.slice(5, b.num_rows).to_batches()
        return pyarrow_bytes(part, c.schema())

    save(Case("sliced", MIXED + ["large", "view", "i8"], (11,), 3), sliced)


def from_polars(save):
    import polars as pl

    def frame(c):
        return pl.from_arrow(c.table())

    def newest(c):
        out = io.BytesIO()
        frame(c).write_ipc_stream(
            out, compat_level=pl.CompatLevel.newest())
        return out.getvalue()

    def oldest(c):
        out = io.BytesIO()
        frame(c).write_ipc_stream(
            out, compat_level=pl.CompatLevel.oldest())
        return out.getvalue()

    times = [k for k in TIMES if k != "s"]  # it has no seconds
    for name, kinds in dict(GROUPS, time=times).items():
        save(Case(name, kinds, nulls=3), newest)
    save(Case("text-old", TEXT, nulls=4), oldest)
    save(Case("mixed-full", MIXED, (40,)), newest)
    save(Case("mixed-empty", MIXED, (0,)), newest)
    save(Case("mixed-null", MIXED, nulls=1), newest)


def from_duckdb(save):
    import duckdb

    def query(c, *settings):
        con = duckdb.connect()
        for s in settings:
            con.execute(s)
        con.execute("set timezone = 'UTC'")
        t = c.table()  # duckdb finds it by its name
        rows = con.sql("select * from t")
        reader = (rows.to_arrow_reader() if hasattr(rows, "to_arrow_reader")
                  else rows.fetch_record_batch())
        assert t is not None
        return pyarrow_bytes(reader, reader.schema)

    kinds = dict(GROUPS, float=["f64"],
                 time=["s", "ms", "us", "us_utc", "date"])
    for name, of in kinds.items():
        save(Case(name, of, nulls=3), query)
    save(Case("ns", ["ns"], nulls=4), query)
    save(Case("text-large", TEXT, nulls=3),
         lambda c: query(c, "set arrow_large_buffer_size = true"))
    save(Case("text-view", TEXT, nulls=3),
         lambda c: query(c, "set arrow_output_version = '1.4'",
                         "set produce_arrow_string_view = true"))
    save(Case("mixed", MIXED, (33,), 5), query)


def from_nanoarrow(save):
    from nanoarrow.ipc import StreamWriter

    def written(c):
        out = io.BytesIO()
        with StreamWriter.from_writable(out) as w:
            w.write_stream(c.table())
        return out.getvalue()

    kinds = dict(GROUPS, text=["utf8", "large"])  # it writes no views
    for name, of in kinds.items():
        save(Case(name, of, nulls=3), written)
    save(Case("mixed-cut", MIXED, (1, 8, 3), 2), written)
    save(Case("mixed-empty", MIXED, (0,)), written)


SUPPORTED = ("is not supported (int, float, string, bool, timestamp are; "
             "cast it above)")


def refused(save):
    """What must not be read, and what is said about it."""
    from decimal import Decimal

    def one(what, arr, why, **options):
        b = pa.record_batch([arr], names=["price"])
        save("reject-" + what, "column \"price\": %s %s" % (why, SUPPORTED),
             pyarrow_bytes([b], b.schema, **options))

    one("decimal", pa.array([Decimal("1.5")]), "decimal")
    one("list", pa.array([[1, 2]]), "list")
    one("struct", pa.array([{"a": 1}]), "struct")
    one("map", pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), "map")
    one("binary", pa.array([b"x"]), "binary")
    one("time", pa.array([1], pa.time64("us")), "time")
    one("duration", pa.array([1], pa.duration("s")), "duration")
    one("null", pa.array([None]), "null")
    one("uint64", pa.array([1], pa.uint64()), "uint64")
    one("float16", pa.array([1.0], pa.float16()), "float16")
    one("date64", pa.array([0], pa.date64()), "date64")
    one("dictionary", pa.array(["a", "b", "a"]).dictionary_encode(),
        "dictionary encoding")

    b = pa.record_batch([pa.array(list(range(1000)))], names=["n"])
    for codec in "lz4", "zstd":
        at = len(pyarrow_bytes([], b.schema)) - 8
        save("reject-" + codec, "message at byte %d: compressed data "
             "(write it without compression)" % at,
             pyarrow_bytes([b], b.schema, compression=codec))
    save("reject-v4", "metadata version 4 of the Arrow format (only V5 is "
         "understood)", pyarrow_bytes(
             [b[:1]], b.schema, metadata_version=pa.ipc.MetadataVersion.V4))
    save("reject-legacy", "not a stream, or one in the form before Arrow "
         "0.15, without continuation markers",
         pyarrow_bytes([b[:1]], b.schema, use_legacy_format=True))
    twice = pa.schema([("a", pa.int64()), ("a", pa.int64())])
    save("reject-twice", 'two columns are named "a"',
         pyarrow_bytes([], twice))
    save("reject-unnamed", "column 2 has no name",
         pyarrow_bytes([], pa.schema([("a", pa.int64()), ("", pa.bool_())])))
    save("reject-columnless", "0 columns (1 to 10000)",
         pyarrow_bytes([], pa.schema([])))
    out = io.BytesIO()
    with pa.ipc.new_file(out, b.schema) as w:
        w.write_batch(b[:1])
    save("reject-file", "an Arrow file, not a stream (write it in the "
         "streaming format)", out.getvalue())
    bad = array("date", [2**31 - 1])
    day = pa.record_batch([bad], names=["day"])
    save("reject-date", 'message at byte %d: column "day": row 0 of the '
         "batch: the time 2147483647 is out of range in microseconds"
         % (len(pyarrow_bytes([], day.schema)) - 8),
         pyarrow_bytes([day], day.schema))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        here, "..", "data", "arrow")
    os.makedirs(folder, exist_ok=True)
    count = 0

    def write(name, data, text):
        nonlocal count
        with open(os.path.join(folder, name + ".arrows"), "wb") as f:
            f.write(data)
        with open(os.path.join(folder, name + ".txt"), "w",
                  encoding="utf-8", newline="") as f:
            f.write(text)
        count += 1

    for peer, make in (("pyarrow", from_pyarrow), ("polars", from_polars),
                       ("duckdb", from_duckdb),
                       ("nanoarrow", from_nanoarrow)):
        try:
            __import__(peer)
        except ImportError:
            print("skipped: no %s" % peer)
            continue
        make(lambda case, how, peer=peer: write(
            "%s-%s" % (peer, case.what), how(case), case.text()))
    refused(lambda name, why, data: write(
        "pyarrow-" + name, data, "refused: input: %s\n" % why))
    print("%d streams" % count)


if __name__ == "__main__":
    main()
