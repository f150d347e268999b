#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes an estate with the demonstration's catalogue as it is, and a tenant of each offer and sensitivity."""

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import lab
import yaml

CLOUD, MINISTRY = "interne", "molecule-birth-interieur"

demo = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / "inventories/demo/estate"
estate = lab.folder() / "estate"
shutil.rmtree(estate, ignore_errors=True)
for folder in (estate / "ministries", estate / "tenants" / MINISTRY):
    folder.mkdir(parents=True)
text = (demo / "catalogue.yml").read_text(encoding="utf-8")
# What is made for the whole region goes with the scenario.
for key in ("- name: ", "volume_type: "):
    text = text.replace(f"{key}chiffre\n", f"{key}{lab.prefix()}chiffre\n")
# The lab's Keystone takes one-time passwords, and these people have them.
text = text.replace(f"  {CLOUD}:\n", f"  {CLOUD}:\n    methods: [password, totp]\n", 1)
(estate / "catalogue.yml").write_text(text, encoding="utf-8")
catalogue = yaml.safe_load(text)
ministry = {
    "title": {"fr": "Ministère de l'Intérieur", "en": "Ministry of the Interior"},
    "contacts": [{"name": "Direction du numérique", "email": "numerique@interieur.example"}],
    "owner": "Direction du numérique",
    "security_contact": "ssi@interieur.example",
    "review_date": str(date.today() + timedelta(days=365)),  # noqa: DTZ011
}
(estate / f"ministries/{MINISTRY}.yml").write_text(yaml.safe_dump(ministry, allow_unicode=True), encoding="utf-8")
for name, offer in catalogue["offers"].items():
    for sensitivity in offer["sensitivities"]:
        if CLOUD in catalogue["sensitivities"][sensitivity]["clouds"]:
            # The lab of the tests has one region.
            order = {"offer": name, "sensitivity": sensitivity, "sites": [lab.REGION]}
            order["people"] = {
                part: ["bruno.petit" if part == "readers" else "alice.martin"] for part in offer["people"]
            }
            file = estate / f"tenants/{MINISTRY}/{name}-{sensitivity}.yml"
            file.write_text(yaml.safe_dump(order), encoding="utf-8")
