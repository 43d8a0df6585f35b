# helpers - what every bats file loads: `load helpers`.
#
# Each test starts in an empty folder of its own ($BATS_TEST_TMPDIR) with the
# built programs first on PATH.  By hand: bats tests/battery.bats, after make
# in the tree; for another build folder: builddir=FOLDER bats tests/...

bats_require_minimum_version 1.5.0

srcdir=${srcdir:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)}
builddir=${builddir:-$srcdir}
export srcdir builddir
PATH=$builddir/bin:$PATH
# Nothing of the user's may change what a test sees.
unset NO_COLOR COLUMNS LINES TZ POSIXLY_CORRECT

# A stage that hangs is a failure that says so (124), not a stuck run.
limit=${limit:-30}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# expect STATUS COMMAND...: runs it with standard input from $input (a file),
# standard output to the file "out" and errors to "err"; fails, telling how to
# see it again, unless it ends with STATUS ("5|1" where either is right).
expect()
{
	local want=$1 got=0
	shift
	timeout "$limit" "$@" <"${input:-/dev/null}" >out 2>err || got=$?
	[[ "|$want|" == *"|$got|"* ]] && return 0
	printf 'status %s, expected %s: %s <%s\n' "$got" "$want" "$*" \
		"${input:-/dev/null}"
	head -n 5 err
	return 1
}

# says TEXT [FILE]: "err" (or FILE) contains TEXT.
says()
{
	grep -qF -e "$1" "${2:-err}" && return 0
	printf '%s does not say "%s"; it is:\n' "${2:-err}" "$1"
	head -n 5 "${2:-err}"
	return 1
}

# check_same GOT WANTED: two files are equal.
check_same()
{
	cmp -s "$1" "$2" && return 0
	printf '%s is not %s:\n' "$1" "$2"
	diff -u "$2" "$1" | head -n 20
	return 1
}

# check_prefix PART WHOLE: PART is the beginning of WHOLE, in whole lines.
check_prefix()
{
	local n
	n=$(wc -c <"$1")
	if cmp -s -n "$n" "$1" "$2" && [ "$n" -le "$(wc -c <"$2")" ] &&
		[ -z "$(tail -c 1 "$1")" ]; then
		return 0
	fi
	printf '%s is no beginning of %s in whole lines; it ends:\n' "$1" "$2"
	tail -n 3 "$1"
	return 1
}

# cut_at N: the first N bytes of standard input.
cut_at()
{
	head -c "$1"
}

# slow_cat: standard input in writes of one byte.
slow_cat()
{
	dd bs=1 status=none
}

# on_terminal COMMAND: a shell command with a terminal as standard input,
# output and error; what the terminal shows goes to the file "screen".  The
# status is the command's.
on_terminal()
{
	timeout "$limit" script -qefc "$1" /dev/null </dev/null >screen
}

# rows_csv: a small table with event times, 3 keys, a null and a quoted field.
rows_csv()
{
	cat <<-'END'
		time,k,v
		2024-05-01T10:00:00Z,a,1
		2024-05-01T10:04:00Z,b,2.5
		2024-05-01T10:09:59Z,a,
		2024-05-01T10:10:00Z,"x, y",-4
		2024-05-01T10:31:00Z,b,5
		2024-05-01T10:12:00Z,a,6
		2024-05-01T11:00:00Z,a,7
	END
}

# rows_stream [OPTION...]: the same as a stream, an epoch every two rows.
rows_stream()
{
	rows_csv | sread -f csv --epoch-rows 2 "$@" -
}
