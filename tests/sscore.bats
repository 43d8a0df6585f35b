#!/usr/bin/env bats
# sscore - what it means to score, and to learn while rows stream by.
# shellcheck disable=SC2154,SC2030,SC2031 # helpers.bash; bats' subshells

load helpers

# points N: rows x,y with y = 3x + 2, and a little noise.
points()
{
	seq 0 $(($1 - 1)) | awk 'BEGIN { print "n,x,y" }
		{ x = $1 % 7 / 7; print $1 "," x "," 3 * x + 2 + $1 % 5 / 100 }'
}

# part NAME FILE: the numbers of a part of a saved model.
part()
{
	sed "s/.*\"$1\":\[\([^]]*\)\].*/\1/; q" "$2"
}

@test "rows go on as they came, with a prediction behind them" {
	points 50 >in.csv
	sread in.csv | swrite >same
	sread in.csv | sscore --learn linear --per-row --label y -c x \
		--intercept >out.arrow
	swrite -f csv <out.arrow >out
	cut -d , -f 1-3 out | cmp - same
	[ "$(head -n 1 out)" = n,x,y,prediction ]
	[ "$(sed 1d out | cut -d , -f 4 | grep -c .)" = 50 ]
}

@test "by epoch, linear learns what MLlib learns" {
	printf 'y,x\n1,1\n2,2\n1,1\n2,2\n' >in.csv
	sread --epoch-rows 2 in.csv |
		sscore --learn linear --label y -c x --save m | swrite >out
	[ "$(part weights m)" = 0.9901412103854201 ]
	printf 'y,x,prediction\n1,1,0.0\n2,2,0.0\n' >want
	printf '1,1,0.9646601487625025\n2,2,1.929320297525005\n' >>want
	check_same out want
	sread --epoch-rows 2 in.csv |
		sscore --learn linear --label y -c x --train-first | swrite >out
	[ "$(sed -n 2p out)" = 1,1,0.9646601487625025 ]
	[ "$(sed -n 4p out)" = 1,1,0.9901412103854201 ]
}

@test "by epoch, logistic learns what MLlib learns" {
	printf 'y,x\n1,1\n0,-1\n' >in.csv
	sread in.csv | sscore --learn logistic --label y -c x --save m \
		--iterations 2 --reg 0.5 | swrite >out
	[ "$(part weights m)" = 0.0827038727262448 ]
	[ "$(sed -n 2p out)" = '1,1,0.0,"[0.5,0.5]"' ]
}

@test "by epoch, clusters learn what MLlib learns" {
	printf 'x\n1\n2\n9\n' >in.csv
	sread --epoch-rows 2 in.csv | sscore --learn kmeans -c x --decay 0.5 \
		--init '0;10' --weight 1 --save m | swrite >out
	part centers m | awk -F , '{ exit !(NF == 2 && ($1 - 1.2) ^ 2 < 1e-24 &&
		($2 - 9.2) ^ 2 < 1e-24) }'
	printf 'x,prediction\n1,0.0\n2,0.0\n9,1.0\n' | cmp - out
	[ "$(part weights m)" = 1.25,1.25 ]
}

@test "an epoch without rows counts for clusters when the next one begins" {
	local learn=(sscore --learn kmeans -c x --decay 0.5 --init '0;10'
		--weight 1 --save m)
	# That sread found out only then that the file is over is no matter.
	printf 'x\n1\n2\n9\n9\n' >in.csv
	sread --epoch-rows 2 in.csv | "${learn[@]}" >/dev/null
	[ "$(part weights m)" = 1.25,2.25 ]
	printf 'x\n1\n2\n99\n99\n9\n99\n' >in.csv
	sread --epoch-rows 2 in.csv | smap 'select(.x < 50)' |
		"${learn[@]}" >/dev/null
	[ "$(part weights m)" = 0.625,1.125 ]
}

@test "rows without a label are predicted, and not learned from" {
	points 60 >whole.csv
	sed 's/^\([0-9]*[05],[^,]*\),.*/\1,/' whole.csv >holes.csv
	grep -v ',$' holes.csv >fewer.csv
	for how in "" --per-row; do
		# shellcheck disable=SC2086 # $how is an option or nothing
		sread holes.csv | sscore --learn linear $how --label y -c x \
			--save m1 | swrite >out
		# shellcheck disable=SC2086
		sread fewer.csv | sscore --learn linear $how --label y -c x \
			--save m2 | swrite >/dev/null
		cmp m1 m2
		[ "$(sed 1d out | grep -c '[0-9]$')" = 60 ]
	done
}

@test "lags are the label of rows before, and no row sees its own" {
	seq 1 200 | awk 'BEGIN { print "v" } { print $1 % 10 }' >in.csv
	sread in.csv | sscore --learn linear --per-row --label v --lags 10,1 |
		swrite >out
	# The first ten have nothing to look back to.
	[ "$(sed -n '2,11p' out | grep -c ',$')" = 10 ]
	tail -n 20 out | awk -F , '{ d = $1 - $2; if (d * d > 0.01) exit 1 }'
	expect 2 sscore --learn linear --label v --lags 0
	says "no number of rows"
}

@test "what was saved scores as what was learned" {
	points 100 >in.csv
	for kind in linear logistic kmeans; do
		label=(--label y)
		[ "$kind" = kmeans ] && label=()
		sread in.csv | smap --same '.y = (if .y > 3 then 1 else 0 end)' |
			sscore --learn "$kind" "${label[@]}" -c x --save m |
			swrite >/dev/null
		sread in.csv | sscore m --model-id | swrite >scored
		grep -q '[0-9a-f]\{16\}$' scored
		[ "$(wc -l <scored)" = 101 ]
	done
	printf 'z\n0.5\n' | sread -f csv - | sscore m -c z | swrite >out
	[ "$(wc -l <out)" = 2 ]
	printf 'z\n0.5\n' | sread -f csv - >z.arrow
	input=z.arrow expect 2 sscore m
	says 'column "x"' || says '"x"'
}

@test "a column of that name is there already: refused, and --as helps" {
	printf 'x,prediction\n1,2\n' | sread -f csv - >in.arrow
	input=in.arrow expect 2 sscore --learn kmeans -c x
	says '"prediction" already' && says "--as NAME"
	input=in.arrow expect 0 sscore --learn kmeans -c x --as mine
	[ "$(swrite <out | head -n 1)" = x,prediction,mine ]
	printf 'x,y\n1,1\n' | sread -f csv - | sscore --learn logistic \
		--label y -c x --as a --raw --model-id | swrite >out
	[ "$(head -n 1 out)" = x,y,a,a_probability,a_rawPrediction,a_model_id ]
}

@test "bad rows stop, are left out, or are kept" {
	printf 'x,s\n1,a\n,"q ""u"\n3,b\n' | sread -f csv - >in.arrow
	input=in.arrow expect 1 sscore --learn kmeans -c x
	says 'row 2, column "x": null' && says "-b skip"
	input=in.arrow expect 0 sscore --learn kmeans -c x -b skip
	says "1 row bad"
	[ "$(swrite -f csv <out | wc -l)" = 3 ]
	input=in.arrow expect 0 sscore --learn kmeans -c x -b kept
	printf '%s\n' '{"epoch":0,"row":2,"column":"x","reason":"null","text":"{\"x\":null,\"s\":\"q \\\"u\"}"}' |
		cmp - kept
	printf 'x,y\n1,2\n' | sread -f csv - >in.arrow
	input=in.arrow expect 1 sscore --learn logistic --label y -c x
	says "neither 0 nor 1"
}

@test "options that make no sense are refused" {
	local line
	printf 'x,y,s\n1,2,a\n' | sread -f csv - >in.arrow
	while IFS= read -r line; do
		# shellcheck disable=SC2086 # words
		input=in.arrow expect 2 sscore $line || return 1
		[ ! -s out ] || return 1
	done <<-'END'

		--learn linear -c x
		--learn linear --label y
		--learn linear --label s -c x
		--learn linear --label y -c s
		--learn linear --label y -c y
		--learn linear --label y -c x,none
		--learn linear --label y -c x --k 3
		--learn linear --label y -c x --step-size 0
		--learn linear --label y -c x --step-size nan
		--learn linear --label y -c x --fraction 2
		--learn linear --label y -c x --per-row --train-first
		--learn linear --label y -c x --raw
		--learn kmeans -c x --label y
		--learn kmeans -c x --decay 1 --half-life 2
		--learn kmeans -c x --init 1;2;3
		--learn kmeans -c x --init 1;b
		--learn anomaly -c x --decay 0.5
		--learn forest -c x
		--learn kmeans -c x model
		--learn kmeans -c x --reload
		--learn kmeans -c x --save in.arrow/m
		--learn kmeans -c x -b -
		model --label y
	END
}

@test "a damaged model is refused by name" {
	local size at
	points 20 >in.csv
	sread in.csv >in.arrow
	sscore --learn linear --label y -c x --save m <in.arrow >/dev/null
	size=$(wc -c <m)
	for at in $(seq 0 7 "$size") $((size - 2)); do
		head -c "$at" m >part
		input=in.arrow expect 1 sscore part && says "part: " || return 1
		{ head -c "$at" m; printf '#'; tail -c +$((at + 2)) m; } >hurt
		cmp -s m hurt && continue
		input=in.arrow expect 1 sscore hurt && says "hurt: " || return 1
	done
	input=in.arrow expect 1 sscore in.csv
	says "not a model that sscore knows"
	input=in.arrow expect 3 sscore none
	says "none: "
	mkdir folder
	input=in.arrow expect 1 sscore folder
}

@test "too many rows for the end of an epoch: status 3 and what to do" {
	points 5000 | sread -f csv - >in.arrow
	input=in.arrow expect 3 sscore --learn linear --label y -c x \
		--max-memory 32K
	says "--epoch-rows"
	input=in.arrow expect 0 sscore --learn linear --label y -c x \
		--max-memory 32K --per-row
}

@test "-v and progress tell the errors of each epoch" {
	points 30 >in.csv
	sread -C ck --epoch-rows 10 in.csv | sscore --learn linear --label y \
		-c x -v 2>err | swrite out.csv
	[ "$(grep -c 'rows scored, 10 with a label, rmse ' err)" = 3 ]
	[ "$(grep -c '"labelled":10,"rmse":[0-9.]*,"mae":' \
		ck/progress.ndjson)" = 3 ]
}

@test "a jump of a sensor is an anomaly, its rhythm is none" {
	seq 0 3999 | awk 'BEGIN { print "n,v" } {
		v = sin($1 / 20) + $1 * 7919 % 13 / 10
		print $1 "," ($1 == 3000 ? v + 6 : v) }' >in.csv
	sread in.csv | sscore --learn anomaly -c v | swrite >out
	[ "$(head -n 1 out)" = n,v,score,anomaly ]
	[ "$(sed -n '2,51p' out | grep -c ',,false$')" = 50 ]
	grep -q '^3000,.*,true$' out
	[ "$(grep -c ',true$' out)" -le 20 ]
}

# learn_out: a job under a checkpoint that learns; $out gets its rows.
learn_out()
{
	# shellcheck disable=SC2086 # $how is words
	sread -C ck --epoch-rows 20 in.csv |
		{ echo "$BASHPID" >pid; exec sscore --learn $how --save m \
			-b bad; } | swrite out.csv
}

# Kills it again and again, until a run gets to the end.
survives()
{
	local tries=0 status
	points 2000 | sed 's/^\(777,\)[^,]*/\1/' >in.csv
	learn_out
	mv m whole.m && mv out.csv whole.csv && mv bad whole.bad
	rm -rf ck
	while :; do
		rm -f pid
		learn_out 2>err &
		sleep "0.0$((tries % 9 + 1))"
		[ $tries -ge 25 ] || kill -9 "$(cat pid)" 2>/dev/null || :
		status=0
		wait $! || status=$?
		tries=$((tries + 1))
		[ "$status" != 0 ] || [ "$(wc -l <out.csv)" -lt 2000 ] || break
		[ $tries -lt 60 ]
	done
	# What is new was read; the model is that of one run.
	cmp m whole.m && cmp out.csv whole.csv && cmp bad whole.bad
	[ "$(wc -l <bad)" = 1 ]
}

@test "killed while it learns by epoch: the same model, bit for bit" {
	how="linear --label y -c x --intercept" survives
}

@test "killed while it learns by row: the same model, bit for bit" {
	how="linear --label y -c x --lags 1,30 --per-row" survives
}

@test "killed while it looks for anomalies: the same, bit for bit" {
	how="anomaly -c x,y" survives
}

@test "another kind of model in a checkpoint is refused" {
	points 40 >in.csv
	sread -C ck in.csv | sscore --learn linear --label y -c x | swrite o.csv
	points 80 >in.csv
	! sread -C ck in.csv | sscore --learn linear --label y -c n 2>err |
		swrite o.csv || return 1
	says "--new-state"
}

@test "under a checkpoint a model stays, until --reload" {
	points 300 >all.csv
	sread all.csv | sscore --learn linear --label y -c x --save a >/dev/null
	sread all.csv | sscore --learn linear --label y -c x --save b \
		--iterations 3 >/dev/null
	cp a m
	head -n 101 all.csv >in.csv
	sread -C ck --epoch-rows 50 in.csv | sscore m --model-id | swrite o.csv
	cp b new && mv new m
	head -n 201 all.csv >in.csv
	sread -C ck --epoch-rows 50 in.csv | sscore m --model-id 2>err |
		swrite o.csv
	says "m has changed; the checkpoint goes on"
	cp all.csv in.csv
	sread -C ck --epoch-rows 50 in.csv |
		sscore m --reload --model-id | swrite o.csv
	# 250 with the old one: the first epoch of the last run looks.
	[ "$(sed 1d o.csv | cut -d , -f 5 | uniq -c | awk '{ print $1 }' |
		tr '\n' ' ')" = "250 50 " ]
	spate doctor ck
}

@test "without a checkpoint --reload takes a model at the next epoch" {
	points 100 >all.csv
	sread all.csv | sscore --learn linear --label y -c x --save a >/dev/null
	sread all.csv | sscore --learn linear --label y -c x --save b \
		--iterations 3 >/dev/null
	cp a m
	mkfifo feed
	sread --epoch-mark END -f csv feed | sscore m --reload --model-id \
		2>err | swrite >out &
	exec 7>feed
	printf 'x\n1\nEND\n' >&7
	for _ in $(seq 100); do
		[ "$(wc -l <out)" -ge 2 ] && break
		sleep 0.05
	done
	cp b new && mv new m
	printf '2\nEND\n' >&7
	for _ in $(seq 100); do
		[ "$(wc -l <out)" -ge 3 ] && break
		sleep 0.05
	done
	echo damaged >new && mv new m
	printf '3\n' >&7
	exec 7>&-
	wait
	[ "$(sed 1d out | cut -d , -f 3 | uniq -c | awk '{ print $1 }' |
		tr '\n' ' ')" = "1 2 " ]
	says "the model that was there before goes on"
}

@test "--save writes a whole file, and never through a link" {
	points 40 | sread -f csv - >in.arrow
	ln -s elsewhere m
	input=in.arrow expect 2 sscore --learn kmeans -c x --save m
	[ ! -e elsewhere ]
	rm m
	input=in.arrow expect 0 sscore --learn kmeans -c x --save m
	[ "$(find . -name '*.tmp' | wc -l)" = 0 ]
	[ "$(wc -l <m)" = 1 ]
}
