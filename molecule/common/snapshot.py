#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what the scenario's domains hold now, for a later test to compare with."""

import lab

lab.write_secret(lab.folder() / "snapshot.yml", lab.snapshot())
