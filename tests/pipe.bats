#!/usr/bin/env bats
# pipe - laws of whole pipelines: what a cut, a kill, a slow writer or a batch
# border may change (nothing), and who notices.
# shellcheck disable=SC2154,SC2034 # helpers.bash

load helpers

# A log of three hours, a row every 7 s, three statuses, out of order a little.
log_csv()
{
	awk 'BEGIN {
		print "time,status,bytes"
		for (i = 0; i < 1500; i++) {
			t = i * 7 - (i % 5) * 11
			printf "2024-05-01T%02d:%02d:%02dZ,%d,%d\n", \
			    10 + int((t + 60) / 3600), int((t + 60) % 3600 / 60), \
			    (t + 60) % 60, 200 + (i % 3) * 100, i * 37 % 1000
		}
	}'
}

window()
{
	swindow -w 10m/5m -k status count sum:bytes
}

@test "a stream cut at any byte prints no window that is not whole" {
	log_csv | sread --epoch-rows 100 | swatermark time 1m >in
	window <in | swrite >whole
	swrite --barriers <in >rows
	size=$(wc -c <in)
	for at in $(seq 0 1 40) $(seq 41 173 "$size") $((size - 8)) \
		$((size - 1)); do
		st=0
		cut_at "$at" <in | window 2>err >part || st=$?
		st=${PIPESTATUS[1]:-$st}
		if [ "$st" != 5 ] && [ "$st" != 1 ]; then
			echo "cut at $at: status $st"
			return 1
		fi
		# What did come out is itself cut, so nobody can take it for
		# whole; and its rows are a beginning of the whole.
		st=0
		swrite <part >part.csv 2>err || st=$?
		[ "$st" = 5 ] || [ "$st" = 1 ]
		check_prefix part.csv whole
	done
}

@test "one byte at a time into any stage changes no byte that comes out" {
	log_csv | head -n 300 >log
	sread --epoch-rows 100 log | swatermark time 1m | window | swrite >want
	[ "$(wc -l <want)" -gt 10 ]
	slow_cat <log | sread --epoch-rows 100 - | slow_cat |
		swatermark time 1m | slow_cat | window | slow_cat | swrite >out
	check_same out want
}

@test "batch borders change nothing" {
	log_csv >log
	sread --epoch-rows 500 log | swatermark time 1m | window | swrite >want
	for bytes in 1000 4096 5555; do
		dd bs=$bytes status=none <log |
			sread --epoch-rows 500 - | swatermark time 1m | window |
			swrite >out
		check_same out want
	done
}

# start_pipe: sread (from the FIFO "in", held open) | swatermark | swindow |
# swrite in the background, pids in p1..p4.
start_pipe()
{
	mkfifo in a b c
	sread -f csv -s 'time timestamp, v int' --every 50ms - <in >a 2>e1 &
	p1=$!
	swatermark time <a >b 2>e2 &
	p2=$!
	swindow -w 1m count <b >c 2>e3 &
	p3=$!
	swrite <c >out 2>e4 &
	p4=$!
	exec 9>in
	printf 'time,v\n2024-05-01 10:00:00,1\n2024-05-01 10:01:00,2\n' >&9
	for _ in $(seq 100); do
		grep -qs 10:00:00Z,2024-05-01T10:01:00Z,1 out && return 0
		sleep 0.05
	done
	echo "no first window: $(cat e? out)"
	return 1
}

# ends PID WANTED NAME: the process ends by itself within 2 s, with a status.
ends()
{
	local got=0
	for _ in $(seq 40); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.05
	done
	if kill -0 "$1" 2>/dev/null; then
		echo "$3 is still there"
		kill -9 "$1"
		return 1
	fi
	wait "$1" || got=$?
	[[ "|$2|" == *"|$got|"* ]] || {
		echo "$3: status $got, expected $2; $(cat e?)"
		return 1
	}
}

@test "kill -9 of a stage: those below say 5, those above stop, in silence" {
	for victim in 1 2 3 4; do
		start_pipe
		cp out before
		eval "kill -9 \$p$victim"
		for k in 1 2 3 4; do
			if [ $k -lt $victim ]; then
				want=141
			elif [ $k -eq $victim ]; then
				want=137
			else
				want=5
			fi
			eval "ends \$p$k $want 'stage $k of victim $victim'"
		done
		exec 9>&-
		# The window that was open is not shown as if it were closed.
		check_same out before
		rm -f in a b c out
	done
}

@test "each row is at the end at once, with epochs or without" {
	mkfifo in
	for every in "" "--every 100ms"; do
		# shellcheck disable=SC2086 # none, or two words
		sread -f csv -s 't timestamp, n int' $every - <in |
			swatermark t | smap --same 'select(.n > 0)' |
			swrite >out &
		exec 9>in
		echo t,n >&9
		for n in 1 2 3; do
			echo "2024-05-01 10:00:0$n,$n" >&9
			for _ in $(seq 40); do
				grep -qs "0${n}Z,$n" out && break
				sleep 0.025
			done
			grep -q "0${n}Z,$n" out
		done
		exec 9>&-
		wait
	done
}

@test "SIGINT at the head ends the pipe well, open windows included" {
	start_pipe
	kill -INT "$p1"
	ends "$p1" 0 sread
	ends "$p2" 0 swatermark
	ends "$p3" 0 swindow
	ends "$p4" 0 swrite
	exec 9>&-
	says 2024-05-01T10:01:00Z,2024-05-01T10:02:00Z,1 out
}

@test "SIGINT to the whole group ends it as well: only the head acts" {
	start_pipe
	kill -INT "$p4" "$p3" "$p2" "$p1"
	ends "$p1" 0 sread
	ends "$p2" 0 swatermark
	ends "$p3" 0 swindow
	ends "$p4" 0 swrite
	exec 9>&-
	says 2024-05-01T10:01:00Z,2024-05-01T10:02:00Z,1 out
}

@test "a second signal ends a stage at once" {
	start_pipe
	kill -INT "$p3"
	sleep 0.1
	kill -0 "$p3"
	kill -INT "$p3"
	ends "$p3" 130 swindow
	ends "$p4" 5 swrite
	exec 9>&-
	wait || true
}

@test "SIGUSR1 makes a stage say where it is" {
	start_pipe
	kill -USR1 "$p3"
	kill -USR1 "$p1"
	for _ in $(seq 40); do
		grep -qs epoch e3 && grep -qs epoch e1 && break
		sleep 0.05
	done
	says "2 rows in" e3
	says "2 rows" e1
	exec 9>&-
	wait
}

# peak COMMAND...: peak memory in KiB of the command, its status.
peak()
{
	python3 -c '
import resource, subprocess, sys
st = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(
    str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(st)' "$@"
}

not_sanitized()
{
	if grep -qa __asan_init "$(command -v sread)"; then
		skip "memory is not measured under AddressSanitizer"
	fi
}

@test "no stage needs more than 16 MiB for a long stream without state" {
	not_sanitized
	log_csv | head -n 1 >log
	for _ in $(seq 100); do
		log_csv | tail -n +2 >>log
	done
	peak m1 sread log |
		peak m2 swatermark time 1m |
		peak m3 swindow -w 10m -k status count |
		peak m4 swrite >out
	[ "$(wc -l <out)" -gt 30 ]
	for m in m1 m2 m3 m4; do
		if [ "$(cat $m)" -gt 16384 ]; then
			echo "$m: $(cat $m) KiB"
			return 1
		fi
	done
}

@test "long records: sread needs 16 MiB and four times the longest" {
	not_sanitized
	for n in 1000 100000 400000 700000 3000000; do
		awk -v n="$n" 'BEGIN {
			text = sprintf("%*s", n, "")
			for (i = int(30000000 / n); i > 0; i--)
				printf "{\"i\":%d,\"text\":\"%s\"}\n", i, text
		}' >in.ndjson
		peak m sread --max-record 4M in.ndjson | swrite -f csv >out
		[ "$(wc -l <out)" = $((30000000 / n + 1)) ]
		if [ "$(cat m)" -gt $((16384 + 4 * n / 1024)) ]; then
			echo "records of $n bytes: $(cat m) KiB"
			return 1
		fi
	done
}

@test "two inputs of one kind in another column order are one stream" {
	printf 'a,b\n1,x\n2,y\n' >1.csv
	printf 'b,a\nz,3\n' >2.csv
	sread 1.csv 2.csv | swrite >out
	printf 'a,b\n1,x\n2,y\n3,z\n' >want
	check_same out want
	printf 'a,c\n1,x\n' >3.csv
	expect 1 sread 1.csv 3.csv
	says 3.csv
}

@test "what swrite writes, sread reads back as it was" {
	log_csv >log
	sread log | swrite >want
	for f in csv tsv ndjson arrow; do
		sread log | swrite -f $f >once
		sread -f $f once | swrite >out
		check_same out want
	done
}

@test "pyarrow at the end, at the start, and in the middle" {
	python3 -c 'import pyarrow' 2>/dev/null || skip "no pyarrow"
	log_csv >log
	sread log | swatermark time 1m | window | swrite >want
	sread log | swrite -f arrow | python3 -c '
import sys, pyarrow.ipc as ipc
t = ipc.open_stream(sys.stdin.buffer).read_all()
assert t.column_names == ["time", "status", "bytes"], t.column_names
assert t.num_rows == 1500, t.num_rows
assert str(t.schema.field("time").type) == "timestamp[us, tz=UTC]"'
	python3 -c '
import csv, sys, datetime, pyarrow as pa
rows = list(csv.DictReader(open("log")))
t = pa.table({
    "time": pa.array([datetime.datetime.fromisoformat(r["time"][:-1])
                      for r in rows], pa.timestamp("ms")),
    "status": pa.array([int(r["status"]) for r in rows], pa.int32()),
    "bytes": pa.array([int(r["bytes"]) for r in rows], pa.int64())})
with pa.ipc.new_stream(sys.stdout.buffer, t.schema) as w:
    for b in t.to_batches(max_chunksize=97):
        w.write_batch(b)' | window | swrite >out
	check_same out want
	sread log | swatermark time 1m | python3 -c '
import sys, pyarrow.ipc as ipc
r = ipc.open_stream(sys.stdin.buffer)
with ipc.new_stream(sys.stdout.buffer, r.schema) as w:
    for b in r:
        w.write_batch(b)' | window | swrite >out
	check_same out want
	# Control batches and all: the epochs survive.
	sread --epoch-rows 400 log | swatermark time 1m | python3 -c '
import sys, pyarrow.ipc as ipc
r = ipc.open_stream(sys.stdin.buffer)
with ipc.new_stream(sys.stdout.buffer, r.schema) as w:
    while True:
        try:
            b, m = r.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        w.write_batch(b, custom_metadata=m)' | window | swrite --barriers >out
	sread --epoch-rows 400 log | swatermark time 1m | window |
		swrite --barriers >want
	check_same out want
}
