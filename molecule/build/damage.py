#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes and alters objects behind the product's back."""

from __future__ import annotations

import lab
from openstack.exceptions import raise_from_response

INTERIEUR, OUTREMER = "molecule-build-interieur", "molecule-build-outremer"

admin = lab.connect()
there = lab.Domains(admin, lab.prefix())
portail, statistiques = there.project(INTERIEUR, "portail"), there.project(INTERIEUR, "statistiques")


def id_of(collection: str, project: str, name: str) -> str:
    key = collection.replace("-", "_")
    found = admin.network.get(f"/{collection}?project_id={project}&name={name}").json()[key]
    return str(found[0]["id"])


group = admin.identity.get(f"/groups?domain_id={there.domain(INTERIEUR)}&name=portail-readers").json()["groups"][0]
edge, front = id_of("routers", statistiques, "edge"), id_of("subnets", statistiques, "front")
limits = {"quota_set": {"instances": 99}}
for proxy, method, path, body in (
    (admin.network, "DELETE", f"/security-groups/{id_of('security-groups', portail, 'web')}", None),
    (admin.network, "PUT", f"/routers/{edge}/remove_router_interface", {"subnet_id": front}),
    (admin.network, "DELETE", f"/networks/{id_of('networks', statistiques, 'molecule-build-front')}", None),
    (admin.compute, "PUT", f"/os-quota-sets/{portail}", limits),
    (admin.identity, "DELETE", f"/groups/{group['id']}", None),
    (admin.identity, "PATCH", f"/projects/{portail}", {"project": {"tags": ["sensitivity:restricted"]}}),
    (admin.identity, "DELETE", f"/projects/{there.project(OUTREMER, 'portail')}", None),
):
    raise_from_response(proxy.request(path, method, **({} if body is None else {"json": body})))
