#!/bin/sh
# Turns each FILE.in into FILE.txt: every package at the newest version that FILE.in allows, for Python 3.11 to 3.13 at
# once, with hashes; without what FILE-left-out.txt names, where there is one. usage: tools/lock.sh FILE.in ...
set -eu
for source; do
    echo "Locking $source"
    left_out=${source%.in}-left-out.txt
    uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
        $([ ! -e "$left_out" ] || echo "--override $left_out") \
        --custom-compile-command 'make lock' --output-file "${source%.in}.txt" "$source"
done
