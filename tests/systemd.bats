#!/usr/bin/env bats
# systemd - the units of the manual work as they are printed there.
# shellcheck disable=SC2154,SC2086 # helpers.bash; words

load helpers

# unit NAME: the file of that name in the manual's examples.
unit()
{
	awk -v head="# /etc/systemd/system/$1" '
	$0 == head { on = 1; next }
	on && (/^# \/etc\// || /^\.Ed/) { exit }
	on' "$srcdir/man/spate-checkpoint.5" >"$1"
	[ -s "$1" ]
}

@test "the manual has a template unit and its timer" {
	unit spate@.service
	unit spate@.timer
	grep -qx '\[Service\]' spate@.service
	grep -qx '\[Timer\]' spate@.timer
	grep -qx 'WantedBy=timers.target' spate@.timer
	# The folder of the state is what a checkpoint's parent may be.
	grep -qx 'StateDirectoryMode=0700' spate@.service
}

@test "systemd-analyze verify has nothing to say of them" {
	command -v systemd-analyze >/dev/null ||
		skip 'systemd-analyze is not installed'
	unit spate@.service
	unit spate@.timer
	expect 0 systemd-analyze --man=no verify ./spate@.service \
		./spate@.timer
	# It says what it does not like of these, and not of others.
	run ! grep -F spate@ err
	# And would say it.
	sed -i 's/^Type=oneshot/Type=nonsense/' spate@.service
	systemd-analyze --man=no verify ./spate@.service ./spate@.timer \
		2>err || :
	says nonsense
}

@test "the command of the unit runs a pipeline, and again what is new" {
	unit spate@.service
	start=$(sed -n 's/^ExecStart=//p' spate@.service)
	mkdir job
	rows() { seq "$1" "$2"; }
	rows 1 5 >lines
	cat >hours <<-END
		sread -C state -f lines $PWD/lines | swrite out.csv
	END
	start=${start/\/etc\/spate\/%i/$PWD/hours}
	(cd job && $start)
	rows 6 9 >>lines
	(cd job && $start)
	{
		echo line
		seq 9
	} >want
	check_same job/out.csv want
	# A stage that fails is a failed unit.
	echo 'sread -C state -f lines nowhere | swrite out.csv' >hours
	run ! env -C job $start
}
