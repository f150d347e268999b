#!/bin/sh
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# What to try after the demonstration.
cat <<EOF

TRY NEXT

  In this shell:
    . .venv/bin/activate
    export OS_CLIENT_CONFIG_FILE=$OS_CLIENT_CONFIG_FILE

  Change a file under inventories/demo/estate, see the plan, build:
    ansible-playbook etat.cloud.build --check --diff
    ansible-playbook etat.cloud.build

  Write a mistake into a file, and see what is said of it.

  Act as the manager of one ministry, or look at what runs:
    ansible-playbook etat.cloud.build --limit interne \\
      -e tenant_build_account=interne-dila \\
      -e '{"tenant_build_tenants": ["dila/demarches"]}'
    make lab-status

  Stop it all: make lab-stop. Every command: make help.
EOF
