"""memory - W11: the peak memory of every stage that keeps nothing.

The bound is 16 MiB and four times the longest record.
"""
import generate
import measure

name = "W11"
MIB = 1 << 20
WHERE = "select(.status >= 500)"
# Title, form of data, pipeline; swindow, which has state, is left out.
PIPELINES = (
    ("csv", "csv", 'sread -f csv "$csv" | swatermark ts 10m | '
     "swrite -f csv"),
    ("quoted csv", "quoted", 'sread -f csv "$quoted" | swrite -f tsv'),
    ("ndjson", "ndjson", 'sread -f ndjson "$ndjson" | swrite -f ndjson'),
    ("combined", "combined", 'sread -f combined "$combined" | '
     "swrite -f csv"),
    ("arrow", "arrow7", 'sread -f arrow "$arrow7" | swatermark ts 10m | '
     "swrite -f arrow"),
    ("jq", "arrow7", "smap --same '%s' <\"$arrow7\" | swrite -f csv" % WHERE),
    ("epochs", "csv", 'sread -f csv --epoch-rows 1000 "$csv" | '
     "swatermark ts 10m | swrite -f csv"),
    ("long records", "long", 'sread -f csv "$long" | swatermark ts 10m | '
     "swrite -f csv"),
    ("long, jq, ndjson", "long", "sread -f csv \"$long\" | smap --same '%s' |"
     " swrite -f ndjson" % WHERE),
)
LONG_ROWS = 100000
STATELESS = ("sread", "swatermark", "smap", "swrite")


def do(bench):
    print("\n%s  memory of stages without state" % name)
    print("  %-18s %-12s %9s %9s" % ("", "stage", "peak MiB", "bound"))
    over = []
    for title, form, text in PIPELINES:
        rows = min(bench.rows, LONG_ROWS) if form == "long" else bench.rows
        env = bench.environment((form,), rows)
        longest = generate.LONG if form == "long" and rows >= 1000 else 1000
        bound = 16 * MIB + 4 * longest
        run = measure.run(text, env, limit=bench.limit)
        run.check(title)
        for s in run.stages:
            if s.name not in STATELESS:
                continue
            mark = ""
            if s.peak > bound:
                mark = "  over"
                over.append("%s (%s)" % (s.name, title))
            print("  %-18s %-12s %9.1f %9.1f%s" %
                  (title, s.name, s.peak / MIB, bound / MIB, mark))
            bench.tsv(name, "%s, %s" % (s.name, title), rows, "", 1, "", "",
                      "", s.peak, "%.4f" % (s.peak / bound), "")
    print("  goal: each within 16 MiB + 4 times the longest record: %s" %
          ("over: " + ", ".join(over) if over else "all are"))
