# Every command of this repository; `make` alone lists them. Each one sets up what it needs.
#   LAB      the lab's name (default: from this checkout's path, so that two checkouts never share one)
#   PROFILE  of the lab: small (one region), wide (one region with every service) or full (both clouds, three regions;
#            the default)
#   SCENARIO molecule's scenario
#   PYTHON   the Python that makes .venv (default: the first of 3.11 to 3.13 that is found)

SHELL := /bin/sh
checkout := $(shell pwd -P)
checkout_digest := $(shell printf %s "$$(pwd -P)" | sha256sum | cut -c 1-6)
LAB ?= $(shell basename "$$(pwd -P)" | tr 'A-Z' 'a-z' | tr -cs 'a-z0-9\n' '-' | cut -c 1-20)-$(checkout_digest)
PROFILE ?=
SCENARIO ?= default

collection := collections/ansible_collections/etat/cloud
# Ansible refuses other encodings than UTF-8.
export LC_ALL := C.UTF-8
export ANSIBLE_CONFIG := $(checkout)/ansible.cfg
export OS_CLIENT_CONFIG_FILE := /var/lib/etat-lab/$(LAB)/clouds.yaml
export LAB PROFILE
export PATH := $(checkout)/.venv/bin:$(PATH)
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
# Without bytecode each start of Ansible and of a module compiles all that it imports, for a second or more.
unexport PYTHONDONTWRITEBYTECODE

play := ansible-playbook --extra-vars lab_name=$(LAB)
# A virtualenv holds absolute paths: a checkout that was moved gets a new one.
setup := .venv/set-up-$(checkout_digest)

.PHONY: help setup demo test lab lab-stop lab-reset lab-status lab-check lint unit sanity molecule test-lowest test-highest testinfra lab-smoke disasters bench bench-audit performance lock schema

help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo 'Variables: LAB=$(LAB) PROFILE=small|wide|full SCENARIO=$(SCENARIO) PYTHON=path'

setup: $(setup) ## make .venv with the pinned dependencies (skipped when nothing changed)
	@echo '.venv holds what requirements.txt pins'

$(setup): requirements.txt tools/setup.sh .venv/bin/python
	@PYTHON='$(PYTHON)' tools/setup.sh $@

# No recipe: a missing interpreter, as after an upgrade of the system's Python, makes the set-up run again.
.venv/bin/python:

demo: lab ## set up, start the lab, build the demo's tenants twice and show what was made
	@$(play) etat.cloud.demo
	@tools/next_steps.sh

test: $(setup) ## pass every test below, in under 45 minutes (starts a wide lab if there is none)
	@tools/stages.py test

lab: $(setup) ## start the lab, a real OpenStack on this machine, or what has stopped of it
	@$(play) $(if $(PROFILE),--extra-vars lab_profile=$(PROFILE)) etat.cloud.lab

lab-stop: $(setup) ## stop the lab; its data stays
	@$(play) etat.cloud.lab_stop

lab-reset: $(setup) ## stop the lab and delete its data
	@$(play) etat.cloud.lab_reset

lab-status: $(setup) ## say what runs in the lab
	@$(play) etat.cloud.lab_status

lab-check: $(setup) ## measure how real the lab is: tempest's API tests
	@$(play) etat.cloud.lab_check

lab-smoke: $(setup) ## run tempest's smoke tests on the lab
	@$(play) --extra-vars lab_check_tests=smoke etat.cloud.lab_check

lint: $(setup) ## check style, types, documentation and the changelog
	@tools/stages.py lint

unit: $(setup) ## run the unit tests, which have to cover all of the engine and nine tenths of the rest
	@pytest --numprocesses logical --cov --cov-report=
	@coverage report --include='*/_engine/*' --fail-under=100
	@coverage report --omit='*/_engine/*' --fail-under=90

sanity: $(setup) ## run ansible-test sanity on the collection
	@tools/sanity.py

testinfra: $(setup) ## check the lab's processes, sockets and files on this machine
	@pytest $(collection)/tests/lab

molecule: $(setup) ## run a molecule scenario on the lab (SCENARIO=default)
	@molecule test --scenario-name $(SCENARIO)

test-lowest: $(setup) ## test with the lowest supported ansible-core and openstacksdk
	@tools/versions.sh lowest

test-highest: $(setup) ## test with the highest supported ansible-core and openstacksdk
	@tools/versions.sh highest

disasters: $(setup) ## let 200 disasters befall runs on the lab, and judge each (make test has 40)
	@ETAT_SEEDS=$${ETAT_SEEDS:-200} molecule test --scenario-name seeded

bench: $(setup) ## compare with openstack.cloud and with bare API calls, on the lab
	@benchmarks/bench.py

bench-audit: $(setup) ## measure the audit on the lab, and compare it with Prowler; rewrites docs/audit-comparison.md
	@benchmarks/audit.py

performance: $(setup) ## measure runs on recorded clouds of up to 3,000 tenants; rewrites docs/performance.md
	@benchmarks/performance.py

schema: $(setup) ## regenerate what is generated from the sources
	@tools/schemas.py

lock: $(setup) ## pin the newest allowed versions: each requirements*.in becomes the requirements*.txt beside it
	@tools/lock.sh requirements.in $(wildcard $(collection)/roles/lab/files/requirements*.in)
	@tools/dependencies.py
