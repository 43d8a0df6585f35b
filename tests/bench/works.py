"""works - what "make bench" measures: the table of work items.

A command is shell text.  It finds its input in variables named like the form
of data ($csv, $ndjson, ...; see generate.py), a Python in $python and this
folder in $bench.  The first command of a work is what the others are compared
with and what the ratios refer to.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One way to do the work."""
    name: str
    text: str
    # Fields of the output, counted from 0, that are compared: keys first.
    pick: tuple = None
    comma: bool = True			# else fields are ended by tabs
    header: bool = False		# the first line is none of the result
    needs: tuple = ()			# programs, and modules as py:NAME
    check: str = None			# run instead to compare; "" never
    most: int = None			# rows that this can be asked to do
    allowed: tuple = (0,)		# exit statuses of stages
    forms: tuple = ()			# beyond those of the work
    stages: bool = False		# print what each stage cost


@dataclass(frozen=True)
class Work:
    name: str
    title: str
    forms: tuple			# the first is what rows and bytes count
    keys: int				# fields compared as text; then numbers
    commands: tuple
    goal: str = ""
    runs: int = 1			# runs in each round, for what is short
    tolerance: float = 1e-9		# relative
    rows: int = None			# never more than these
    choice: bool = False		# only when asked for by name
    grouped: tuple = ()			# commands: many groups, few groups


def spate(name, text, pick, **more):
    return Command(name, text, pick, header=True, stages=True, **more)


def awk(program, name, form, text, **more):
    """An awk in its C locale; it prints the result with tabs."""
    options = "-F, " if form in ("csv", "sensors") else ""
    return Command(name, "%s %s'%s' \"$%s\"" % (program, options, text, form),
                   comma=False, needs=(program,), **more)


def duckdb(sql, **more):
    return Command("duckdb", '$python "$bench/duck.py" "%s"' % sql,
                   needs=("py:duckdb",), **more)


def polars(job, form, **more):
    return Command("polars", '$python "$bench/polar.py" %s "$%s"' %
                   (job, form), needs=("py:polars",), **more)


def mlr(name, text, pick, **more):
    return Command(name, text, pick, header=True, needs=("mlr",), **more)


# ---- ten-minute windows by path, count and sum of bytes ---------------------

WINDOW = "swindow -w 10m -k path count sum:bytes | swrite -f csv"
PICK = (0, 2, 3, 4)			# without window_end


def windowed(name, read):
    return spate(name, read + " | swatermark ts 10m | " + WINDOW, PICK)


AWK_WINDOW = """NR > 1 {
	k = substr($1, 1, 15) "0:00Z\\t" $4; n[k]++; s[k] += $6
}
END { for (k in n) printf "%s\\t%d\\t%d\\n", k, n[k], s[k] }"""

# A quoted field of FPAT keeps its quotes, doubled ones doubled.
AWK_QUOTED = """BEGIN { FPAT = "([^,]*)|(\\"([^\\"]|\\"\\")*\\")" }
function text(f) {
	if (substr(f, 1, 1) == "\\"") {
		f = substr(f, 2, length(f) - 2)
		if (index(f, "\\"")) gsub(/""/, "\\"", f)
	}
	return f
}
NR > 1 { k = substr(text($1), 1, 15) "0:00Z\\t" text($4); n[k]++; s[k] += $6 }
END { for (k in n) printf "%s\\t%d\\t%d\\n", k, n[k], s[k] }"""

AWK_COMBINED = """BEGIN {
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", m, " ")
	for (i in m) month[m[i]] = sprintf("%02d", i)
}
{
	t = $4
	k = substr(t, 9, 4) "-" month[substr(t, 5, 3)] "-" substr(t, 2, 2) \\
		"T" substr(t, 14, 4) "0:00Z\\t" $7
	n[k]++; s[k] += $10
}
END { for (k in n) printf "%s\\t%d\\t%d\\n", k, n[k], s[k] }"""

AWK_SPLIT = AWK_COMBINED.replace(
    "\tt = $4\n", '\tsplit($0, q, "\\""); split(q[1], h, " ")\n'
    '\tsplit(q[2], r, " "); split(q[3], d, " "); t = h[4]\n').replace(
    "$7", "r[2]").replace("$10", "d[2]")

MLR_WINDOW = """put '$w = substr($ts, 0, 14) . "0:00Z"' """ \
    "then stats1 -a count,sum -f bytes -g w,path"

# Other ways to say it ("|=", "+=", group_by) take jq 2 to 60 times as long.
JQ_WINDOW = """reduce inputs as $r ({};
	($r.ts[:15] + "0:00Z\\t" + $r.path) as $k |
	.[$k] = [.[$k][0] + 1, .[$k][1] + $r.bytes])
| to_entries[] | "\\(.key)\\t\\(.value[0])\\t\\(.value[1])" """

SQLITE_WINDOW = """sqlite3 :memory: '.mode csv' ".import \\"$csv\\" t" \
    '.separator "\t" "\n"' '.mode tabs' \
    "select substr(ts, 1, 15) || '0:00Z', path, count(*), \
    sum(cast(bytes as integer)) from t group by 1, 2" """

DATAMASH_WINDOW = """mawk -F, 'NR > 1 {
	print substr($1, 1, 15) "0:00Z\\t" $4 "\\t" $6 }' "$csv" |
    datamash -s -g 1,2 count 3 sum 3"""

SQL_WINDOW = """select strftime(time_bucket(interval '10 minutes', ts),
    '%Y-%m-%dT%H:%M:%SZ'), path, count(*), sum(bytes) from """ \
    "{} group by time_bucket(interval '10 minutes', ts), path"


def sql_window(read):
    return duckdb(SQL_WINDOW.replace("{}", read))


CSV_ALL = windowed("spate", 'sread -f csv "$csv"')
CSV_SOME = windowed("spate -c", 'sread -f csv -c ts,path,bytes "$csv"')

W1 = Work(
    "W1", "CSV, 10-minute windows by path: count and sum of bytes", ("csv",),
    2, (
        CSV_ALL, CSV_SOME,
        windowed("spate -j 1", 'sread -j 1 -f csv "$csv"'),
        awk("mawk", "mawk", "csv", AWK_WINDOW),
        awk("gawk", "gawk", "csv", AWK_WINDOW),
        mlr("mlr", 'mlr --icsv --ocsv %s "$csv"' % MLR_WINDOW, (0, 1, 2, 3)),
        Command("mawk | datamash", DATAMASH_WINDOW, comma=False,
                needs=("mawk", "datamash")),
        Command("sqlite3", SQLITE_WINDOW, comma=False, needs=("sqlite3",))),
    goal="1/5 of mawk's wall time, 1/30 of Miller's; 7 M rows/s, with -c 10")

W2 = Work(
    "W2", "NDJSON, the same", ("ndjson",), 2, (
        windowed("spate", 'sread -f ndjson "$ndjson"'),
        windowed("spate -c", 'sread -f ndjson -c ts,path,bytes "$ndjson"'),
        windowed("spate -j 1", 'sread -j 1 -f ndjson "$ndjson"'),
        mlr("mlr", 'mlr --ijson --ocsv %s "$ndjson"' % MLR_WINDOW,
            (0, 1, 2, 3)),
        Command("jq", "jq -rn '%s' \"$ndjson\"" % JQ_WINDOW, comma=False,
                needs=("jq",)),
        sql_window("read_json('$ndjson', format='newline_delimited', "
                   "columns={ts:'timestamp', path:'varchar', "
                   "bytes:'bigint'})"),
        polars("window", "ndjson")),
    goal="400 MB/s a core; 1/80 of jq's wall time, 1/40 of Miller's")

W3Q = Work(
    "W3q", "quoted CSV, the same", ("quoted",), 2, (
        windowed("spate", 'sread -f csv "$quoted"'),
        windowed("spate -c", 'sread -f csv -c ts,path,bytes "$quoted"'),
        Command("gawk FPAT", "gawk '%s' \"$quoted\"" % AWK_QUOTED,
                comma=False, needs=("gawk",)),
        mlr("mlr", 'mlr --icsv --ocsv %s "$quoted"' % MLR_WINDOW,
            (0, 1, 2, 3)),
        sql_window("read_csv('$quoted')"),
        polars("window", "quoted")),
    goal="within 1.5 times W1 per byte; 1/4 of gawk with FPAT")

W3C = Work(
    "W3c", "combined log, the same", ("combined",), 2, (
        spate("spate", 'sread -f combined "$combined" | '
              "swatermark time 10m | " + WINDOW, PICK),
        spate("spate -c", 'sread -f combined -c time,path,bytes "$combined" |'
              " swatermark time 10m | " + WINDOW, PICK),
        spate("spate -j 1", 'sread -j 1 -f combined "$combined" | '
              "swatermark time 10m | " + WINDOW, PICK),
        awk("mawk", "mawk", "combined", AWK_COMBINED),
        awk("gawk", "gawk", "combined", AWK_COMBINED),
        awk("gawk", "gawk split", "combined", AWK_SPLIT)),
    goal="within 1.5 times W1 per byte; 1/4 of gawk with split")

W4 = Work(
    "W4", "saved Arrow stream of ts,path,bytes, the same", ("arrow",), 2, (
        spate("spate", 'swatermark ts 10m <"$arrow" | ' + WINDOW, PICK),
        windowed("spate, sread", 'sread -f arrow "$arrow"'),
        Command("duckdb", '$python "$bench/duck.py" --arrow "$arrow" "%s"' %
                SQL_WINDOW.replace("{}", "stream"),
                needs=("py:duckdb", "py:pyarrow")),
        polars("window", "arrow")),
    goal="20 M rows/s")


# ---- what a stage costs that changes nothing --------------------------------

def between(name, stage):
    """A stage with a cat at each side."""
    return Command(name, 'cat "$arrow7" | %s | cat' % stage, (0, 3, 5),
                   header=True, stages=True,
                   check='cat "$arrow7" | %s | swrite -f csv' % stage)


W5 = Work(
    "W5", "an Arrow stream of all columns through a stage, cat at both sides",
    ("arrow7",), 2, (
        between("cat", "cat"),
        between("swatermark", "swatermark ts 10m"),
        between("3 cats", "cat | cat | cat")),
    goal="a stage at most 1.5 times what cat costs (CPU of the second stage)")


# ---- sliding windows --------------------------------------------------------

SLIDING = WINDOW.replace("10m", "10m/10s")

# Sums of slices, then each slice into its 60 windows.
AWK_SLIDING = """NR > 1 {
	t = $1
	u = (substr(t, 9, 2) * 86400 + substr(t, 12, 2) * 3600 + \\
		substr(t, 15, 2) * 60 + substr(t, 18, 2)) / 10
	k = int(u) "\\t" $4; n[k]++; s[k] += $6
}
END {
	for (k in n) {
		split(k, a, "\\t")
		for (i = 0; i < 60; i++) {
			w = (a[1] - i) "\\t" a[2]
			wn[w] += n[k]; ws[w] += s[k]
		}
	}
	for (w in wn) {
		split(w, a, "\\t"); u = a[1] * 10
		d = int(u / 86400); month = 5; year = 2024
		if (d < 1) { d = 30; month = 4 }
		printf "2024-%02d-%02dT%02d:%02d:%02dZ\\t%s\\t%d\\t%d\\n", month, d,
			u / 3600 % 24, u / 60 % 60, u % 60, a[2], wn[w], ws[w]
	}
}"""


READ_SOME = 'sread -f csv -c ts,path,bytes "$csv"'


def unfinished(name, read, window):
    """A stream without its last bytes lacks the barrier that ends windows:
    what is left is the work up to emission."""
    return Command(name, read + "head -c -4096 | swatermark ts 10m | " +
                   window, check="", allowed=(0, 5), stages=True)


W6 = Work(
    "W6", "sliding windows of 10m each 10s (60 times the rows)", ("csv",
                                                                  "arrow"), 2,
    (
        spate("sliding -c", READ_SOME + " | swatermark ts 10m | " + SLIDING,
              PICK),
        Command("tumbling -c", CSV_SOME.text, check="", stages=True),
        spate("sliding", 'sread -f csv "$csv" | swatermark ts 10m | ' +
              SLIDING, PICK),
        Command("tumbling", CSV_ALL.text, check="", stages=True),
        unfinished("sliding, no output", READ_SOME + " | ", SLIDING),
        unfinished("tumbling, no output", READ_SOME + " | ", WINDOW),
        unfinished("arrow, sliding", "<\"$arrow\" ", SLIDING),
        unfinished("arrow, tumbling", "<\"$arrow\" ", WINDOW),
        awk("mawk", "mawk slices", "csv", AWK_SLIDING, most=1000000),
        polars("sliding", "csv")),
    goal="sliding at most 3 times tumbling; 1.3 times up to emission")


# ---- many keys --------------------------------------------------------------

SQL_USERS = "select user, count(*), sum(bytes) from read_csv('$csv') " \
    "group by user"
AWK_USERS = """NR > 1 { n[$2]++; s[$2] += $6 }
END { for (k in n) printf "%s\\t%d\\t%d\\n", k, n[k], s[k] }"""

W7 = Work(
    "W7", "CSV, by user (a million at 5 M rows): count and sum", ("csv",), 1, (
        spate("spate", 'sread -f csv "$csv" | '
              "swindow -k user count sum:bytes | swrite -f csv", (0, 1, 2)),
        spate("spate -c", 'sread -f csv -c user,bytes "$csv" | '
              "swindow -k user count sum:bytes | swrite -f csv", (0, 1, 2)),
        Command("spate, few keys", 'sread -f csv -c method,bytes "$csv" | '
                "swindow -k method count sum:bytes | swrite -f csv",
                check="", stages=True),
        awk("mawk", "mawk", "csv", AWK_USERS),
        awk("gawk", "gawk", "csv", AWK_USERS),
        mlr("mlr", "mlr --icsv --ocsv stats1 -a count,sum -f bytes -g user "
            '"$csv"', (0, 1, 2)),
        Command("datamash", "datamash -t, --header-in -s -g 2 count 6 sum 6 "
                '<"$csv"', (0, 1, 2), needs=("datamash",)),
        duckdb(SQL_USERS), polars("users", "csv")),
    goal="3 M rows/s; 100 bytes a group beyond the key (7 bytes)",
    grouped=("spate -c", "spate, few keys"))


# ---- expressions ------------------------------------------------------------

ERRORS = "'select(.status >= 500) | {path, kb: (.bytes / 1024)}'"

W8 = Work(
    "W8", "CSV, select(.status >= 500) | {path, kb: (.bytes / 1024)}",
    ("csv", "arrow7", "ndjson"), 1, (
        spate("spate", 'sread -f csv "$csv" | smap %s | swrite -f csv' %
              ERRORS, (0, 1)),
        spate("smap alone", "smap %s <\"$arrow7\" | swrite -f csv" % ERRORS,
              (0, 1)),
        awk("mawk", "mawk", "csv",
            'NR > 1 && $5 >= 500 { printf "%s\\t%.17g\\n", $4, $6 / 1024 }'),
        mlr("mlr", "mlr --icsv --ocsv filter '$status >= 500' then put "
            "'$kb = $bytes / 1024' then cut -o -f path,kb \"$csv\"", (0, 1)),
        Command("jq (ndjson)", "jq -r 'select(.status >= 500) | "
                '"\\(.path)\\t\\(.bytes / 1024)"\' "$ndjson"', comma=False,
                needs=("jq",)),
        duckdb("select path, bytes / 1024 from read_csv('$csv') "
               "where status >= 500"),
        polars("errors", "csv")),
    goal="10 M rows/s; at least 20 times libjq row by row")


# ---- start ------------------------------------------------------------------

W9 = Work(
    "W9", "start: 4 programs on 10 rows", ("csv",), 2, (
        CSV_ALL,
        Command("4 cats", 'cat "$csv" | cat | cat | cat', check=""),
        spate("spate with smap", 'sread -f csv "$csv" | smap --same '
              "'select(.bytes >= 0)' | swatermark ts 10m | " + WINDOW, PICK),
        awk("mawk", "mawk", "csv", AWK_WINDOW),
        mlr("mlr", 'mlr --icsv --ocsv %s "$csv"' % MLR_WINDOW, (0, 1, 2, 3)),
        duckdb(SQL_WINDOW.replace("{}", "read_csv('$csv')")),
        polars("window", "csv")),
    goal="at most 3 times four cats (10 ms); 60 ms with an smap that needs "
    "libjq", runs=10, rows=10)


# ---- other work -------------------------------------------------------------

W12 = Work(
    "W12", "W1 against engines that use all cores", ("csv",), 2, (
        CSV_ALL, CSV_SOME,
        duckdb(SQL_WINDOW.replace("{}", "read_csv('$csv')")),
        Command("duckdb CLI", "duckdb -csv -c \"%s\"" %
                SQL_WINDOW.replace("{}", "read_csv('$csv')"),
                (0, 1, 2, 3), header=True, needs=("duckdb",)),
        polars("window", "csv"),
        Command("pyspark", '$python "$bench/sparks.py" "$csv"',
                needs=("py:pyspark", "java"))),
    goal="not slower than duckdb and polars")

AWK_SENSORS = """NR > 1 { k = substr($1, 1, 16) ":00Z\\t" $2; t = $3 + 0
	if (!(k in n) || t < lo[k]) lo[k] = t
	if (!(k in n) || t > hi[k]) hi[k] = t
	n[k]++; s[k] += t
	if ($4 != "") { wn[k]++; ws[k] += $4 } }
END { for (k in n) {
	wet = ""
	if (wn[k]) wet = sprintf("%.15g", ws[k] / wn[k])
	printf "%s\\t%.15g\\t%.15g\\t%.15g\\t%s\\n", k, s[k] / n[k], lo[k], hi[k], wet
} }"""

SENSORS = Work(
    "sensors", "CSV, floats: mean, least, most by sensor and minute",
    ("sensors",), 2, (
        spate("spate", 'sread -f csv "$sensors" | swatermark ts 1m | swindow '
              "-w 1m -k sensor avg:temperature min:temperature "
              "max:temperature avg:humidity | swrite -f csv",
              (0, 2, 3, 4, 5, 6)),
        awk("mawk", "mawk", "sensors", AWK_SENSORS),
        duckdb("select strftime(time_bucket(interval '1 minute', ts), "
               "'%Y-%m-%dT%H:%M:%SZ'), sensor, avg(temperature), "
               "min(temperature), max(temperature), avg(humidity) from "
               "read_csv('$sensors') group by "
               "time_bucket(interval '1 minute', ts), sensor"),
        polars("sensors", "sensors")))

JQ_ADS = """reduce (inputs | select(.event_type == "view")) as $r ({};
	($r.event_time[:18] + "0Z\\t" + $r.ad_id) as $k | .[$k] = .[$k] + 1)
| to_entries[] | "\\(.key)\\t\\(.value)" """

ADS = Work(
    "ads", "NDJSON, ad events: views by ad and 10 seconds", ("ads",), 2, (
        spate("spate", 'sread -f ndjson -c ad_id,event_type,event_time '
              '"$ads" | smap --same \'select(.event_type == "view")\' | '
              "swatermark event_time 10s | swindow -w 10s -k ad_id count | "
              "swrite -f csv", (0, 2, 3)),
        spate("spate, no smap", 'sread -f ndjson -c ad_id,event_type,'
              'event_time "$ads" | swatermark event_time 10s | '
              "swindow -w 10s -k ad_id,event_type count | swrite -f csv | "
              "grep -e ',view,' -e ^window | cut -d, -f 1,3,5", (0, 1, 2)),
        Command("jq", "jq -rn '%s' \"$ads\"" % JQ_ADS, comma=False,
                needs=("jq",)),
        duckdb("select strftime(time_bucket(interval '10 seconds', "
               "event_time), '%Y-%m-%dT%H:%M:%SZ'), ad_id, count(*) from "
               "read_json('$ads', format='newline_delimited', "
               "columns={ad_id:'varchar', event_type:'varchar', "
               "event_time:'timestamp'}) where event_type = 'view' "
               "group by time_bucket(interval '10 seconds', event_time), "
               "ad_id"),
        polars("ads", "ads")))

BRC = Work(
    "brc", "one billion row challenge (ROWS=100M): least, mean, most by "
    "station", ("brc",), 1, (
        spate("spate", 'sread -f csv -d ";" --no-header "$brc" | '
              "swindow -k c1 min:c2 avg:c2 max:c2 | swrite -f csv",
              (0, 1, 2, 3)),
        Command("mawk", """mawk -F';' '{ t = $2 + 0
	if (!($1 in n) || t < lo[$1]) lo[$1] = t
	if (!($1 in n) || t > hi[$1]) hi[$1] = t
	n[$1]++; s[$1] += t }
END { for (k in n) printf "%s\\t%.15g\\t%.15g\\t%.15g\\n",
	k, lo[k], s[k] / n[k], hi[k] }' "$brc\"""", comma=False,
                needs=("mawk",)),
        duckdb("select column0, min(column1), avg(column1), max(column1) "
               "from read_csv('$brc', delim=';', header=false) "
               "group by column0"),
        polars("brc", "brc")), choice=True)


# ---- sscore -----------------------------------------------------------------

def scored(name, model, data, width, **more):
    """sscore, and what it adds behind n and the other columns."""
    text = 'sscore "$%s" <"$%s"' % (model, data)
    last = {"points": 10, "features": 20}[data]
    return spate(name, text, (0, *range(last + 1, last + width)),
                 check=text + " | swrite -f csv | tr -d '[]\"'", **more)


def python(name, kind, model, data, needs):
    text = '$python "$bench/scores.py" %s "$%s" "$%s"' % (kind, model, data)
    return Command(name, text, check=text + " --csv",
                   needs=("py:" + needs, "py:pyarrow"))


def pyspark(kind, model, data):
    text = '$python "$bench/sparkscore.py" %s "$%s" "$%s"' % (kind, model,
                                                              data)
    return Command("pyspark", text + " --twice", check=text + " --csv",
                   needs=("py:pyspark", "java"), forms=(data,))


def simple(name, title, kind, width, goal):
    """A model of 8 features that sscore learned."""
    model = kind + "_model"
    return Work(name, title, ("points", model), 1, (
        scored("spate", model, "points", width),
        python("scikit-learn", kind, model, "points", "sklearn"),
        pyspark(kind, model, "points_parquet")), goal=goal, rows=4000000)


S1 = simple("S1", "sscore: linear model of 8 features, Arrow in and out",
            "linear", 2, "20 M rows/s of CPU time; faster than pyspark")
S2 = simple("S2", "sscore: binary logistic model, probabilities as text",
            "logistic", 4, "faster than pyspark")
S3 = simple("S3", "sscore: 8 clusters of 8 features", "kmeans", 2,
            "faster than pyspark")


def forest(name, kind):
    model = kind + "_model"
    return Work(
        name, "sscore: forest of %s, 100 trees of depth 6, 20 features" % kind,
        ("features", model), 1, (
            scored("spate", model, "features", 2),
            python(kind + ", 1 thread", kind, model, "features", kind)),
        goal="1 M rows/s of CPU time; faster than %s alone" % kind,
        rows=1000000, tolerance=1e-6)


S4 = forest("S4", "xgboost")
S5 = forest("S5", "lightgbm")
S6 = Work(
    "S6", "sscore: RandomForest of spark.ml, 100 trees, 20 features",
    ("features", "spark_model"), 1, (
        scored("spate", "spark_model", "features", 2,
               needs=("py:pyspark", "java")),
        pyspark("forest", "spark_model", "features_parquet")),
    goal="1 M rows/s of CPU time; faster than pyspark", rows=1000000)


def learning(name, options, check=""):
    text = 'sscore --learn %s -c x1,x2,x3,x4,x5,x6,x7,x8 <"$epochs"' % options
    return Command(name, text, (0, 11), header=True, stages=True,
                   check=check and text + check)


S7 = Work(
    "S7", "sscore --learn: 8 features, epochs of 10,000 rows", ("epochs",), 1,
    (
        learning("linear", "linear --label y", " | swrite -f csv"),
        learning("logistic", "logistic --label c"),
        learning("kmeans", "kmeans --k 8"),
        learning("linear --per-row", "linear --per-row --label y"),
        learning("logistic --per-row", "logistic --per-row --label c"),
        learning("kmeans --per-row", "kmeans --per-row --k 8"),
        learning("anomaly", "anomaly")), rows=2000000)

S8 = Work(
    "S8", "sscore: start, 10 rows", ("points", "features", "linear_model",
                                     "xgboost_model", "lightgbm_model"), 1, (
        scored("linear", "linear_model", "points", 2),
        Command("cat", 'cat "$points"', check=""),
        Command("xgboost", 'sscore "$xgboost_model" <"$features"', check=""),
        Command("lightgbm", 'sscore "$lightgbm_model" <"$features"',
                check=""),
        Command("spark.ml forest", 'sscore "$spark_model" <"$features"',
                check="", needs=("py:pyspark", "java"),
                forms=("spark_model",))),
    goal="60 ms", runs=10, rows=10)

TABLE = (W1, W2, W3Q, W3C, W4, W5, W6, W7, W8, W9, W12, SENSORS, ADS, BRC,
         S1, S2, S3, S4, S5, S6, S7, S8)
