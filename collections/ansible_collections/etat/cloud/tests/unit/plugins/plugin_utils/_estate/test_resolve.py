# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an estate without mistakes becomes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.etat.cloud.plugins.module_utils._engine.declare import declare
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Key
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import argument_spec
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.mistakes import EstateError
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.resolve import Estate
from hypothesis import given
from hypothesis import strategies as st

HERE = Path(__file__).parent
CHECKOUT = Path(__file__).resolve().parents[9]
DEMO = CHECKOUT / "inventories/demo/estate"
TODAY = date(2026, 11, 23)
VALIDATOR = ArgumentSpecValidator(argument_spec(TENANT_OPTIONS))
FLAT = {
    "routers": [{"name": "edge", "external_network": "public", "interfaces": [{"network": "front"}]}],
    "security_groups": [{"name": "web", "rules": [{"direction": "ingress", "protocol": "tcp", "ports": [443]}]}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the given estate."""
    return Path(shutil.copytree(HERE / "given", tmp_path / "estate"))


def tenant(folder: Path, name: str, text: str) -> None:
    """Write the file of a tenant."""
    (folder / f"tenants/education/{name}.yml").write_text(text, encoding="utf-8")


def network(cidr: str) -> dict[str, Any]:
    """Return the network of the given blueprint."""
    return {"name": "front", "subnets": [{"name": "front", "cidr": cidr}]}


def test_two_lines_are_a_whole_tenant(folder: Path) -> None:
    declared = Estate(folder, TODAY).declare("interne")

    quotas = {"compute": {"instances": 4, "cores": 8}, "volume": {"gigabytes": 100}}
    assert declared == {
        "domains": [
            {
                "name": "education",
                "description": "Éducation nationale",
                "groups": [{"name": "supervision"}],
                "role_assignments": [{"role": "reader", "group": "supervision"}],
            }
        ],
        "tenants": [
            {
                "name": "moodle",
                "domain": "education",
                "description": "Application web, Éducation nationale",
                "tags": ["managed_by:etat.cloud", "offer:web", "sensitivity:internal", "size:small"],
                "groups": [{"name": "moodle-operators", "members": []}, {"name": "moodle-readers", "members": []}],
                "role_assignments": [
                    {"role": "member", "group": "moodle-operators"},
                    {"role": "reader", "group": "moodle-readers"},
                ],
                "sensitivity": "internal",
                "sites": [{"region": "toulouse", "quotas": quotas, "networks": [network("10.1.0.0/24")], **FLAT}],
            }
        ],
        "identity": {},
        "regions": [],
        "sites": ["toulouse", "paris"],
        "waivers": [],
        "notes": [],
        "about": {
            "education/moodle": {
                "ministry": "education",
                "ministry_title": {"fr": "Éducation nationale", "en": "National Education"},
                "domain": "education",
                "project": "moodle",
                "description": "",
                "offer": "web",
                "offer_title": {"fr": "Application web", "en": "Web application"},
                "sensitivity": "internal",
                "size": "small",
                "cloud": "interne",
                "sites": ["toulouse"],
                "end_date": "",
                "price_per_month": 90,
                "contacts": [],
                "file": "tenants/education/moodle.yml",
                "line": 2,
            }
        },
        "posture": {
            "tenants": [
                {
                    "name": "moodle",
                    "domain": "education",
                    "tags": ["managed_by:etat.cloud", "offer:web", "sensitivity:internal", "size:small"],
                    "sensitivity": "internal",
                    "sites": ["toulouse"],
                    "quotas": {"toulouse": quotas},
                    "residency": {},
                    "qualifications": [],
                }
            ],
            "domains": ["education"],
            "roles": ["reader", "member"],
            "qualification": {},
            "cartographies": [],
        },
    }


def test_the_audit_gets_the_limits_of_each_site_with_those_of_volume_types(folder: Path) -> None:
    tenant(
        folder,
        "moodle",
        """
offer: web
sensitivity: internal
sites: [toulouse, paris]
overrides_by_site:
  paris:
    quotas: {volume: {gigabytes: 50, types: [{name: fast, volumes: 2, gigabytes: 20}]}}
""",
    )
    (found,) = Estate(folder, TODAY).declare("interne")["posture"]["tenants"]
    assert found["quotas"] == {
        "toulouse": {"compute": {"instances": 4, "cores": 8}, "volume": {"gigabytes": 100}},
        "paris": {
            "compute": {"instances": 4, "cores": 8},
            "volume": {"gigabytes": 50, "volumes_fast": 2, "gigabytes_fast": 20},
        },
    }


def test_the_audit_gets_where_data_may_be_and_what_they_ask_of_the_cloud(folder: Path) -> None:
    catalogue = folder / "catalogue.yml"
    said = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
    places = {site: {"availability_zones": [f"{site}-1"]} for site in ("toulouse", "paris")}
    said["sensitivities"]["internal"] |= {"by_site": places, "qualifications": ["internal"]}
    qualification = {"kind": "internal", "reference": "Decision 12", "valid_until": "2026-01-01"}
    said["clouds"]["interne"]["qualification"] = qualification
    catalogue.write_text(yaml.safe_dump(said), encoding="utf-8")

    # One that has run out is no mistake: the audit finds it.
    posture = Estate(folder, TODAY).declare("interne")["posture"]

    (found,) = posture["tenants"]
    # Only on the sites that the tenant has.
    assert found["residency"] == {"toulouse": {"availability_zones": ["toulouse-1"]}}
    assert found["qualifications"] == ["internal"]
    assert posture["qualification"] == qualification


def test_the_audit_gets_the_map_that_another_tool_makes(folder: Path) -> None:
    catalogue = folder / "catalogue.yml"
    said = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
    made = said["clouds"]["interne"]["cartography"] = {"made": "2026-11-23", "reference": "a drawing"}
    catalogue.write_text(yaml.safe_dump(said), encoding="utf-8")
    estate = Estate(folder, TODAY)
    assert estate.declare("interne")["posture"]["cartographies"] == [made]
    assert estate.declare("externe")["posture"]["cartographies"] == []


CLOUD = """
    identity:
      registered_limits:
        - {service: compute, region: toulouse, resource_name: servers, default_limit: 10}
      roles: [{name: auditor}]
      implied_roles: [{role: auditor, implies: [reader]}]
      role_assignments: [{role: reader, group: supervision, group_domain: education}]
      endpoint_groups: [{name: inner, filters: {service: compute, region: toulouse, interface: internal}}]
    by_site:
      paris: {}
      toulouse: {}
"""


def test_what_a_cloud_holds_for_all_reaches_the_module_unless_tenants_are_named(folder: Path) -> None:
    catalogue = folder / "catalogue.yml"
    text = catalogue.read_text(encoding="utf-8")
    sites = "    sites: [toulouse, paris]\n"
    catalogue.write_text(text.replace(sites, sites + CLOUD.lstrip("\n"), 1), encoding="utf-8")

    estate = Estate(folder, TODAY)
    declared = estate.declare("interne")
    some = estate.declare("interne", ["education/moodle"])

    assert declared["regions"] == [{"region": "toulouse"}, {"region": "paris"}]
    assert declared["identity"] == yaml.safe_load(CLOUD)["identity"]
    assert (some["identity"], some["regions"]) == ({}, [])
    assert {key.kind for key in wanted(declared)} >= {
        "endpoint_group",
        "implied_role",
        "registered_limit",
        "role",
    }
    assert Key("role_assignment", "", ("", "", "group", "supervision", "reader", "education")) in wanted(declared)


def test_a_ministry_and_a_tenant_say_what_only_identity_knows(folder: Path) -> None:
    limit = {"service": "compute", "region": "toulouse", "resource_name": "servers", "resource_limit": 4}
    users = [{"name": "alice.martin", "options": {"lock_password": True}, "access_rules": []}]
    ministry = folder / "ministries/education.yml"
    said = yaml.safe_load(ministry.read_text(encoding="utf-8"))
    ministry.write_text(yaml.safe_dump({**said, "limits": [limit], "users": users}), encoding="utf-8")
    overrides = {
        "limits": [limit],
        "endpoint_groups": [{"name": "inner"}],
        "role_assignments": [{"role": "reader", "group": "foresters", "group_domain": "agriculture"}],
    }
    tenant(folder, "moodle", yaml.safe_dump({"offer": "web", "sensitivity": "internal", "overrides": overrides}))

    declared = Estate(folder, TODAY).declare("interne")

    (domain,), (found,) = declared["domains"], declared["tenants"]
    assert (domain["limits"], domain["users"]) == ([limit], users)
    assert (found["limits"], found["endpoint_groups"]) == ([limit], [{"name": "inner"}])
    assert {
        Key("limit", "", ("education", "", "compute", "toulouse", "servers")),
        Key("limit", "", ("education", "moodle", "compute", "toulouse", "servers")),
        Key("user_options", "", ("education", "", "alice.martin")),
        Key("endpoint_group_project", "", ("education", "moodle", "inner")),
        Key("role_assignment", "", ("education", "moodle", "group", "foresters", "reader", "agriculture")),
    } <= wanted(declared)


def wanted(declared: dict[str, Any]) -> set[Key]:
    """Return what the engine makes of a resolved estate, once the module has taken it."""
    parts = {part: declared[part] for part in ("identity", "regions", "domains", "tenants")}
    taken = VALIDATOR.validate(parts)
    assert taken.error_messages == []
    return {item.key for item in declare(KINDS, taken.validated_parameters)}


WAIVER = "control: ETAT-NET-004\nowner: Alice Martin\nreason: Mail relay\nuntil: 2027-01-31\n"


def waivers(folder: Path, cloud: str, *only: str, **texts: str) -> list[dict[str, Any]]:
    """Return the waivers of an estate with some files of them."""
    (folder / "waivers/education").mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"waivers/education/{name}.yml").write_text(text, encoding="utf-8")
    found: list[dict[str, Any]] = Estate(folder, TODAY).declare(cloud, only)["waivers"]
    return found


def test_a_waiver_covers_what_it_names_or_all_of_its_ministry(folder: Path) -> None:
    tenant(folder, "notebooks", "offer: web\nsensitivity: public\n")
    said = {"control": "ETAT-NET-004", "owner": "Alice Martin", "reason": "Mail relay", "until": "2027-01-31"}
    moodle, notebooks = ({"domain": "education", "name": name} for name in ("moodle", "notebooks"))
    named = f"{WAIVER}tenants: [notebooks]\nobjects: [relay]\n"

    assert waivers(folder, "interne", mail=named, whole=WAIVER) == [
        {"id": "education/mail", **said, "domains": [], "tenants": [notebooks], "objects": ["relay"]},
        {"id": "education/whole", **said, "domains": ["education"], "tenants": [moodle, notebooks], "objects": []},
    ]
    shown = Estate(folder, TODAY).declare("interne", ["education/moodle"])["waivers"]
    assert [(waiver["id"], waiver["tenants"]) for waiver in shown] == [("education/whole", [moodle])]


def test_a_waiver_names_the_ready_project_of_a_provider(folder: Path) -> None:
    tenant(folder, "cartes", "offer: web\nsensitivity: public\ncloud: externe\n")

    (found,) = waivers(folder, "externe", whole=WAIVER)

    assert (found["domains"], found["tenants"]) == ([], [{"domain": "Default", "name": "education-cartes"}])


def test_a_waiver_of_a_cloud_is_about_nobody_and_about_that_cloud_only(folder: Path) -> None:
    (folder / "cloud_waivers/interne").mkdir(parents=True)
    text = WAIVER.replace("NET-004", "IAM-013") + "objects: [r-migration]\n"
    (folder / "cloud_waivers/interne/roles.yml").write_text(text, encoding="utf-8")
    estate = Estate(folder, TODAY)

    assert estate.declare("interne")["waivers"] == [
        {
            "id": "cloud_waivers/interne/roles",
            "control": "ETAT-IAM-013",
            "owner": "Alice Martin",
            "reason": "Mail relay",
            "until": "2027-01-31",
            "domains": [],
            "tenants": [],
            "objects": ["r-migration"],
        }
    ]
    # The cloud itself is judged whichever tenants are.
    assert len(estate.declare("interne", ["education/moodle"])["waivers"]) == 1
    assert estate.declare("externe")["waivers"] == []


def test_the_waivers_of_the_demo_hold_today() -> None:
    declared = Estate(DEMO, TODAY).declare("interne")
    assert declared["waivers"]
    assert all(date.fromisoformat(waiver["until"]) >= TODAY for waiver in declared["waivers"])


def test_a_tenant_says_everything_itself(folder: Path) -> None:
    tenant(
        folder,
        "moodle",
        """
offer: web
sensitivity: internal
size: large
sites: [paris, toulouse]
end_date: 2027-08-31
description: Courses
people:
  operators: [alice.martin]
overrides:
  tags: [team:core]
  enabled: false
  options: {immutable: true}
  groups:
    - name: moodle-operators
      prune_members: true
    - name: auditors
  role_assignments:
    - {role: reader, group: auditors}
  quotas:
    compute: {cores: 50}
overrides_by_site:
  paris:
    quotas:
      compute: {cores: 10}
    networks:
      - name: front
        mtu: 1400
""",
    )
    declared = Estate(folder, TODAY).declare("interne")

    (made,) = declared["tenants"]
    paris, toulouse = made.pop("sites")
    assert made == {
        "name": "moodle",
        "domain": "education",
        "description": "Courses",
        "enabled": False,
        "options": {"immutable": True},
        "tags": [
            "end_date:2027-08-31",
            "managed_by:etat.cloud",
            "offer:web",
            "sensitivity:internal",
            "size:large",
            "team:core",
        ],
        "groups": [
            {"name": "moodle-operators", "members": ["alice.martin"], "prune_members": True},
            {"name": "moodle-readers", "members": []},
            {"name": "auditors"},
        ],
        "role_assignments": [
            {"role": "member", "group": "moodle-operators"},
            {"role": "reader", "group": "moodle-readers"},
            {"role": "reader", "group": "auditors"},
        ],
        "sensitivity": "internal",
    }
    assert paris == {
        "region": "paris",
        "quotas": {"compute": {"instances": 20, "cores": 10}},
        "networks": [{**network("10.2.0.0/24"), "mtu": 1400}],
        **FLAT,
    }
    assert toulouse == {
        "region": "toulouse",
        "quotas": {"compute": {"instances": 20, "cores": 50}},
        "networks": [network("10.1.0.0/24")],
        **FLAT,
    }
    assert declared["about"]["education/moodle"]["price_per_month"] == 601


@pytest.mark.parametrize(
    ("choice", "price"), [("size: small", "90"), ("size: large", "300.5"), ("sites: [toulouse, paris]", "180")]
)
def test_the_price_is_that_of_the_size_times_the_sites(folder: Path, choice: str, price: str) -> None:
    tenant(folder, "moodle", f"offer: web\nsensitivity: internal\n{choice}\n")

    assert str(Estate(folder, TODAY).declare("interne")["about"]["education/moodle"]["price_per_month"]) == price


def test_tenants_of_one_offer_differ_where_they_say_so(folder: Path) -> None:
    tenant(folder, "large", "offer: web\nsensitivity: internal\nsize: large\n")
    tenant(folder, "more", "offer: web\nsensitivity: internal\noverrides: {quotas: {compute: {cores: 9}}}\n")

    made = Estate(folder, TODAY).declare("interne")["tenants"]

    assert {one["name"]: one["sites"][0]["quotas"]["compute"] for one in made} == {
        "large": {"instances": 20, "cores": 64},
        "moodle": {"instances": 4, "cores": 8},
        "more": {"instances": 4, "cores": 9},
    }


def test_tags_of_a_sensitivity(folder: Path) -> None:
    catalogue = folder / "catalogue.yml"
    offered = "sensitivities: [public, internal, sensitive]"
    text = catalogue.read_text(encoding="utf-8").replace(offered, "sensitivities: [restricted, internal]")
    catalogue.write_text(text, encoding="utf-8")
    tenant(folder, "moodle", "offer: web\nsensitivity: restricted\n")

    (made,) = Estate(folder, TODAY).declare("interne")["tenants"]

    assert "review:yearly" in made["tags"]


def test_a_ready_project_gets_what_its_account_may_make(folder: Path) -> None:
    tenant(folder, "cartes", "offer: web\nsensitivity: public\ncloud: externe\ndescription: Maps\n")

    declared = Estate(folder, TODAY).declare("externe")

    assert declared["domains"] == []
    assert declared["tenants"] == [
        {
            "name": "education-cartes",
            "domain": "Default",
            "account": "externe-education-cartes",
            "sensitivity": "public",
            "sites": [{"region": "externe-1", "networks": [network("10.1.0.0/24")], **FLAT}],
        }
    ]
    (note,) = declared["notes"]
    assert note == (
        "education/cartes: the provider of cloud externe sets groups, role assignments, tags, description and quotas "
        "of its ready projects; those of offer web are left out"
    )
    about = declared["about"]["education/cartes"]
    assert (about["domain"], about["project"], about["price_per_month"]) == ("Default", "education-cartes", 90)


def test_quotas_of_a_ready_project_are_those_that_its_tenant_asks_for(folder: Path) -> None:
    text = "offer: web\nsensitivity: public\ncloud: externe\noverrides: {quotas: {compute: {cores: 2}}}\n"
    tenant(folder, "cartes", text)

    (made,) = Estate(folder, TODAY).declare("externe")["tenants"]

    assert made["sites"][0]["quotas"] == {"compute": {"cores": 2}}


def test_only_the_tenants_that_are_named(folder: Path) -> None:
    tenant(folder, "wiki", "offer: web\nsensitivity: internal\n")
    tenant(folder, "cartes", "offer: web\nsensitivity: public\ncloud: externe\n")
    estate = Estate(folder, TODAY)

    assert [made["name"] for made in estate.declare("interne")["tenants"]] == ["moodle", "wiki"]
    assert [made["name"] for made in estate.declare("interne", ["education/wiki"])["tenants"]] == ["wiki"]
    elsewhere = estate.declare("interne", ["education/cartes"])
    assert (elsewhere["tenants"], elsewhere["domains"], elsewhere["about"]) == ([], [], {})


def test_a_ministry_with_capacity_has_its_domain_before_its_first_tenant(folder: Path) -> None:
    (folder / "ministries/dila.yml").write_text(
        "title: {fr: DILA, en: DILA}\ncontacts: []\nenvelope: {paris: {cores: 1}}\n", encoding="utf-8"
    )
    (folder / "ministries/culture.yml").write_text(
        "title: {fr: Culture, en: Culture}\ncontacts: []\n", encoding="utf-8"
    )

    domains = Estate(folder, TODAY).declare("interne")["domains"]

    assert [domain["name"] for domain in domains] == ["dila", "education"]


@pytest.mark.parametrize(
    ("cloud", "tenants", "message"),
    [
        ("intern", [], "'intern' is not a cloud of the catalogue (did you mean 'interne'?)"),
        (
            "interne",
            ["education/moodel"],
            "'education/moodel' is not a tenant of the estate (did you mean 'education/moodle'?)",
        ),
    ],
)
def test_names_that_the_estate_does_not_know(folder: Path, cloud: str, tenants: list[str], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        Estate(folder, TODAY).declare(cloud, tenants)
    assert str(raised.value).startswith(f"{message}; allowed: ")


# --- for any order, and any content


@given(st.randoms(use_true_random=False))
def test_the_order_of_files_changes_nothing(random: Any) -> None:
    expected = {cloud: Estate(DEMO, TODAY).declare(cloud) for cloud in ("interne", "externe")}
    listed = Path.iterdir

    def shuffled(path: Path) -> Iterator[Path]:
        entries = list(listed(path))
        random.shuffle(entries)
        return iter(entries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "iterdir", shuffled)
        estate = Estate(DEMO, TODAY)

    assert {cloud: estate.declare(cloud) for cloud in ("interne", "externe")} == expected


KEYS = st.sampled_from(
    [
        "offer",
        "sensitivity",
        "cloud",
        "size",
        "sites",
        "people",
        "overrides",
        "overrides_by_site",
        "toulouse",
        "networks",
        "subnets",
        "name",
        "cidr",
        "routers",
        "interfaces",
        "network",
        "security_groups",
        "rules",
        "ports",
        "protocol",
        "quotas",
        "compute",
        "cores",
        "groups",
        "role_assignments",
        "group",
        "tags",
        "allocation_pools",
        "start",
        "end",
        "gateway_ip",
        "end_date",
        "envelope",
        "offers",
        "clouds",
        "blueprints",
        "web",
        "gives",
        "projects",
    ]
)
WORDS = st.sampled_from(
    ["web", "interne", "externe", "toulouse", "front", "10.1.0.0/24", "10.1.0.9", "tcp", "small", ""]
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 70000), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=25,
)


@given(st.sampled_from(["catalogue.yml", "ministries/education.yml", "tenants/education/moodle.yml"]), KEYS, ANYTHING)
def test_whatever_a_file_holds_ends_in_mistakes_or_in_a_declaration(
    tmp_path_factory: pytest.TempPathFactory, file: str, key: str, value: Any
) -> None:
    folder = Path(shutil.copytree(HERE / "given", tmp_path_factory.mktemp("any") / "estate"))
    content = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(yaml.safe_dump({**content, key: value}), encoding="utf-8")
    try:
        declared = Estate(folder, TODAY).declare("interne")
    except EstateError:
        return
    accepted(declared)


# --- the demonstration


def accepted(declared: dict[str, Any]) -> None:
    """Check that module tenant and the engine take a declaration."""
    # As it comes to a module: no two of its parts are one object.
    sent = json.loads(json.dumps({"domains": declared["domains"], "tenants": declared["tenants"]}))
    result = VALIDATOR.validate(sent)
    assert result.error_messages == []
    parameters = result.validated_parameters
    declare(KINDS, parameters)


def demo(cloud: str) -> dict[str, Any]:
    """Return what the demonstration declares for a cloud."""
    return Estate(DEMO, TODAY).declare(cloud)


@pytest.mark.parametrize("cloud", ["interne", "externe"])
def test_the_module_takes_the_demonstration(cloud: str) -> None:
    accepted(demo(cloud))


def test_the_demonstration_is_what_the_documentation_says() -> None:
    interne, externe = demo("interne"), demo("externe")

    assert [domain["name"] for domain in interne["domains"]] == [
        "agriculture",
        "developpement-durable",
        "dila",
        "education",
        "universite-toulouse",
    ]
    assert (len(interne["tenants"]), len(externe["tenants"])) == (10, 2)
    assert sum(len(tenant["sites"]) == 2 for tenant in interne["tenants"]) >= 4
    # Its domain is made by the product, so nobody is in it yet.
    university = [tenant for tenant in interne["tenants"] if tenant["domain"] == "universite-toulouse"]
    assert not any(group["members"] for tenant in university for group in tenant["groups"])


def test_at_least_three_tenants_of_the_demonstration_have_two_lines() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DEMO.glob("tenants/*/*.yml")]
    short = [text for text in texts if len([line for line in text.splitlines() if line[:1] not in "#-"]) == 2]
    assert len(short) >= 3


def test_files_of_the_demonstration_name_their_schema() -> None:
    for path in DEMO.rglob("*.yml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert schema != first
        assert Path(os.path.normpath(path.parent / schema)).is_file()
