#!/usr/bin/env bats
# man - the manuals show what the programs do.
#
# In a manual, a literal display that has lines with "$ " is a session: "$ " and
# the lines with "> " behind it are a command, what follows is what it prints,
# "..." alone on a line any lines.  Lines that begin with the name of a program
# and a colon are on standard error; they are shown first, in any order.  A
# command that fails must show such a line.  All sessions of a manual run one
# after the other in one folder, which has the files of tests/data.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# The sessions of a manual as lines that begin with $, > or | (output); "=" is
# the line of the manual where a command stands.
sessions()
{
	awk '
	# What the formatter makes of a line of text.
	function plain(s,   out, i, name) {
		out = ""
		while ((i = index(s, "\\")) != 0) {
			out = out substr(s, 1, i - 1)
			name = substr(s, i + 1, 1)
			if (name == "(")
				name = substr(s, i + 1, 3)
			if (!(name in escapes)) {
				print "!line " FNR ": unknown escape: " $0
				exit 1
			}
			out = out escapes[name]
			s = substr(s, i + 1 + length(name))
		}
		return out s
	}
	BEGIN {
		escapes["e"] = "\\"
		escapes["-"] = "-"
		escapes["&"] = ""
		escapes["(aq"] = sprintf("%c", 39)
		escapes["(dq"] = "\""
		escapes["(ga"] = "`"
		escapes["(ha"] = "^"
		escapes["(ti"] = "~"
	}
	/^\.Bd -literal/ { inside = 1; session = 0; next }
	/^\.Ed/ { inside = 0; next }
	!inside { next }
	# Formatters may print these as other characters: no command to copy.
	/^(\$ |>)/ && /[`^~'\'']/ {
		print "!line " FNR ": not escaped: " $0
		exit 1
	}
	/^\$ / {
		session = 1
		print "=" FNR
		print "$" plain(substr($0, 3))
		next
	}
	session && /^>( |$)/ { print ">" plain(substr($0, 3)); next }
	session { print "|" plain($0) }
	' "$1"
}

# matches PATTERN FILE: the lines are the same; "..." is any lines.
matches()
{
	awk '
	NR == FNR { want[++n] = $0; next }
	{ got[++m] = $0 }
	END {
		i = j = 1
		star = 0
		while (j <= m) {
			if (i <= n && want[i] == "...") {
				star = i++
				mark = j
			} else if (i <= n && want[i] == got[j]) {
				i++
				j++
			} else if (star) {
				i = star + 1
				j = ++mark
			} else {
				exit 1
			}
		}
		while (i <= n && want[i] == "...")
			i++
		exit i <= n
	}' "$1" "$2"
}

# Can this machine run the command?
runs_here()
{
	if grep -q python3 "$1" && ! python3 -c 'import pyarrow' 2>/dev/null
	then
		return 1
	fi
	if grep -q sqlite3 "$1" && ! command -v sqlite3 >/dev/null; then
		return 1
	fi
	! grep -qE -e '--tz [A-Z]' "$1" || [ -d /usr/share/zoneinfo ]
}

# Runs the command in the file "command.sh" and compares with the file "shown".
check_command()
{
	local place=$1 status=0

	grep -E '^(sread|smap|swatermark|swindow|sscore|swrite): ' shown |
		sort >shown.err || true
	grep -vE '^(sread|smap|swatermark|swindow|sscore|swrite): ' shown \
		>shown.out || true
	timeout "$limit" bash -o pipefail command.sh </dev/null \
		>printed.out 2>printed || status=$?
	sort printed >printed.err
	if [ "$status" != 0 ] && [ ! -s shown.err ]; then
		echo "$place: status $status:"
		cat command.sh printed
		return 1
	fi
	if ! matches shown.out printed.out || ! cmp -s shown.err printed.err
	then
		echo "$place: the manual shows something else:"
		cat command.sh
		diff -u --label shown --label printed shown.out printed.out ||
			true
		diff -u --label shown --label printed shown.err printed.err ||
			true
		return 1
	fi
}

# examples MANUAL: runs all of them.
examples()
{
	local page=$srcdir/man/$1 line place='' count=0

	cp "$srcdir"/tests/data/*.log "$srcdir"/tests/data/*.csv \
		"$srcdir"/tests/data/*.ndjson .
	sessions "$page" >script || {
		echo "$1: $(tail -n 1 script | cut -c 2-)"
		return 1
	}
	# One more, to end the last command.
	echo "=" >>script
	while IFS= read -r line; do
		case $line in
		"="*)
			if [ -n "$place" ] && runs_here command.sh; then
				check_command "$place"
				count=$((count + 1))
			fi
			place="$1:${line#=}"
			: >shown
			;;
		'$'*)
			printf '%s\n' "${line#?}" >command.sh
			;;
		'>'*)
			printf '%s\n' "${line#?}" >>command.sh
			;;
		'|'*)
			printf '%s\n' "${line#?}" >>shown
			;;
		esac
	done <script
	echo "$count commands"
	[ "$count" -gt 0 ]
}

@test "the examples of sread(1)" {
	examples sread.1
}

@test "the examples of smap(1)" {
	examples smap.1
}

@test "the examples of swatermark(1)" {
	examples swatermark.1
}

@test "the examples of swindow(1)" {
	examples swindow.1
}

@test "the examples of sscore(1)" {
	examples sscore.1
}

@test "the examples of swrite(1)" {
	examples swrite.1
}

@test "the examples of spate(7), the tour" {
	examples spate.7
}

@test "the examples of spate-time(7), the figures of the guide among them" {
	examples spate-time.7
}

@test "the examples of spate-stream(5)" {
	if ! python3 -c 'import pyarrow' 2>/dev/null; then
		skip "they need pyarrow"
	fi
	examples spate-stream.5
}

@test "the example of spate-checkpoint(5)" {
	examples spate-checkpoint.5
}

@test "the examples of spate(1)" {
	examples spate.1
}

@test "no manual is left out" {
	local page

	for page in "$srcdir"/man/*.[1-8]; do
		grep -qE "^[[:space:]]+examples ${page##*/}\$" \
			"$BATS_TEST_FILENAME" || {
			echo "${page##*/} is not tested"
			return 1
		}
	done
	[ -n "$page" ]
}
