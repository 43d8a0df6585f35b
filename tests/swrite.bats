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

@test "a file that another swrite is writing is refused: exit 3" {
	people >in.csv
	mkfifo stream
	swrite out.csv <stream 3>&- &
	# It has the schema, and waits for rows.
	exec 9>stream
	sread in.csv | head -c 1000 >&9
	for _ in $(seq 100); do
		[ -e out.csv ] && break
		sleep 0.05
	done
	sleep 0.2
	expect 3 sh -c 'sread in.csv | swrite out.csv'
	says 'swrite: out.csv: another program is writing it'
	expect 3 sh -c 'sread in.csv | swrite -a out.csv'
	exec 9>&-
	wait
	expect 0 sh -c 'sread in.csv | swrite out.csv'
}

@test "-z compresses files and standard output, and .gz in a name does" {
	people >in.csv
	sread in.csv | swrite >once
	expect 0 sh -c 'sread in.csv | swrite -z | zcat'
	check_same out once
	expect 0 sh -c 'sread in.csv | swrite out.csv.gz'
	zcat out.csv.gz >got
	check_same got once
	expect 0 sh -c 'sread in.csv | swrite -z out.arrows'
	zcat out.arrows | swrite >got
	check_same got once
	# No rows, no bytes: still a gzip file.
	expect 0 sh -c 'sread in.csv | swrite -n 0 out.ndjson.gz'
	gzip -t out.ndjson.gz
	[ "$(zcat out.ndjson.gz | wc -c)" = 0 ]
	expect 2 sh -c 'sread in.csv | swrite -a out.csv.gz'
	says 'cannot append to a compressed file'
	expect 2 sh -c 'sread in.csv | swrite out.csv.xz'
	says 'compressed by gzip or not at all'
	expect 2 sh -c "sread in.csv | swrite -z 'sqlite:db?table=t'"
	says 'a database is not compressed'
	run on_terminal 'sread -q in.csv | swrite -z'
	[ "$status" = 2 ]
}

@test "a directory gets a part an epoch, whole, and goes on where it is" {
	people >in.csv
	expect 0 sh -c 'sread --epoch-rows 3 in.csv | swrite parts/'
	(cd parts && ls -A) >got
	cat >wanted <<-'END'
		part-0000000000-0000000000.csv
		part-0000000001-0000000001.csv
	END
	check_same got wanted
	sread in.csv | swrite | sed '2,4d' >wanted
	check_same parts/part-0000000001-0000000001.csv wanted
	# It exists now, so the slash is not needed.
	expect 0 sh -c 'sread in.csv | swrite -f ndjson -z parts'
	[ -f parts/part-0000000002-0000000002.ndjson.gz ]
	sread parts/*.csv | swrite >got
	sread in.csv | swrite >wanted
	check_same got wanted
}

@test "a directory never shows part of an epoch" {
	seq 20000 | sed '1i n' >in.csv
	mkdir parts
	# Each part has 100 rows and the header, whenever one looks.
	(
		while [ ! -e stop ]; do
			for f in parts/part-*; do
				[ -e "$f" ] || continue
				[ "$(wc -l <"$f")" = 101 ] || echo "$f" >>bad
			done
		done
	) 3>&- &
	expect 0 sh -c 'sread --epoch-rows 100 in.csv | swrite parts/'
	: >stop
	wait
	[ ! -e bad ]
	[ "$(find parts -name 'part-*' | wc -l)" = 200 ]
	# A stage that dies takes back the part it was writing.
	sread --epoch-rows 15000 in.csv >in.arrows
	head -c $(($(wc -c <in.arrows) - 20000)) in.arrows >part
	input=part expect 5 swrite dead/
	(cd dead && ls -A) >got
	echo part-0000000000-0000000000.csv >wanted
	check_same got wanted
}

@test "--roll joins epochs until a part has the size" {
	seq 1000 | sed '1i n' >in.csv
	expect 0 sh -c 'sread --epoch-rows 10 in.csv |
		swrite --roll 1K parts/'
	count=$(find parts -name 'part-*' | wc -l)
	[ "$count" -ge 3 ]
	[ "$count" -le 5 ]
	find parts -name 'part-0000000000-*.csv' | grep -q .
	for f in parts/part-*; do
		[ "$(head -n 1 "$f")" = n ]
		[ "$(wc -c <"$f")" -lt 1100 ]
	done
	cat parts/part-* | grep -v n | sort -n >got
	seq 1000 >wanted
	check_same got wanted
	expect 2 sh -c 'sread in.csv | swrite --roll 1K out.csv'
	says '--roll is for the parts of a directory'
}

@test "parts of an Arrow stream are streams" {
	people >in.csv
	expect 0 sh -c 'sread --epoch-rows 3 in.csv | swrite -f arrow parts/'
	for f in parts/part-*.arrows; do
		swrite <"$f" | tail -n +2
	done >got
	sread in.csv | swrite | tail -n +2 >wanted
	check_same got wanted
	expect 0 sh -c 'sread --epoch-rows 1 in.csv |
		swrite -f arrow --roll 1M roll/'
	[ "$(find roll -type f | wc -l)" = 1 ]
	cat roll/part-0000000000-*.arrows | swrite --barriers >got
	[ "$(grep -c '^#' got)" = 4 ]
}

@test "complete mode replaces a file, and refuses what keeps rows" {
	printf 'k\na\nb\nb\nc\nc\nc\n' >in.csv
	echo old >out.csv
	expect 0 sh -c 'sread --epoch-rows 3 in.csv |
		swindow -m complete -k k count | swrite out.csv'
	printf 'k,count\na,1\nb,2\nc,3\n' >wanted
	check_same out.csv wanted
	[ "$(ls -A)" = "$(printf 'err\nin.csv\nout\nout.csv\nwanted')" ]
	expect 0 sh -c 'sread --epoch-rows 3 in.csv |
		swindow -m complete -k k count | swrite out.arrows'
	swrite <out.arrows >got
	check_same got wanted
	expect 2 sh -c 'sread in.csv | swindow -m complete -k k count |
		swrite parts/'
	says 'complete mode replaces what was written'
	[ ! -e parts ]
	expect 2 sh -c 'sread in.csv | swindow -m complete -k k count |
		swrite -a out.csv'
	says 'complete mode replaces'
	check_same out.csv wanted
	ln -s out.csv link
	expect 2 sh -c 'sread in.csv | swindow -m complete -k k count |
		swrite link'
	says 'link: is a symbolic link'
}

# query SQL: what the database "db" holds, nulls as NULL.
query()
{
	sqlite3 -nullvalue NULL db "$1"
}

@test "a table of a database is made, and added to" {
	command -v sqlite3 || skip "no sqlite3"
	people >in.csv
	expect 0 sh -c "sread in.csv | swrite 'sqlite:db?table=people'"
	query 'SELECT * FROM people' >got
	cat >wanted <<-'END'
		Ada|36|1.65|2024-05-01T10:00:00.000000Z
		Bob "the" B, Jr.|NULL|1.8|2024-05-01T10:00:01.500000Z
		|7|NULL|NULL
		Eve|36|2.0|2024-05-01T09:00:00.000000Z
	END
	check_same got wanted
	query .schema >got
	echo 'CREATE TABLE IF NOT EXISTS "people"' \
		'("name" TEXT, "age" INTEGER, "height" REAL, "seen" TEXT);' \
		>wanted
	check_same got wanted
	expect 0 sh -c "sread in.csv | swrite 'sqlite:db?table=people'"
	[ "$(query 'SELECT count(*) FROM people')" = 8 ]
	# Columns are found by name; one that is missing is said.
	expect 0 sh -c "sread -c seen,name in.csv |
		swrite 'sqlite:db?table=people'"
	[ "$(query 'SELECT count(*) FROM people WHERE age IS NULL')" = 6 ]
	printf 'name,size\nx,1\n' >other.csv
	expect 1 sh -c "sread other.csv | swrite 'sqlite:db?table=people'"
	says 'table people has no column "size" (columns: name,age,height,seen)'
	expect 2 sh -c 'sread in.csv | swrite sqlite:db'
	says 'sqlite:FILE?table=NAME'
}

@test "update mode updates by key in a table, complete mode replaces" {
	command -v sqlite3 || skip "no sqlite3"
	printf 'k\na\n\nb\n\na\n' >in.csv
	expect 0 sh -c "sread --epoch-rows 1 in.csv |
		swindow -m update -k k count | swrite 'sqlite:db?table=u'"
	query 'SELECT * FROM u ORDER BY k' >got
	printf 'NULL|2\na|2\nb|1\n' >wanted
	check_same got wanted
	expect 0 sh -c "sread --epoch-rows 1 in.csv |
		swindow -m complete -k k count | swrite 'sqlite:db?table=c'"
	query 'SELECT * FROM c ORDER BY k' >got
	check_same got wanted
}

@test "nobody sees part of an epoch in a table" {
	command -v sqlite3 || skip "no sqlite3"
	seq 20000 | sed '1i n' >in.csv
	query 'CREATE TABLE t (n INTEGER)'
	(
		while [ ! -e stop ]; do
			n=$(query 'SELECT count(*) FROM t') &&
				[ $((n % 1000)) = 0 ] || echo "$n" >>bad
		done
	) 2>locked 3>&- &
	expect 0 sh -c "sread --epoch-rows 1000 in.csv |
		swrite 'sqlite:db?table=t'"
	: >stop
	wait
	# A reader that came at the moment of a commit may have to try again.
	[ ! -e bad ] || [ ! -s <(grep . bad) ]
	[ "$(query 'SELECT count(*) FROM t')" = 20000 ]
	# A stage that dies leaves nothing of its epoch.
	sread in.csv | head -c 100000 >part
	input=part expect 5 swrite 'sqlite:db?table=t'
	[ "$(query 'SELECT count(*) FROM t')" = 20000 ]
}

@test "a database that is none, locked, or in no folder: exit 3" {
	command -v sqlite3 || skip "no sqlite3"
	people >in.csv
	seq 100 >db
	expect 3 sh -c "sread in.csv | swrite 'sqlite:db?table=t'"
	says 'swrite: db: cannot write: file is not a database'
	expect 3 sh -c "sread in.csv | swrite 'sqlite:no/db?table=t'"
	says 'swrite: no/db: cannot open: unable to open database file'
	mkdir folder
	expect 3 sh -c "sread in.csv | swrite 'sqlite:folder?table=t'"
	says 'swrite: folder: cannot open: Is a directory'
}

@test "several outputs at once, each in its own format" {
	command -v sqlite3 || skip "no sqlite3"
	people >in.csv
	sread in.csv | swrite >once
	expect 0 sh -c "sread --epoch-rows 3 in.csv |
		swrite -f ndjson out.csv parts/ 'sqlite:db?table=t' x.arrows -"
	check_same out.csv once
	cp out printed
	sread in.csv | swrite -f ndjson >wanted
	check_same printed wanted
	cat parts/part-*.ndjson >got
	check_same got wanted
	[ "$(query 'SELECT count(*) FROM t')" = 4 ]
	swrite <x.arrows >got
	check_same got once
	expect 2 sh -c 'sread in.csv | swrite out.csv x.csv out.csv'
	says 'out.csv: named twice'
	expect 2 sh -c "sread in.csv |
		swrite 'sqlite:db?table=a' 'sqlite:db?table=b'"
	says 'named twice'
	expect 0 sh -c 'sread in.csv | swrite -n 2 out.csv - x.ndjson parts/'
	head -n 3 once >wanted
	check_same out wanted
	check_same out.csv wanted
	[ "$(wc -l <x.ndjson)" = 2 ]
}

@test "only what writes a database loads SQLite" {
	ldd "$builddir/bin/swrite" >libraries
	[ "$(grep -c -i sqlite libraries)" = 0 ]
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
