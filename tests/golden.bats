#!/usr/bin/env bats
# golden - the numbered cases of what the answers must be: windows, watermarks,
# output modes.  A case reads "epoch | epoch | ..."; the part behind the last
# bar is what the end of the input adds (for finite input every window closes).
#
# Where spate chooses otherwise than Spark's default the test says so: the
# watermark starts as "none" and has microseconds; a row is late for a window
# that ended at or before the watermark of the barrier before; what a barrier
# closes is emitted at that barrier, which equals Spark with its no-data batch.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# feed COLUMNS 'ROW ROW | ROW | ...': CSV with a line "--" where an epoch ends.
feed()
{
	echo "$1"
	printf '%s\n' "$2" | tr ' ' '\n' | sed 's/^|$/--/; /^$/d'
	echo --
}

# compact: `swrite --barriers` CSV to "(a,b) (a,b) | ...": times of 1970-01-01
# as seconds, the end of a window left out (with ends=1: "start-end"), "-" for
# an epoch without rows.
compact()
{
	awk -v ends="${ends:-0}" '
	function seconds(t,   p) {
		if (t !~ /^19[67][0-9]-/)
			return t
		split(substr(t, 12), p, /[:Z]/)
		return (t ~ /^1969-12-31/ ? -86400 : 0) + \
		    p[1] * 3600 + p[2] * 60 + p[3]
	}
	NR == 1 {
		n = split($0, names, ",")
		next
	}
	/^# epoch/ {
		printf "%s%s", sep, rows == "" ? "-" : rows
		sep = " | "
		rows = ""
		next
	}
	{
		split($0, f, ",")
		row = ""
		for (i = 1; i <= n; i++)
			if (names[i] != "window_end")
				row = row (row == "" ? "" : ",") seconds(f[i])
			else if (ends)
				row = row "-" seconds(f[i])
		rows = rows (rows == "" ? "" : " ") "(" row ")"
	}
	END { print "" }'
}

# case_ COLUMNS SCHEMA INPUT EXPECTED STAGE...: STAGE is the shell text between
# sread and swrite.
case_()
{
	local columns=$1 schema=$2 input=$3 expected=$4
	shift 4
	feed "$columns" "$input" >in
	sread -f csv -s "$schema" --epoch-mark -- in | eval "$*" |
		swrite -f csv --barriers >out
	echo "${PIPESTATUS[*]}" >status
	compact <out >got
	if [ "$(cat got)" != "$expected" ] || [ "$(cat status)" != "0 0 0" ]; then
		echo "feed '$columns' '$input' | sread -f csv -s '$schema'" \
			"--epoch-mark -- - | $* | swrite --barriers"
		echo "status   $(cat status)"
		echo "got      $(cat got)"
		echo "expected $expected"
		return 1
	fi
}

# seconds INPUT EXPECTED STAGE...: rows are event times in seconds.
seconds()
{
	case_ t 't timestamp(s)' "$@"
}

@test "G01 sliding windows of 10 s every 3 s" {
	cat >in <<-'END'
		t
		2016-03-27 19:39:34
		2016-03-27 19:39:56
		2016-03-27 19:39:27
	END
	sread -f csv in | swindow -w 10s/3s count | swrite >out
	cat >expected <<-'END'
		window_start,window_end,count
		2016-03-27T19:39:18Z,2016-03-27T19:39:28Z,1
		2016-03-27T19:39:21Z,2016-03-27T19:39:31Z,1
		2016-03-27T19:39:24Z,2016-03-27T19:39:34Z,1
		2016-03-27T19:39:27Z,2016-03-27T19:39:37Z,2
		2016-03-27T19:39:30Z,2016-03-27T19:39:40Z,1
		2016-03-27T19:39:33Z,2016-03-27T19:39:43Z,1
		2016-03-27T19:39:48Z,2016-03-27T19:39:58Z,1
		2016-03-27T19:39:51Z,2016-03-27T19:40:01Z,1
		2016-03-27T19:39:54Z,2016-03-27T19:40:04Z,1
	END
	check_same out expected
}

@test "G02 offsets, negative ones too, and times before 1970" {
	printf 't\n1970-01-01 00:00:02\n1970-01-01 00:00:12\n' >in
	sread -f csv in | swindow -w 10s --offset 5s count | swrite >out
	cat >expected <<-'END'
		window_start,window_end,count
		1969-12-31T23:59:55Z,1970-01-01T00:00:05Z,1
		1970-01-01T00:00:05Z,1970-01-01T00:00:15Z,1
	END
	check_same out expected
	printf 't\n1969-12-31 00:00:02\n' >in
	sread -f csv in | swindow -w 10s --offset 5s count | swrite >out
	says 1969-12-30T23:59:55Z,1969-12-31T00:00:05Z,1 out
	printf 't\n2016-03-27 19:39:30\n2016-03-27 19:39:25\n' >in
	sread -f csv in | swindow -w 10s --offset -5s count | swrite >out
	says 2016-03-27T19:39:25Z,2016-03-27T19:39:35Z,2 out
	printf 't\n2016-03-27 19:39:30\n' >in
	sread -f csv in | swindow -w 10s count | swrite >out
	says 2016-03-27T19:39:30Z,2016-03-27T19:39:40Z,1 out
}

@test "G03 a size that is not a multiple of the slide" {
	printf 't\n2024-01-01 12:05\n' >in
	sread -f csv in | swindow -w 12m/5m count | swrite >out
	cat >expected <<-'END'
		window_start,window_end,count
		2024-01-01T11:55:00Z,2024-01-01T12:07:00Z,1
		2024-01-01T12:00:00Z,2024-01-01T12:12:00Z,1
		2024-01-01T12:05:00Z,2024-01-01T12:17:00Z,1
	END
	check_same out expected
	sread -f csv in | swindow -w 12m/5m --offset 2m count | swrite >out
	cat >expected <<-'END'
		window_start,window_end,count
		2024-01-01T11:57:00Z,2024-01-01T12:09:00Z,1
		2024-01-01T12:02:00Z,2024-01-01T12:14:00Z,1
	END
	check_same out expected
}

@test "G04 rows without a time are in no window, and counted" {
	printf 't,v\n09:00:05,1\n09:00:32,2\n,3\n,4\n' |
		sed '2,3s/^/2016-03-27 /' >in
	sread -f csv in | swindow -w 10s sum:v 2>err | swrite >out
	cat >expected <<-'END'
		window_start,window_end,sum_v
		2016-03-27T09:00:00Z,2016-03-27T09:00:10Z,1
		2016-03-27T09:00:30Z,2016-03-27T09:00:40Z,2
	END
	check_same out expected
	says '2 rows without an event time'
}

# The words of the documentation's figures; a line "--" ends a trigger.
words()
{
	sread -f csv -s 'at timestamp(%H:%M)' --epoch-mark -- - |
		smap '. as $r | .words | split(" ")[] | {at: $r.at, word: .}'
}

# "12:00 12:10 dog 3", an epoch a paragraph.
figure()
{
	swrite -f csv --barriers | sed '1d
		s/1970-01-01T\(..:..\):00Z,1970-01-01T\(..:..\):00Z,/\1 \2 /
		s/,/ /
		s/^# epoch.*/--/'
}

@test "G05 the figure of complete mode" {
	cat >in <<-'END'
		at,words
		12:02,cat dog
		12:03,dog dog
		--
		12:07,owl cat
		--
		12:11,dog
		12:13,owl
		--
	END
	words <in | swindow -w 10m/5m -k word -m complete count | figure >out
	cat >expected <<-'END'
		11:55 12:05 cat 1
		11:55 12:05 dog 3
		12:00 12:10 cat 1
		12:00 12:10 dog 3
		--
		11:55 12:05 cat 1
		11:55 12:05 dog 3
		12:00 12:10 cat 2
		12:00 12:10 dog 3
		12:00 12:10 owl 1
		12:05 12:15 cat 1
		12:05 12:15 owl 1
		--
		11:55 12:05 cat 1
		11:55 12:05 dog 3
		12:00 12:10 cat 2
		12:00 12:10 dog 3
		12:00 12:10 owl 1
		12:05 12:15 cat 1
		12:05 12:15 dog 1
		12:05 12:15 owl 2
		12:10 12:20 dog 1
		12:10 12:20 owl 1
		--
		--
	END
	check_same out expected
}

@test "G06 a late row counts where it belongs, without a watermark" {
	cat >in <<-'END'
		at,words
		12:02,cat dog
		12:03,dog dog
		--
		12:07,owl cat
		--
		12:04,dog
		12:13,owl
		--
	END
	words <in | swindow -w 10m/5m -k word -m complete count | figure |
		awk '/--/ { n++ } n == 2' | sed 1d >out
	cat >expected <<-'END'
		11:55 12:05 cat 1
		11:55 12:05 dog 4
		12:00 12:10 cat 2
		12:00 12:10 dog 4
		12:00 12:10 owl 1
		12:05 12:15 cat 1
		12:05 12:15 owl 2
		12:10 12:20 owl 1
	END
	check_same out expected
}

# The third and fourth figure; the epoch 1 to 3 of both.
figure_input()
{
	cat <<-'END'
		at,words
		12:07,dog
		12:08,owl
		--
		12:14,dog
		12:09,cat
		--
		12:15,cat
		12:08,dog
		12:13,owl
		12:21,owl
		--
	END
}

@test "G07 the figure of update mode, delay 10 minutes" {
	{
		figure_input
		printf '12:04,donkey\n12:17,owl\n--\n'
	} >in
	words <in | swatermark at 10m |
		swindow -w 10m/5m -k word -m update count 2>err | figure >out
	cat >expected <<-'END'
		12:00 12:10 dog 1
		12:00 12:10 owl 1
		12:05 12:15 dog 1
		12:05 12:15 owl 1
		--
		12:00 12:10 cat 1
		12:05 12:15 cat 1
		12:05 12:15 dog 2
		12:10 12:20 dog 1
		--
		12:00 12:10 dog 2
		12:05 12:15 dog 3
		12:05 12:15 owl 2
		12:10 12:20 cat 1
		12:10 12:20 owl 1
		12:15 12:25 cat 1
		12:15 12:25 owl 1
		12:20 12:30 owl 1
		--
		12:10 12:20 owl 2
		12:15 12:25 owl 2
		--
		--
	END
	check_same out expected
	says '1 row late'
}

@test "G08 the figure of append mode, delay 10 minutes" {
	{
		figure_input
		printf '12:04,donkey\n12:17,owl\n12:26,owl\n--\n12:09,cat\n--\n'
	} >in
	words <in | swatermark at 10m |
		swindow -w 10m/5m -k word count 2>err | figure >out
	cat >expected <<-'END'
		--
		--
		12:00 12:10 cat 1
		12:00 12:10 dog 2
		12:00 12:10 owl 1
		--
		12:05 12:15 cat 1
		12:05 12:15 dog 3
		12:05 12:15 owl 2
		--
		--
		12:10 12:20 cat 1
		12:10 12:20 dog 1
		12:10 12:20 owl 2
		12:15 12:25 cat 1
		12:15 12:25 owl 2
		12:20 12:30 owl 2
		12:25 12:35 owl 1
		--
	END
	check_same out expected
	says '2 rows late'
}

@test "G09 word count" {
	printf 'apache spark\napache hadoop\n' |
		sread -f lines - | smap '.line | split(" ")[] | {word: .}' |
		swindow -k word count | swrite >out
	printf 'word,count\napache,2\nhadoop,1\nspark,1\n' >expected
	check_same out expected
	printf 'cat dog\ndog dog\n--\nowl cat\n--\ndog owl\n--\n' |
		sread -f lines --epoch-mark -- - |
		smap '.line | split(" ")[] | {word: .}' |
		swindow -k word -m complete count | swrite --barriers |
		compact >out
	echo '(cat,1) (dog,3) | (cat,2) (dog,3) (owl,1) |' \
		'(cat,2) (dog,4) (owl,2) | -' >expected
	check_same out expected
}

@test "G10 append" {
	seconds '10 11 12 13 14 15 | 25 | 10' '- | (10,5) | - | (15,1) (25,1)' \
		'swatermark t 10s | swindow -w 5s count 2>err'
	says '1 row late'
}

@test "G11 update" {
	seconds '10 11 12 13 14 15 | 25 | 10 25 | 10' \
		'(10,5) (15,1) | (25,1) | (25,2) | - | -' \
		'swatermark t 10s | swindow -w 5s -m update count 2>err'
	says '2 rows late'
}

@test "G12 complete: nothing is late, nothing is forgotten" {
	seconds '10 11 12 | 25 | 25 | 10 | 25' \
		'(10,3) | (10,3) (25,1) | (10,3) (25,2) | (10,4) (25,2) | (10,4) (25,3) | -' \
		'swatermark t 10s | swindow -w 5s -m complete count'
}

@test "G13 the raw time stamp as key, append" {
	seconds '10 | 25' '- | (10,1) | (25,1)' \
		'swatermark t 10s | swindow -k t count'
}

# starts 'ROW ROW | ROW | ...' EXPECTED STAGE...: a run of the query for each
# part, under a checkpoint, with the new rows in a file of their own.
starts()
{
	local input=$1 expected=$2 part n=0 had=1
	shift 2
	mkdir -p in
	: >parts
	while IFS= read -r part; do
		n=$((n + 1))
		# shellcheck disable=SC2086 # words
		printf '%s\n' t $part >"in/$n.csv"
		sread -C state -s 't timestamp(s)' in | eval "$*" |
			swrite out.csv
		[ "${PIPESTATUS[*]}" = '0 0 0' ]
		# The lines that this run added, as an epoch.
		{
			head -n 1 out.csv
			tail -n +$((had + 1)) out.csv
			echo '# epoch'
		} | compact >>parts
		had=$(wc -l <out.csv)
	done < <(printf '%s\n' "$input" | sed 's/ | /\n/g')
	paste -sd'|' parts | sed 's/|/ | /g' >got
	[ "$(cat got)" = "$expected" ] && return 0
	printf 'got      %s\nexpected %s\n' "$(cat got)" "$expected"
	return 1
}

# Chosen otherwise: results stand where AvailableNow shows them; Once is a
# start later.
@test "G14 a start a line, append" {
	starts '15 | 10 12 14 | 25 | 50 | 50' \
		'- | - | (10,3) | (15,1) (25,1) | -' \
		'swatermark t 10s | swindow -w 5s count'
}

@test "G15 recovery, append" {
	starts '10 11 12 13 14 15 | 25 | 10 27 30 | 17 | 40' \
		'- | (10,5) | (15,1) | - | (25,2)' \
		'swatermark t 10s | swindow -w 5s count 2>>err'
	[ "$(grep -c '1 row late' err)" = 2 ]
}

# Chosen otherwise: a window is written at the barrier that closes it, with
# the 25, not a tick later.
@test "G16 ticks without data, append" {
	seconds '15 | | 10 12 14 | 25 |' \
		'- | - | - | (10,3) | - | (15,1) (25,1)' \
		'swatermark t 10s | swindow -w 5s count'
}

# G17, a batch that is run again as of its own time, needs a clock that the test
# sets.

@test "G20 delays" {
	feed t 93884 | sread -f csv -s 't timestamp(s)' --epoch-mark -- - |
		swatermark t 1d2h3m4s | swrite --barriers >out
	says '# epoch 0 watermark 1970-01-01T00:01:40Z rows 1' out
	# No month, because its length varies; nothing negative.
	for delay in '1month' '2y5mo' '-10s'; do
		expect 2 swatermark -- t "$delay"
	done
}

# The words of the case, less the epoch of the late rows.
session_1='40,hello 40,world 40,spark 40,streaming'
session_1="$session_1 41,world 41,hello 41,structured 41,streaming"
session_2='25,spark 25,streaming'
session_3='0,spark 0,streaming'
session_4='30,spark 30,streaming'
session_5='60,hello 60,apache 60,spark'
session_6='90,structured 90,streaming'

@test "G31 sessions, append" {
	ends=1 case_ t,word 't timestamp(s), word string' \
		"$session_1 | $session_2 | $session_3 | $session_4 | $session_5 | $session_6" \
		'- | - | - | - | - | (25-50,spark,3) (25-51,streaming,4) (40-51,hello,2) (40-51,world,2) (41-51,structured,1) | (60-70,apache,1) (60-70,hello,1) (60-70,spark,1) (90-100,streaming,1) (90-100,structured,1)' \
		'swatermark t 30s | swindow -w gap:10s -k word count 2>err'
	says '2 rows late'
}

@test "G31 sessions, complete" {
	local b1 b2 b4 b5
	b1='(40-51,hello,2) (40-51,streaming,2) (40-51,world,2) (41-51,structured,1)'
	b2="(25-35,spark,1) (25-35,streaming,1) (40-50,spark,1) $b1"
	b1="(40-50,spark,1) $b1"
	b4='(25-50,spark,3) (25-51,streaming,4) (40-51,hello,2) (40-51,world,2) (41-51,structured,1)'
	b5="$b4 (60-70,apache,1) (60-70,hello,1) (60-70,spark,1)"
	ends=1 case_ t,word 't timestamp(s), word string' \
		"$session_1 | $session_2 | $session_4 | $session_5 | $session_6" \
		"$b1 | $b2 | $b4 | $b5 | $b5 (90-100,streaming,1) (90-100,structured,1) | -" \
		'swatermark t 30s | swindow -w gap:10s -k word -m complete count'
}

@test "G32 a gap of each row's own" {
	ends=1 case_ t,word 't timestamp(s), word string' \
		"$session_1 | $session_2 | $session_3 | $session_4 | $session_5 | $session_6" \
		'- | - | - | - | - | (25-50,spark,3) (25-51,streaming,4) (40-42,hello,2) | (60-61,hello,1) (60-70,apache,1) (60-70,spark,1) (90-100,streaming,1)' \
		"smap -s 't timestamp, word string, gap int' '.gap = ({hello: 1, structured: 0, world: -10}[.word] // 10)' | swatermark t 30s | swindow -w gap:@gap -k word count 2>err"
	says '2 rows late'
}

# The case counts 2 and 1 late groups; these are the rows.
@test "G35 a: counts of 5 s, then of 10 s" {
	seconds '10 11 12 13 14 15 16 17 18 19 20 21 | 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 | 30 31' \
		'(10,2,10) | - | (20,2,12) | (30,1,2)' \
		'swatermark t 0s | swindow -w 5s count 2>err | swindow -w 10s n=count sum:count'
	says '10 rows late'
}

@test "G35 b: counts of 5 s, then of 10 s, then of 20 s" {
	seconds "$(seq -s ' ' 0 37) | $(seq -s ' ' 30 60)" \
		'(0,2,20) | (20,2,23) (40,2,20) | (60,1,1)' \
		'swatermark t 0s | swindow -w 5s count 2>err | swindow -w 10s n=count sum:count | swindow -w 20s n=count sum:sum_count'
	says '5 rows late'
}

@test "G45 without watermark: update tells what was touched, complete all" {
	case_ n 'n int' '3 | 3 2 | 3 2 1 | 4 4 4 4' \
		'(3,1) | (2,1) (3,2) | (1,1) (2,2) (3,3) | (4,4) | -' \
		'swindow -k n -m update count'
	case_ n 'n int' '3 | 2 | 3 2 1 | 4 4 4 4' \
		'(3,1) | (2,1) (3,1) | (1,1) (2,2) (3,2) | (1,1) (2,2) (3,2) (4,4) | -' \
		'swindow -k n -m complete count'
	case_ n 'n int' '1 | 2 3' '(1,1) (2,1) | (2,2) (3,2) (4,1) | -' \
		"smap -s 'n int' '{n: (.n, .n + 1)}' | swindow -k n -m update count"
}
