#!/usr/bin/env bats
# bench - the benchmark's data is the same everywhere, and it compares before
# it times.  Nothing here looks at a time.
# shellcheck disable=SC2154 # helpers.bash

load helpers

# bench NAME=VALUE...: a small run, results in bench-data/results.tsv.
bench()
{
	python3 "$srcdir/tests/bench/bench" ROWS=2k ROUNDS=1 "$@" </dev/null
}

generate()
{
	python3 "$srcdir/tests/bench/generate.py" "$@"
}

forms="csv quoted ndjson combined sensors ads brc points features"

@test "the data depends on seed and number of rows alone" {
	for form in $forms; do
		generate --rows 2000 --seed 7 "$form=a"
		PYTHONHASHSEED=5 TZ=Asia/Tokyo LC_ALL=C generate --rows 2000 \
			--seed 7 "$form=b"
		check_same b a
		generate --rows 2000 --seed 8 "$form=b"
		! cmp -s a b
	done
	generate --rows 3 csv=got
	cat >want <<-'END'
		ts,user,method,path,status,bytes,latency
		2024-05-01T00:00:00.148Z,u483666,GET,/api/v1/orders/116,304,3214,6.333
		2024-05-01T00:00:02.000Z,u759405,GET,/shop/item/360,200,48731,0.997
		2024-05-01T00:00:01.275Z,u332273,GET,/shop/item/0,200,20370,0.201
	END
	check_same got want
}

@test "more rows begin with the fewer" {
	for form in $forms; do
		generate --rows 300 "$form=few"
		generate --rows 10300 "$form=many"
		check_prefix few many
	done
}

@test "spate and the peers that are here give the same rows" {
	bench PEERS=mawk,awk,jq ROUNDS=0 \
		WORK=W1,W2,W3,W4,W6,W7,W8,W9,sensors,ads,brc >out
	[ "$(grep -c 'same results: [0-9]* rows' out)" = 12 ]
}

@test "a run leaves a line of figures for each tool" {
	bench PEERS=none WORK=W5,W7,W11
	awk -F '\t' 'NR > 1 && ($1 !~ /^W(5|7|11)$/ || NF != 11) {
		print "bad line: " $0; bad = 1
	} END { exit bad || NR < 30 }' bench-data/results.tsv
}

@test "models are made, score alike with the peers that are here, and learn" {
	bench ROUNDS=1 WORK=S1,S2,S3,S4,S5,S7,S8 PEERS=none >out
	[ "$(grep -c 'same results: [0-9]* rows' out)" = 7 ]
	[ "$(grep -c '^S7	' bench-data/results.tsv)" = 14 ]
	bench ROUNDS=0 WORK=S3,S4,S5 PEERS=sklearn,xgboost,lightgbm >out
	[ "$(grep -c -e 'same results: 2000 rows' out)" = 3 ]
}

# forest KIND FILE SEED
forest()
{
	PYTHONPATH=$srcdir/tests/bench python3 -B -c 'import models, sys
models.KINDS[sys.argv[1]](sys.argv[2], int(sys.argv[3]))' "$@"
}

@test "the seed decides what the forests are" {
	for kind in xgboost lightgbm; do
		forest $kind a 7
		PYTHONHASHSEED=5 LC_ALL=C forest $kind b 7
		check_same b a
		forest $kind b 8
		! cmp -s a b
	done
}

@test "a tool that gives another result is an error, and not timed" {
	mkdir fake
	cat >fake/mawk <<-'END'
		#!/bin/sh
		# Right but for one: a count that is too high.
		PATH=${PATH#*:} gawk "$@" | awk -F '\t' -v OFS='\t' '
			NR == 3 { $2++ } { print }'
	END
	chmod +x fake/mawk
	command -v gawk >/dev/null || skip "no gawk"
	local got=0
	PATH=$PWD/fake:$PATH bench PEERS=mawk WORK=W7 >out 2>err || got=$?
	[ "$got" = 1 ]
	says "mawk and spate differ: sorted row"
	[ "$(wc -l <bench-data/results.tsv)" = 1 ]
}

@test "a stage that fails is named" {
	mkdir fake
	printf '#!/bin/sh\necho no disk >&2; exit 3\n' >fake/swindow
	chmod +x fake/swindow
	local got=0
	PATH=$PWD/fake:$PATH bench PEERS=none WORK=W1 >out 2>err || got=$?
	[ "$got" = 1 ]
	says "spate: swindow ended with status 3: no disk"
}

@test "an unknown work or setting is refused" {
	for wrong in WORK=W99 ROWS=many ROUNDS=-1 COLOUR=red; do
		expect 2 python3 "$srcdir/tests/bench/bench" "$wrong"
		says "${wrong%%=*}"
	done
}
