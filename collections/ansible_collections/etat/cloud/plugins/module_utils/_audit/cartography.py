# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tenants have of networks on each site, and what leads where: a map, of the facts of an audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .model import Row
from .secrets import masked
from .view import ROUTER_INTERFACES, View

VERSION = 1
#: What is read for it, nearly all of which controls look at too.
SOURCES = ("networks", "subnets", "routers", "ports", "floating_ips", "load_balancers", "rbac_policies")
#: The kinds of its objects, in the order in which they stand.
KINDS = (
    *("router", "network", "subnet", "router_interface", "floating_ip", "load_balancer", "network_rbac_policy"),
    "network_rbac_policy_of_another",
)
#: What a policy may be about: the source that shows it, where there is one.
SHARED = {"network": "networks"}


def cartography(views: Iterable[View]) -> dict[str, Any]:
    """Return the map of sites of tenants, each with its objects and with what of it could not be read.

    Every object has kind, id, name, addresses, belongs_to (in what it lies), leads_to (what is reached by it) and
    details, in the words of OpenStack; each thing that is named has an id and, where it was seen, a name.
    """
    sites = [_site(view) for view in views]
    return {"version": VERSION, "complete": not any(site["unseen"] for site in sites), "sites": sites}


def _site(view: View) -> dict[str, Any]:
    tenant = view.tenant
    said = {
        "domain": tenant.domain if tenant else "",
        "tenant": tenant.name if tenant else "",
        "sensitivity": view.sensitivity,
        "site": view.region,
    }
    if not view.project:
        lost = {"source": "projects", "why": "the project was not found", "why_fr": "le projet n'a pas été trouvé"}
        return {**said, "objects": [], "unseen": [lost]}
    objects = sorted(_objects(view), key=lambda found: (KINDS.index(found["kind"]), found["name"], found["id"]))
    return {**said, "objects": objects, "unseen": list(_unseen(view))}


def _unseen(view: View) -> Iterator[dict[str, str]]:
    for source in SOURCES:
        refusal = view.refusal(source)
        # A cloud without load balancers has none to show.
        if refusal and not refusal.absent:
            yield {"source": source, "why": refusal.why.en, "why_fr": refusal.why.fr}


def _objects(view: View) -> Iterator[dict[str, Any]]:
    for row in view.rows("routers"):
        gateway = row.get("external_gateway_info") or {}
        addresses = [fixed["ip_address"] for fixed in gateway.get("external_fixed_ips") or ()]
        outside = _things(view, "networks", gateway.get("network_id"))
        yield _object("router", row, addresses, leads_to=outside, details=[row.get("status")])
    for row in view.rows("networks"):
        details = [word for word in ("shared", "router:external") if row.get(word)]
        yield _object("network", row, details=details)
    for row in view.rows("subnets"):
        yield _object("subnet", row, [row["cidr"]], _things(view, "networks", row["network_id"]))
    for row in view.rows("ports"):
        if row.get("device_owner") in ROUTER_INTERFACES:
            yield from _interfaces(view, row)
    for row in view.rows("floating_ips"):
        yield _object(
            "floating_ip",
            {**row, "name": row.get("description")},
            [row["floating_ip_address"]],
            _things(view, "networks", row.get("floating_network_id")),
            _things(view, "ports", row.get("port_id")),
            [row.get("fixed_ip_address")],
        )
    for row in view.rows("load_balancers"):
        within = _things(view, "subnets", row.get("vip_subnet_id"))
        yield _object("load_balancer", row, [row["vip_address"]], within, details=[row.get("operating_status")])
    own = view.rows("rbac_policies")
    for row in own:
        yield _policy(view, "network_rbac_policy", row, row["target_tenant"])
    for row in view.by("rbac_policies", "target_tenant", view.project["id"]):
        if row["project_id"] != view.project["id"]:
            yield _policy(view, "network_rbac_policy_of_another", row, row["project_id"])


def _interfaces(view: View, port: Row) -> Iterator[dict[str, Any]]:
    for fixed in port.get("fixed_ips") or ():
        yield _object(
            "router_interface",
            port,
            [fixed["ip_address"]],
            _things(view, "routers", port["device_id"]),
            _things(view, "subnets", fixed["subnet_id"]),
        )


def _policy(view: View, kind: str, row: Row, other: str) -> dict[str, Any]:
    """Return a policy: what it is about, and the project on its other side; an asterisk is every project."""
    source = SHARED.get(row["object_type"])
    about = _things(view, source, row["object_id"]) if source else [{"id": row["object_id"], "name": ""}]
    others = _things(view, "projects", other)
    return _object(kind, {"id": row["id"]}, (), about, others, [row["object_type"], row["action"]])


def _object(
    kind: str,
    row: Row,
    addresses: Iterable[str] = (),
    belongs_to: Iterable[Mapping[str, str]] = (),
    leads_to: Iterable[Mapping[str, str]] = (),
    details: Iterable[Any] = (),
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": str(row["id"]),
        # People write passwords into names and descriptions, too.
        "name": masked(str(row.get("name") or "")),
        "addresses": list(addresses),
        "belongs_to": list(belongs_to),
        "leads_to": list(leads_to),
        "details": [str(word) for word in details if word],
    }


def _things(view: View, source: str, id: str | None) -> list[dict[str, str]]:
    """Return what has an id, with its name where it was seen; nothing for none."""
    if not id:
        return []
    row = view.one(source, id) or {}
    return [{"id": id, "name": masked(str(row.get("name") or ""))}]
