#!/usr/bin/env bats
# restarts - the same pipeline started again and again under one checkpoint:
# the golden cases with a restart after each epoch, what may change between
# runs and what may not, and the ways in which a run can go wrong at its ends.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# compact: CSV rows as "(a,b) (a,b)", "-" for none; times of 1970-01-01 as
# seconds, the end of a window left out.
compact()
{
	awk -F, '
	NR == FNR {
		n = split($0, names, ",")
		nextfile
	}
	{
		row = ""
		for (i = 1; i <= n; i++) {
			v = $i
			if (v ~ /^1970-01-01T/) {
				split(substr(v, 12), p, /[:Z]/)
				v = p[1] * 3600 + p[2] * 60 + p[3]
			}
			if (names[i] != "window_end" || sessions)
				row = row (row == "" ? "" : ",") v
		}
		rows = rows (rows == "" ? "" : " ") "(" row ")"
	}
	END { print rows == "" ? "-" : rows }' sessions="${sessions-}" \
		<(head -n 1 out.csv) "$1"
}

# again COLUMNS SCHEMA INPUT EXPECTED STAGES: INPUT is "rows | rows | ..."; each
# part is a file that comes to the folder "in", and a run of its own.
again()
{
	local columns=$1 schema=$2 input=$3 expected=$4 k=0 got='' part
	local whole=
	shift 4
	case $* in *'-m complete'*) whole=yes ;; esac
	rm -rf in state out.csv
	mkdir in
	while [ -n "$input" ]; do
		part=${input%%|*}
		case $input in *'|'*) input=${input#*|} ;; *) input= ;; esac
		k=$((k + 1))
		{
			echo "$columns"
			# shellcheck disable=SC2086 # rows
			printf '%s\n' $part
		} >"in/$k.csv"
		wc -l <out.csv >before 2>/dev/null || echo 1 >before
		sread -C state -f csv -s "$schema" in | eval "$*" |
			swrite out.csv
		echo "${PIPESTATUS[*]}" >status
		[ "$(cat status)" = '0 0 0' ]
		[ -z "$whole" ] || echo 1 >before
		tail -n "+$(($(cat before) + 1))" out.csv >new
		got="$got${got:+ | }$(compact new)"
	done
	if [ "$got" != "$expected" ]; then
		echo "got      $got"
		echo "expected $expected"
		return 1
	fi
	spate doctor state
}

@test "G15 recovery, append, a restart after each epoch" {
	again t 't timestamp(s)' \
		'10 11 12 13 14 15 | 25 | 10 27 30 | 17 | 40' \
		'- | (10,5) | (15,1) | - | (25,2)' \
		'swatermark t 10s | swindow -w 5s count 2>>err'
	[ "$(grep -c '1 row late' err)" = 2 ]
}

@test "G31 sessions, append, a restart after each epoch" {
	sessions=yes again t,word 't timestamp(s), word string' \
		'40,hello 40,world 40,spark 40,streaming 41,world 41,hello 41,structured 41,streaming | 25,spark 25,streaming | 0,spark 0,streaming | 30,spark 30,streaming | 60,hello 60,apache 60,spark | 90,structured 90,streaming' \
		'- | - | - | - | - | (25,50,spark,3) (25,51,streaming,4) (40,51,hello,2) (40,51,world,2) (41,51,structured,1)' \
		'swatermark t 30s | swindow -w gap:10s -k word count 2>>err'
	says '2 rows late'
}

@test "G31 sessions, complete, a restart after each epoch" {
	local b1 b2 b4 b5
	b1='(40,51,hello,2) (40,51,streaming,2) (40,51,world,2) (41,51,structured,1)'
	b2="(25,35,spark,1) (25,35,streaming,1) (40,50,spark,1) $b1"
	b1="(40,50,spark,1) $b1"
	b4='(25,50,spark,3) (25,51,streaming,4) (40,51,hello,2) (40,51,world,2) (41,51,structured,1)'
	b5="$b4 (60,70,apache,1) (60,70,hello,1) (60,70,spark,1)"
	sessions=yes again t,word 't timestamp(s), word string' \
		'40,hello 40,world 40,spark 40,streaming 41,world 41,hello 41,structured 41,streaming | 25,spark 25,streaming | 30,spark 30,streaming | 60,hello 60,apache 60,spark | 90,structured 90,streaming' \
		"$b1 | $b2 | $b4 | $b5 | $b5 (90,100,streaming,1) (90,100,structured,1)" \
		'swatermark t 30s | swindow -w gap:10s -k word -m complete count'
}

@test "G45 without watermark: update and complete, a restart after each epoch" {
	again n 'n int' '3 | 3 2 | 3 2 1 | 4 4 4 4' \
		'(3,1) | (2,1) (3,2) | (1,1) (2,2) (3,3) | (4,4)' \
		'swindow -k n -m update count'
	again n 'n int' '3 | 2 | 3 2 1 | 4 4 4 4' \
		'(3,1) | (2,1) (3,1) | (1,1) (2,2) (3,2) | (1,1) (2,2) (3,2) (4,4)' \
		'swindow -k n -m complete count'
	again n 'n int' '1 | 2 3' '(1,1) (2,1) | (2,2) (3,2) (4,1)' \
		"smap -s 'n int' '{n: (.n, .n + 1)}' | swindow -k n -m update count"
}

# The clock cannot be set; so "now" is that of the test, and what would leave
# the answer when the clock is another leaves it after three seconds.
@test "G17 a batch that is run again is run as of its own time" {
	recent()
	{
		sread -C state -f csv -s 'n int' in |
			swindow -k n -m complete count |
			smap -s 'n int, count int, at float' \
				'select(.n >= now - 2) | .at = now' |
			swrite out.csv
	}
	mkdir in
	now=$(date +%s)
	printf 'n\n%d\n%d\n' $((now - 100)) $((now + 1)) >in/1.csv
	recent
	cp state/commits.log before
	printf 'n\n%d\n%d\n%d\n' $((now + 1)) $((now + 1)) $((now - 50)) \
		>in/2.csv
	recent
	grep "^$((now + 1)),3," out.csv
	[ "$(wc -l <out.csv)" = 2 ]
	cp out.csv first.csv
	# The last commit is lost; what was sent for it is not.
	cp before state/commits.log
	sleep 3.2
	recent
	check_same out.csv first.csv
	# A new batch has a new time.
	printf 'n\n%d\n' $((now + 9)) >in/3.csv
	recent
	[ "$(cut -d, -f 1,2 out.csv | sed 1d)" = "$((now + 9)),1" ]
}

# ---- what may change -----------------------------------------------------------

# minutes FROM TO: one row a minute.
minutes()
{
	seq "$1" "$2" |
		awk '{ printf "2026-01-01T%02d:%02d:00Z,2026-01-02T00:%02d:00Z,%d\n", \
			$1 / 60 % 24, $1 % 60, $1 % 60, $1 % 3 }'
}

# pipeline WATERMARK WINDOW: both as words.
pipeline()
{
	local got=
	# shellcheck disable=SC2086 # words
	sread -C state -f csv -s 't timestamp, u timestamp, v int' in.csv |
		swatermark $1 2>err.1 | swindow $2 2>err.2 |
		swrite out.csv 2>err.3 || got="${PIPESTATUS[*]}"
	echo "${got:-0 0 0 0}" >status
	cat err.1 err.2 err.3 >err
}

# refuses WATERMARK WINDOW TEXT...: the run ends with 4 in one stage, says why
# and how to go on, and changes nothing.
refuses()
{
	local watermark=$1 window=$2 text
	shift 2
	cp -r state was
	cp out.csv out.was
	minutes 60 70 >>in.csv
	pipeline "$watermark" "$window"
	grep -qw 4 status
	for text; do
		says "$text"
	done
	says '--new-state'
	diff -r -x lock.sink -x run was/stages state/stages
	check_same out.csv out.was
	rm -r was
}

begin()
{
	{
		echo t,u,v
		minutes 1 40
	} >in.csv
	pipeline 't 1m' '-w 10m -k v count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
}

@test "another column of event time is refused, another delay is not" {
	begin
	refuses 'u 1m' '-w 10m -k v count sum:v' swatermark-1 'another column' \
		'it was "t", now it is "u"'
	pipeline 't 3m' '-w 10m -k v count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
	minutes 90 95 >>in.csv
	pipeline 't 0s' '-w 10m -k v count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
	grep '^2026-01-01T01:10' out.csv
}

@test "other windows, keys, aggregates or another mode are refused" {
	begin
	refuses 't 1m' '-w 5m -k v count sum:v' swindow-1 'other windows'
	refuses 't 1m' '-w 10m count sum:v' swindow-1 'other windows, keys'
	refuses 't 1m' '-w 10m -k v count' swindow-1 'aggregates'
	refuses 't 1m' '-w 10m -k v count max:v' swindow-1 'aggregates'
	refuses 't 1m' '-w 10m -m update -k v count sum:v' swindow-1 \
		'another mode: it was "append", now it is "update"'
	# The same in other words, and limits, are welcome.
	pipeline 't 1m' '-w 600s -g v --max-groups 1000 -v count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
	# And the former ones still are.
	minutes 80 95 >>in.csv
	pipeline 't 1m' '-w 10m -k v count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
	mv out.csv got.csv
	rm -r state
	pipeline 't 1m' '-w 10m -k v count sum:v'
	check_same <(sort got.csv) <(sort out.csv)
}

@test "--new-state goes on with other arguments from nothing" {
	begin
	minutes 60 90 >>in.csv
	pipeline 't 1m' '-w 10m -k v --new-state count avg:v'
	says 4 status
	# The sink has other columns now.
	says out.csv
	pipeline 't 1m' '-w 20m -k v --new-state count sum:v'
	[ "$(cat status)" = '0 0 0 0' ]
	[ -d state/stages/swindow-1~1 ]
	grep '^2026-01-01T01:00:00Z,2026-01-01T01:20:00Z' out.csv
	spate doctor state
}

# ---- ends --------------------------------------------------------------------

# at_once COMMAND...: ends well before sread gives up to wait for a swrite.
at_once()
{
	local start=$SECONDS
	"$@"
	[ $((SECONDS - start)) -lt 5 ]
}

@test "a stage that refuses its arguments ends the whole pipe at once" {
	minutes 1 40 >in.csv
	broken()
	{
		sread -C state -s 'c1 string, c2 string, c3 int' --no-header \
			-f csv in.csv | swindow count nonsense:c |
			swrite out.csv || echo "$?" >status
	}
	at_once broken 2>err
	says nonsense
	gone()
	{
		sread -C state -s 'c1 string, c2 string, c3 int' --no-header \
			-f csv in.csv | true
	}
	at_once gone
	run ! grep -q 'no swrite has attached' err
	sread -C state -s 'c1 string, c2 string, c3 int' --no-header -f csv in.csv |
		swrite out.csv
	[ "$(wc -l <out.csv)" = 41 ]
}

@test "a pipe without swrite is refused before its first barrier" {
	minutes 1 40 >in.csv
	sread -C state -s 'c1 string, c2 string, c3 int' --no-header -f csv \
		in.csv 2>err | cat >/dev/null && got=${PIPESTATUS[0]}
	[ "$got" = 4 ]
	says 'no swrite has attached to this run within 10 s'
	sread -C state -s 'c1 string, c2 string, c3 int' --no-header -f csv in.csv |
		swrite out.csv
	[ "$(wc -l <out.csv)" = 41 ]
}

@test "nothing new, no row at all, and only an end" {
	nothing()
	{
		sread -C state -f csv -s 't timestamp' "$@" in.csv |
			swatermark t | swindow -w 1m count | swrite out.csv
	}
	echo t >in.csv
	at_once nothing
	at_once nothing
	check_same out.csv <(echo window_start,window_end,count)
	echo 2026-01-01 >>in.csv
	at_once nothing
	cp state/commits.log before
	at_once nothing
	check_same state/commits.log before
	check_same out.csv <(echo window_start,window_end,count)
	at_once nothing --final
	[ "$(wc -l <out.csv)" = 2 ]
	at_once nothing --final
	at_once nothing
	[ "$(wc -l <out.csv)" = 2 ]
	echo 2026-01-02 >>in.csv
	run -5 nothing
	spate doctor state
}

@test "standard output under a checkpoint: at least once, said once" {
	minutes 1 40 >in.csv
	sread -C state --epoch-rows 5 -s 'c1 string, c2 string, c3 int' \
		--no-header -f csv in.csv | swrite - out.csv >out 2>err
	[ "$(wc -l <out)" = 41 ]
	[ "$(grep -c 'at least once' err)" = 1 ]
	says 'swrite: standard output: at least once: rows may come again'
	[ "$(wc -l <err)" = 1 ]
	rm -r state
	sread -C state -s 'c1 string, c2 string, c3 int' --no-header -f csv \
		in.csv | swrite -q - >out 2>err
	[ ! -s err ]
}

@test "a file that cannot be read is not taken for one that is not there" {
	minutes 1 5 >in.csv
	plain()
	{
		sread -C state -s 'c1 string, c2 string, c3 int' --no-header \
			-f csv in.csv | swrite out.csv
	}
	plain
	[ -e state/sinks ]
	# A folder in its place cannot be read by anybody.
	rm -r state/commits.log out.csv state/sinks state
	plain
	rm state/sinks
	ln -s nowhere state/sinks
	spate doctor state >out || :
	minutes 6 9 >>in.csv
	plain
}

# ---- rotation while nobody looks ---------------------------------------------

# stuck LAST NEXT: when LAST has been committed, swrite is stopped; NEXT is read
# and logged, but not committed; then all are killed.
stuck()
{
	sread -C state -F --every 20ms -f lines log | swrite out.csv &
	for _ in $(seq 200); do
		[ "$(tail -n 1 out.csv 2>/dev/null)" = "$1" ] &&
			spate status state | grep '^lag  *none' && break
		sleep 0.025
	done
	pkill -STOP -P $$ swrite
	echo "$2" >>log
	sleep 0.3
	pkill -KILL -P $$ sread || :
	pkill -KILL -P $$ swrite || :
	wait || :
	spate status state | grep '1 epoch read and not committed'
}

@test "a file that was renamed behind a logged epoch is read to its end" {
	for k in 1 2 3; do
		rm -rf state out.csv log log.1
		seq 20 >log
		stuck 20 21 2>/dev/null
		# Epoch 21 is logged, 22 was never seen by anybody.
		echo 22 >>log
		mv log log.1
		[ $k != 2 ] || gzip log.1
		[ $k != 3 ] || mv log.1 log.2
		echo 23 >log
		sread -C state -f lines log 2>err | swrite out.csv
		{
			echo line
			seq 23
		} >want
		check_same out.csv want
	done
}

@test "a side output may come, go and come again" {
	local step late
	printf 't,v\n' >in.csv
	for step in 1 2 3 4; do
		late="--late late.arrow"
		[ $((step % 2)) = 0 ] || late=
		printf '2026-01-01T0%d:00:00Z,1\n' $((step + 3)) >>in.csv
		printf '2026-01-01T00:00:0%d,%d\n' "$step" "$step" >>in.csv
		# shellcheck disable=SC2086 # an option and its value
		expect 0 bash -o pipefail -c "sread -C ck --epoch-rows 1 in.csv |
			swatermark t | swindow -q $late -w 1m count |
			swrite out.csv"
		[ -n "$late" ] || continue
		expect 0 bash -c 'sread -f arrow -c v late.arrow | swrite'
		[ "$(tail -n 1 out)" = "$step" ]
	done
	expect 0 spate doctor ck
}

# ---- copies ------------------------------------------------------------------

# step SINK...: one row more, and a run that takes it.
step()
{
	echo $((++row)) >>in.csv
	{
		sread -C ck -s 'n int' in.csv 2>sread.err | swrite "$@" 2>err
		echo "${PIPESTATUS[*]}" >status
	} || :
}

@test "a table goes with a copy of its checkpoint" {
	command -v sqlite3 || skip "no sqlite3"
	echo n >in.csv
	row=0
	step 'sqlite:db?table=t'
	step 'sqlite:db?table=t'
	mkdir new
	cp -R ck db in.csv new
	rm -r ck db in.csv
	cd new
	chmod 700 ck
	step 'sqlite:db?table=t'
	[ "$(cat status)" = '0 0' ]
	[ "$(sqlite3 db 'select group_concat(n) from t')" = 1,2,3 ]
}

@test "a copy of a file is not the file, its bytes put back into it are" {
	echo n >in.csv
	row=0
	step out.csv parts/
	cp out.csv keep
	mv out.csv moved
	cp keep out.csv
	step out.csv parts/
	says 'out.csv: is another file than the one that was committed to: inode '
	says 'bring that one back'
	[ "$(cut -d ' ' -f 2 status)" = 4 ]
	mv moved out.csv
	step out.csv parts/
	[ "$(cat status)" = '0 0' ]
	cp out.csv keep
	# Something wrote into it.
	echo lost >out.csv
	step out.csv parts/
	[ "$(cut -d ' ' -f 2 status)" = 4 ]
	cat keep >out.csv
	step out.csv parts/
	[ "$(cat status)" = '0 0' ]
	printf 'n\n1\n2\n3\n4\n5\n' >want
	check_same out.csv want
	mv parts away
	cp -R away parts
	rm -r away
	step out.csv parts/
	says 'parts/: is another directory than the one that was committed to ('
	[ "$(cut -d ' ' -f 2 status)" = 4 ]
}

@test "commits.log may not lose more than its last record" {
	local size=()
	echo n >in.csv
	row=0
	for _ in 1 2 3 4; do
		step out.csv
		[ "$(cat status)" = '0 0' ]
		size+=("$(stat -c %s ck/commits.log)")
	done
	cp -R ck whole
	cp out.csv four
	truncate -s "${size[1]}" ck/commits.log
	expect 4 spate doctor ck
	says 'BROKEN: commits.log: it has lost records: ' out
	step out.csv
	[ "$(cut -d ' ' -f 1 status)" = 4 ]
	says 'ck/commits.log: has lost records: epoch 2 was committed' sread.err
	check_same out.csv four
	# The last one could have been lost in a crash.
	rm -r ck
	mv whole ck
	chmod 700 ck
	truncate -s "${size[2]}" ck/commits.log
	expect 0 spate doctor ck
	step out.csv
	[ "$(cat status)" = '0 0' ]
	printf 'n\n1\n2\n3\n4\n5\n6\n' >want
	check_same out.csv want
}
