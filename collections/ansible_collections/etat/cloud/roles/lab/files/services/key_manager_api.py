# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Barbican's API, with the paste file of the virtualenv: its own module reads /etc/barbican and nothing else."""

import sys

from paste import deploy

application = deploy.loadapp(f"config:{sys.prefix}/etc/barbican/barbican-api-paste.ini")
