#!/usr/bin/env bats
# completions - the files that are made from the options tables.
# shellcheck disable=SC2154 # helpers.bash

load helpers

completions=$builddir/completions

# complete WORD...: what bash offers for the last word.
complete_bash()
{
	bash -c '
		source "$0" || exit
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		"_spate_$1"
		printf "%s\n" "${COMPREPLY[@]}"' "$completions/$1.bash" "$@"
}

@test "every program has completions for bash, zsh and fish" {
	for f in "$srcdir"/bin/s*.c; do
		p=$(basename "$f" .c)
		[ -s "$completions/$p.bash" ]
		[ -s "$completions/_$p" ]
		[ -s "$completions/$p.fish" ]
	done
}

@test "bash, zsh and fish can read them" {
	for f in "$completions"/*.bash; do
		bash -n "$f"
	done
	if command -v zsh; then
		for f in "$completions"/_*; do
			zsh -n "$f"
		done
	fi
	if command -v fish; then
		for f in "$completions"/*.fish; do
			fish -n "$f"
		done
	fi
}

@test "bash: sread --form<TAB> is --format" {
	[ "$(complete_bash sread --form)" = --format ]
}

@test "bash: every option of every program is offered" {
	for f in "$srcdir"/bin/s*.c; do
		p=$(basename "$f" .c)
		"$p" --options-table | cut -f 2 | sed '$d; s/^/--/' | sort >takes
		[ -s takes ]
		complete_bash "$p" -- | sort >offered
		check_same offered takes
	done
}

@test "bash: the choices of an option, with and without =" {
	[ "$(complete_bash swrite --format nd)" = ndjson ]
	[ "$(complete_bash swrite --format = nd)" = ndjson ]
	[ "$(complete_bash swrite -f nd)" = ndjson ]
}

@test "bash: sources are files, names with blanks too" {
	touch "some log.csv" other
	[ "$(complete_bash sread some)" = "some log.csv" ]
}

@test "fish: sread --form<TAB> is --format" {
	command -v fish || skip "no fish"
	HOME=$PWD fish --no-config -c "source $completions/sread.fish
		complete -C 'sread --form'" >offered
	grep -q '^--format' offered
}
