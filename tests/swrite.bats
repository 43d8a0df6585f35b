#!/usr/bin/env bats
# swrite - what it does with the rows of a stream: formats, files, limits,
# order, terminals.
# shellcheck disable=SC2154,SC2034 # helpers.bash

load helpers

# people: strings that need care in text formats, a null, an empty string.
people()
{
	cat <<-'END'
		name,age,height,seen
		Ada,36,1.65,2024-05-01T10:00:00Z
		"Bob ""the"" B, Jr.",,1.8,2024-05-01T10:00:01.5Z
		"",7,,
		Eve,36,2.0,2024-05-01T09:00:00Z
	END
}

@test "it writes csv with a header: null is empty, the empty string is quoted" {
	people >in.csv
	expect 0 sh -c 'sread in.csv | swrite'
	cat >wanted <<-'END'
		name,age,height,seen
		Ada,36,1.65,2024-05-01T10:00:00Z
		"Bob ""the"" B, Jr.",,1.8,2024-05-01T10:00:01.500Z
		"",7,,
		Eve,36,2.0,2024-05-01T09:00:00Z
	END
	check_same out wanted
	[ ! -s err ]
}

@test "ndjson has an object a row, with null where there is no value" {
	people >in.csv
	expect 0 sh -c 'sread in.csv | swrite -f ndjson'
	cat >wanted <<-'END'
		{"name":"Ada","age":36,"height":1.65,"seen":"2024-05-01T10:00:00Z"}
		{"name":"Bob \"the\" B, Jr.","age":null,"height":1.8,"seen":"2024-05-01T10:00:01.500Z"}
		{"name":"","age":7,"height":null,"seen":null}
		{"name":"Eve","age":36,"height":2.0,"seen":"2024-05-01T09:00:00Z"}
	END
	check_same out wanted
}

@test "a table in a pipe has aligned columns and no escape sequences" {
	people >in.csv
	expect 0 sh -c 'sread in.csv | swrite -f table'
	cat >wanted <<-'END'
		name              age  height  seen
		----------------  ---  ------  ------------------------
		Ada                36    1.65  2024-05-01T10:00:00Z
		Bob "the" B, Jr.    -     1.8  2024-05-01T10:00:01.500Z
		                    7       -  -
		Eve                36     2.0  2024-05-01T09:00:00Z
	END
	check_same out wanted
}

@test "without a row there is still the header" {
	printf 'a,b\n' >in.csv
	expect 0 sh -c 'sread in.csv | swrite'
	printf 'a,b\n' >wanted
	check_same out wanted
	expect 0 sh -c 'sread in.csv | swrite -f ndjson'
	[ ! -s out ]
	expect 0 sh -c 'sread in.csv | swrite -f table'
	printf 'a  b\n-  -\n' >wanted
	check_same out wanted
}

@test "the name of the file tells the format" {
	people >in.csv
	for name in x.csv:csv x.tsv:tsv x.ndjson:ndjson x.jsonl:ndjson \
		x.json:ndjson x.arrow:arrow x.arrows:arrow x.txt:csv; do
		file=${name%:*} format=${name#*:}
		expect 0 sh -c "sread in.csv | swrite $file"
		[ ! -s out ]
		if [ "$format" = arrow ]; then
			swrite -f csv <"$file" >got
			sread in.csv | swrite >wanted
		else
			cp "$file" got
			sread in.csv | swrite -f "$format" >wanted
		fi
		check_same got wanted
	done
}

@test "what csv, tsv and ndjson hold reads back the same" {
	printf 'a,b\n" x ","1\n2"\n"\t",","\n,""\nq"uote,"""\r"\n' |
		sed 's/q"uote/"q""uote"/' >in.csv
	sread in.csv | swrite >first
	for format in csv tsv ndjson; do
		expect 0 sh -c "sread in.csv | swrite -f $format |
			sread -f $format - | swrite"
		check_same out first
	done
}

@test "a column that is all there is keeps its nulls" {
	printf 'a\nx\n\n""\n' >in.csv
	expect 0 sh -c 'sread in.csv | swrite'
	check_same out in.csv
}

@test "a file is replaced, and with -a continued under its one header" {
	people >in.csv
	sread in.csv | swrite >once
	echo old >out.csv
	expect 0 sh -c 'sread in.csv | swrite out.csv'
	check_same out.csv once
	expect 0 sh -c 'sread in.csv | swrite -a out.csv'
	{ cat once; tail -n +2 once; } >wanted
	check_same out.csv wanted
	expect 0 sh -c 'sread in.csv | swrite -a new.csv'
	check_same new.csv once
}

@test "-a ends an unfinished line, and refuses other columns" {
	people >in.csv
	printf '{"x":1}' >out.ndjson
	expect 0 sh -c 'sread in.csv | swrite -a -n 0 out.ndjson'
	printf '{"x":1}\n' >wanted
	check_same out.ndjson wanted
	printf 'other,columns\n1,2\n' >out.csv
	cp out.csv wanted
	expect 1 sh -c 'sread in.csv | swrite -a out.csv'
	says 'swrite: out.csv: cannot append'
	check_same out.csv wanted
}

@test "-a has nothing to append to in a pipe or an Arrow stream" {
	people >in.csv
	expect 2 sh -c 'sread in.csv | swrite -a'
	says '--append needs a FILE'
	expect 2 sh -c 'sread in.csv | swrite -a out.arrow'
	says 'cannot append to an Arrow stream'
	[ ! -e out.arrow ]
}

@test "-n limits the rows" {
	people >in.csv
	sread in.csv | swrite | head -n 3 >wanted
	expect 0 sh -c 'sread in.csv | swrite -n 2'
	check_same out wanted
	expect 0 sh -c 'sread in.csv | swrite -n 2 -f arrow | swrite'
	check_same out wanted
	expect 0 sh -c 'sread --epoch-rows 1 in.csv | swrite -n 2'
	check_same out wanted
}

@test "--sort puts nulls first, and last with a minus; equal rows stay" {
	people >in.csv
	expect 0 sh -c 'sread -c name,age in.csv | swrite --sort age'
	cat >wanted <<-'END'
		name,age
		"Bob ""the"" B, Jr.",
		"",7
		Ada,36
		Eve,36
	END
	check_same out wanted
	expect 0 sh -c 'sread -c name,age in.csv | swrite --sort -age,-name'
	cat >wanted <<-'END'
		name,age
		Eve,36
		Ada,36
		"",7
		"Bob ""the"" B, Jr.",
	END
	check_same out wanted
}

@test "--sort and -n together give the first of all" {
	seq 100000 | awk 'BEGIN { print "n" }
		{ print ($1 * 7919) % 100003 }' >in.csv
	expect 0 sh -c 'sread --epoch-rows 1000 in.csv | swrite --sort -n -n 3'
	tail -n +2 in.csv | sort -rn | head -n 3 | sed '1i n' >wanted
	check_same out wanted
}

@test "a sorted stream is one epoch, and a stream" {
	people >in.csv
	expect 0 sh -c 'sread --epoch-rows 1 in.csv |
		swrite --sort name -f arrow | swrite --barriers'
	[ "$(grep -c '^#' out)" = 1 ]
	says 'rows 4 final' out
}

@test "--sort names a column that is not there, before it empties a file" {
	people >in.csv
	echo keep >out.csv
	expect 2 sh -c 'sread in.csv | swrite --sort size out.csv'
	says 'no column "size" (columns: name, age, height, seen)'
	[ "$(cat out.csv)" = keep ]
}

@test "--barriers adds a line an epoch" {
	people >in.csv
	expect 0 sh -c 'sread --epoch-rows 3 in.csv |
		swatermark seen 1h | swrite --barriers'
	cat >wanted <<-'END'
		name,age,height,seen
		Ada,36,1.65,2024-05-01T10:00:00Z
		"Bob ""the"" B, Jr.",,1.8,2024-05-01T10:00:01.500Z
		"",7,,
		# epoch 0 watermark 2024-05-01T09:00:01.500Z rows 3
		Eve,36,2.0,2024-05-01T09:00:00Z
		# epoch 1 watermark end rows 1 final
	END
	check_same out wanted
}

@test "complete mode: --sort and -n give the top of each epoch" {
	printf 'k\na\nb\nb\nc\nc\nc\n' >in.csv
	expect 0 sh -c 'sread --epoch-rows 3 in.csv |
		swindow -m complete -k k count | swrite --sort -count -n 1'
	printf 'k,count\nb,2\nc,3\n' >wanted
	check_same out wanted
	expect 0 sh -c 'sread --epoch-rows 3 in.csv |
		swindow -m complete -k k count | swrite -f table'
	cat >wanted <<-'END'
		k  count
		-  -----
		a      1
		b      2

		k  count
		-  -----
		a      1
		b      2
		c      3
	END
	check_same out wanted
}

@test "--tz prints times in a zone" {
	people >in.csv
	expect 0 sh -c 'sread -c seen in.csv | swrite -n 1 --tz Europe/Rome'
	printf 'seen\n2024-05-01T12:00:00+02:00\n' >wanted
	check_same out wanted
	expect 2 sh -c 'sread in.csv | swrite --tz Nowhere/Land'
	says 'Nowhere/Land'
}

@test "a full disk is said with the name of what is full" {
	[ -e /dev/full ] || skip "no /dev/full"
	people >in.csv
	expect 3 sh -c 'sread in.csv | swrite /dev/full'
	says 'swrite: /dev/full: cannot write: No space left on device'
	expect 3 sh -c 'sread in.csv | swrite >/dev/full'
	says 'swrite: standard output: cannot write: No space left on device'
	expect 3 sh -c 'sread in.csv | swrite no/such/folder.csv'
	says 'no/such/folder.csv: cannot open: No such file or directory'
}

@test "a stream that is cut leaves no partial row and no sorted rows" {
	people >in.csv
	sread in.csv >in.arrows
	size=$(wc -c <in.arrows)
	sread in.csv | swrite >whole
	for n in $(seq 1 97 $((size - 1))); do
		head -c "$n" in.arrows >part
		input=part expect '5|1' swrite
		check_prefix out whole
		input=part expect '5|1' swrite --sort name
		[ "$(wc -l <out)" -le 1 ]
	done
}

@test "a terminal shows a table, never binary, never what data commands" {
	printf 'a\nx\033[2Jy\n' >in.csv
	on_terminal 'sread -q in.csv | NO_COLOR=1 TERM=xterm swrite'
	says 'x\x1b[2Jy' screen
	[ "$(tr -d '[:print:]\r\n' <screen | wc -c)" = 0 ]
	run on_terminal 'sread -q in.csv | swrite -f arrow'
	[ "$status" = 2 ]
	on_terminal 'sread -q in.csv | TERM=xterm swrite'
	says "$(printf '\033[1;4m')a" screen
}

@test "update mode on a terminal draws the table again in its place" {
	printf 'k\na\nb\nb\n' >in.csv
	on_terminal 'stty rows 24 cols 80; sread -q --epoch-rows 1 in.csv |
		swindow -m update -k k count | NO_COLOR=1 TERM=xterm swrite'
	tr -d '\r' <screen | sed 's/\x1b\[/</g' >got
	cat >wanted <<-'END'
		k  count<K
		-  -----<K
		a      1<K
		<J<3Ak  count<K
		-  -----<K
		a      1<K
		b      1<K
		<J<4Ak  count<K
		-  -----<K
		a      1<K
		b      2<K
	END
	printf '<J' >>wanted
	check_same got wanted
}
