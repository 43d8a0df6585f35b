#!/usr/bin/env bats
# laws - what holds for windows whatever the rows are: the cut of batches and
# the order within an epoch do not show, two steps are one, no row is lost
# without a count, late rows come back, bounds hold.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# rows [SEED]: 4 epochs of rows, out of order, with nulls; three keys.
rows()
{
	awk -v seed="${1:-1}" '
	function maybe(v) { return rand() < 0.05 ? "" : v }
	BEGIN {
		srand(seed)
		print "t,k,n,x"
		for (e = 0; e < 4; e++) {
			for (i = 0; i < 500; i++)
				printf "%s,%s,%s,%s\n", \
				    maybe(1000 * e + int(rand() * 1500)), \
				    maybe(substr("abc", 1 + int(rand() * 3), 1)), \
				    maybe(int(rand() * 1e6) - 5e5), \
				    maybe(rand() * 10 ^ int(rand() * 30 - 15))
			print "--"
		}
	}'
}

schema='t timestamp(s), k string, n int, x float'

read_rows()
{
	sread -f csv -s "$schema" --epoch-mark -- "$@"
}

shapes=(
	'-w 100s -k k'
	'-w 300s/70s -k k'
	'-w 900s/10s --offset -3s'
	'-w gap:3s -k k'
	'-k k'
)

# Aggregates of which nothing but the set of rows may show.
plain='count count:n sum:n sum:x avg:n min:x max:k p50:x p99:n uniq:n
	var:n stddev:x'
# Those to which the order of rows, or of equals, matters.
ordered='first:n last:k list:n:5 top:n:3 argmin:k:n argmax:x:t'

@test "splitting batches changes no byte" {
	rows >in
	for shape in "${shapes[@]}"; do
		for mode in append complete; do
			# shellcheck disable=SC2086 # words
			read_rows in | swatermark t 200s |
				swindow $shape -m $mode $plain $ordered 2>/dev/null |
				swrite --barriers >whole
			# One row a write, and a batch a write.
			# shellcheck disable=SC2086
			while IFS= read -r line; do
				printf '%s\n' "$line"
			done <in | read_rows - | swatermark t 200s |
				swindow $shape -m $mode $plain $ordered 2>/dev/null |
				swrite --barriers >parts
			check_same parts whole
		done
	done
}

# Rows of an epoch in another order.
shuffle_epochs()
{
	awk -v seed="$1" '
	BEGIN { srand(seed) }
	NR == 1 { print; next }
	/^--/ { epoch++; print epoch " 2 --"; next }
	{ print epoch + 1 " 1 " rand() " " $0 }' |
		awk 'NR == 1 { print; next } { print | "sort -k1,1n -k2,2n -k3,3" }' |
		sed '2,$s/^[0-9]* 2 --$/--/; 2,$s/^[0-9]* 1 [^ ]* //'
}

@test "the order of rows within an epoch does not show" {
	for seed in 1 2; do
		rows $seed >in
		shuffle_epochs $seed <in >shuffled
		[ "$(sort in)" = "$(sort shuffled)" ]
		run ! cmp -s in shuffled
		for shape in "${shapes[@]}"; do
			for f in in shuffled; do
				# shellcheck disable=SC2086 # words
				read_rows $f | swatermark t 200s |
					swindow $shape $plain 2>$f.err |
					swrite --barriers >$f.out
			done
			check_same shuffled.out in.out
			check_same shuffled.err in.err
		done
	done
}

@test "partial results, merged, are the results" {
	rows >in
	for shape in "${shapes[@]}"; do
		# shellcheck disable=SC2086 # words
		read_rows in | swatermark t 200s |
			swindow $shape $plain $ordered 2>err.one |
			swrite --barriers >one
		# shellcheck disable=SC2086
		read_rows in | swatermark t 200s |
			swindow $shape --partial $plain $ordered 2>err.two |
			swindow --merge | swrite --barriers >two
		check_same two one
		check_same err.two err.one
	done
}

@test "partial results of two halves, merged, are the results of the whole" {
	rows >in
	sed -n '1,1003p' in >a
	(head -n 1 in; sed -n '1004,$p' in) >b
	for shape in "${shapes[@]}"; do
		# shellcheck disable=SC2086 # words
		read_rows in | swindow $shape $plain 2>/dev/null |
			swrite >one
		for half in a b; do
			# shellcheck disable=SC2086
			read_rows $half | swindow $shape --partial $plain \
				2>/dev/null >$half.arrow
		done
		sread -f arrow a.arrow b.arrow | swindow --merge | swrite >two
		check_same two one
		# The other order of the files is the same.
		sread -f arrow b.arrow a.arrow | swindow --merge | swrite >two
		check_same two one
	done
}

@test "partial states travel through a file, and some aggregates are enough" {
	rows >in
	read_rows in | swindow -w 300s -k k avg:n p99:x stddev:x 2>/dev/null |
		swrite >one
	read_rows in | swindow -w 300s -k k --partial sum:n p50:x var:x \
		2>/dev/null >states.arrow
	sread -f arrow states.arrow | swindow --merge avg:n p99:x stddev:x |
		swrite >two
	check_same two one
}

# figures STAGE: "rows_in counted late null_time no_gap" of each epoch, from
# the barriers' spate:progress in a stream.
figures()
{
	LC_ALL=C tr -c ' -~' '\n' | grep -o '{"stage":"'"$1"'"[^}]*}' |
		awk -F'[:,}]' '{
		for (i = 1; i < NF; i++)
			f[$i] = $(i + 1)
		print f["\"rows_in\""] + 0, f["\"counted\""] + 0, \
		    f["\"late\""] + 0, f["\"null_time\""] + 0, \
		    f["\"no_gap\""] + 0
	}'
}

@test "rows = counted + late + without a time, in every epoch" {
	rows >in
	for shape in "${shapes[@]}" '-w 90s/1s -k k' '-w gap:@n -k k'; do
		for mode in append complete; do
			# shellcheck disable=SC2086 # words
			read_rows in | swatermark t 200s |
				swindow $shape -m $mode count 2>/dev/null |
				figures swindow-1 >got
			[ "$(wc -l <got)" = 5 ]
			awk '$1 != $2 + $3 + $4 + $5 { bad = 1; print }
			{ sum += $1; late += $3 }
			END {
				if (sum != 2000 || bad)
					exit 1
			}' got
		done
	done
	[ "$(awk '{ n += $5 } END { print (n > 0) }' got)" = 1 ]
}

@test "late rows come back, with their columns, and fill the gap" {
	rows >in
	read_rows in | swatermark t 100s |
		swindow -w 100s -k k --late late.arrow count sum:n 2>err |
		swrite >early
	late=$(sed -n 's/.*: \([0-9]*\) rows late.*/\1/p' err)
	[ "$late" -gt 100 ]
	sread -f arrow late.arrow | swindow count | swrite >n
	says "$late" n
	[ "$(sread -f arrow late.arrow | swrite -n 0)" = t,k,n,x ]
	# What was in time, and what was late, are together all.
	sread -f arrow late.arrow | swindow -w 100s -k k count sum:n |
		swrite >behind
	(cat early; sed 1d behind) |
		sread -f csv - |
		swindow -k window_start,window_end,k count=sum:count \
			sum_n=sum:sum_n | swrite >both
	read_rows in | swindow -w 100s -k k count sum:n 2>/dev/null |
		swrite >all
	check_same both all
	# A stream without late rows is one too.
	read_rows in | swindow -w 100s --late none.arrow count 2>/dev/null >/dev/null
	[ "$(sread -f arrow none.arrow | swrite)" = t,k,n,x ]
}

@test "a sliding row that is late for one window is kept and counts in others" {
	printf 't\n3\n12\n--\n9\n4\n--\n' |
		sread -f csv -s 't timestamp(s)' --epoch-mark -- - |
		swatermark t | swindow -w 10s/5s --late late count 2>err |
		swrite --barriers | grep -c '^1970' >n
	says '2 rows late'
	sread -f arrow late | swrite >out
	printf 't\n1970-01-01T00:00:09Z\n1970-01-01T00:00:04Z\n' >expected
	check_same out expected
}

@test "--late wants a file" {
	rows | read_rows - >in
	input=in expect 2 swindow -w 10s --late - count
	says 'name a file'
	input=in expect 3 swindow -w 10s --late no/such/folder count
	says 'no/such/folder'
}

@test "--max-groups and --max-memory stop with status 3 and the figures" {
	awk 'BEGIN { print "t,k"; for (i = 0; i < 50000; i++) print i % 60 "," i }' |
		sread -f csv -s 't timestamp(s), k int' - >in
	input=in expect 0 swindow -w 1m -k k --max-groups 50000 count
	input=in expect 3 swindow -w 1m -k k --max-groups 49999 count
	says 'more groups than --max-groups 49999'
	says '50000 groups'
	input=in expect 0 swindow -w 1m -k k --max-memory 64M count
	input=in expect 3 swindow -w 1m -k k --max-memory 2M count
	says 'more memory than --max-memory 2097152'
	says '1 window open (the oldest 1970-01-01T00:00:00Z to'
	input=in expect 3 swindow -w gap:5s -k k --max-groups 10 -m complete count
	says 'more groups than --max-groups 10'
	# Wide sketches count as what they are.
	input=in expect 3 swindow -w 1m -k k --max-memory 16M uniq:k p99:k
	says '--max-memory 16777216'
}

@test "windows over changing results are refused" {
	rows >in
	for mode in update complete; do
		read_rows in | swindow -w 100s -m $mode count 2>/dev/null >stream
		input=stream expect 2 swindow -w 200s -t window_end sum:count
		says "results of a swindow -m $mode"
		says 'say -m append there'
	done
}

@test "long windows that slide often: 1 h every 1 s" {
	awk 'BEGIN {
		srand(3)
		print "t,v"
		for (i = 0; i < 3000; i++)
			print i * 2 + int(rand() * 20) "," i
	}' | sread -f csv -s 't timestamp(s), v int' --epoch-rows 100 - >in
	swatermark t 20s <in | swindow -w 1h/1s count sum:v | swrite >out
	# Every row is in 3600 windows; adjacent windows share what they can,
	# and the sums know nothing of it.
	[ "$(awk -F, 'NR > 1 { n += $3; v += $4 } END { print n, v }' out)" = \
		"$((3000 * 3600)) $((2999 * 1500 * 3600))" ]
}
