#!/usr/bin/env bats
# sread -C - each row once, whatever ends a run, and where the next one begins.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# run_once [OPTION... SOURCE...]: sread -C ck | swrite out.csv; both end well.
run_once()
{
	{
		timeout "$limit" sread -C ck "$@" 2>err |
			swrite out.csv 2>swrite.err
		status=("${PIPESTATUS[@]}")
	} || :
	[ "${status[*]}" = "0 0" ] && return 0
	echo "status ${status[*]}:"
	cat err swrite.err
	return 1
}

# refused [OPTION... SOURCE...]: the same, but sread ends with 4.
refused()
{
	{
		timeout "$limit" sread -C ck "$@" 2>err |
			swrite out.csv 2>swrite.err
		status=("${PIPESTATUS[@]}")
	} || :
	[ "${status[0]}" = 4 ] && return 0
	echo "status ${status[*]}, expected 4"
	return 1
}

# becomes TEXT: out.csv is this text (with \n).
becomes()
{
	# shellcheck disable=SC2059 # the text has \n
	printf "$1" >want
	check_same out.csv want
}

# epochs logged|committed: how many there are, as spate status says.
epochs()
{
	local n
	n=$(spate status -f ndjson ck 2>/dev/null |
		grep -o "\"$1\":[-0-9]*") || :
	# Without a checkpoint there are none.
	n=${n:-:-1}
	echo $((${n##*:} + 1))
}

# reach COUNT logged|committed: waits until there are so many epochs.
reach()
{
	for _ in $(seq 500); do
		[ "$(epochs "$2")" -ge "$1" ] && return 0
		sleep 0.02
	done
	echo "$(epochs "$2") epochs are $2, expected $1"
	return 1
}

# log: what epochs.log says that was read, as text.
log()
{
	tr '\0' '\n' <ck/epochs.log | grep -ao 'read .*'
}

# start [OPTION... SOURCE...]: sread -C ck in the background, swrite behind it.
start()
{
	[ -p stream ] || mkfifo stream
	# What stands there is of the run before; see attached.
	[ ! -e ck/lock.sink ] || : >ck/lock.sink
	swrite out.csv <stream 2>swrite.err &
	writer=$!
	sread -C ck "$@" >stream 2>err &
	reader=$!
}

# attached: swrite has joined the run of this sread.
attached()
{
	for _ in $(seq 200); do
		[ -s ck/lock.sink ] && return 0
		sleep 0.02
	done
	return 1
}

# crash: everything of "start" is killed.
crash()
{
	kill -9 "$reader" "$writer" 2>/dev/null || :
	wait "$reader" "$writer" 2>/dev/null || :
	reader='' writer=''
}

# soon TEXT: out.csv has this line.
soon()
{
	for _ in $(seq 200); do
		grep -qsx -e "$1" out.csv && return 0
		sleep 0.02
	done
	says "$1" out.csv
}

# lose_commit TEXT [FILE]: FILE (in.csv) has been read; rows TEXT are added to
# it, and read by an epoch that is logged and not committed.
lose_commit()
{
	local before calm=0
	soon "$(tail -n 1 "${2-in.csv}")"
	# The row is there before its epoch is logged and committed, and then
	# there is no other epoch.
	for _ in $(seq 500); do
		before=$(epochs logged)
		[ "$before" -ge 1 ] && [ "$(epochs committed)" = "$before" ] ||
			calm=0
		calm=$((calm + 1))
		[ "$calm" -le 10 ] || break
		sleep 0.02
	done
	kill -STOP "$writer"
	# shellcheck disable=SC2059 # the text has \n
	printf "$1" >added.txt
	# In one piece, else one epoch may not have all of it.
	cat added.txt >>"${2-in.csv}"
	reach $((before + 1)) logged
	crash
}

teardown()
{
	exec 9>&- || :
	[ -z "${reader-}" ] || kill -9 "$reader" 2>/dev/null || :
	[ -z "${writer-}" ] || kill -9 "$writer" 2>/dev/null || :
}

@test "each run reads what is new; a last line waits for its end" {
	printf 'n\n1\n2\n3' >in.csv
	run_once in.csv
	becomes 'n\n1\n2\n'
	run_once in.csv
	becomes 'n\n1\n2\n'
	printf '4\n5\n' >>in.csv
	run_once in.csv
	becomes 'n\n1\n2\n34\n5\n'
	[ "$(stat -c %a ck)" = 700 ]
}

@test "--final ends the query, for good" {
	printf 'n\n1\n2' >in.csv
	run_once in.csv
	becomes 'n\n1\n'
	run_once --final in.csv
	becomes 'n\n1\n2\n'
	run_once in.csv
	run_once --final in.csv
	becomes 'n\n1\n2\n'
	printf '\n3\n' >>in.csv
	refused in.csv
	says "is over"
	becomes 'n\n1\n2\n'
}

@test "the schema is frozen by the first run" {
	printf 'n\n1\n' >in.csv
	run_once in.csv
	printf '2.5\n' >>in.csv
	timeout "$limit" sread -C ck in.csv 2>err | swrite out.csv 2>/dev/null || :
	says 'line 3: column "n": not an int'
	becomes 'n\n1\n'
	refused --tz +02:00 in.csv
	says "other options"
	printf 'n\n1\n2\n' >in.csv
	run_once in.csv
	becomes 'n\n1\n2\n'
}

@test "a first run that ends at a bad record has frozen nothing" {
	printf 'n\n1\n2.5\n' >in.csv
	{ sread -C ck -s 'n int' in.csv 2>err | swrite out.csv 2>/dev/null; } || :
	says 'line 3: column "n": not an int'
	says "(-s 'n float' takes it;"
	run_once -s 'n float' in.csv
	becomes 'n\n1.0\n2.5\n'
	# Later, other ways to treat bad records are no other query.
	echo x >>in.csv
	{ sread -C ck -s 'n float' in.csv 2>err | swrite out.csv 2>/dev/null; } || :
	says 'line 4: column "n"'
	says "(-s 'n string' with another checkpoint takes it; --bad FILE"
	run_once -s 'n float' -b bad in.csv
	says '"text":"x"' bad
	becomes 'n\n1.0\n2.5\n'
}

@test "once an epoch is logged, other types need another checkpoint" {
	printf 'n\n1\n2\nx\n' >in.csv
	{ sread -C ck -s 'n int' --epoch-rows 1 in.csv 2>err |
		swrite out.csv 2>/dev/null; } || :
	says "(-s 'n string' with another checkpoint takes it;"
	refused -s 'n string' --epoch-rows 1 in.csv
	says "other options"
}

@test "an epoch that was logged and not committed is run again, as it was" {
	printf 'n\n1\n' >in.csv
	start -F --every 50ms -f csv -s 'n int' in.csv
	lose_commit '2\n3\n'
	printf '4\n' >>in.csv
	run_once -f csv -s 'n int' in.csv
	becomes 'n\n1\n2\n3\n4\n'
}

@test "other bytes than an epoch has read are refused" {
	printf 'n\n1\n' >in.csv
	start -F --every 50ms -f csv -s 'n int' in.csv
	lose_commit '2\n3\n'
	cp in.csv good
	printf 'n\n1\n2\n4\n' >in.csv
	refused -f csv -s 'n int' in.csv
	says "are others now"
	rm in.csv
	refused -F -f csv -s 'n int' in.csv
	says "are not there any more"
	# With the right bytes under another name all is well.
	cp good in.csv.1
	echo n >in.csv
	run_once -f csv -s 'n int' in.csv
	becomes 'n\n1\n2\n3\n'
}

@test "--spool keeps what was read of files that vanish" {
	mkdir d
	printf 'n\n1\n' >d/a.csv
	start -F --every 50ms --spool -f csv -s 'n int' d
	lose_commit '2\n3\n' d/a.csv
	rm d/a.csv
	run_once --spool -f csv -s 'n int' d
	becomes 'n\n1\n2\n3\n'
	printf 'n\n4\n' >d/b.csv
	run_once --spool -f csv -s 'n int' d
	run_once --spool -f csv -s 'n int' d
	becomes 'n\n1\n2\n3\n4\n'
}

@test "a pipe is spooled: what it brought is not lost with a crash" {
	mkfifo in
	exec 9<>in
	start -f csv -s 'n int' --every 50ms in 9>&-
	printf 'n\n1\n2\n' >&9
	soon 2
	reach 1 committed
	kill -STOP "$writer"
	printf '3\n' >&9
	reach 2 logged
	printf '4\n' >&9
	reach 3 logged
	crash
	exec 9>&-
	printf 'n\n5\n6' | run_once -f csv -s 'n int' -
	becomes 'n\n1\n2\n3\n4\n5\n6\n'
	printf 'n\n7\n' | run_once -f csv -s 'n int' --final -
	becomes 'n\n1\n2\n3\n4\n5\n6\n7\n'
	run_once -f csv -s 'n int' --final - </dev/null
	printf 'n\n' | refused -f csv -s 'n int' -
	# Only what a restart needs is kept.
	[ "$(find ck/spool -type f | wc -l)" -le 2 ]
}

@test "a directory is a stream: each file once, whatever becomes of it" {
	mkdir d
	printf 'n\n1\n2\n' >d/a.csv
	run_once d
	printf 'n\n3\n' >d/b.csv
	mv d/a.csv d/a.csv.1
	run_once d
	gzip d/a.csv.1
	printf 'n\n4\n' >d/c.csv
	echo 5 >>d/b.csv
	touch -d 2024-01-01 d/c.csv
	run_once d
	becomes 'n\n1\n2\n3\n4\n5\n'
	rm d/*
	run_once d
	printf 'n\n6\n' >d/new.csv
	run_once d
	becomes 'n\n1\n2\n3\n4\n5\n6\n'
}

@test "compressed files are read in their order, unless they wait for one" {
	mkdir d
	for i in 1 2 3 4 5 6; do
		echo "row $i" >"d/$i.log"
		[ $((i % 2)) = 0 ] || gzip "d/$i.log"
		touch -d "2024-01-0$i" "d/$i.log"*
	done
	run_once -f lines d
	seq -f 'row %g' 6 | sed '1s/^/line\n/' >want
	check_same out.csv want
	# One that is older than the file that it was made of.
	printf 'row 7\nrow 8\n' >d/7.log
	gzip -c d/7.log >d/old.gz
	touch -d 2024-01-01 d/old.gz
	echo 'row 9' | gzip >d/9.gz
	run_once -f lines d
	seq -f 'row %g' 9 | sed '1s/^/line\n/' | sort >want
	sort out.csv >got
	check_same got want
}

@test "an epoch is run again while its file is being compressed" {
	# Which of the two names a directory tells first depends on the names.
	for i in $(seq 6); do
		rm -rf ck d out.csv
		mkdir d
		echo 1 >d/a.log
		start -F -f lines --every 50ms d
		lose_commit '2\n' d/a.log
		mv d/a.log "d/a.log.$i"
		gzip -k "d/a.log.$i"
		echo 3 >d/a.log
		run_once -f lines d
		becomes 'line\n1\n2\n3\n'
		rm "d/a.log.$i"
		run_once -f lines d
		becomes 'line\n1\n2\n3\n'
	done
}

@test "an epoch is run again that has found a file compressed" {
	mkdir d
	printf '1\n2\n' >d/a.log
	echo 3 >d/b.log
	start -F -f lines --every 50ms d
	soon 3
	cp d/a.log a
	gzip d/a.log
	sleep 1.2
	lose_commit '4\n' d/b.log
	run_once -f lines d
	becomes 'line\n1\n2\n3\n4\n'
	# The same of one that had grown before.
	cp a new
	echo 5 >>new
	gzip new
	start -F -f lines --every 50ms d
	soon 4
	attached
	kill -STOP "$writer"
	before=$(epochs logged)
	rm d/a.log.gz
	mv new.gz d/a.log.2.gz
	reach $((before + 1)) logged
	crash
	run_once -f lines d
	becomes 'line\n1\n2\n3\n4\n5\n'
	cat a >>d/b.log
	run_once -f lines d
	becomes 'line\n1\n2\n3\n4\n5\n1\n2\n'
}

@test "a folder that others may read is no checkpoint, and is left alone" {
	mkdir -m 755 shared
	echo 1 >in.txt
	expect 4 sread -C shared -f lines in.txt
	says 'its mode is 0755, expected 0700 (chmod 700 if it is a checkpoint'
	expect 4 spate status shared
	[ -z "$(ls -A shared)" ]
	[ "$(stat -c %a shared)" = 755 ]
}

@test "a file is gone on with in the format that it has" {
	local how
	seq 3 >in.txt
	run_once -f lines in.txt
	for how in '-f ndjson' -z '-f arrow'; do
		echo 4 >>in.txt
		# shellcheck disable=SC2086 # two words
		expect 4 bash -c "sread -C ck -f lines in.txt 2>/dev/null |
			swrite $how out.csv"
		says 'out.csv: is written as csv under this checkpoint, not as'
		becomes 'line\n1\n2\n3\n'
	done
	expect 0 bash -c 'sread -C ck -f lines in.txt | swrite -f csv out.csv'
	becomes 'line\n1\n2\n3\n4\n4\n4\n'
}

@test "a log that was rotated between two runs is read to its end first" {
	printf 'one\n' >a.log
	run_once -f lines a.log
	printf 'two\nthree' >>a.log
	mv a.log a.log.1
	printf 'four\n' >a.log
	run_once -f lines a.log
	becomes 'line\none\ntwo\nthree\nfour\n'
	printf 'five\n' >>a.log
	mv a.log a.log.1
	gzip a.log.1
	mv a.log.1.gz a.log.2.gz
	printf 'six\n' >a.log
	run_once -f lines a.log
	becomes 'line\none\ntwo\nthree\nfour\nfive\nsix\n'
	[ ! -s err ]
}

@test "bad records are kept once, too" {
	printf 'n\n1\nx\n2\n' >in.csv
	run_once -b bad in.csv -s 'n int'
	printf 'y\n3\n' >>in.csv
	start -F --every 50ms -b bad in.csv -s 'n int'
	lose_commit 'z\n4\n'
	run_once -b bad in.csv -s 'n int'
	becomes 'n\n1\n2\n3\n4\n'
	[ "$(grep -o '"text":"."' bad | tr -d '\n')" = '"text":"x""text":"y""text":"z"' ]
	says '"line":7' bad
}

@test "the same processing time, and epochs cut at the same bytes" {
	seq 1000 | sed '1s/^/n\n/' >in.csv
	run_once --epoch-rows 100 in.csv
	[ "$(epochs committed)" = 10 ]
	start -F --every 50ms in.csv
	lose_commit '1001\n1002\n'
	log >before
	[ "$(wc -l <before)" -ge 11 ]
	run_once --epoch-rows 1 in.csv
	log >after
	check_same after before
	seq 1002 | sed '1s/^/n\n/' >want
	check_same out.csv want
}

@test "killed at any moment, with a log that grows and is rotated" {
	mkdir d
	{
		for i in $(seq 200); do
			echo "line $i" >>d/a.log
			[ $((i % 25)) != 0 ] || mv d/a.log "d/a.log.$i"
			sleep 0.01
		done
	} &
	logger=$!
	for i in $(seq 10); do
		start -F -f lines --every 20ms d
		sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
		crash
	done
	wait "$logger"
	run_once -f lines d
	{
		echo line
		seq 200 | sed 's/^/line /'
	} | sort >want
	sort out.csv >got
	check_same got want
}

@test "a pipe killed at any moment: nothing doubled, whole lines only" {
	total=0
	for i in $(seq 5); do
		mkfifo in."$i"
		start -f csv --no-header -s 'c1 int' --every 10ms in."$i"
		{
			n=0
			while [ $n -lt 60 ] && echo "$((total + n))"; do
				n=$((n + 1))
				sleep 0.005
			done
		} 1<>in."$i" 2>/dev/null &
		writer2=$!
		sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
		crash
		wait "$writer2" || :
		total=$((total + 1000))
	done
	run_once -f csv --no-header -s 'c1 int' --final - </dev/null
	sort -u out.csv >unique
	[ "$(wc -l <unique)" = "$(wc -l <out.csv)" ]
	# Of each run an unbroken beginning.
	awk 'NR > 1 && $1 % 1000 != 0 && $1 != last + 1 { exit 1 }
		{ last = $1 }' out.csv
}

@test "one run at a time" {
	printf 'n\n1\n' >in.csv
	start -F --every 50ms -f csv -s 'n int' in.csv
	attached
	refused -f csv -s 'n int' in.csv
	says "in use"
	says sread
	kill -INT "$reader"
	wait "$reader"
	wait "$writer"
	reader='' writer=''
	run_once -f csv -s 'n int' in.csv
	becomes 'n\n1\n'
}

@test "the end of the pipe must be swrite" {
	printf 'n\n1\n' >in.csv
	limit=15 expect 4 sread -C ck in.csv
	says "end the pipe with swrite"
}

@test "options that need a checkpoint, and what cannot have one" {
	printf 'n\n1\n' >in.csv
	expect 2 sread --final in.csv
	expect 2 sread --spool in.csv
	expect 2 sread --no-wait in.csv
	expect 2 sread -C ck -F --final in.csv
	expect 2 sread -C ck - in.csv
	sread in.csv >s.arrows
	expect 2 sread -C ck s.arrows
	mkdir -m 755 open
	expect 4 sread -C open in.csv
	mkdir -m 700 full
	: >full/something
	expect 4 sread -C full in.csv
}
