# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that tenants share with one another: the images, who may use them, and who wants to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope
from .._options import STATE
from ._access import TENANT, tenant_of

_IMAGE: dict[str, Any] = {
    "image": {
        "description": ["Name of the image, whose visibility is C(shared)."],
        "type": "str",
        "required": True,
    }
}


class SharedImage(Kind):
    """https://docs.openstack.org/api-ref/image/v2/#list-images

    An image that may have members. The product makes none. The path: the owner's domain and project, the name.
    """

    name = "shared_image"
    service = "image"
    needs = ("project",)
    stage = 2

    def listings(self, scope: Scope) -> Iterable[Get]:
        owned = {(key.region, key.path[:2]) for key in scope.wanted if key.kind == "image_member"}
        taken = {(key.region, key.path) for key in scope.wanted if key.kind == "accepted_image"}
        query = (("visibility", "shared"), ("limit", "1000"))
        mine = set(scope.project_ids())
        for region in scope.regions:
            for id, path in sorted(scope.names.ids("project").items()):
                asked = (scope.whole and id in mine) or (region, path) in owned
                if scope.account.privilege is Privilege.CLOUD:
                    if asked or any(where == region and other[2:4] == path for where, other in taken):
                        yield Get(self.service, region, "/images", "images", (*query, ("owner", id)))
                    continue
                if asked:
                    yield Get(self.service, region, "/images", "images", (*query, ("owner", id)), project=id)
                for where, other in sorted(taken):
                    if where == region and other[:2] == path:
                        # Of an owner in another domain nothing is known but what the declaration says.
                        named = (("member_status", "all"), ("name", other[4]))
                        about = "/".join(other[2:4])
                        yield Get(self.service, region, "/images", "images", (*query, *named), project=id, about=about)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            owner = names.path("project", "", raw["owner"])
            if owner is None and get.about:
                domain, _sign, project = get.about.partition("/")
                owner = (domain, project)
            if owner is not None and raw.get("name"):
                yield Observed(Key(self.name, get.region, (*owner, raw["name"])), raw["id"])


def member_lists(scope: Scope) -> Iterable[Get]:
    """Yield the member lists of the images that are shared or accepted, each read by who shares or who accepts."""
    asked: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = {
        (key.region, key.path[:3], key.tenant) for key in scope.wanted if key.kind == "image_member"
    }
    asked |= {(key.region, key.path[2:], key.tenant) for key in scope.wanted if key.kind == "accepted_image"}
    if scope.whole:
        asked |= {
            (region, path, path[:2])
            for region in scope.regions
            for path in scope.names.ids("shared_image", region).values()
            if path[:2] in scope.tenants
        }
    projects = {path: id for id, path in scope.names.ids("project").items()}
    for region, image, reader in sorted(asked):
        token = "" if scope.account.privilege is Privilege.CLOUD else projects.get(reader, "")
        for id, path in scope.names.ids("shared_image", region).items():
            if path == image:
                yield Get("image", region, f"/images/{id}/members", "members", project=token, about=id)


class ImageMember(Kind):
    """https://docs.openstack.org/api-ref/image/v2/#sharing

    That a project may use an image. The path: the owner's domain and project, the image, the other domain and project.
    """

    name = "image_member"
    service = "image"
    levels = (Level.SITE,)
    section = ("image_members",)
    heading = {"description": ["Tenants that may use images of this one; others are left alone."]}
    options = {**_IMAGE, **TENANT, **STATE}
    needs = ("shared_image", "project")
    stage = 3
    same_if_exists = True

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["image"], item["domain"], item["tenant"])

    def label(self, key: Key) -> str:
        return f"{key.path[2]} for {'/'.join(part for part in key.path[3:] if part)}"

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any] | None:
        image, domain, tenant = found.key.path[2:]
        return {"image": image, "domain": domain, "tenant": tenant} if domain else None

    def listings(self, scope: Scope) -> Iterable[Get]:
        return member_lists(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        path = names.path("shared_image", get.region, get.about)
        for raw in records:
            if path is not None:
                key = Key(self.name, get.region, (*path, *tenant_of(raw["member_id"], names)))
                yield Observed(key, f"{get.about}/{raw['member_id']}")

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        image = {"image": Key("shared_image", key.region, key.path[:3])}
        return {**image, "member": Key("project", "", key.path[3:])} if key.path[3] else image

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, {})
        image, member = api.id(refer["image"]), api.id(refer["member"])
        api.post(f"/images/{image}/members", {"member": member})
        return f"{image}/{member}"

    def delete(self, api: Api, change: Change) -> None:
        image, member = change.id.split("/")
        api.delete(f"/images/{image}/members/{member}")


class AcceptedImage(Kind):
    """https://docs.openstack.org/api-ref/image/v2/#update-image-member

    What a tenant says of an image that another one shares with it. The path: its own domain and project, those of the
    owner, and the image.
    """

    name = "accepted_image"
    service = "image"
    levels = (Level.SITE,)
    section = ("accepted_images",)
    heading = {"description": ["What the tenant says of images that others share with it."]}
    options = {
        "image": {"description": ["Name of the image."], "type": "str", "required": True},
        "domain": {"description": ["Name of the domain of its owner."], "type": "str", "required": True},
        "tenant": {"description": ["Name of the project of its owner."], "type": "str", "required": True},
        "status": {
            "description": ["Whether the image is listed among those that the tenant can use."],
            "type": "str",
            "choices": ["accepted", "rejected", "pending"],
            "default": "accepted",
        },
    }
    compared = ("status",)
    needs = ("image_member",)
    stage = 3

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["domain"], item["tenant"], item["image"])

    def label(self, key: Key) -> str:
        return f"{key.path[4]} of {'/'.join(key.path[2:4])}"

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        domain, tenant, image = found.key.path[2:]
        return {"image": image, "domain": domain, "tenant": tenant, **found.fields}

    def natural(self, found: Observed) -> bool:
        return bool(found.fields["status"] == "pending")

    def listings(self, scope: Scope) -> Iterable[Get]:
        return member_lists(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        path = names.path("shared_image", get.region, get.about)
        for raw in records:
            member = names.path("project", "", raw["member_id"])
            if path is not None and member is not None:
                key = Key(self.name, get.region, (*member, *path))
                yield Observed(key, f"{get.about}/{raw['member_id']}", {"status": raw["status"]})

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        # That it is shared at all is the owner's word, which may be said in the same run.
        return {
            "image": Key("shared_image", key.region, key.path[2:]),
            "member": Key("image_member", key.region, (*key.path[2:], *key.path[:2])),
        }

    def create(self, api: Api, change: Change) -> str:
        id = api.id(self.references(change.key, {})["member"])
        self._write(api, id, change)
        return id

    def update(self, api: Api, change: Change) -> None:
        self._write(api, change.id, change)

    def _write(self, api: Api, id: str, change: Change) -> None:
        image, member = id.split("/")
        api.put(f"/images/{image}/members/{member}", {"status": change.after["status"]})
