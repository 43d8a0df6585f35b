#!/usr/bin/env bats
# sread -j: several threads, and nobody can tell.  Inputs are of some
# megabytes, because smaller ones are not shared.
# shellcheck disable=SC2154,SC2016 # helpers.bash; a script in quotes

load helpers

# check_jobs COMMAND...: sread with -j 1, 2, 3, 8, and without, ends
# alike, and gives the same rows, messages and bad records (in the file "bad").
check_jobs()
{
	local j got want jobs
	for j in 1 2 3 8 any; do
		rm -f bad
		jobs=(-j "$j")
		[ "$j" != any ] || jobs=()
		{
			timeout "$limit" sread "${jobs[@]}" "$@" \
				<"${input:-/dev/null}" 2>"err.$j" && got=0 ||
				got=$?
			echo "$got" >status
		} | timeout "$limit" swrite -f csv >"out.$j" 2>/dev/null || true
		got=$(cat status)
		[ ! -e bad ] || mv bad "bad.$j"
		[ "$j" != 1 ] || want=$got
		if [ "$got" != "$want" ]; then
			printf -- '-j %s: status %s, with -j 1: %s: %s\n' "$j" \
				"$got" "$want" "$*"
			return 1
		fi
		check_same "err.$j" err.1 || return 1
		[ ! -e bad.1 ] || check_same "bad.$j" bad.1 || return 1
		# Before an error more or fewer rows may have been out.
		[ "$want" != 0 ] || check_same "out.$j" out.1 || return 1
	done
}

# make_csv ROWS [SEED]: some fields quoted, some of these with newlines in
# them, some as long as many rows.
make_csv()
{
	awk -v n="$1" -v seed="${2:-1}" 'BEGIN {
		srand(seed)
		print "id,text,note,x"
		for (i = 1; i <= n; i++) {
			text = "plain " i
			if (rand() < 0.3)
				text = "\"a, \"\"quoted\"\" text\""
			if (rand() < 0.2)
				text = "\"line one\nline, two\n\n" i "\""
			if (rand() < 0.0005) {
				text = "\""
				for (k = 0; k < 3000; k++)
					text = text "long, " k "\n"
				text = text "\""
			}
			printf "%d,%s,%s,%.3f\n", i, text,
				rand() < 0.5 ? "" : "\"\"", rand()
		}
	}'
}

make_ndjson()
{
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "{\"id\":%d,\"s\":\"a\\n%d\",\"o\":{\"k\":[%d]},\"x\":%d.5}\n",
				i, i * 7, i, i % 100
	}'
}

make_combined()
{
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "10.0.%d.%d - - [10/Oct/2024:13:%02d:%02d +0000] \"GET /p%d HTTP/1.1\" %d %d \"-\" \"curl/8\"\n",
				i / 250 % 250, i % 250, i / 60 % 60, i % 60,
				i % 97, i % 9 ? 200 : 500, i
	}'
}

# spoil SCRIPT FILE...: lines of awk that damage some records.
spoil()
{
	awk "$1 { print }" "$2" >spoilt && mv spoilt "$2"
}

@test "quoted CSV with newlines in fields" {
	make_csv 60000 >in.csv
	check_jobs in.csv
	[ "$(wc -c <out.1)" -gt 2000000 ]
	sed 's/$/\r/' in.csv >crlf.csv
	check_jobs crlf.csv
	input=in.csv check_jobs -f csv -c x,id
	gzip -k in.csv
	check_jobs in.csv.gz
}

@test "TSV, without a header, without a newline at the end" {
	awk 'BEGIN { for (i = 0; i < 150000; i++)
		printf "%d\tname %d\t%d.25\n", i, i % 77, i }' >in.tsv
	truncate -s -1 in.tsv
	check_jobs --no-header in.tsv
	[ "$(wc -l <out.1)" = 150001 ]
}

@test "NDJSON, combined logs and a pattern" {
	make_ndjson 50000 >in.ndjson
	check_jobs in.ndjson
	check_jobs -s 'k int = .o.k[0]' -c k,x in.ndjson
	make_combined 30000 >in.log
	check_jobs -f combined in.log
	check_jobs -p '"(?<verb>\w+) (?<path>\S+)[^"]*" (?<code>\d+)' in.log
	check_jobs -P 'GET /p1(?<rest>\d) ' in.log
	[ "$(wc -l <out.1)" -gt 1000 ]
}

@test "bad records: stop, skip, keep" {
	make_csv 40000 >in.csv
	spoil 'NR % 5001 == 0 { print "what,is,this" }
		NR % 7003 == 0 { print "1,5\" disk,x,2" }
		NR % 9001 == 0 { print "1,\"x\"y,x,2" }
		NR == 30000 { print "\xff\xfe,1,2,3" }' in.csv
	check_jobs -s 'id int, x float' -b skip in.csv
	check_jobs -s 'id int, x float' -b bad in.csv
	[ "$(wc -l <bad.8)" -gt 10 ]
	check_jobs -s 'id int, x float' in.csv
	says "in.csv: line " err.8
	make_ndjson 50000 >in.ndjson
	spoil 'NR % 1000 == 999 { print "{\"id\":}" }' in.ndjson
	check_jobs -b bad in.ndjson
	[ "$(wc -l <bad.8)" = 50 ]
	# So many that they are not worth keeping before it is their turn.
	spoil 'NR > 10000 && NR < 40000 { print "no" }' in.ndjson
	check_jobs -b bad in.ndjson
	[ "$(wc -l <bad.8)" -gt 29000 ]
}

@test "records that are too long, and a quote that is never closed" {
	make_csv 20000 >in.csv
	awk 'BEGIN { printf "7,"; for (i = 0; i < 1500000; i++) printf "x"
		print ",,1" }' >>in.csv
	make_csv 20000 2 | tail -n +2 >>in.csv
	check_jobs -b bad in.csv
	[ "$(wc -l <bad.8)" = 1 ]
	check_jobs --max-record 4M in.csv
	[ "$(wc -c <out.8)" -gt 3000000 ]
	printf '8,"never\n' >>in.csv
	make_csv 20000 3 | tail -n +2 | tr -d '"' >>in.csv
	check_jobs -b bad --max-record 100k in.csv
	check_jobs in.csv
}

@test "limits of rows and epochs fall where they fall" {
	make_csv 200000 >in.csv
	check_jobs -n 100001 in.csv
	check_jobs -n 3 in.csv
	for j in 1 4; do
		for cut in "--epoch-rows 70k" "--epoch-size 4300001" \
			"--epoch-rows 1000" "--epoch-files 1"; do
			# shellcheck disable=SC2086 # an option and its value
			timeout "$limit" sread -j "$j" $cut in.csv in.csv |
				timeout "$limit" swindow -m update -k note \
					count sum:id | timeout "$limit" swrite
		done >"epochs.$j"
	done
	[ "$(wc -l <epochs.1)" -gt 200 ]
	check_same epochs.4 epochs.1
	for j in 1 4; do
		timeout "$limit" sread -j "$j" --epoch-rows 70k in.csv |
			timeout "$limit" swrite parts."$j"/
	done
	[ "$(find parts.1 -type f | wc -l)" -gt 2 ]
	diff -r parts.1 parts.4
}

@test "tiny and empty inputs, and many files" {
	printf 'a,b\n1,2\n' >a.csv
	printf 'a,b\n' >b.csv
	make_csv 30000 >in.csv
	check_jobs a.csv
	check_jobs b.csv
	: >c.csv
	check_jobs -s 'a int' c.csv
	check_jobs in.csv in.csv in.csv
	# The columns of the second file are others: an error.
	check_jobs in.csv a.csv
	says "a.csv: line 1" err.8
}

@test "a pipe that is slow still gives rows at once" {
	mkfifo pipe
	{
		printf 'a\n1\n'
		sleep 3
	} >pipe &
	timeout 20 sread -j 4 -f csv -s 'a int' pipe | timeout 20 swrite \
		-f csv >out &
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
		sleep 0.1
		[ "$(tail -n 1 out)" != 1 ] || break
	done
	[ "$(tail -n 1 out)" = 1 ]
	jobs -r | grep -q .
	wait
}

@test "a reader that leaves ends it" {
	make_csv 100000 >in.csv
	status=0
	timeout 20 bash -c 'sread -j 4 in.csv in.csv in.csv in.csv |
		head -c 100 >/dev/null; exit ${PIPESTATUS[0]}' || status=$?
	[ "$status" = 141 ]
}

@test "a number of threads that makes no sense" {
	expect 2 sread -j 65 /dev/null
	says "-j"
	expect 2 sread -j two /dev/null
}
