# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of listings, and what is kept of a record."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Role, Source
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES, kept, least_role, needed
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID, CONTROLS
from ansible_collections.etat.cloud.plugins.module_utils._sdk.cloud import VERSIONS

SECRET = "Zq7-planted-Secret"
PACKED = base64.b64encode(f"password: {SECRET}".encode()).decode()


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: str(source.name))
def test_a_source_can_be_read(source: Source) -> None:
    assert source.service in VERSIONS
    assert not source.per or source.per in SOURCES
    # What is listed for a parent says for which one, in its path, in its query, or by the parent's token.
    named = "{id}" in source.path or any("{id}" in value for query in source.queries for _name, value in query)
    assert bool(source.per) == named or (source.service == "object-store" and source.own_token)
    assert list(SOURCES).index(source.name) > list(SOURCES).index(source.per or source.name) or not source.per


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: str(source.name))
def test_no_secret_passes_a_source(source: Source) -> None:
    secret = [*source.drop, *source.presence, *source.scan]
    plain = {name: SECRET for name in secret if name != "metadata"}
    record: dict[str, Any] = {
        "id": "x",
        "role": {"id": "r"},
        "name": "n",
        **plain,
        **{name: PACKED for name in secret if name.endswith("user_data")},
        **({"metadata": {"password": SECRET, "kind": "a"}} if "metadata" in secret else {}),
        **({"x-container-meta-password": SECRET, "x-account-meta-note": f"password={SECRET}"} if source.head else {}),
    }
    if source.name == "keypairs":
        record = {"keypair": record}
    (row,) = kept(source, [record], "p")
    assert SECRET not in json.dumps(row)
    assert PACKED not in json.dumps(row)
    assert not set(source.drop) & set(row)
    assert all(row[name] is True for name in source.presence)


def test_what_hides_a_secret_says_where_and_how_it_was_found() -> None:
    record = {
        "id": "v-1",
        "tenant_id": "p",
        "metadata": {"admin_password": SECRET, "environment": "test"},
        "OS-EXT-SRV-ATTR:user_data": PACKED,
    }
    (row,) = kept(SOURCES["servers"], [record])
    assert row["metadata"] == {"admin_password": "", "environment": "test"}
    assert row["OS-EXT-SRV-ATTR:user_data"] is True
    assert set(row["scanned"]) == {"metadata", "OS-EXT-SRV-ATTR:user_data"}
    assert [(found["field"], found["rule"]) for found in row["found"]] == [
        ("OS-EXT-SRV-ATTR:user_data", "assigned_secret"),
        ("metadata.admin_password", "named_secret"),
    ]
    # A reader sees no user data, which is not the same as none.
    (row,) = kept(SOURCES["servers"], [{"id": "v-1", "tenant_id": "p", "metadata": {}}])
    assert row["scanned"] == ("metadata",)


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("servers", {"id": "v", "tenant_id": "p-1"}, {"project_id": "p-1"}),
        ("images", {"id": "i", "owner": "p-1"}, {"project_id": "p-1"}),
        ("volumes", {"id": "w", "os-vol-tenant-attr:tenant_id": "p-1"}, {"project_id": "p-1"}),
        ("backups", {"id": "b"}, {"project_id": "p-token"}),
        ("secrets", {"secret_ref": "http://x/v1/secrets/s-1/"}, {"id": "s-1", "project_id": "p-token"}),
        ("projects", {"id": "p-1", "domain_id": "d"}, {"project_id": "p-1"}),
        (
            "role_assignments",
            {
                "role": {"id": "r"},
                "group": {"id": "g"},
                "scope": {"project": {"id": "p", "domain": {"id": "d"}}, "OS-INHERIT:inherited_to": "projects"},
            },
            {"id": "g/r/p/inherited", "project_id": "p", "domain_id": "d", "user_id": "", "group_id": "g"},
        ),
        (
            "role_assignments",
            {"role": {"id": "r"}, "user": {"id": "u"}, "scope": {"system": {"all": True}}},
            {"id": "u/r/system", "project_id": "", "domain_id": "", "user_id": "u", "group_id": ""},
        ),
    ],
)
def test_a_record_says_whose_it_is(source: str, record: dict[str, Any], expected: dict[str, str]) -> None:
    (row,) = kept(SOURCES[source], [record], "p-token")
    assert {name: row[name] for name in expected} == expected


def test_a_record_of_a_parent_says_which() -> None:
    parent = {"id": "u-1", "domain_id": "d-1"}
    (row,) = kept(SOURCES["application_credentials"], [{"id": "a", "secret": SECRET}], parent=parent)
    assert (row["parent_id"], row["domain_id"]) == ("u-1", "d-1")
    (row,) = kept(SOURCES["secret_acls"], [{"project-access": True}], parent={"id": "s-1", "project_id": "p"})
    assert (row["id"], row["project_id"]) == ("s-1", "p")


def test_what_controls_need_is_read_with_its_parents_and_nothing_else() -> None:
    names = {source.name for source in needed([BY_ID["ETAT-NET-004"]])}
    assert names == {"domains", "projects", *BY_ID["ETAT-NET-004"].reads}
    assert {source.name for source in needed([BY_ID["ETAT-GOV-005"]])} == {
        *("domains", "projects", "users", "effective_role_assignments"),
    }


def test_the_least_role_of_a_control_is_that_of_what_is_hardest_to_read() -> None:
    assert least_role(BY_ID["ETAT-NET-014"]) is Role.PROJECT_READER
    assert least_role(BY_ID["ETAT-GOV-005"]) is Role.DOMAIN_READER
    assert all(least_role(control).value for control in CONTROLS)


def test_a_record_of_a_user_belongs_to_no_project() -> None:
    parent = {"id": "u-1", "domain_id": "d-1"}
    (row,) = kept(SOURCES["keypairs"], [{"keypair": {"name": "laptop"}}], parent=parent)
    assert (row["id"], row["parent_id"], row["project_id"]) == ("laptop", "u-1", "")


def test_what_a_role_implies_is_known_by_that_role() -> None:
    inferences = [{"prior_role": {"id": id, "name": id}, "implies": []} for id in ("admin", "manager")]
    assert [row["id"] for row in kept(SOURCES["role_inferences"], inferences)] == ["admin", "manager"]


def test_hidden_images_are_asked_for_whomever_they_are_for() -> None:
    # Glance shows those for the community only to whom asks for them, hidden or not.
    asked = {(dict(query).get("visibility"), dict(query).get("os_hidden")) for query in SOURCES["images"].queries}
    assert {(None, None), ("community", None), (None, "true"), ("community", "true")} <= asked
