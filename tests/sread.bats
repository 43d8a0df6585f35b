#!/usr/bin/env bats
# sread - sources become typed rows, and epochs.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# rows [OPTION... SOURCE...]: what sread makes of it, as CSV in "out".
rows()
{
	sread "$@" 2>err | swrite >out
}

# becomes TEXT: "out" is this text (with \n).
becomes()
{
	# shellcheck disable=SC2059 # the text has \n
	printf "$1" >want
	check_same out want
}

@test "the last line needs no newline, CRLF and a BOM are no data" {
	printf 'a,b\n1,x\n2,y' >1.csv
	rows 1.csv
	becomes 'a,b\n1,x\n2,y\n'
	printf '\xef\xbb\xbfa,b\r\n1,x\r\n2,y\r\n' >2.csv
	rows 2.csv
	becomes 'a,b\n1,x\n2,y\n'
	printf '\xef\xbb\xbf{"a":1}\r\n{"a":2}' >3.ndjson
	rows 3.ndjson
	becomes 'a\n1\n2\n'
}

@test "an empty file has no columns, unless something says which" {
	: >empty.csv
	expect 1 sread empty.csv
	says "-s 'name type, ...'"
	rows -s 'a int, b string' empty.csv
	becomes 'a,b\n'
	printf 'a,b\n' >header.csv
	rows header.csv
	becomes 'a,b\n'
	: >empty.log
	sread -f combined empty.log | swrite >out
	says host,ident out
}

@test "quoted fields hold delimiters, quotes and newlines; empty is null" {
	printf 'a,b,c\n"x,""y""\nz",,""\n' >in.csv
	sread in.csv | swrite -f ndjson >out
	printf '{"a":"x,\\"y\\"\\nz","b":null,"c":""}\n' >want
	check_same out want
}

@test "directories are read by time, then name; hidden files are not" {
	mkdir d
	printf 'n\n3\n' >d/c.csv
	printf 'n\n1\n' >d/b.csv
	printf 'n\n2\n' >d/a.csv
	printf 'n\n9\n' >d/.x.csv
	touch -d 2024-01-01 d/b.csv
	touch -d 2024-01-02 d/a.csv d/c.csv
	rows d
	becomes 'n\n1\n2\n3\n'
	mkdir none
	rows -f csv -s 'n int' none || true
	expect 1 sread none
	says "no file"
}

@test "gzip is known by its content, and may have many members" {
	printf 'n\n1\n2\n' | gzip >a.log
	printf '3\n4\n' | gzip >>a.log
	rows -f csv a.log
	becomes 'n\n1\n2\n3\n4\n'
	head -c -4 a.log >cut.log
	expect 1 sread -f csv cut.log
	says "cut.log: byte"
}

@test "the format comes from the name, else from the first bytes" {
	printf 'a\tb\n1\t2\n' >x.tsv
	rows x.tsv
	becomes 'a,b\n1,2\n'
	printf '{"a":1,"b":"x"}\n' >x.log
	rows x.log
	becomes 'a,b\n1,x\n'
	printf 'hello\nworld\n' >y.log
	rows y.log
	becomes 'line\nhello\nworld\n'
	rows "$srcdir/tests/data/access.log"
	says host,ident,user,time,method out
	rows - <"$srcdir/tests/data/auth.log"
	says time,host,app,pid,message out
	says "no year"
}

@test "types are inferred: bool, int, float, timestamp, string" {
	cat >in.csv <<-'END'
		b,i,f,t,s,z,n
		true,1,1,2024-05-01 10:00:00,007,x,
		false,-2,2.5,2024-05-01T10:00:00.5+02:00,8,1,
		,,,,,,
	END
	sread --print-schema in.csv >out
	echo 'b bool, i int, f float, t "timestamp", s string, z string, n string' |
		tr -d '"' >want
	tr -d '"' <out >got
	check_same got want
	sread in.csv | swrite -f ndjson >out
	cat >want <<-'END'
		{"b":true,"i":1,"f":1.0,"t":"2024-05-01T10:00:00Z","s":"007","z":"x","n":null}
		{"b":false,"i":-2,"f":2.5,"t":"2024-05-01T08:00:00.500Z","s":"8","z":"1","n":null}
		{"b":null,"i":null,"f":null,"t":null,"s":null,"z":null,"n":null}
	END
	check_same out want
}

@test "what --print-schema prints is what -s takes" {
	for f in "$srcdir"/tests/data/{access.log,auth.log,sensors.csv,events.ndjson}; do
		sread --print-schema "$f" >schema 2>err
		sread "$f" 2>err | swrite >want
		sread -s "$(cat schema)" "$f" 2>err | swrite >out
		check_same out want
	done
}

@test "-s overrides columns and reaches into nested JSON" {
	printf 'id,v\n007,1\n' >in.csv
	rows -s 'id int, v string' in.csv
	becomes 'id,v\n7,1\n'
	expect 1\|2 sread -s 'nosuch int' in.csv
	says nosuch
	says "id, v"
	printf '{"ts":1714557600,"actor":{"login":"ana","tags":[1,{"a":2}]}}\n' >in.ndjson
	sread -s 'ts timestamp(s), user string .actor.login, tags string .actor.tags' \
		-c ts,user,tags in.ndjson | swrite -f ndjson >out
	printf '%s\n' '{"ts":"2024-05-01T10:00:00Z","user":"ana","tags":"[1,{\"a\":2}]"}' >want
	check_same out want
	expect 2 sread -s 'a flot' in.csv
	says flot
}

@test "integers are exact, floats read back as they were" {
	printf '{"i":9223372036854775807,"f":0.1,"g":1e300}\n{"i":-9223372036854775808,"f":3,"g":5e-324}\n' >in.ndjson
	sread in.ndjson | swrite >out
	printf 'i,f,g\n9223372036854775807,0.1,1e+300\n-9223372036854775808,3.0,5e-324\n' >want
	check_same out want
}

@test "-c keeps and orders columns, a bad value in another is not seen" {
	printf 'a,b,c\n1,2,3\nx,5,6\n' >in.csv
	rows -s 'a int, b int, c int' -c c,b in.csv
	becomes 'c,b\n3,2\n6,5\n'
	expect 2 sread -c nosuch in.csv
	says nosuch
}

@test "a value that does not fit stops the run and says what to type" {
	{
		echo id,name
		for i in $(seq 1200); do
			echo "$i,x"
		done
		echo 12a,y
		echo 13,z
	} >in.csv
	expect 1 sread in.csv
	says 'in.csv: line 1202: column "id"'
	says "-s 'id string'"
	says --bad
	sread -b skip in.csv 2>err | swrite >out
	[ "$(wc -l <out)" = 1202 ]
	says "1 bad record skipped"
	sread -b bad.ndjson in.csv 2>err | swrite >out
	[ "$(wc -l <out)" = 1202 ]
	says '"line":1202' bad.ndjson
	says '"text":"12a,y"' bad.ndjson
	says '"column":"id"' bad.ndjson
	sread bad.ndjson | swrite >out
	says 12a,y out
}

@test "too few or too many fields, and an open quote, are bad records" {
	printf 'a,b\n1,2\n1\n1,2,3\n3,4\n' >in.csv
	sread -b bad in.csv 2>err | swrite >out
	becomes 'a,b\n1,2\n3,4\n'
	[ "$(wc -l <bad)" = 2 ]
	printf 'a,b\n1,"2\n3,4\n' >in.csv
	expect 1 sread in.csv
	says "line 2"
}

@test "a record longer than --max-record is bad, not memory" {
	{
		echo a
		head -c 3000000 /dev/zero | tr '\0' x
		echo
		echo y
	} >in.csv
	expect 1 sread in.csv
	says "line 2"
	sread -b skip in.csv 2>err | swrite >out
	becomes 'a\ny\n'
	sread --max-record 4M in.csv | swrite | wc -c >out
	becomes '3000005\n'
}

@test "invalid UTF-8 becomes U+FFFD and is counted; a NUL is a character" {
	printf 'a,b\n\xff\xfe,x\0y\n' >in.csv
	rows in.csv
	says "2 invalid UTF-8 sequences"
	printf 'a,b\n\xef\xbf\xbd\xef\xbf\xbd,x\0y\n' >want
	check_same out want
}

@test "regex: named groups are columns, -P passes over other lines" {
	printf 'GET /a 1\nnoise\nPUT /b 2\n' >in.log
	sread -P '^(?<m>[A-Z]+) (?<p>\S+) (?<n>\d+)$' -v in.log 2>err | swrite >out
	becomes 'm,p,n\nGET,/a,1\nPUT,/b,2\n'
	says "1 line did not match"
	expect 1 sread -p '^(?<m>[A-Z]+) (?<p>\S+) (?<n>\d+)$' in.log
	says "line 2"
	expect 2 sread -p 'no group' in.log
	expect 2 sread -p '(?<a>' in.log
}

@test "times without a zone are in --tz, without a year in --year" {
	printf 't\n2024-07-01 12:00\n2024-01-01 12:00\n' >in.csv
	rows --tz Europe/Rome in.csv
	becomes 't\n2024-07-01T10:00:00Z\n2024-01-01T11:00:00Z\n'
	expect 2 sread --tz Mars/Base in.csv
	rows --year 2019 -c time -n 1 "$srcdir/tests/data/auth.log"
	says 2019- out
}

@test "-n stops after so many rows, and the writer above is let go" {
	yes 1,2 | sread -f csv --no-header -n 3 - | swrite >out
	becomes 'c1,c2\n1,2\n1,2\n1,2\n'
}

# Rows of each epoch, "2 2 1".
epochs()
{
	sread "$@" | swrite --barriers |
		sed -n 's/^# epoch.* rows \([0-9]*\).*/\1/p' | tr '\n' ' '
}

@test "epochs are cut by rows, bytes, files or a mark; the last is final" {
	printf 'n\n1\n2\n3\n4\n5\n' >in.csv
	[ "$(epochs in.csv)" = "5 " ]
	[ "$(epochs --epoch-rows 2 in.csv)" = "2 2 1 " ]
	[ "$(epochs --epoch-size 4 in.csv)" = "1 2 2 0 " ]
	cp in.csv in2.csv
	[ "$(epochs --epoch-files 1 in.csv in2.csv)" = "5 5 0 " ]
	printf 'n\n1\n2\n--\n3\n--\n--\n' >marked.csv
	[ "$(epochs --epoch-mark -- marked.csv)" = "2 1 0 0 " ]
	# In a quoted field it is no mark.
	printf 'n\n"a\n--\nb"\n--\nc\n' >quoted.csv
	[ "$(epochs --epoch-mark -- quoted.csv)" = "1 1 " ]
	sread --epoch-mark -- marked.csv | swrite --barriers | tail -n 1 >out
	says final out
}

@test "epoch borders do not depend on how the bytes came" {
	seq 3000 | sed '1s/^/n\n/' >in.csv
	for cut in "--epoch-size 777" "--epoch-rows 100"; do
		# shellcheck disable=SC2086 # two words
		sread $cut in.csv | swrite --barriers >want
		# shellcheck disable=SC2086
		dd bs=13 status=none <in.csv | sread -f csv $cut - |
			swrite --barriers >out
		check_same out want
	done
}

@test "--every closes epochs as time goes, and only if there are rows" {
	{
		echo n
		echo 1
		sleep 0.4
		echo 2
	} | sread -f csv -s 'n int' --every 100ms - | swrite --barriers >out
	grep -c '^# epoch' out | grep -qx 3
}

@test "the schema of a pipe comes from what came within a second" {
	mkfifo in
	sread -f csv --every 50ms - <in 2>err | swrite >out &
	exec 9>in
	printf 'a,b\n1,x\n' >&9
	for _ in $(seq 60); do
		grep -qs 1,x out && break
		sleep 0.05
	done
	says 1,x out
	exec 9>&-
	wait
}

@test "an Arrow file is read again, by any cut" {
	printf 't,n\n2024-05-01,1\n2024-05-02,2\n2024-05-03,3\n' |
		sread -f csv - | swatermark t 1h | swrite -f arrow s.arrows
	rows s.arrows
	becomes 't,n\n2024-05-01T00:00:00Z,1\n2024-05-02T00:00:00Z,2\n2024-05-03T00:00:00Z,3\n'
	[ "$(epochs --epoch-rows 2 s.arrows)" = "2 1 " ]
	rows -c n s.arrows
	becomes 'n\n1\n2\n3\n'
	sread s.arrows | swatermark t | swrite >out
	rows - <s.arrows
	says 2024-05-03 out
	gzip s.arrows
	rows s.arrows.gz
	says 2024-05-03 out
	expect 2 sread -s 'n int' -f arrow s.arrows.gz
}

@test "what cannot be opened is named" {
	expect 3 sread nosuch.csv
	says nosuch.csv
	says "No such file"
	expect 2 sread - -
	printf 'a\n1\n' >in.csv
	expect 2 sread -d xx in.csv
	expect 2 sread --every 5x in.csv
	says 5x
}
