#!/usr/bin/env bats
# sread -F - files that grow, are rotated, truncated, or not there yet.
# shellcheck disable=SC2154,SC2086 # helpers.bash; words

load helpers

# start [OPTION... SOURCE...]: sread -F in the background, as rows into "out".
start()
{
	[ -p stream ] || mkfifo stream
	: >out
	swrite <stream >out 2>swrite.err &
	writer=$!
	sread -F "$@" >stream 2>err &
	reader=$!
}

# finish: asks sread to stop; the pipeline ends well.
finish()
{
	kill -INT "$reader"
	wait "$reader"
	wait "$writer"
	reader='' writer=''
}

teardown()
{
	[ -z "${reader-}" ] || kill -9 "$reader" 2>/dev/null || :
	[ -z "${writer-}" ] || kill -9 "$writer" 2>/dev/null || :
}

# soon TEXT [FILE]: "out" has this text within 5 seconds.
soon()
{
	for _ in $(seq 200); do
		grep -qsF -e "$1" "${2-out}" && return 0
		sleep 0.025
	done
	says "$1" "${2-out}"
}

# becomes TEXT: "out" is this text (with \n).
becomes()
{
	# shellcheck disable=SC2059 # the text has \n
	printf "$1" >want
	check_same out want
}

@test "a file is read from its start, and on as it grows" {
	printf 'n\n1\n2\n' >a.csv
	start -s 'n int' a.csv
	soon 2
	echo 3 >>a.csv
	soon 3
	echo 4 >>a.csv
	soon 4
	finish
	becomes 'n\n1\n2\n3\n4\n'
	[ ! -s err ]
}

@test "a last line waits for its newline" {
	printf 'n\n1\n2' >a.csv
	start -s 'n int' a.csv
	soon 1
	printf 3 >>a.csv
	sleep 0.3
	becomes 'n\n1\n'
	printf '4\n5\n' >>a.csv
	soon 5
	finish
	becomes 'n\n1\n234\n5\n'
}

@test "a new line is through within milliseconds" {
	printf 'n\n1\n' >a.csv
	start -s 'n int' --every 10ms a.csv
	soon 1
	sleep 0.3
	for i in 2 3 4 5 6; do
		echo $i >>a.csv
		sleep 0.2
		# A poll alone would have needed up to a second.
		[ "$(tail -n 1 out)" = $i ]
	done
	finish
}

@test "rotation by rename: the old file to its end, then the new one" {
	printf 'n\n1\n' >a.csv
	start -s 'n int' a.csv
	soon 1
	mv a.csv a.csv.1
	echo 2 >>a.csv.1
	soon 2
	: >a.csv
	# The program has not noticed yet.
	echo 3 >>a.csv.1
	soon 3
	printf 4 >>a.csv.1
	printf 'n\n5\n' >>a.csv
	soon 5
	echo 6 >>a.csv
	soon 6
	finish
	becomes 'n\n1\n2\n3\n4\n5\n6\n'
	[ ! -s err ]
}

@test "rotation many times, faster than anybody looks" {
	printf '0\n' >a.log
	start -f lines a.log
	soon 0
	for i in $(seq 20); do
		mv a.log a.log.$i
		echo "new $i" >a.log
		echo "more $i" >>a.log
		sleep 0.0$((i % 7))
	done
	soon "more 20"
	finish
	{
		printf 'line\n0\n'
		for i in $(seq 20); do
			printf 'new %s\nmore %s\n' $i $i
		done
	} >want
	check_same out want
}

@test "a file that was truncated is begun again, and that is said once" {
	printf 'first\nsecond\n' >a.log
	start -f lines a.log
	soon second
	cp a.log a.log.1
	: >a.log
	sleep 0.2
	echo third >>a.log
	soon third
	cp a.log a.log.1
	: >a.log
	echo fourth which is longer >>a.log
	soon fourth
	finish
	becomes 'line\nfirst\nsecond\nthird\nfourth which is longer\n'
	[ "$(grep -c 'a.log: was truncated' err)" = 1 ]
}

@test "truncated and longer than before at once: known by its content" {
	printf 'first\nsecond\n' >a.log
	start -f lines a.log
	soon second
	printf 'another first and so long that it covers\nall\n' >a.log
	soon all
	finish
	becomes 'line\nfirst\nsecond\nanother first and so long that it covers\nall\n'
}

@test "a file that is not there is waited for" {
	start -f lines late.log
	soon "late.log: is not there yet: waiting for it" err
	echo one >late.log
	soon one
	rm late.log
	echo two >late.log
	soon two
	finish
	[ "$(wc -l <err)" = 1 ]
}

@test "in a directory new files are found, and all of them may grow" {
	mkdir d
	printf 'n\n1\n' >d/a.csv
	printf 'n\n2\n' >d/b.csv
	touch -d 2024-01-01 d/b.csv
	start -s 'n int' d
	soon 1
	becomes 'n\n2\n1\n'
	printf 'n\n3\n4' >d/c.csv
	soon 3
	printf 'n\n5\n' >d/.hidden
	echo 6 >>d/a.csv
	soon 6
	echo 0 >>d/c.csv
	soon 40
	mv d/.hidden d/e.csv
	soon 5
	finish
	becomes 'n\n2\n1\n3\n6\n40\n5\n'
}

@test "in a directory a file that is renamed is not read again" {
	mkdir d
	seq 1000 >d/app.log
	start -f lines d
	soon 1000
	mv d/app.log d/app.log.1
	echo last >>d/app.log.1
	soon last
	echo first >d/app.log
	soon first
	# Compressed by hand, in small steps, as a big one would be.
	gzip -c d/app.log.1 >whole.gz
	head -c 700 whole.gz >d/app.log.2.gz
	sleep 0.1
	tail -c +701 whole.gz >>d/app.log.2.gz
	rm d/app.log.1
	echo second >>d/app.log
	soon second
	sleep 1.2
	finish
	{
		echo line
		seq 1000
		printf 'last\nfirst\nsecond\n'
	} >want
	check_same out want
}

@test "many files in a directory" {
	mkdir d
	for i in $(seq 300); do
		echo "$i a" >"d/$i.log"
	done
	start -f lines d
	soon "300 a"
	for i in $(seq 300); do
		echo "$i b" >>"d/$i.log"
	done
	soon "300 b"
	finish
	[ "$(sort -u out | wc -l)" = 601 ]
	[ "$(wc -l <out)" = 601 ]
}

@test "a directory that is not there is waited for" {
	start -f lines d
	soon "d: is not there yet" err
	mkdir new
	echo one >new/x
	mv new d
	soon one
	echo two >d/y
	soon two
	finish
}

@test "several files, each with a header and columns in its own order" {
	printf 'a,b\n1,x\n' >1.csv
	printf 'b,a\ny,2\n' >2.csv
	start -s 'a int, b string' 1.csv 2.csv
	soon 2,y
	echo 3,z >>1.csv
	soon 3,z
	echo w,4 >>2.csv
	soon 4,w
	echo 5,v >>1.csv
	soon 5,v
	finish
	becomes 'a,b\n1,x\n2,y\n3,z\n4,w\n5,v\n'
}

@test "types are inferred from what comes within a second" {
	printf 'n,t\n' >a.csv
	start a.csv
	sleep 1.2
	printf '1,2024-05-01 10:00\n' >>a.csv
	soon 1,2024-05-01T10:00:00Z
	finish
	becomes 'n,t\n1,2024-05-01T10:00:00Z\n'
}

@test "a gzip file grows by members" {
	printf 'a\nb\n' | gzip >a.log
	start -f lines a.log
	soon b
	printf 'c\nd\n' | gzip >more.gz
	head -c 15 more.gz >>a.log
	sleep 0.2
	tail -c +16 more.gz >>a.log
	soon d
	finish
	becomes 'line\na\nb\nc\nd\n'
}

@test "bad records have their line and offset wherever reading went on" {
	printf 'n\n1\n' >a.csv
	start -s 'n int' -b bad a.csv
	soon 1
	printf 'x\n2\n' >>a.csv
	soon 2
	printf 'yy\n3\n' >>a.csv
	soon 3
	finish
	says '"line":3,"offset":4,' bad
	says '"line":5,"offset":8,' bad
}

@test "the stream is unbounded, and an epoch a second by itself" {
	printf 'n\n2\n1\n' >a.csv
	sread -F -s 'n int' a.csv 2>/dev/null | swindow -k n count 2>err || :
	says watermark
	mkfifo in
	sread -F -s 'n int' a.csv >in 2>err &
	reader=$!
	swrite --barriers <in >out &
	writer=$!
	soon "# epoch 0" out
	finish
}

@test "what cannot be followed is refused" {
	expect 2 sread -F -
	expect 2 sread -F
	mkfifo fifo
	expect 2 sread -F fifo
	sread -f csv - >s.arrows <<-'END'
		n
		1
	END
	expect 2 sread -F s.arrows
}
