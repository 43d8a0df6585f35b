#!/usr/bin/env bats
# battery - every program is asked the same questions.  A new program is asked
# them as soon as call() and food() know how to call and feed it.
# shellcheck disable=SC2154,SC2030,SC2031 # helpers.bash; bats' subshells

load helpers

# A question is a function that leaves by "|| return 1" (bats' "set -e" does
# not reach into functions that are asked in a condition).

programs()
{
	local f
	# spate reads no stream and is no stage: spate.bats asks it.
	for f in "$srcdir"/bin/s*.c; do
		basename "$f" .c
	done | grep -vx spate
}

# Those that read a stream: all but the head of the pipe.
stages()
{
	programs | grep -vx sread
}

# call PROGRAM: sets `argv`, a plain use of the program from standard input.
call()
{
	case $1 in
	sread) argv=(sread -f csv --epoch-rows 2 -) ;;
	smap) argv=(smap --same 'select(.k != "b")') ;;
	swatermark) argv=(swatermark time 1m) ;;
	swindow) argv=(swindow -w 10m -k k count sum:v) ;;
	sscore) argv=(sscore --learn kmeans -c v) ;;
	swrite) argv=(swrite -f csv) ;;
	*)
		echo "battery.bats does not know how to call $1"
		return 1
		;;
	esac
}

# food PROGRAM: makes what it is fed here: the file "in".
food()
{
	local -
	set -o pipefail
	case $1 in
	sread) rows_csv >in ;;
	swatermark) rows_stream >in ;;
	sscore) rows_csv | sed 's/,a,$/,a,3/' | sread -f csv --epoch-rows 2 - >in ;;
	*) rows_stream | swatermark time 1m >in ;;
	esac
}

# to_text: what came out, as text that does not depend on batches.
to_text()
{
	case $1 in
	swrite) cat ;;
	*) timeout "$limit" swrite -f csv 2>text.err ;;
	esac
}

# each SET QUESTION: asks every program of the set; all are asked even when
# one fails.
each()
{
	local program argv failed=
	for program in $("$1"); do
		mkdir "$program" && cd "$program" || return 1
		call "$program" && "$2" || failed="$failed $program"
		cd "$BATS_TEST_TMPDIR" || return 1
	done
	[ -z "$failed" ] || { echo "wrong:$failed"; return 1; }
}

@test "there are programs to ask, and all are built" {
	[ "$(programs | wc -l)" -ge 5 ]
	for p in $(programs); do
		[ "$(command -v "$p")" = "$builddir/bin/$p" ]
	done
}

ask_help()
{
	local option
	expect 0 "$program" --help &&
		says "$program - " out && says "usage: $program" out &&
		says "example: " out && [ ! -s err ] || return 1
	for option in $("$program" --options-table | cut -f 2 | sed '$d'); do
		says "--$option" out || return 1
	done
	mv out long
	expect 0 "$program" -h && check_same out long
}
@test "--help and -h show every option, on standard output" {
	each programs ask_help
}

ask_version()
{
	expect 0 "$program" --version && says "spate" out &&
		grep -qE '[0-9]+\.[0-9]+\.[0-9]+' out && [ ! -s err ] ||
		return 1
	mv out long
	expect 0 "$program" -V && check_same out long
}
@test "--version and -V say the version, on standard output" {
	each programs ask_version
}

ask_usage()
{
	local bad
	for bad in --no-such-option --no-such=1 -%; do
		expect 2 "$program" "$bad" && says "$program: " &&
			says "${bad%%=*}" && [ ! -s out ] &&
			[ "$(wc -l <err)" = 1 ] || return 1
	done
	expect 2 "$program" --id && says "--id" && says "value" || return 1
}
@test "an unknown option and a missing value: exit 2, one line that names it" {
	each programs ask_usage
}

ask_operands()
{
	# sread takes any number of sources, swrite of outputs.
	[ "$program" = sread ] && return 0
	[ "$program" = swrite ] && argv=(swrite here)
	expect 2 "${argv[@]}" too many operands here and:more again &&
		[ ! -s out ]
}
@test "operands that make no sense: exit 2" {
	each programs ask_operands
}

ask_empty()
{
	expect 5 "${argv[@]}" && says "$program: " || return 1
	if [ "$program" = swrite ]; then
		[ ! -s out ]
	else
		# Who reads a stage that failed must see a failure too.
		mv out in
		input=in expect 5 swrite && [ ! -s out ]
	fi
}
@test "a stream of no bytes: exit 5, and the stage below fails too" {
	each stages ask_empty
}

ask_cut()
{
	local size at wrote got
	food "$program" || return 1
	size=$(wc -c <in)
	"${argv[@]}" <in | to_text "$program" >whole || return 1
	[ "$(wc -l <whole)" -ge 3 ] || { echo "no rows to lose"; return 1; }
	for at in 1 4 8 9 $(seq 16 "$step" "$size") $((size - 9)) \
		$((size - 8)) $((size - 1)); do
		[ "$at" -lt "$size" ] || continue
		got=0
		cut_at "$at" <in >part
		timeout "$limit" "${argv[@]}" <part >raw 2>err || got=$?
		if [ "$got" != 5 ] && [ "$got" != 1 ]; then
			echo "status $got for a stream cut at $at of $size"
			return 1
		fi
		# The mark was not written, so the next stage fails as well.
		wrote=0
		to_text "$program" <raw >text || wrote=$?
		if [ "$program" != swrite ] && [ "$wrote" != 5 ] &&
			[ "$wrote" != 1 ]; then
			echo "swrite behind it: status $wrote (cut at $at)"
			return 1
		fi
		check_prefix text whole || { echo "cut at $at"; return 1; }
	done
}
@test "a stream cut anywhere: exit 5 or 1, only whole rows, only closed windows" {
	# Every 131st byte; "step=1 bats -f cut tests/battery.bats" tries all.
	step=${step:-131}
	each stages ask_cut
}

ask_garbage()
{
	rows_csv >text.in
	input=text.in expect 1 "${argv[@]}" &&
		says "not a stream" && says "put sread in front" || return 1
	awk 'BEGIN { for (i = 0; i < 4096; i++) printf "%c", (i * 7919) % 251 + 1 }' \
		>binary.in
	input=binary.in expect 1 "${argv[@]}" && says "not a stream" || return 1
	head -c 4096 /dev/zero >zero.in
	input=zero.in expect '1|5' "${argv[@]}" || return 1
	# The right first bytes, and nonsense after them.
	{ printf '\377\377\377\377\377\377\377\177'; cat binary.in; } >huge.in
	input=huge.in expect 1 "${argv[@]}"
}
@test "text or noise instead of a stream: exit 1, and what to do" {
	each stages ask_garbage
}

ask_damage()
{
	local size at got
	food "$program" || return 1
	size=$(wc -c <in)
	for at in $(seq 0 "$step" "$((size - 1))"); do
		{ head -c "$at" in; printf '\245'; tail -c +$((at + 2)) in; } >hurt
		got=0
		timeout "$limit" "${argv[@]}" <hurt >raw 2>err || got=$?
		# What only changes a value cannot be seen; all else is named.
		case $got in
		0 | 1 | 2 | 5) ;;
		*)
			echo "status $got with byte $at changed to 0xa5"
			head -n 3 err
			return 1
			;;
		esac
	done
}
@test "a damaged byte anywhere: a clear end, never a crash" {
	step=${step:-61}
	each stages ask_damage
}

ask_full()
{
	local got=0
	food "$program" || return 1
	timeout "$limit" "${argv[@]}" <in >/dev/full 2>err || got=$?
	[ "$got" = 3 ] || { echo "status $got: ${argv[*]} >/dev/full"; return 1; }
	says "No space left on device" || return 1
	got=0
	"$program" --help >/dev/full 2>err || got=$?
	[ "$got" = 3 ] || { echo "status $got: --help >/dev/full"; return 1; }
}
@test "a full disk: exit 3 and why" {
	each programs ask_full
}

ask_closed()
{
	local got=0
	food "$program" || return 1
	timeout "$limit" "${argv[@]}" <in >&- 2>err || got=$?
	[ "$got" = 3 ] || { echo "status $got: ${argv[*]} >&-"; return 1; }
	got=0
	timeout "$limit" "${argv[@]}" <&- >out 2>err || got=$?
	[ "$got" = 3 ] || { echo "status $got: ${argv[*]} <&-"; return 1; }
	got=0
	timeout "$limit" "${argv[@]}" <. >out 2>err || got=$?
	[ "$got" = 3 ] || { echo "status $got: ${argv[*]} <."; return 1; }
}
@test "standard input or output closed, or a folder: exit 3" {
	each programs ask_closed
}

ask_leave()
{
	local got
	mkfifo silent
	# Open for both, so that reading waits for ever.
	exec 8<>silent
	timeout 10 "${argv[@]}" <silent 8>&- 2>err | true
	got=${PIPESTATUS[0]}
	exec 8>&-
	[ "$got" = 141 ] || { echo "status $got, silent input"; return 1; }
	[ ! -s err ] || { cat err; return 1; }
}
@test "the reader leaves while the input is silent: ends at once, quietly" {
	each programs ask_leave
}

# endless PROGRAM: what food() makes, without an end.
endless()
{
	{ echo time,k,v; yes '2024-05-01T10:00:00Z,a,1'; } |
		case $1 in
		sread) cat ;;
		swatermark) sread -f csv --epoch-rows 1000 - ;;
		*) sread -f csv --epoch-rows 1000 - | swatermark time 1m ;;
		esac 2>/dev/null
}

ask_leave_busy()
{
	local got
	endless "$program" | timeout 20 "${argv[@]}" 2>err | head -c 1 >/dev/null
	got=${PIPESTATUS[1]}
	[ "$got" = 141 ] || { echo "status $got"; head -n 3 err; return 1; }
	[ ! -s err ] || { cat err; return 1; }
}
@test "the reader leaves an endless stream: the whole pipe ends, quietly" {
	# swindow speaks only when a window closes, which here none does.
	each_but_swindow() { programs | grep -vx swindow; }
	each each_but_swindow ask_leave_busy
}

ask_chunks()
{
	food "$program" || return 1
	"${argv[@]}" <in | to_text "$program" >whole || return 1
	slow_cat <in | timeout "$limit" "${argv[@]}" | to_text "$program" >text ||
		return 1
	[ -s whole ] && check_same text whole
}
@test "fed one byte at a time: the same bytes in the end" {
	each programs ask_chunks
}

ask_terminal_in()
{
	local got=0
	on_terminal "${argv[*]@Q} >out" || got=$?
	[ "$got" = 2 ] || { echo "status $got"; cat screen; return 1; }
	says "terminal" screen && [ ! -s out ]
}
@test "a terminal instead of a stream: exit 2 and what to do" {
	each stages ask_terminal_in
}

ask_terminal_out()
{
	local got=0
	food "$program" || return 1
	[ "$program" != swrite ] || argv=(swrite)
	on_terminal "${argv[*]@Q} <in" || got=$?
	[ "$got" = 0 ] || { echo "status $got"; cat screen; return 1; }
	says k screen && says "x, y" screen || return 1
	if LC_ALL=C tr -d '\r\n\t\033' <screen | LC_ALL=C grep -q '[[:cntrl:]]'
	then
		echo "control characters on the terminal"
		return 1
	fi
}
@test "output to a terminal is a table, never bytes" {
	each programs ask_terminal_out
}

ask_litter()
{
	mkdir here tmp
	food "$program" || return 1
	(cd here && TMPDIR=$PWD/../tmp "${argv[@]}" <../in >/dev/null) ||
		return 1
	cut_at 700 <in >part
	(cd here && TMPDIR=$PWD/../tmp "${argv[@]}" <../part >/dev/null 2>&1)
	[ -z "$(find here tmp -type f)" ] || { find here tmp; return 1; }
}
@test "nothing is left in the folder or in TMPDIR" {
	each programs ask_litter
}

ask_quiet()
{
	food "$program" || return 1
	input=in expect 0 "${argv[@]}" || return 1
	[ ! -s err ] || { cat err; return 1; }
}
@test "a good run says nothing on standard error" {
	# Row 6 is within the delay for every stage here, so none is late.
	each programs ask_quiet
}
