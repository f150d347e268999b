#!/bin/sh
# Makes .venv hold exactly what requirements.txt pins. `make setup` calls it when the pins or the checkout's path change.
# usage: tools/setup.sh STAMP
#   STAMP  file inside .venv, made when all went well; while it is missing, .venv is made anew
set -eu
stamp=$1
candidates=${PYTHON:-python3 python3.13 python3.12 python3.11}

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

suitable_python() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in $candidates; do
        if suitable_python "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    return 1
}

# Debian and Ubuntu ship `python3` without the part that makes virtualenvs.
install_venv_support() {
    package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
    command -v apt-get >/dev/null || fail "$python cannot make virtualenvs: its module ensurepip is missing. Install it."
    [ "$(id -u)" = 0 ] || fail "$python cannot make virtualenvs. Type: sudo apt-get install $package"
    echo "Installing $package, which makes virtualenvs"
    {
        apt-get update --quiet=2 &&
            DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "$package" >/dev/null
    } || fail "cannot install $package: see the lines above. Make 'apt-get install $package' work, then try again."
}

started=$(date +%s)
# Two `make` at once in one checkout wait for each other.
exec 9>.setup.lock
flock 9

if [ ! -e "$stamp" ] || ! suitable_python .venv/bin/python; then
    python=$(find_python) ||
        fail "no Python 3.11, 3.12 or 3.13 found (tried: $candidates). Install one, or name it: make setup PYTHON=/path."
    "$python" -c 'import ensurepip' 2>/dev/null || install_venv_support
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "cannot make .venv: see the lines above."
fi

offline="see the lines above. Packages come from PyPI, or from the index that pip is configured with (pip config list):
can this machine reach it?"

# pip fetches uv, uv the rest: 2 seconds where pip alone needs 50. What pip would heed, uv is told.
sed -n '/^uv==/,/[^\\]$/p' requirements.txt >.venv/requirements-uv.txt
.venv/bin/pip install -qq --disable-pip-version-check --require-hashes --requirement .venv/requirements-uv.txt ||
    fail "cannot install uv: $offline"
index=${PIP_INDEX_URL:-$(.venv/bin/pip config get global.index-url 2>/dev/null || true)}
[ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
echo "Installing $(grep -c '^[a-z].*==' requirements.txt) packages into .venv"
.venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements.txt ||
    fail "cannot install the packages that requirements.txt pins: $offline"

touch "$stamp"
versions='import platform, ansible.release as core; print(f"ansible-core {core.__version__}, Python {platform.python_version()}")'
echo "Set up in $(($(date +%s) - started)) s: $(.venv/bin/python -c "$versions")"
