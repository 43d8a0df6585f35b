#!/usr/bin/env bats
# oracle - random pipelines against a brute-force answer.
# shellcheck disable=SC2154 # helpers.bash

load helpers

@test "windows of 200 random pipelines are those of the definitions" {
	python3 "$srcdir/tests/oracle/window_oracle.py" 200
}
