#!/bin/sh
# Turns each FILE.in into FILE.txt: every package at the newest version that FILE.in allows, for Python 3.11 to 3.13 at
# once, with hashes. usage: tools/lock.sh FILE.in ...
set -eu
for source; do
    echo "Locking $source"
    uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
        --custom-compile-command 'make lock' --output-file "${source%.in}.txt" "$source"
done
