#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what the product never makes, as an application of the treasury does: an image, secrets and a container."""

from __future__ import annotations

import lab

FINANCES = "molecule-services-finances"

if __name__ == "__main__":
    alice = lab.log_in(FINANCES, "alice.martin", project_name="treasury", project_domain_name=FINANCES)
    image = {"name": "golden", "container_format": "bare", "disk_format": "raw"}
    lab.accept(alice.image.post("/images", json=image))
    secret = {"name": "master", "payload": "planted-payload", "payload_content_type": "text/plain"}
    ref = lab.accept(alice.key_manager.post("/secrets", json=secret)).json()["secret_ref"]
    lab.accept(alice.key_manager.post("/secrets", json={**secret, "name": "private"}))
    bundle = {"name": "bundle", "type": "generic", "secret_refs": [{"name": "one", "secret_ref": ref}]}
    lab.accept(alice.key_manager.post("/containers", json=bundle))
    lab.write_secret(lab.folder() / "snapshot.yml", lab.snapshot())
