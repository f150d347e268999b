# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixes that several controls make: a rule deleted, a field of an image set, a label put on a resource; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .._rules import ANY
from .filtering import Rule
from .model import Call, Fix, Row, Text

#: The patches that Glance takes.
PATCH = (("Content-Type", "application/openstack-images-v2.1-json-patch"),)
#: What makes a rule, by the names that Neutron takes; the other fields of a record are its own.
RULE = (
    *("security_group_id", "project_id", "direction", "ethertype", "protocol", "port_range_min", "port_range_max"),
    *("remote_ip_prefix", "remote_group_id", "remote_address_group_id", "description"),
)


def quoted(part: str) -> str:
    """Return a text as one part of a path."""
    return quote(part, safe="")


def deleted_rule(row: Row, rule: Rule, group: str) -> Fix:
    """Return the deletion of a rule of a security group. rule: the same in normal form. group: the group's name."""
    way = "from" if rule.direction == "ingress" else "to"
    what = [f"IPv{rule.version}", *(part for part in (rule.protocol, rule.ports) if part != ANY)]
    made = {name: row[name] for name in RULE if row.get(name) not in (None, "")}
    return Fix(
        service="network",
        type="security_group_rule",
        id=row["id"],
        name=f"{group}: {rule.direction} {' '.join(what)} {way} {rule.source}",
        before={name: value for name, value in made.items() if not name.endswith("_id")},
        after={},
        calls=(Call("DELETE", f"/security-group-rules/{row['id']}"),),
        # Neutron gives it a new id.
        undo=(Call("POST", "/security-group-rules", {"security_group_rule": made}, same_if_exists=True),),
    )


def deleted_policy(policy: Row, what: str) -> Fix:
    """Return the deletion of a policy by which Neutron shares an object. what: the object, as people know it."""
    made = {name: policy[name] for name in ("object_type", "object_id", "action", "target_tenant", "project_id")}
    who = "everyone" if policy["target_tenant"] == "*" else f"project {policy['target_tenant']}"
    return Fix(
        service="network",
        type="rbac_policy",
        id=policy["id"],
        name=f"{what} with {who}",
        before={name: made[name] for name in ("object_type", "object_id", "action", "target_tenant")},
        after={},
        calls=(Call("DELETE", f"/rbac-policies/{policy['id']}"),),
        # Neutron gives it a new id.
        undo=(Call("POST", "/rbac-policies", {"rbac_policy": made}, same_if_exists=True),),
    )


def deleted(
    service: str, type: str, row: Row, path: str, before: Row, undo: Call | None, lasting: Text | None = None
) -> Fix:
    """Return the deletion of what is no data. before: its fields. lasting: why nothing brings it back, without undo."""
    return Fix(
        service=service,
        type=type,
        id=row["id"],
        name=str(row.get("name") or ""),
        before=before,
        after={},
        calls=(Call("DELETE", path),),
        undo=(undo,) if undo else (),
        lasting=lasting,
    )


def changed(
    service: str,
    type: str,
    row: Row,
    method: str,
    path: str,
    wrapper: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    **after: Any,
) -> Fix:
    """Return fields that become what after says, by a call whose body has them under a wrapper."""
    before = {name: row.get(name) for name in after}
    return Fix(
        service=service,
        type=type,
        id=row["id"],
        name=str(row.get("name") or ""),
        before=before,
        after=after,
        calls=(Call(method, path, {wrapper: after}, headers),),
        undo=(Call(method, path, {wrapper: before}, headers),),
    )


def patched_image(image: Row, **after: Any) -> Fix:
    """Return fields and properties of an image that become what after says."""
    path = f"/images/{image['id']}"
    forth = [
        {"op": "replace" if name in image else "add", "path": f"/{name}", "value": value}
        for name, value in after.items()
    ]
    back = [
        {"op": "replace", "path": f"/{name}", "value": image[name]}
        if name in image
        else {"op": "remove", "path": f"/{name}"}
        for name in after
    ]
    return Fix(
        service="image",
        type="image",
        id=image["id"],
        name=str(image.get("name") or ""),
        before={name: image[name] for name in after if name in image},
        after=after,
        calls=(Call("PATCH", path, forth, PATCH),),
        undo=(Call("PATCH", path, back, PATCH),),
    )


def tagged(service: str, type: str, row: Row, path: str, wanted: Mapping[str, str]) -> Fix:
    """Return tags name:value that take the place of those of the same names; every other one is left alone."""
    tags = {str(tag): _name_of(str(tag)) for tag in row.get("tags") or ()}
    made = [f"{name}:{value}" for name, value in wanted.items()]
    gone = [tag for tag, name in tags.items() if name in wanted and tag not in made]
    new = [tag for tag in made if tag not in tags]

    def call(method: str, tag: str) -> Call:
        return Call(method, f"{path}/tags/{quoted(tag)}")

    return Fix(
        service=service,
        type=type,
        id=row["id"],
        name=str(row.get("name") or ""),
        before={name: ", ".join(tag for tag in gone if tags[tag] == name) for name in wanted},
        after={name: f"{name}:{value}" for name, value in wanted.items()},
        calls=(*(call("PUT", tag) for tag in new), *(call("DELETE", tag) for tag in gone)),
        undo=(*(call("PUT", tag) for tag in gone), *(call("DELETE", tag) for tag in new)),
    )


def _name_of(tag: str) -> str:
    return tag.partition(":" if ":" in tag else "=")[0].strip().lower()


def labelled(service: str, type: str, row: Row, path: str, wanted: Mapping[str, str]) -> Fix:
    """Return metadata that are added, or take the place of an empty value."""
    metadata = row.get("metadata") or {}
    # Nova and Cinder tell names apart by case, and the controls do not.
    names = {name: next((found for found in metadata if found.lower() == name), name) for name in wanted}
    there = {names[name]: metadata[names[name]] for name in wanted if names[name] in metadata}
    return Fix(
        service=service,
        type=type,
        id=row["id"],
        name=str(row.get("name") or ""),
        before=there,
        after={names[name]: value for name, value in wanted.items()},
        calls=(Call("POST", f"{path}/metadata", {"metadata": {names[name]: wanted[name] for name in wanted}}),),
        undo=(
            *((Call("POST", f"{path}/metadata", {"metadata": there}),) if there else ()),
            *(Call("DELETE", f"{path}/metadata/{quoted(name)}") for name in names.values() if name not in there),
        ),
    )
