#!/bin/sh
# Runs the unit tests, and the scenario `default` where the lab runs, with the lowest or the highest versions that are
# supported of what the product stands on: ansible-core and openstacksdk with what the collection's requirements name.
# usage: tools/versions.sh lowest|highest
set -eu
case $1 in
lowest) core='ansible-core>=2.19,<2.20' resolution=lowest-direct pythons='python3.11' ;;
highest) core='ansible-core>=2.21,<2.22' resolution=highest pythons='python3.13 python3.12' ;;
*) echo 'usage: tools/versions.sh lowest|highest' >&2 && exit 2 ;;
esac
requirements=collections/ansible_collections/etat/cloud/requirements.txt
venv=.cache/versions-$1
for python in $pythons; do
    if "$python" --version >/dev/null 2>&1; then break; fi
    python=
done
[ -n "$python" ] || { echo "versions: none of $pythons is here. Install one, for example python3.12." >&2 && exit 1; }
index=${PIP_INDEX_URL:-$(.venv/bin/pip config get global.index-url 2>/dev/null || true)}
[ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"

uv venv --quiet --clear --python "$("$python" -c 'import sys; print(sys.executable)')" "$venv"
uv pip install --quiet --python "$venv/bin/python" --resolution "$resolution" --requirement "$requirements" "$core"
uv pip freeze --quiet --python "$venv/bin/python" >"$venv/held.txt"
uv pip install --quiet --python "$venv/bin/python" --constraint "$venv/held.txt" \
    pytest pytest-xdist pytest-cov pytest-testinfra hypothesis requests-mock compliance-trestle fluidattacks-core-sarif \
    'molecule==26.*'
PATH="$PWD/$venv/bin:$PATH"
echo "With $(grep -iE '^(ansible-core|openstacksdk|keystoneauth1|jsonschema|pyyaml)==' "$venv/held.txt" | paste -sd ' '), $("$python" --version)"
pytest --quiet --numprocesses logical
if [ -e "${OS_CLIENT_CONFIG_FILE:-/nowhere}" ] && make --no-print-directory lab-status >/dev/null 2>&1; then
    molecule test --scenario-name default
else
    echo 'The lab does not run, so the scenario was left out: make lab PROFILE=wide starts it'
fi
