#!/usr/bin/env bats
# smap - what a jq expression makes of the rows of a stream.
# shellcheck disable=SC2154,SC2034 # helpers.bash
# shellcheck disable=SC2016        # jq's dollars, not the shell's

load helpers

# requests: a table as an access log gives it.
requests()
{
	cat <<-'END'
		time,path,status,bytes
		2024-05-01T10:00:00.25Z,/a,200,512
		2024-05-01T10:00:01Z,/b,404,
		2024-05-01T10:00:02Z,/c,500,2048
	END
}

# smap_to FORMAT ARGUMENT...: requests through smap, printed.
smap_to()
{
	local format=$1
	shift
	requests >in.csv
	sread in.csv >in
	smap "$@" <in >mapped || return
	swrite -f "$format" <mapped
}

# ids: integers that a double cannot hold.
ids()
{
	printf 'id,n\n9007199254740993,1\n-9223372036854775808,2\n3,3\n'
}

@test "each result is a row: words of lines are counted" {
	printf 'a b\nb c\n\nc b\n' >in
	expect 0 sh -c 'sread -f lines in | smap ".line | split(\" \")[]" |
		swindow -k value count | swrite'
	printf 'value,count\na,1\nb,3\nc,2\n' >wanted
	check_same out wanted
	[ ! -s err ]
}

@test "select keeps rows as they are, whatever their types" {
	smap_to csv 'select(.status >= 400)' >out
	cat >wanted <<-'END'
		time,path,status,bytes
		2024-05-01T10:00:01Z,/b,404,
		2024-05-01T10:00:02Z,/c,500,2048
	END
	check_same out wanted
}

@test "an object's keys are the columns, in their order" {
	smap_to csv '{path, kb: ((.bytes // 0) / 1024), ok: (.status < 400)}' \
		>out
	cat >wanted <<-'END'
		path,kb,ok
		/a,0.5,true
		/b,0.0,false
		/c,2.0,false
	END
	check_same out wanted
}

@test "a key that some results lack is null there" {
	smap_to csv 'if .bytes then {path, bytes} else {path} end' >out
	printf 'path,bytes\n/a,512\n/b,\n/c,2048\n' >wanted
	check_same out wanted
}

@test "nested JSON is reached into, and what stays nested is JSON text" {
	printf '{"u":{"name":"ann","tags":["x",{"y":1.0}]}}\n' >in
	expect 0 sh -c 'sread -f ndjson -s "u string" in |
		smap ".u | fromjson | {name, tags}" | swrite -f ndjson'
	printf '{"name":"ann","tags":"[\\"x\\",{\\"y\\":1}]"}\n' >wanted
	check_same out wanted
}

@test "infinity and NaN stay in a float, in a text they are as jq prints them" {
	local p='if .n == 1 then infinite elif .n == 2 then nan else -infinite end'
	local text='if .n == 4 then "x" else '"$p"' end'
	printf 'n\n1\n2\n3\n4\n' >in.csv
	sread -f csv in.csv | smap "{v: ($p)}" | swrite >out
	printf 'v\ninf\nNaN\n-inf\n-inf\n' >want
	check_same out want
	# All of them in one column, compiled and not.
	sread in.csv | swrite -f ndjson >in.ndjson
	jq -c "{v: ($text)}" in.ndjson |
		sed 's/:\([-n0-9][^}]*\)/:"\1"/' >want
	sread in.csv | smap "{v: ($text)}" | swrite -f ndjson >out
	check_same out want
	sread in.csv | smap -s 'v string' "{v: ($p)}" | swrite >out
	printf 'v\n%s\nnull\n%s\n%s\n' 1.7976931348623157e+308 \
		-1.7976931348623157e+308 -1.7976931348623157e+308 >want
	check_same out want
	# A column that holds one, through kernels, and inside an array.
	printf 'a\ninf\nnan\n' >in.csv
	sread -s 'a float' in.csv | smap -s 's string, l string' \
		'{s: .a, l: [.a]}' | swrite -f ndjson >out
	printf '%s\n' '{"s":"1.7976931348623157e+308",'\
'"l":"[1.7976931348623157e+308]"}' '{"s":"null","l":"[null]"}' >want
	check_same out want
}

@test "a timestamp is seconds to jq, and passes on exact" {
	smap_to csv '{time, seconds: .time, hour: (.time | gmtime | .[3])}' |
		head -n 2 >out
	cat >wanted <<-'END'
		time,seconds,hour
		2024-05-01T10:00:00.250Z,1714557600.25,10.0
	END
	check_same out wanted
}

@test "with -s seconds become a timestamp again" {
	smap_to csv -s 'later timestamp, path string' \
		'{later: (.time + 0.5), path}' | head -n 2 >out
	printf 'later,path\n2024-05-01T10:00:00.750Z,/a\n' >wanted
	check_same out wanted
}

@test "the mark of swatermark stays with a column that is passed on" {
	requests >in.csv
	expect 0 sh -c 'sread in.csv | swatermark time 1s |
		smap "{path, time}" | swindow -w 1s count | swrite'
	says '2024-05-01T10:00:00Z,2024-05-01T10:00:01Z,1' out
	[ "$(wc -l <out)" -eq 4 ]
}

@test "the event time cannot be changed under its name" {
	requests >in.csv
	sread in.csv | swatermark time 1s >in
	input=in
	expect 1 smap -s 'time timestamp' '{time: (.time + 1)}'
	says 'carries the event time and cannot change'
	expect 0 smap -s 'later timestamp' '{later: (.time + 1)}'
}

@test "integers beyond 2^53 pass on with all digits, under any name" {
	ids >in.csv
	sread in.csv >in
	input=in
	expect 0 smap 'select(.n < 3) | {id, other: .id, both: [.id, .n]}'
	swrite -f ndjson <out >got
	cat >wanted <<-'END'
		{"id":9007199254740993,"other":9007199254740993,"both":"[9007199254740993,1]"}
		{"id":-9223372036854775808,"other":-9223372036854775808,"both":"[-9223372036854775808,2]"}
	END
	check_same got wanted
}

@test "a program that computes with such an integer makes a bad record" {
	ids >in.csv
	sread in.csv >in
	input=in
	for p in '{id: (.id + 1)}' '{id: (.id % 10)}' '.id | tostring' \
		'select(.id == 9007199254740993)' 'select(.id % 2 == 1)'; do
		expect 1 smap "$p"
		says 'row 1 (epoch 0): the expression computes with column "id", which is 9007199254740993'
		expect 0 smap -b skip "$p"
		swrite -f ndjson <out >got
		[ "$(grep -c 900719925474099 got)" -eq 0 ]
	done
}

@test "text of such an integer is exact when it is read as a string" {
	ids >in.csv
	expect 0 sh -c 'sread -s "id string" in.csv |
		smap "select(.n == 1) | \"<\(.id)>\"" | swrite'
	printf 'value\n<9007199254740993>\n' >wanted
	check_same out wanted
}

@test "an error of the program stops the run and says which row" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 1 smap '{kb: (.bytes / 1024)}'
	says 'smap: row 2 (epoch 0): null (null) and number (1024) cannot be divided'
	says '-b skip goes on without such rows'
	expect 1 smap 'error("my own words")'
	says 'row 1 (epoch 0): my own words'
	expect 1 smap 'if .status == 404 then error(null) else . end'
	says 'row 2 (epoch 0): null'
}

@test "a remainder that libjq dies of is 0" {
	printf 'a,b\n-1e300,-1\n9223372036854775808,-1.5\n7,-1\n7,4\n' >in.csv
	sread -s 'a float, b float' in.csv >in.arrow
	printf 'x\n0.0\n0.0\n0.0\n3.0\n' >want
	for program in '{x: (.a % .b)}' '{x: (.a % .b)} | ., empty' \
		'.x = .a | .x %= .b | {x}'; do
		smap "$program" <in.arrow | swrite | cmp - want
	done
	smap '{x: (nan % .b)}' <in.arrow >/dev/null
}

@test "-b skip passes over bad rows and counts them" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 0 smap -b skip '{kb: (.bytes / 1024)}'
	says 'smap: 1 row bad (skipped)'
	swrite <out >got
	printf 'kb\n0.5\n2.0\n' >wanted
	check_same got wanted
}

@test "-b FILE keeps bad rows as JSON, which sread reads again" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 0 smap -b bad.ndjson '{kb: (.bytes / 1024)}'
	says 'smap: 1 row bad (kept)'
	[ "$(wc -l <bad.ndjson)" -eq 1 ]
	says '{"epoch":0,"row":2,"reason":"null (null) and number (1024) cannot be divided","text":"{\"time\":\"2024-05-01T10:00:01Z\",\"path\":\"/b\",\"status\":404,\"bytes\":null}"}' bad.ndjson
	expect 0 sh -c 'sread bad.ndjson | smap ".text | fromjson" | swrite'
	cat >wanted <<-'END'
		time,path,status,bytes
		2024-05-01T10:00:01Z,/b,404.0,
	END
	check_same out wanted
}

@test "-b - is refused: the stream is there" {
	echo precious >./-
	expect 2 smap -b - .
	says '-b -: standard output is the stream of results: name a file'
	[ "$(cat ./-)" = precious ]
}

@test "under a checkpoint the file of bad rows has each once" {
	requests >in.csv
	run_once()
	{
		sread -f csv -C ck --epoch-rows 1 in.csv |
			smap -b bad.ndjson '{path, kb: (.bytes / 1024)}' |
			swrite out.csv
	}
	run_once 2>err
	[ "$(wc -l <bad.ndjson)" -eq 1 ]
	# What a run that died may have left behind is taken back.
	echo '{"half' >>bad.ndjson
	printf '2024-05-01T10:00:03Z,/d,200,\n2024-05-01T10:00:04Z,/e,200,1\n' \
		>>in.csv
	run_once 2>err
	[ "$(wc -l <bad.ndjson)" -eq 2 ]
	says '"epoch":1,"row":1' bad.ndjson
	says '"path\":\"/d\"' bad.ndjson
	[ "$(wc -l <out.csv)" -eq 4 ]
	# A file that has lost rows is not a place to go on.
	head -n 1 bad.ndjson >copy && cat copy >bad.ndjson
	echo '2024-05-01T10:00:05Z,/f,200,1' >>in.csv
	run_once 2>err || true
	says 'smap: bad.ndjson'
}

@test "a row gives all of its results or none" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 0 smap -b skip '.path, (.bytes / 1024 | tostring)'
	swrite <out >got
	printf 'value\n/a\n0.5\n/c\n2\n' >wanted
	check_same got wanted
}

@test "a later value that does not fit says the -s that takes it" {
	{ echo n && seq 1 1001 && echo 7; } >in.csv
	sread in.csv >in
	input=in
	expect 1 smap '{n: (if .n == 1001 then "many" else .n end), m: 1}'
	says 'smap: row 1001 (epoch 0): column "n" is "many", not an int'
	says "-s 'n string, m float' takes it"
	expect 0 smap -s 'n string, m float' \
		'{n: (if .n == 1001 then "many" else .n end), m: 1}'
	swrite <out | tail -n 2 >got
	printf 'many,1.0\n7,1.0\n' >wanted
	check_same got wanted
}

@test "the first 1000 results decide, however the stream is cut" {
	{ echo n && seq 1 5000; } >in.csv
	sread in.csv >whole
	expect 0 sh -c 'smap "{h: (.n / 2)}" <whole | swrite >out1
		head -c 3000 whole >a; tail -c +3001 whole >b
		{ cat a; sleep 0.2; cat b; } | smap "{h: (.n / 2)}" |
			swrite >out2'
	check_same out1 out2
	[ "$(wc -l <out1)" -eq 5001 ]
}

@test "a stream without end needs -s or --same, where kernels do not know" {
	requests >in.csv
	sread in.csv >bounded
	mkfifo feed
	(cat in.csv >feed) &
	sread -f csv --every 50ms - <feed >in
	input=in
	expect 2 smap '.path | split("/")[]'
	says "must be told: -s 'name type, ...', or --same"
	input=in
	expect 0 smap --same 'select(.status == 500)'
	swrite <out | grep -q '/c,500,2048'
	expect 0 smap 'select(.status == 500) | {path, kb: (.bytes / 1024)}'
	swrite <out | grep -q '/c,2.0'
}

@test "--same takes only the columns of the input" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 1 smap --same '.extra = 1'
	says 'a key "extra", which is not among the columns'
	expect 1 smap --same '.path'
	says 'not an object'
	expect 2 smap --same -s 'a int' .
}

@test "now is the time of the epoch" {
	requests >in.csv
	sread in.csv >in
	now=$(date +%s)
	expect 0 sh -c 'smap "now" <in | swrite | tail -n +2 | sort -u'
	[ "$(wc -l <out)" -eq 1 ]
	t=$(cut -d. -f1 out)
	[ "$t" -ge $((now - 30)) ] && [ "$t" -le $((now + 1)) ]
	# The stream carries it: later runs give the same.
	cp out first
	sleep 1.1
	expect 0 sh -c 'smap "now" <in | swrite | tail -n +2 | sort -u'
	check_same out first
}

@test "the environment cannot be seen, and no file is loaded" {
	requests >in.csv
	sread in.csv >in
	input=in
	mkdir home
	echo 'def from_home: 42;' >home/.jq
	echo 'def from_module: 42;' >m.jq
	export SECRET=s3cret HOME=$PWD/home
	for p in env input inputs debug stderr halt halt_error localtime \
		input_filename input_line_number from_home \
		'import "m" as m; m::from_module' 'include "m"; from_module' \
		'"m" | modulemeta' get_search_list; do
		expect 2 smap "$p"
		[ ! -s out ]
	done
	expect 0 smap '{e: ($ENV | tojson), s: $ENV.SECRET}'
	swrite -f ndjson <out | sort -u >got
	printf '{"e":"{}","s":null}\n' >wanted
	check_same got wanted
}

@test "the zone of the user changes nothing" {
	requests >in.csv
	sread in.csv >in
	TZ=America/New_York expect 0 sh -c \
		'smap ".time | strftime(\"%H %Z\")" <in | swrite | sort -u'
	printf '10 UTC\nvalue\n' >wanted
	check_same out wanted
}

@test "an expression that is wrong is refused before any row, in our words" {
	input=/dev/null
	expect 2 smap '.a |'
	says 'smap: expression: syntax error, unexpected $end'
	expect 2 smap $'.a\n| nosuch(1)'
	says 'smap: expression: line 2: nosuch/1 is not defined'
	expect 2 smap ''
	says 'the expression is empty'
	expect 2 smap -s 'a flot' .
	says '-s: at "flot": expected a type'
	[ "$(wc -l <err)" -eq 1 ]
	expect 2 smap
	expect 2 smap . .
}

@test "a wrong expression leaves the file of bad records alone" {
	echo precious >bad.ndjson
	expect 2 smap -b bad.ndjson '.a |'
	echo precious >wanted
	check_same bad.ndjson wanted
}

@test "a generator without end is a bad record, not memory" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 1 smap 'repeat(1)'
	says 'more than 1048576 results from one row'
}

@test "--explain says what is compiled, and what comes out" {
	requests >in.csv
	sread in.csv >in
	input=in
	expect 0 smap --explain \
		'select(.status >= 500) | {path, kb: (.bytes / 1024)}'
	cat >wanted <<-'END'
		compiled: yes
		select: (.status >= 500)
		path: passed on
		kb: (.bytes / 1024)
		columns: path string, kb float
	END
	check_same out wanted
	expect 0 smap --explain '.path | split("/")[]'
	cat >wanted <<-'END'
		compiled: no, libjq runs it row by row: "]" is not compiled
		columns: learnt from the first 1000 results
	END
	check_same out wanted
	expect 0 smap --explain -s 'path string' '{path: (.path | explode)}'
	says 'explode/0 is not compiled' out
	says 'columns: path string' out
	expect 2 smap --explain '.a |'
}

@test "compiled and not compiled give the same rows" {
	requests >in.csv
	sread in.csv >in
	for p in 'select(.status >= 400) | {path, s: "\(.status)"}' \
		'.bytes |= (. // 0)' '. + {kb: ((.bytes // 0) / 1024)}' \
		'{time, class: (if .status >= 500 then "5xx" else "ok" end)}'; do
		smap "$p" <in >a
		smap "def libjq: .; $p" <in >b
		swrite -f ndjson <a >got
		swrite -f ndjson <b >wanted
		check_same got wanted
	done
}

@test "streams of others need no -s, and . passes every value on" {
	for f in "$srcdir"/tests/data/arrow/*.arrows; do
		[[ $f == *reject* ]] && continue
		input=$f
		expect 0 swrite -f ndjson
		mv out wanted
		expect 0 smap .
		swrite -f ndjson <out >got
		check_same got wanted
	done
}
