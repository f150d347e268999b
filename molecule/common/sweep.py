#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes every trace of the scenario from the lab."""

import lab

print(f"{lab.sweep()} objects swept")  # noqa: T201
