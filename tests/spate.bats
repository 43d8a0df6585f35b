#!/usr/bin/env bats
# spate - what a checkpoint holds, whether it is sound, what may go from it.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# more FROM TO: one row a minute; rows: with their header.
more()
{
	seq "$1" "$2" |
		awk '{ printf "2026-01-01T%02d:%02d:00Z,%d\n", \
			$1 / 60 % 24, $1 % 60, $1 }'
}

rows()
{
	echo t,v
	more "$@"
}

# windows SOURCE... -- SINK...: a pipeline under the checkpoint "state".
windows()
{
	local source=()
	while [ "$1" != -- ]; do
		source+=("$1")
		shift
	done
	shift
	sread -C state --epoch-rows 7 -s 't timestamp, v int' "${source[@]}" |
		swatermark t "${DELAY:-2m}" | swindow -w 10m count sum:v |
		swrite "$@"
}

# healthy: nothing at all is said of "state", in a few ways to look at it.
healthy()
{
	expect 0 spate doctor state
	echo 'state: all is well' >well
	check_same out well
	[ ! -s err ]
	expect 0 spate status state
	expect 0 spate -f ndjson status state
	jq -e .query out >json
}

teardown()
{
	[ -z "${helper-}" ] || kill "$helper" 2>/dev/null || :
	[ -z "${pipeline-}" ] || wait "$pipeline" || :
}

# ---- what doctor finds -------------------------------------------------------

@test "doctor has nothing to say of files and folders, run after run" {
	mkdir in
	rows 1 50 >in/a.csv
	for k in 1 2 3 4; do
		windows in -- out.csv parts/ 'sqlite:db?table=t' two.csv.gz
		healthy
		rows $((k * 100)) $((k * 100 + 30)) >in/"$k".csv
	done
	windows --final in -- out.csv parts/ 'sqlite:db?table=t' two.csv.gz
	healthy
	windows --final in -- out.csv parts/ 'sqlite:db?table=t' two.csv.gz
	healthy
}

@test "doctor has nothing to say of side files and bad records" {
	for k in 1 2 3; do
		rows 50 60 >"$k"
		rows 1 9 >>"$k"
		sread -C state --epoch-rows 5 -f csv -s 't timestamp, v int' \
			--bad bad.ndjson 1 2 3 2>/dev/null |
			swatermark t | swindow -w 1m --late late count |
			swrite out.csv || [ "$k" -lt 3 ]
	done 2>err
	[ -s bad.ndjson ]
	[ -s late ]
	healthy
}

@test "doctor has nothing to say of a spool, full or dropped" {
	for k in 1 2 3; do
		rows "${k}0" "${k}9" | windows -- out.csv
		healthy
	done
	[ -n "$(ls state/spool)" ]
	windows </dev/null -- out.csv
	healthy
	rm -r state out.csv
	rows 1 9 >file
	for k in 1 2 3; do
		more "${k}0" "${k}9" >>file
		windows --spool file -- out.csv
		healthy
	done
}

@test "doctor has nothing to say of a query that never had a row" {
	rows 1 0 >a
	windows a -- out.csv
	healthy
	windows --final a -- out.csv
	healthy
}

@test "doctor has nothing to say when progress was rotated" {
	rows 1 50 >a
	windows a -- out.csv
	line=$(head -n 1 state/progress.ndjson)
	yes "$line" | head -c 10500000 | sed '$d' >>state/progress.ndjson
	more 51 70 >>a
	windows a -- out.csv
	[ -s state/progress.ndjson.1 ]
	[ "$(wc -c <state/progress.ndjson)" -lt 1000000 ] ||
		[ ! -e state/progress.ndjson ]
	more 71 90 >>a
	windows a -- out.csv
	healthy
}

@test "doctor has nothing to say after a kill -9 of each stage" {
	rows 1 1400 >a
	for k in 1 2 3 4; do
		rm -rf state out.csv
		{
			sread -C state --epoch-rows 3 -s 't timestamp, v int' \
				a & echo $! >pid.1
		} | {
			swatermark t 2m & echo $! >pid.2
			wait
		} | {
			swindow -w 10m count & echo $! >pid.3
			wait
		} | {
			swrite out.csv & echo $! >pid.4
			wait
		} &
		pipeline=$!
		for _ in $(seq 200); do
			[ ! -s state/progress.ndjson ] || break
			sleep 0.01
		done
		kill -9 "$(cat "pid.$k")" || :
		wait "$pipeline" || :
		pipeline=
		expect 0 spate doctor state
		run ! grep -q BROKEN out
	done 2>/dev/null
}

@test "doctor names what is broken: log, commits, query, stage, state" {
	rows 1 100 >a
	windows a -- out.csv
	cp -r state whole
	more 101 110 >>a
	# In the middle: the end of a log may be cut off by any crash.
	printf X | dd of=state/epochs.log bs=1 seek=200 conv=notrunc 2>/dev/null
	expect 4 spate doctor state
	says 'BROKEN: epochs.log: byte ' out
	rm -r state && cp -r whole state
	printf X | dd of=state/commits.log bs=1 seek=200 conv=notrunc \
		2>/dev/null
	expect 4 spate doctor state
	says 'BROKEN: commits.log: byte ' out
	says ': damaged: the checksum does not match (bring it back from' out
	# Which states are needed is not known then.
	[ "$(wc -l <out)" = 1 ]
	rm -r state && cp -r whole state
	rm state/query
	expect 4 spate doctor state
	says 'BROKEN: query: missing' out
	rm -r state && cp -r whole state
	chmod 750 state
	expect 4 spate doctor state
	says 'BROKEN: .: its mode is 0750, expected 0700 (chmod 700 ' out
	rm -r state && cp -r whole state
	rm state/stages/swindow-1/stage
	expect 4 spate doctor state
	says 'BROKEN: stages/swindow-1/stage: missing' out
	rm -r state && cp -r whole state
	rm state/stages/swindow-1/snapshot-*
	expect 4 spate doctor state
	# A delta follows it, but it is the snapshot that is missing.
	says 'BROKEN: stages/swindow-1/snapshot-' out
	says '--new-state' out
	[ "$(wc -l <out)" = 1 ]
	rm -r state && cp -r whole state
	printf X >>state/sinks
	expect 0 spate doctor state
	says 'harmless: sinks: damaged' out
	rm -r state && cp -r whole state
	windows a -- out.csv
	healthy
}

@test "doctor: no checkpoint at all is a refusal, not a finding" {
	expect 4 spate doctor nowhere
	says nowhere
	mkdir -m 700 empty
	expect 4 spate doctor empty
	says 'empty: is not a checkpoint'
	[ ! -s out ]
	expect 4 spate status empty
	[ -z "$(ls -A empty)" ]
	expect 2 spate look empty
	expect 2 spate status --repair empty
	expect 2 spate doctor --watch empty
	expect 2 spate doctor
}

# ---- repair ------------------------------------------------------------------

@test "doctor --repair removes what crashed attempts left, nothing else" {
	rows 1 100 >a
	windows a -- out.csv
	windows a -- out.csv
	cp -r state before
	for file in .query.tmp .commits.log.tmp stages/swindow-1/.snapshot-9.tmp \
		spool/.run-1-1.tmp files/.0123.tmp; do
		echo half >state/"$file"
	done
	expect 0 spate doctor state
	[ "$(grep -c '^left over: .*\.tmp: left by an attempt' out)" = 5 ]
	expect 0 spate doctor --repair state
	[ "$(sed -n 1p out)" = 'removed 5 files' ]
	[ "$(sed -n 2p out)" = 'state: all is well' ]
	diff -r before state
	expect 0 spate doctor --repair state
	check_same out <(echo 'state: all is well')
}

@test "doctor --repair removes states that no restart needs" {
	rows 1 20 >a
	# A stage with other arguments begins with a snapshot.
	for k in 2 4 6 8; do
		DELAY=${k}m windows a -- out.csv
		more "${k}1" "${k}9" >>a
	done
	before=$(find state/stages -name 'snapshot-*' | wc -l)
	expect 0 spate doctor state
	expect 0 spate doctor --repair state
	[ "$(find state/stages -name 'snapshot-*' | wc -l)" -lt "$before" ]
	healthy
	windows a -- out.csv
	rm -r state
	mv out.csv got.csv
	windows a -- out.csv
	check_same got.csv out.csv
}

@test "doctor --repair leaves a checkpoint alone in which somebody works" {
	rows 1 20 >a
	windows a -- out.csv
	echo half >state/.query.tmp
	windows -F a -- out.csv &
	pipeline=$!
	for _ in $(seq 100); do
		spate status state | grep -q '^running.*sink: swrite' && break
		sleep 0.05
	done
	expect 4 spate doctor --repair state
	says 'a run is using the checkpoint'
	[ -e state/.query.tmp ]
	expect 0 spate doctor state
	helper=$(spate status state | sed -n 's/.*sread (pid \([0-9]*\)).*/\1/p')
	kill -INT "$helper"
	wait "$pipeline"
	pipeline='' helper=''
	expect 0 spate doctor --repair state
	[ ! -e state/.query.tmp ]
}

# ---- status ------------------------------------------------------------------

@test "status says what was committed, how much, and up to which time" {
	rows 1 100 >a
	windows a -- out.csv
	expect 0 spate status state
	says 'running    no (1 run)' out
	says 'committed  epoch 14, ' out
	says 'lag        none' out
	says 'rows       2 in epoch 14' out
	says 'watermark  2026-01-01T01:38:00Z' out
	says 'stage      swatermark-1: ' out
	says 'stage      swindow-1: ' out
	windows --final a -- out.csv
	expect 0 spate status state
	says 'committed  epoch 15 (final), ' out
	says 'watermark  end' out
}

@test "status counts late, bad, and rows without a time once" {
	printf 't,v\n2026-01-01,1\n,2\n2026-01-02,3\n' >a
	printf 't,v\n2026-01-01,4\n,5\n2026-01-03,x\n' >b
	sread -C state --epoch-files 1 -s 't timestamp, v int' --bad bad a b \
		2>/dev/null |
		swatermark t | swindow -w 1h count 2>/dev/null | swrite o.csv
	expect 0 spate status state
	says 'left out   1 late, 1 bad, 2 without a time' out
	expect 0 spate -f ndjson status state
	[ "$(jq -c '[.late, .bad, .null_time]' out)" = '[1,1,2]' ]
}

@test "status -f ndjson is one object a look, with the same keys always" {
	rows 1 0 >a
	windows a -- out.csv
	expect 0 spate -f ndjson status state
	[ "$(wc -l <out)" = 1 ]
	jq -c keys out >keys.before
	[ "$(jq -c '[.rows, .watermark]' out)" = '[0,null]' ]
	more 1 30 >>a
	windows a -- out.csv
	expect 0 spate -f ndjson status state
	jq -c keys out >keys.after
	check_same keys.after keys.before
	[ "$(jq '.logged == .committed and .committed >= 0' out)" = true ]
	[ "$(jq -r '.stages[].id' out | paste -sd' ')" = \
		'swatermark-1 swindow-1' ]
	[ "$(jq '[.stages[].state_bytes > 0] | all' out)" = true ]
}

@test "status --watch looks again each second, and ends on Ctrl-C" {
	rows 1 30 >a
	windows a -- out.csv
	spate --watch -f ndjson status state >looks 2>err &
	helper=$!
	for _ in $(seq 100); do
		[ "$(wc -l <looks)" -lt 2 ] || break
		sleep 0.05
	done
	kill -INT "$helper"
	wait "$helper"
	helper=
	[ "$(wc -l <looks)" -ge 2 ]
	[ ! -s err ]
	jq -e .query looks >json
	# No cursor is moved where there is no terminal.
	timeout -s INT 0.5 spate --watch status state >looks || [ $? = 124 ]
	run ! grep -q "$(printf '\033')" looks
	says 'committed  epoch' looks
	# On a terminal the screen is cleared.
	timeout -s INT 0.7 script -qec 'spate --watch status state' /dev/null \
		</dev/null >looks || :
	grep -q "$(printf '\033')" looks
}
