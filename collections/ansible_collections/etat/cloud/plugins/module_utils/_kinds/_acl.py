# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read what a tenant keeps in the key manager. What is kept is never read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Action, Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from ._resource import name_of

#: The fields of an access list as Barbican has them.
_SENT = {"project_access": "project-access", "users": "users", "user_ids": "users"}


class Kept(Kind):
    """Secrets or containers, of which only the name and the address are asked for. The product makes none."""

    service = "key-manager"
    needs = ("project",)
    stage = 2
    #: The collection, which is the key of the answer too, and the field that holds the address.
    plural: ClassVar[str]
    ref: ClassVar[str]

    def listings(self, scope: Scope) -> Iterable[Get]:
        tenants = {key.tenant for key in scope.wanted if key.kind == f"{self.name}_acl"}
        for region in scope.regions:
            for id in scope.project_ids():
                # Barbican shows them in their project only, so that an administrator looks where it was asked to.
                everywhere = scope.whole and scope.account.privilege is not Privilege.CLOUD
                if everywhere or scope.names.path("project", "", id) in tenants:
                    path, query = f"/{self.plural}", (("limit", "100"),)
                    yield Get(self.service, region, path, self.plural, query, project=id, about=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        project = names.path("project", "", get.about)
        for raw in records:
            if project is not None and raw.get("name"):
                id = raw[self.ref].rstrip("/").rpartition("/")[2]
                yield Observed(Key(self.name, get.region, (*project, raw["name"])), f"{get.about}/{id}")


class Acl(Kind):
    """The access list of one secret or container, which has one from its beginning."""

    service = "key-manager"
    levels = (Level.SITE,)
    compared = ("users", "user_ids", "project_access")
    stage = 3
    own_token = (Action.CREATE, Action.UPDATE)
    # A member knows users by their ids only.
    privileges = {"users": Privilege.DOMAIN}
    #: The collection of what has the list, and its kind.
    collection: ClassVar[str]
    parent: ClassVar[str]

    def normal(self, name: str, value: Any) -> Any:
        return value if name == "project_access" else sorted(set(value))

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        if item.get("users") is not None and item.get("user_ids") is not None:
            raise ValueError("it names users both by name and by id")
        return super().wanted(place, item)

    def listings(self, scope: Scope) -> Iterable[Get]:
        wanted = {(key.region, key.path) for key in scope.wanted if key.kind == self.name}
        for region in scope.regions:
            for known, named in scope.names.ids(self.parent, region).items():
                if scope.whole or (region, named) in wanted:
                    project, id = known.split("/")
                    path = f"{self.collection}/{id}/acl"
                    yield Get(self.service, region, path, "read", project=project, about=known, nothing=(403,))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        path = names.path(self.parent, get.region, get.about)
        # Of what is closed to the project, Barbican shows the list to its owner alone.
        for raw in records or [{"project-access": False, "users": None}]:
            if path is not None:
                # It says nothing of users as long as there are none.
                ids = raw.get("users", [])
                fields = {
                    "users": None if ids is None else sorted(self._user(id, path[0], names) for id in ids),
                    "user_ids": None if ids is None else sorted(ids),
                    "project_access": raw["project-access"],
                }
                yield Observed(Key(self.name, get.region, path), get.about, fields)

    def _user(self, id: str, domain: str, names: Names) -> str:
        path = names.path("user", "", id)
        return path[2] if path and path[0] == domain else id

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path

    def natural(self, found: Observed) -> bool:
        return found.fields["user_ids"] == [] and bool(found.fields["project_access"])

    def item(self, found: Observed) -> dict[str, Any]:
        ids = found.fields["user_ids"]
        names = found.fields["users"]
        said = {} if ids is None else {"user_ids": ids} if set(ids) & set(names) else {"users": names}
        return {"name": found.key.path[2], **said, "project_access": found.fields["project_access"]}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        users = {f"user {name}": Key("user", "", (key.path[0], "", name)) for name in fields.get("users") or ()}
        return {
            "project": Key("project", "", key.tenant),
            self.parent: Key(self.parent, key.region, key.path),
            **users,
        }

    def create(self, api: Api, change: Change) -> str:
        known = api.id(Key(self.parent, change.key.region, change.key.path))
        self._write(api, known, change)
        return known

    def update(self, api: Api, change: Change) -> None:
        self._write(api, change.id, change)

    def _write(self, api: Api, known: str, change: Change) -> None:
        said: dict[str, Any] = {_SENT[name]: value for name, value in change.after.items()}
        if "users" in change.after:
            users = [Key("user", "", (change.key.path[0], "", name)) for name in change.after["users"]]
            said["users"] = [api.id(user) for user in users]
        id = known.rpartition("/")[2]
        api.patch(f"{self.collection}/{id}/acl", {"read": said})


def acl_options(what: str) -> dict[str, Any]:
    """Return the options of an access list."""
    return {
        **name_of(f"{what}, which is there already"),
        "users": {
            "description": [f"Names of all users of the tenant's domain who may read the {what} in any case."],
            "type": "list",
            "elements": "str",
        },
        "user_ids": {
            "description": [
                "The same by their ids, for users of other domains, and for a member, who sees no names of users."
            ],
            "type": "list",
            "elements": "str",
        },
        "project_access": {
            "description": [f"Whether everybody with a role in the project may read the {what}."],
            "type": "bool",
        },
    }
