#!/bin/sh
# Turns each requirements*.in into the requirements*.txt beside it: every package at the newest version that is allowed,
# for Python 3.11 to 3.13 at once, with hashes. usage: tools/lock.sh [FILE.in ...]
set -eu
for source in "${@:-requirements*.in}"; do
    for file in $source; do
        echo "Locking $file"
        uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
            --custom-compile-command 'make lock' --output-file "${file%.in}.txt" "$file"
    done
done
