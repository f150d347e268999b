# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks: one port of a server that carries several networks, each under a segmentation id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Scope
from .._options import STATE
from ._resource import DESCRIPTION, NetworkResource, name_of
from .network import ADMIN_STATE_UP


class Trunk(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#trunk-networking

    A trunk owns its ports: they are made with it, bear its name, and go with it.
    """

    name = "trunk"
    collection, plural, singular = "/trunks", "trunks", "trunk"
    section = ("trunks",)
    heading = {"description": ["Trunks of the tenant in this region, with the ports that they are made of."]}
    options = {
        **name_of("trunk"),
        **DESCRIPTION,
        **ADMIN_STATE_UP,
        "network": {
            "description": [
                "Name of the network whose packets bear no segmentation id.",
                "It cannot be changed later.",
            ],
            "type": "str",
            "required": True,
        },
        "subports": {
            "description": ["The other networks of the trunk, all of them."],
            "type": "list",
            "elements": "dict",
            "suboptions": {
                "network": {"description": ["Name of the network."], "type": "str", "required": True},
                "segmentation_id": {
                    "description": ["Id under which the server sees it, such as the number of a VLAN."],
                    "type": "int",
                    "required": True,
                    "schema": {"minimum": 1, "maximum": 4094},
                },
            },
        },
        **STATE,
    }
    compared = ("description", "admin_state_up", "network", "subports")
    fixed = ("network",)
    needs = ("project", "network")
    stage = 3

    def normal(self, name: str, value: Any) -> Any:
        if name == "subports":
            return sorted(
                ({key: port[key] for key in ("network", "segmentation_id")} for port in value),
                key=lambda port: int(port["segmentation_id"]),
            )
        return value

    def listings(self, scope: Scope) -> Iterable[Get]:
        # A trunk names ports, and only those say their networks.
        yield from scope.regional("network", "/ports", "ports", ("fields", "id"), ("fields", "network_id"))
        yield from scope.regional("network", self.collection, self.plural)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        if get.collection == self.plural:
            yield from super().read(records, get, names)
            return
        for raw in records:
            network = names.path("network", get.region, raw["network_id"])
            if network:
                names.add(Observed(Key("port", get.region, network), raw["id"]))

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        def network(port: str) -> str:
            path = names.path("port", get.region, port)
            return path[2] if path else port

        ports = [{**port, "network": network(port["port_id"])} for port in raw["sub_ports"]]
        return {
            **super().seen(raw, get, names),
            "network": network(raw["port_id"]),
            "subports": self.normal("subports", ports),
        }

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        networks = [port["network"] for port in fields.get("subports", ())]
        networks += [fields["network"]] if "network" in fields else []
        named = {name: Key("network", key.region, (*key.path[:2], name)) for name in networks}
        return {**super().references(key, fields), **{f"network {name}": found for name, found in named.items()}}

    def create(self, api: Api, change: Change) -> str:
        plain = {name: change.after[name] for name in ("description", "admin_state_up") if name in change.after}
        sent = {
            **plain,
            **self.birth(api, change),
            "name": change.key.path[-1],
            "port_id": self._port(api, change.key, change.after["network"], change.key.path[-1]),
            "sub_ports": [self._subport(api, change.key, port) for port in change.after.get("subports", ())],
        }
        return str(api.post(self.collection, {self.singular: sent})[self.singular]["id"])

    def update(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        plain = {name: change.after[name] for name in ("description", "admin_state_up") if name in change.after}
        if plain:
            api.put(path, {self.singular: plain})
        if "subports" not in change.after:
            return
        before, after = change.before.get("subports") or [], change.after["subports"]
        ids = {port["segmentation_id"]: port["port_id"] for port in api.get(path)[self.singular]["sub_ports"]}
        gone = [ids[port["segmentation_id"]] for port in before if port not in after]
        if gone:
            api.put(f"{path}/remove_subports", {"sub_ports": [{"port_id": id} for id in gone]})
            for id in gone:
                api.delete(f"/ports/{id}")
        new = [self._subport(api, change.key, port) for port in after if port not in before]
        if new:
            api.put(f"{path}/add_subports", {"sub_ports": new})

    def delete(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        held = api.get(path)[self.singular]
        api.delete(path)
        for id in (held["port_id"], *(port["port_id"] for port in held["sub_ports"])):
            api.delete(f"/ports/{id}")

    def users(self, api: Api, change: Change) -> Sequence[str]:
        parent = api.get(f"{self.collection}/{change.id}")[self.singular]["port_id"]
        port = api.get(f"/ports/{parent}")["port"]
        return [f"{port['device_owner']} {port['device_id']}"] if port["device_id"] else []

    def _subport(self, api: Api, key: Key, port: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{key.path[-1]}-{port['segmentation_id']}"
        id = self._port(api, key, port["network"], name)
        return {"port_id": id, "segmentation_type": "vlan", "segmentation_id": port["segmentation_id"]}

    def _port(self, api: Api, key: Key, network: str, name: str) -> str:
        """Return the id of a port of the trunk; one that an attempt before left behind is taken again."""
        project = api.id(Key("project", "", key.path[:2]))
        where = {"network_id": api.id(Key("network", key.region, (*key.path[:2], network))), "project_id": project}
        left = [port for port in api.get("/ports", {**where, "name": name})["ports"] if not port["device_id"]]
        if left:
            return str(left[0]["id"])
        return str(api.post("/ports", {"port": {**where, "name": name}})["port"]["id"])
