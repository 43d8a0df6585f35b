#!/usr/bin/env bats
# swatermark - silence, times far ahead, and why a window is open.
# shellcheck disable=SC2154,SC2002 # helpers.bash; a cat is a pipe

load helpers

# live: lines of time stamps (now plus so many seconds), with pauses ("~0.5"),
# read as they come, an epoch each 50 ms.
live()
{
	{
		echo t
		for word; do
			case $word in
			'~'*) sleep "${word#\~}" ;;
			*) date -u -d "@$(($(date +%s) + word))" +%FT%TZ ;;
			esac
		done
	} | sread -f csv -s 't timestamp' --every 50ms --tick 50ms -
}

@test "a silent input moves the watermark by the clock: windows close" {
	# The window of 1 s is closed by nothing but silence, while the input is
	# still open.
	live 0 ~2.5 | swatermark --idle 300ms t |
		swindow -w 1s count | swrite --barriers >out
	sed '/final/q; /^# epoch/d; 1d' out | grep -v '^# ' >before
	[ "$(grep -c ',1$' before)" = 1 ]
	says 'rows 1' out
	tail -n 1 out | grep -v 'rows 1'
}

@test "without --idle the window stays open to the end" {
	live 0 ~0.7 | swatermark t | swindow -w 1s count |
		swrite --barriers >out
	tail -n 1 out | grep 'rows 1 final'
}

@test "--idle leaves a busy input alone" {
	live 0 ~0.1 1 ~0.1 2 ~0.1 3 | swatermark --idle 10s t |
		swindow -w 1d count 2>err | swrite >out
	[ "$(awk -F, '{ n += $3 } END { print n }' out)" = 4 ]
	[ ! -s err ]
}

@test "--max-ahead refuses a time far ahead, by name" {
	printf 't\n2001-01-01\n2999-01-01\n' |
		sread -f csv - >in
	input=in expect 1 swatermark --max-ahead 1h t
	says 'column "t" says 2999-01-01T00:00:00Z, which is more than 1h ahead'
	says '--max-ahead; -b skip leaves such rows out'
	input=in expect 0 swatermark t
	[ ! -s err ]
}

@test "--max-ahead with -b skip leaves such rows out, with a word and a count" {
	printf 't,v\n2001-01-01,1\n2999-01-01,2\n,3\n2998-01-01,4\n2001-01-02,5\n' |
		sread -f csv - >in
	swatermark --max-ahead 1h -b skip t <in 2>err | swrite >out
	cat >expected <<-'END'
		t,v
		2001-01-01T00:00:00Z,1
		,3
		2001-01-02T00:00:00Z,5
	END
	check_same out expected
	[ "$(grep -c 2999-01-01 err)" = 1 ]
	run ! grep -q 2998 err
	says '2 rows bad (skipped)'
	# Whoever leaves the row out says so; this one passes it on.
	run ! grep -q 'without an event time' err
	swatermark --max-ahead 1h -b skip -q t <in 2>err | swrite >out
	check_same out expected
	[ ! -s err ]
}

@test "live input deserves a word about a time far ahead, and goes on" {
	live 0 999999 0 2>/dev/null | swatermark t 2>err | swrite >out
	[ "$(wc -l <out)" = 4 ]
	[ "$(grep -c 'ahead of the clock' err)" = 1 ]
	says '(--max-ahead refuses such rows)'
}

@test "-b needs --max-ahead" {
	expect 2 swatermark -b skip t
	says 'say how far ahead a row may be'
	expect 2 swatermark --max-ahead 1h -b keep t
	says 'not one of stop,skip'
	expect 2 swatermark --idle soon t
	says '--idle: '
}

@test "SIGUSR1 says why the oldest window is open" {
	mkfifo in
	# shellcheck disable=SC2094 # a pipe
	(live 0 ~3) >in &
	swatermark t 10m <in | {
		swindow -w 1h count 2>err >out &
		echo $! >pid
		wait
	} &
	sleep 1
	kill -USR1 "$(cat pid)"
	wait
	says '1 window open (the oldest '
	says ': watermark '
	says ', delay 10m, not moved for '
}

@test "swindow -v says why a window stays open, before anybody asks" {
	# The clock of stages is spate:time: an old stream has its own.
	live 0 ~0.3 >in
	swatermark t 10m <in | swindow -v -w 1h count 2>err >out
	run ! grep -q 'window open' err
}

@test "what looks like a negative value is not called an option" {
	expect 2 swatermark t -5s
	says '"-5s": a number or duration here cannot be negative'
	expect 2 swatermark t -- -5s
	says '"-5s": a negative duration makes no sense here'
	expect 2 swatermark -x t
	says 'unknown option -x'
	expect 2 swatermark t -x
	says 'unknown option -x'
	expect 2 swrite -n 5 -7
	says '"-7": a number or duration here cannot be negative'
}

# many FAR: a stream whose batches are too large to be read at once; one time
# of the last is FAR.
many()
{
	awk -v far="$1" 'BEGIN {
		print "t,text"
		for (i = 0; i < 40000; i++)
			printf "2001-01-01T%02d:%02d:%02dZ,%s\n", i / 3600,
			    i / 60 % 60, i % 60, i % 9 ? "some text " i : ""
		print far ",last"
	}' | sread -f csv -
}

@test "large batches pass unseen: the same bytes whatever they go through" {
	many 2001-01-02 >in
	cat in | swatermark t 10m | cat >out1
	cat in | swatermark t 10m >out2
	swatermark t 10m <in | cat >out3
	swatermark t 10m <in >out4
	check_same out2 out1
	check_same out3 out1
	check_same out4 out1
	swrite <in >before
	swrite <out1 >after
	check_same after before
	swindow -w 1d count <out1 | swrite -f tsv >out
	[ "$(cut -f 3 out | paste -sd ' ')" = 'count 40000 1' ]
}

@test "large batches that pass unseen: times far ahead are seen all the same" {
	many 2999-01-01 >in
	cat in | swatermark t | swrite >out
	[ "$(wc -l <out)" = 40002 ]
	run bash -c 'set -o pipefail
		cat in | swatermark --max-ahead 1h t 2>err | cat >out'
	[ "$status" = 1 ]
	says 'column "t" says 2999-01-01T00:00:00Z'
	cat in | swatermark --max-ahead 1h -b skip t 2>err | swrite >out
	[ "$(wc -l <out)" = 40001 ]
	says '1 row bad (skipped)'
}

@test "large batches that pass unseen: a cut in the middle, a reader that left" {
	many 2001-01-02 >in
	run bash -c 'set -o pipefail
		head -c 600000 in | swatermark t 2>err | cat >out'
	[ "$status" = 5 ]
	says 'ended without its end mark (byte 600000)'
	input=out expect 5 swrite
	run bash -c 'cat in | swatermark t 2>err | head -c 1000 >out
		echo "${PIPESTATUS[1]}"'
	[ "$output" = 141 ]
	[ ! -s err ]
}
