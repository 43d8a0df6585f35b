#!/usr/bin/env bats
# slice - a part of what "make check-fault" does: programs are killed, calls
# fail, files are damaged, runs overlap; then the same command again gives what
# a run without a fault gives.
# shellcheck disable=SC2154,SC2034 # helpers.bash

srcdir=${srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
load "$srcdir/tests/helpers"

# The whole file takes minutes, not one test.
limit=${limit_fault:-280}

killer=$builddir/tests/fault/killer.so

# broken ARG...: fault.py, or a skipped test where it cannot work.
broken()
{
	command -v python3 >/dev/null || skip "no python3"
	[ -e "$killer" ] || skip "no $killer (make check builds it)"
	LD_PRELOAD=$killer swrite --version >/dev/null 2>&1 ||
		skip "the programs cannot be preloaded (sanitizers?)"
	expect 0 python3 "$srcdir/tests/fault/fault.py" --programs \
		"$builddir/bin" --killer "$killer" "$@" || {
		cat out
		return 1
	}
	# Shown in the log, to see how much was done.
	sed 's/^/# /' out >&3
}

@test "the library that breaks a call breaks the call that it was told" {
	[ -e "$killer" ] || skip "no $killer (make check builds it)"
	LD_PRELOAD=$killer swrite --version || skip "sanitizers"
	printf 'a,b\n1,2\n3,4\n' >in.csv
	sread in.csv >stream
	export FAULT_PROGRAM=swrite FAULT_CLASS=change FAULT_LOG=$PWD/log
	export LD_PRELOAD=$killer
	FAULT_AT=0 swrite out.csv <stream
	k=$(sed -n 's,^\([0-9]*\) writev 12 .*/out.csv$,\1,p' log)
	[ -n "$k" ]
	input=stream
	# A file that has something in it is emptied first, which is a call more.
	rm -f out.csv
	FAULT_AT=$k FAULT_DO=error FAULT_ERRNO=28 expect 3 swrite out.csv
	says "out.csv: cannot write: No space left on device"
	rm -f out.csv
	FAULT_AT=$k FAULT_DO=short FAULT_TIMES=100 expect 0 swrite out.csv
	[ "$(cat out.csv)" = "$(cat in.csv)" ]
	rm -f out.csv
	FAULT_AT=$k FAULT_DO=middle expect 137 swrite out.csv
	[ "$(cat out.csv)" = "$(head -c 6 in.csv)" ]
}

@test "the model of the protocol: nothing is lost, doubled or stuck" {
	expect 0 "$builddir/tests/fault/protocol" 3
	sed 's/^/# /' out >&3
}

@test "the model without any one of its rules: seen" {
	expect 0 "$builddir/tests/fault/protocol" 3 mutants
	[ "$(wc -l <out)" -ge 33 ]
}

@test "killed before, inside or after a call" {
	broken --sample "${points:-1000}"
}

@test "killed again while it recovers" {
	broken --pairs "${pairs:-40}"
}

@test "power fails: what was not synced is lost, torn or reordered" {
	broken --power "${powers:-1000}"
}

@test "power fails on ext4 in an image, where images can be mounted" {
	broken --images "${images:-20}"
}

@test "all killed at random, and a reader sees whole epochs only" {
	broken --storm "${storms:-40}"
}

@test "calls that fail or are short: status 3 and why, or nothing lost" {
	broken --errors --limit "${errors:-300}"
}

@test "no memory: status 3, no crash, nothing lost" {
	broken --oom --limit "${allocations:-200}"
}

@test "a damaged checkpoint is refused by name, or the damage is harmless" {
	broken --damage --limit "${damages:-200}"
}

@test "two runs at once: one works, the sinks are right" {
	broken --race "${races:-40}"
}

@test "a stream that names somebody's checkpoint changes nothing there" {
	broken --hostile
}
