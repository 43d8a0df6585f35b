#!/usr/bin/env bats
# Models of XGBoost, LightGBM and PMML, seen from the shell; number by number
# they are held equal in tests/unit/test_boosted.c and test_pmml.c.
# shellcheck disable=SC2154 # helpers.bash

load helpers

boosted=$srcdir/tests/data/boosted
types='a float, b float, c float, d float, city string, num int'

rows()
{
	sread -s "$types" "$boosted/rows.csv"
}

# column NAME MODEL [OPTION...]: that column of the scored rows.
column()
{
	local name=$1
	shift
	rows | sscore "$@" | swrite -f ndjson |
		sed "s/.*\"$name\":\"\{0,1\}\([^\",}]*\).*/\1/"
}

# near TOLERANCE GOT WANTED: numbers line by line, relatively.
near()
{
	paste "$2" "$3" | awk -v most="$1" '
		function abs(v) { return v < 0 ? -v : v }
		NF != 2 || abs($1 - $2) > most * abs($2) {
			print "line " NR ": " $0; bad = 1
		}
		END { exit bad || NR != 60 }'
}

@test "XGBoost: JSON and UBJSON score alike, as XGBoost does" {
	column prediction "$boosted/xgboost-3.2.0-squared.json" >json
	column prediction "$boosted/xgboost-3.2.0-squared.ubj" >ubj
	check_same ubj json
	near 1.2e-7 json "$boosted/xgboost-3.2.0-squared.want"
}

@test "LightGBM: categories by their words, as LightGBM does" {
	column prediction "$boosted/lightgbm-4.7.0-regression.txt" >got
	near 1e-12 got "$boosted/lightgbm-4.7.0-regression.want"
}

@test "a classifier predicts a class, and says how sure it is" {
	rows | sscore "$boosted/xgboost-3.2.0-binary.json" --raw >out.arrow
	swrite -f ndjson out <out.arrow
	[ "$(grep -cE '"prediction":[01].0,"probability":"?\[' out)" = 60 ]
	[ "$(grep -c '"rawPrediction":' out)" = 60 ]
}

@test "columns of other names, in the model's order" {
	rows | smap '{id: .num, p: .a, q: .b, r: .c, s: .d}' >other.arrow
	input=other.arrow expect 2 sscore "$boosted/xgboost-3.2.0-squared.json"
	says 'no column "a" (columns: id, p, q, r, s)'
	sscore "$boosted/xgboost-3.2.0-squared.json" -c p,q,r,s <other.arrow |
		swrite -f ndjson | sed 's/.*"prediction":\([^,}]*\).*/\1/' >got
	near 1.2e-7 got "$boosted/xgboost-3.2.0-squared.want"
	input=other.arrow expect 2 \
		sscore "$boosted/xgboost-3.2.0-squared.json" -c p,q
	says 'the model has 4 features, and -c names 2 columns'
}

@test "a column of another type is refused by name" {
	sread -s 'a string, b float, c float, d float, city string, num int' \
		"$boosted/rows.csv" >in.arrow
	input=in.arrow expect 2 sscore "$boosted/xgboost-3.2.0-squared.json"
	says 'column "a" has the type string, and the model wants a number'
	sread -s 'a float, b float, c float, d float, city int, num int' \
		-b skip "$boosted/rows.csv" >in.arrow 2>/dev/null
	input=in.arrow expect 2 sscore "$boosted/lightgbm-4.7.0-regression.txt"
	says 'column "city" has the type int, and the model wants a string'
}

@test "a model that was cut off is refused with its name" {
	rows >in.arrow
	for model in xgboost-3.2.0-binary.ubj lightgbm-3.3.5-forest.txt; do
		head -c 3000 "$boosted/$model" >"cut-$model"
		input=in.arrow expect 1 sscore "cut-$model"
		says "cut-$model: "
	done
	head -c 2000 "$srcdir/tests/data/pmml/forest.pmml" >cut.pmml
	input=in.arrow expect 1 sscore cut.pmml
	says "cut.pmml:"
}

@test "PMML: predictions of scikit-learn, and its words for classes" {
	sread "$srcdir/tests/data/pmml/rows.csv" >in.arrow
	sscore "$srcdir/tests/data/pmml/forest-classes.pmml" <in.arrow |
		swrite -f ndjson out
	[ "$(wc -l <out)" = 100 ]
	run ! grep -q '"prediction":null' out
	grep -q '"probability":' out
}
