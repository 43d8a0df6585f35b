#!/usr/bin/env bats
# Models that Spark saved, scored by sscore: what tests/unit/test_spark.c holds
# equal to Spark number by number, seen from the shell.
# shellcheck disable=SC2154 # helpers.bash

load helpers

types='id int, a float, b float, n int, d float, s string, t string'
types="$types, flag bool, y float, pos float, c2 float, c3 float, word string"

# rows [FROM [TO]]: these of the rows that the models were made with.
rows()
{
	sed -n "$((${1-0} + 1)),$((${2-39} + 1))p" \
		"$srcdir/tests/data/spark/rows.ndjson" >rows.ndjson
	sread -s "$types" rows.ndjson
}

@test "both layouts score the rows that they were fitted on" {
	for v in 3.5 4.1; do
		rows | sscore "$srcdir/tests/data/spark/$v/tree_regress" \
			>out.arrow
		swrite -f ndjson out <out.arrow
		[ "$(grep -c '"prediction":' out)" = 40 ]
	done
}

@test "labels are words when the pipeline ends in IndexToString" {
	rows 0 9 >in.arrow
	sscore "$srcdir/tests/data/spark/3.5/forest_class" <in.arrow >out.arrow
	swrite -f csv out <out.arrow
	[ "$(sed 1d out | grep -cE ',(low|mid|high),')" = 10 ]
}

@test "a row that the model skips is not there, and one it refuses is named" {
	rows 39 41 | sscore "$srcdir/tests/data/spark/3.5/linear_skip" \
		>out.arrow
	swrite -f ndjson out <out.arrow
	[ "$(wc -l <out)" = 1 ]
	rows 39 41 >in.arrow
	run sscore "$srcdir/tests/data/spark/3.5/linear" <in.arrow
	[ "$status" = 1 ]
	[[ $output == *"a"*"null, and handleInvalid"*"is error"* ]]
}

@test "a missing column is refused by name" {
	printf 'a,b\n1,2\n' >in.csv
	sread in.csv >in.arrow
	run sscore "$srcdir/tests/data/spark/3.5/linear" <in.arrow
	[ "$status" = 2 ]
	[[ $output == *'no column "n" (columns: a, b)'* ]]
}

@test "a model of one vector takes the columns that -c names, or an array" {
	printf 'p,q,r,s,features\n1,2,3,4,"[1,2,3,4]"\n' >in.csv
	sread in.csv >in.arrow
	sscore "$srcdir/tests/data/spark/3.5/v_linear" <in.arrow |
		swrite -f csv >one
	sscore -c p,q,r,s "$srcdir/tests/data/spark/3.5/v_linear" <in.arrow |
		swrite -f csv >two
	cmp one two
	run sscore -c p,q "$srcdir/tests/data/spark/3.5/v_linear" <in.arrow
	[ "$status" = 2 ]
	[[ $output == *"takes 4 columns, -c names 2"* ]]
}

@test "a model that is no tree is refused with the place" {
	rows 0 3 >in.arrow
	run sscore "$srcdir/tests/data/spark/3.5/broken/cycle" <in.arrow
	[ "$status" = 1 ]
	[[ $output == *"broken/cycle/data: tree 0: node 1: a child"* ]]
}

@test "a stage that is not known is refused by its class" {
	mkdir -p m/metadata
	cat >m/metadata/part-00000 <<'JSON'
{"class":"org.apache.spark.ml.feature.Word2VecModel","uid":"w","sparkVersion":"3.5.3","paramMap":{}}
JSON
	printf 'a\n1\n' >in.csv
	sread in.csv >in.arrow
	run sscore m <in.arrow
	[ "$status" = 1 ]
	[[ $output == *"class org.apache.spark.ml.feature.Word2VecModel is not supported"* ]]
}

@test "raw scores that a model has switched off are null" {
	rows 0 3 | sscore --raw "$srcdir/tests/data/spark/4.1/logit_thresholds" |
		swrite -f ndjson | grep -o '"p[^}]*' >out
	[ "$(grep -c '"probability":"\[0.*\]","rawPrediction":null' out)" = "$(wc -l <out)" ]
	[ -s out ]
}
