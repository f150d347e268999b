#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an application credential with access rules, as its owner alone can, and a secret for one-time passwords."""

import lab

CULTURE = "molecule-identity-culture"

alice = lab.log_in(CULTURE, "alice.martin", project_name="museums", project_domain_name=CULTURE)
own = f"/users/{alice.current_user_id}/application_credentials"
rules = [{"service": "compute", "method": method, "path": "/v2.1/servers"} for method in ("GET", "POST")]
credentials = {}
for name, more in (("automation", {}), ("bounded", {"access_rules": rules})):
    body = {"application_credential": {"name": name, **more}}
    credentials[name] = lab.accept(alice.identity.post(own, json=body)).json()["application_credential"]
# A rule outlives its credential, and can be deleted from then on.
lab.accept(alice.identity.delete(f"{own}/{credentials['bounded']['id']}"))
kept = {name: credentials["automation"][name] for name in ("id", "secret")}
lab.write_secret(lab.folder() / "credential.yml", kept)

bruno = lab.log_in(CULTURE, "bruno.petit", project_name="museums", project_domain_name=CULTURE)
secret = {"type": "totp", "blob": "GEZDGNBVGY3TQOJQGEZDGNBVGY", "user_id": bruno.current_user_id}
lab.accept(lab.connect().identity.post("/credentials", json={"credential": secret}))
