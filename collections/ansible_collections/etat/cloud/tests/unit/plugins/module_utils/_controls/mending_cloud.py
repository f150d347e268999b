# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the calls of a fix make of the facts of a case, by the rules that the services have for them.

It is strict: a call that no service knows stops the test. Whether the services do what it says is seen on the lab.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Call
from ansible_collections.etat.cloud.plugins.module_utils._audit.repair import Remedy
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils._controls.audit_cases import GIVEN

Records = dict[str, Any]
#: The collections whose records are changed field by field, with the source that lists them.
COLLECTIONS = {
    "network": {
        **{name: name for name in ("networks", "subnets", "ports", "routers")},
        "security-groups": "security_groups",
        "floatingips": "floating_ips",
    },
    "identity": {"users": "users", "projects": "projects"},
    "image": {"images": "images"},
    "compute": {"servers": "servers"},
    "block-storage": {"volumes": "volumes"},
    "load-balancer": {"lbaas/listeners": "listeners"},
    "shared-file-system": {"shares": "shares"},
}
#: The limits of a project, by service and path, with the source that lists them.
LIMITS = {
    ("compute", "os-quota-sets"): "compute_quotas",
    ("block-storage", "os-quota-sets"): "volume_quotas",
    ("network", "quotas"): "network_quotas",
    ("shared-file-system", "quota-sets"): "share_quotas",
}
#: What is listed for one parent at a time and comes and goes: by service and path, with the source.
CHILDREN = {
    ("network", "floatingips", "port_forwardings"): "port_forwardings",
    ("image", "images", "members"): "image_members",
    ("dns", "zones", "shares"): "zone_shares",
}


class MendingCloud:
    """Holds the records of a case in the one region that is mended, and changes them."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.case = copy.deepcopy(dict(case))
        self.records: Records = copy.deepcopy({**GIVEN, **self.case.get("facts", {})})
        self.case["facts"] = self.records
        self._made = 0
        #: Members of groups are users, of whom not every case tells.
        self._people: dict[str, dict[str, Any]] = {}
        #: Keystone makes a role assignment out of ids alone, and the records have names as well.
        self._revoked: list[dict[str, Any]] = []

    def send(self, remedy: Remedy, calls: Iterable[Call]) -> None:
        """Send calls."""
        for call in calls:
            path = [unquote(part) for part in call.path.strip("/").split("/")]
            self._handler(remedy.service, call, path)(path, call)

    def _handler(self, service: str, call: Call, path: list[str]) -> Callable[[list[str], Call], None]:
        if (service, call.path) in (("network", "/security-group-rules"), ("network", "/rbac-policies")) or path[0] in (
            *("security-group-rules", "rbac-policies", "volume-transfers"),
        ):
            return self._listed
        if service == "object-store":
            return self._headers
        if (service, path[0]) in LIMITS:
            return lambda path, call: self._limit(LIMITS[service, path[0]], path, call)
        if path[-1] == "acl":
            return self._acl
        if "roles" in path:
            return self._assignment
        if path[2:3] == ["recordsets"]:
            return self._recordset
        if path[:2] == ["zones", "tasks"]:
            return lambda path, call: self._remove("zone_transfer_requests", path[3], call)
        if len(path) > 2 and (service, path[0], path[2]) in CHILDREN:
            return lambda path, call: self._child(CHILDREN[service, path[0], path[2]], path, call)
        if path[0] == "groups":
            return self._member
        if path[-1] == "action" or path[-2:-1] == ["os-volume_attachments"]:
            return lambda path, call: self._act(service, path, call)
        collection = "/".join(path[:2]) if path[0] == "lbaas" else path[0]
        source = COLLECTIONS[service][collection]
        rest = path[2 if path[0] == "lbaas" else 1 :]
        return lambda _path, call: self._field(service, self._one(source, rest[0]), rest[1:], call)

    def _one(self, source: str, id: str) -> dict[str, Any]:
        (found,) = [row for row in self._all(source) if row["id"] == id]
        return found

    def _all(self, source: str) -> list[dict[str, Any]]:
        held = self.records[source]
        if isinstance(held, list):
            return held
        return [row for rows in held.values() for row in (rows if isinstance(rows, list) else [rows])]

    def _remove(self, source: str, id: str, call: Call) -> None:
        assert call.method == "DELETE"
        self.records[source].remove(self._one(source, id))

    def _new(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        self._made += 1
        return {"id": f"new-{self._made}", **fields}

    # --- each sort of call

    def _listed(self, path: list[str], call: Call) -> None:
        if path[0] == "security-group-rules":
            groups = self.records["security_groups"]
            if call.method == "POST":
                made = self._new(call.body["security_group_rule"])
                # The records of the tables do not say in each rule what its group says.
                group = self._one("security_groups", made.pop("security_group_id"))
                group["security_group_rules"].append(made)
                return
            assert call.method == "DELETE"
            (group,) = [g for g in groups if any(r["id"] == path[1] for r in g.get("security_group_rules", ()))]
            group["security_group_rules"] = [rule for rule in group["security_group_rules"] if rule["id"] != path[1]]
            return
        source = path[0].replace("-", "_")
        if call.method == "POST":
            self.records[source].append(self._new(call.body["rbac_policy"]))
        else:
            self._remove(source, path[1], call)

    def _child(self, source: str, path: list[str], call: Call) -> None:
        rows = self.records[source][path[1]]
        name = "member_id" if source == "image_members" else "id"
        if call.method == "POST":
            fields = dict(call.body.get("port_forwarding", call.body))
            if source == "image_members":
                fields = {"member_id": fields["member"], "status": "pending"}
            rows.append(self._new(fields) if name == "id" else fields)
        elif call.method == "PUT":
            next(row for row in rows if row[name] == path[3]).update(call.body)
        else:
            assert call.method == "DELETE"
            rows.remove(next(row for row in rows if row[name] == path[3]))

    def _headers(self, path: list[str], call: Call) -> None:
        assert call.method == "POST"
        assert call.headers
        assert call.body is None
        if path == [""]:
            (row,) = self.records["object_accounts"].values()
        else:
            row = self.records["object_container_headers"][path[0]]
        for name, value in call.headers:
            if value:
                row[name] = value.title() if name == "x-versions-enabled" else value
            else:
                row.pop(name, None)

    def _limit(self, source: str, path: list[str], call: Call) -> None:
        assert call.method == "PUT"
        ((_wrapper, fields),) = call.body.items()
        row = self.records[source][path[1]]
        for name, limit in fields.items():
            row[name]["limit"] = limit

    def _acl(self, path: list[str], call: Call) -> None:
        assert call.method == "PUT"
        row = self.records[f"{path[0][:-1]}_acls"][path[1]]
        row.clear()
        row.update(call.body["read"])

    def _assignment(self, path: list[str], call: Call) -> None:
        inherited = path[0] == "OS-INHERIT"
        place, where, holder, who, _roles, role = path[1:-1] if inherited else path
        if call.method == "PUT":
            self.records["role_assignments"].append(self._revoked.pop())
            return
        assert call.method == "DELETE"
        (row,) = [
            row
            for row in self.records["role_assignments"]
            if row["role"]["id"] == role
            and row.get(holder[:-1], {}).get("id") == who
            and row["scope"].get(place[:-1], {}).get("id") == where
            and ("OS-INHERIT:inherited_to" in row["scope"]) is inherited
        ]
        self.records["role_assignments"].remove(row)
        self._revoked.append(row)

    def _recordset(self, path: list[str], call: Call) -> None:
        if call.method == "POST":
            self.records["recordsets"].append(self._new(call.body))
        else:
            self._remove("recordsets", path[3], call)

    def _member(self, path: list[str], call: Call) -> None:
        members = self.records["group_members"].setdefault(path[1], [])
        if call.method == "PUT":
            members.append(self._people[path[3]])
        else:
            assert call.method == "DELETE"
            self._people |= {user["id"]: user for user in members}
            members[:] = [user for user in members if user["id"] != path[3]]

    def _act(self, service: str, path: list[str], call: Call) -> None:
        if path[-2:-1] == ["os-volume_attachments"]:
            server = self._one("servers", path[1])
            (row,) = [row for row in server["os-extended-volumes:volumes_attached"] if row["id"] == path[3]]
            row["delete_on_termination"] = call.body["volumeAttachment"]["delete_on_termination"]
            return
        ((action, asked),) = call.body.items()
        if action in ("lock", "unlock"):
            self._one("servers", path[1])["locked"] = action == "lock"
            return
        rules = self.records["share_access_rules"][path[1]]
        if action == "allow_access":
            rules.append(self._new(asked))
        else:
            assert action == "deny_access"
            rules.remove(next(rule for rule in rules if rule["id"] == asked["access_id"]))

    def _field(self, service: str, row: dict[str, Any], rest: list[str], call: Call) -> None:
        if rest[:1] == ["tags"]:
            tags = [tag for tag in row.get("tags", []) if tag != rest[1]]
            row["tags"] = [*tags, rest[1]] if call.method == "PUT" else tags
        elif rest[:1] == ["metadata"]:
            if call.method == "POST":
                row["metadata"] = {**row.get("metadata", {}), **call.body["metadata"]}
            else:
                assert call.method == "DELETE"
                del row["metadata"][rest[1]]
        elif service == "image":
            assert call.method == "PATCH"
            for step in call.body:
                name = re.sub("^/", "", step["path"])
                assert (name in row) == (step["op"] != "add")
                if step["op"] == "remove":
                    del row[name]
                else:
                    row[name] = step["value"]
        else:
            assert call.method in ("PUT", "PATCH")
            ((_wrapper, fields),) = call.body.items()
            for name, value in fields.items():
                row[name] = self._becomes(row, name, value)

    def _becomes(self, row: Mapping[str, Any], name: str, value: Any) -> Any:
        if name == "options":
            # Keystone leaves alone what is not named, and forgets what is set to nothing.
            return {key: inner for key, inner in {**row.get(name, {}), **value}.items() if inner is not None}
        if name == "extra_dhcp_opts":
            options = {(one["opt_name"], one.get("ip_version", 4)): one for one in (*(row.get(name) or ()), *value)}
            return [one for one in options.values() if one.get("opt_value") is not None]
        return value
