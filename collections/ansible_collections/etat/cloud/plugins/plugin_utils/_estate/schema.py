# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schemas of the estate's files, made from the options of the kinds and from what only the estate knows.

They are published in schemas/, where editors and this product read the same text; tools/schemas.py writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._audit.model import QUALIFICATIONS
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Level
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import assemble, json_schema

Schema = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[3] / "schemas"
FILES = ("catalogue", "ministry", "tenant", "waiver", "cloud_waiver")
SENSITIVITIES = ("public", "internal", "sensitive", "restricted")
DOMAINS, PROJECTS = "domains", "projects"

#: What a tenant's site holds, and what of a project a tenant may ask for beside the fields of its own file.
SITE = tuple(assemble(KINDS, Level.SITE))
PROJECT = ("enabled", "endpoint_groups", "groups", "limits", "options", "parent", "role_assignments", "tags")
#: What a ministry may ask for in its domain.
DOMAIN = ("groups", "limits", "role_assignments", "users")

#: The services that not every site has, by the names of their quotas.
FURTHER = ("dns", "key_manager", "load_balancer", "shared_file_system")
ENVIRONMENTS = ("production", "staging", "test", "development")
#: What a project's tags hold may have no comma and no slash in it.
TAG_VALUE = "^[^,/]{1,240}$"

#: The form of a control's id. Which ones there are is no matter of the schema, since each family adds some.
CONTROL = "^ETAT-[A-Z]{2,3}-[0-9]{3}$"
_NAME = "^[a-z0-9][a-z0-9-]{0,62}$"
#: What of an object no baseline says.
_OWN = ("name", "state", "tags", "description", "subnets", "interfaces", "routes", "rules", "cidr")
#: The fields by which a tenant says what it is.
_FACTS: dict[str, Schema] = {
    "owner": {
        "description": "Who answers for it: a person, or better a team.",
        "type": "string",
        "pattern": TAG_VALUE,
    },
    "security_contact": {
        "description": "Where to report a weakness or an incident: an address of electronic mail.",
        "type": "string",
        "format": "email",
        "pattern": TAG_VALUE,
    },
    "review_date": {
        "description": "The day by which somebody looks at it again, such as 2027-08-31.",
        "type": "string",
        "format": "date",
    },
    "environment": {"description": "What it is used for.", "enum": list(ENVIRONMENTS)},
}


def published(name: str) -> Schema:
    """Return a schema as it is published."""
    text = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: Schema = json.loads(text)
    return schema


def generated() -> dict[str, Schema]:
    """Return every schema, as it has to be published."""
    made = {
        "catalogue": _catalogue(),
        "ministry": _ministry(),
        "tenant": _tenant(),
        "waiver": _waiver(),
        "cloud_waiver": _cloud_waiver(),
    }
    return {name: {**_heading(name), **schema} for name, schema in made.items()}


def _heading(name: str) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:etat.cloud:schema:{name}"}


# --- the parts


def _object(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: Any) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties), **more}
    return {**schema, "required": list(required)} if required else schema


def _named(of: Schema, description: str, names: str = _NAME, **more: Any) -> Schema:
    """Return the schema of a mapping from names that people choose."""
    return {
        "description": description,
        "type": "object",
        "propertyNames": {"pattern": names},
        "additionalProperties": of,
        **more,
    }


def _text(description: str, **more: Any) -> Schema:
    return {"description": description, "type": "string", "minLength": 1, **more}


def _texts(description: str, **more: Any) -> Schema:
    return {"description": description, "type": "array", "items": {"type": "string", "minLength": 1}, **more}


def _names(description: str, **more: Any) -> Schema:
    return _texts(description, uniqueItems=True, **more)


def _bilingual(description: str) -> Schema:
    languages = {"fr": _text("In French."), "en": _text("In English.")}
    return {"description": description, **_object(languages, tuple(languages))}


def _contacts(description: str) -> Schema:
    contact = _object(
        {"name": _text("Person or team."), "email": _text("Address.", format="email")}, required=("name", "email")
    )
    return {"description": description, "type": "array", "items": contact}


def _options(level: Level) -> Schema:
    """Return what may be declared at a level; of named objects, a part that a merge completes."""
    schema: Schema = _plain(json_schema(assemble(KINDS, level)))
    return _partial(schema)


def _plain(value: Any) -> Any:
    """Return a schema whose descriptions bear no markup of Ansible's documentation."""
    if isinstance(value, Mapping):
        return {
            key: re.sub(r"\b[A-Z]\((.*?)\)", r"\1", inner)
            if key == "description" and isinstance(inner, str)
            else _plain(inner)
            for key, inner in value.items()
        }
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _partial(schema: Schema) -> Schema:
    """Return a schema that asks a named object for its name alone, so that an override can be one field."""
    found = {key: _partial(value) if isinstance(value, dict) else value for key, value in schema.items()}
    if schema.get("type") == "object" and "name" in schema.get("properties", {}) and "required" in schema:
        found["required"] = ["name"]
    return found


def _site() -> Schema:
    return {"description": "What a tenant has on one site.", **_options(Level.SITE)}


# --- the files


def _catalogue() -> Schema:
    project = _object(
        {
            "project": _text("Name of the project that the provider made."),
            "domain": _text("Domain of the project.", default="Default"),
            "account": _text("Entry of clouds.yaml that acts in the project."),
        },
        required=("project", "account"),
    )
    qualification = _object(
        {
            "kind": {
                "description": "A cloud that the State runs for itself, or an offer that ANSSI has qualified.",
                "enum": list(QUALIFICATIONS),
            },
            "reference": _text("The decision, or the offer by the name that is in ANSSI's list."),
            "valid_until": _text("Its last day, such as 2027-08-31.", format="date"),
        },
        required=("kind", "reference", "valid_until"),
    )
    cartography = _object(
        {
            "made": _text("The day on which it was made, such as 2026-11-23.", format="date"),
            "reference": _text("Where it is kept."),
        },
        required=("made", "reference"),
    )
    cloud = _object(
        {
            "title": _bilingual("Title of the cloud."),
            "gives": {
                "description": (
                    "What it gives: a domain for each ministry, in which tenants are made, or projects that its "
                    "provider made, each with one account."
                ),
                "enum": [DOMAINS, PROJECTS],
            },
            "sites": _names("Its sites: the names of its regions.", minItems=1),
            "projects": _named(
                project,
                "Where the cloud gives projects: those that are ready, by tenant.",
                names="^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$",
            ),
            "identity": {
                "description": "Where the cloud gives domains: what its identity service holds for all of them.",
                **_options(Level.IDENTITY),
            },
            "services": _named(
                {"type": "array", "uniqueItems": True, "items": {"enum": list(FURTHER)}},
                "Services that a site has beside those of every site; baselines limit what tenants take of them.",
            ),
            "methods": _names(
                "Methods of authentication that its identity service takes, as Keystone names them, such as totp."
            ),
            "by_site": _named(_options(Level.REGION), "What a site holds for all tenants, or for some that it names."),
            "cartography": {
                "description": "The last map of its networks, where another tool than the audit makes it.",
                **cartography,
            },
            "qualification": {
                "description": "What the cloud is recognized as, so that it may hold data that ask for it.",
                **qualification,
            },
        },
        required=("title", "gives", "sites"),
    )
    places = _object(
        {
            "availability_zones": _names("Availability zones of Nova in which servers may run.", minItems=1),
            "backup_zones": _names(
                "Availability zones of Cinder in which backups and snapshots of volumes may be.", minItems=1
            ),
            "image_stores": _names("Stores of Glance in which images may be.", minItems=1),
        },
        minProperties=1,
    )
    sensitivity = _object(
        {
            "title": _bilingual("Title of the sensitivity."),
            "description": _bilingual("Which data are meant."),
            "clouds": _names("Clouds that may hold such data.", minItems=1),
            "tags": _names("Tags that such a project bears, beside sensitivity:NAME."),
            "by_site": _named(places, "Where on a site such data may be, by the names that OpenStack has for it."),
            "qualifications": {
                **_names("Kinds of qualification that such data ask of a cloud; one of them is enough.", minItems=1),
                "items": {"enum": list(QUALIFICATIONS)},
            },
            "baseline": {
                "description": "What each tenant of this sensitivity is born with, and may not take back.",
                "$ref": "#/$defs/baseline",
            },
        },
        required=("title", "description", "clouds"),
    )
    site = {"$ref": "#/$defs/site"}
    blueprint = _object(
        {
            "description": _text("What it is for."),
            **{name: {"$ref": f"#/$defs/site/properties/{name}"} for name in SITE if name != "quotas"},
            "by_site": _named(site, "What differs on a site; merged into the rest, lists of named objects by name."),
        },
        required=("description",),
    )
    egress_profile = _object(
        {
            "description": _text("What it lets through, and why."),
            "rules": {
                "description": "Rules of the default security group, all of them of egress.",
                "type": "array",
                "items": {"$ref": "#/$defs/site/properties/security_groups/items/properties/rules/items"},
            },
        },
        required=("description", "rules"),
    )
    size = _object(
        {
            "price": {"description": "Price in euros for one month and one site.", "type": "number", "minimum": 0},
            "quotas": {"$ref": "#/$defs/site/properties/quotas"},
        },
        required=("price", "quotas"),
    )
    offer = _object(
        {
            "title": _bilingual("Title of the offer."),
            "description": _bilingual("What it is, and whom it suits."),
            "cloud": _text("The cloud, unless the tenant names one."),
            "sites": _named(
                _names("The sites, unless the tenant names them.", minItems=1),
                "The clouds that give the offer, and on each the sites that a tenant gets unless it names them.",
                minProperties=1,
            ),
            "sensitivities": {
                "description": "Sensitivities that it is made for.",
                "type": "array",
                "items": {"enum": list(SENSITIVITIES)},
                "uniqueItems": True,
                "minItems": 1,
            },
            "size": _text("The size, unless the tenant names one."),
            "sizes": _named(size, "Its sizes: quotas and price for each site.", minProperties=1),
            "blueprint": _text("The blueprint of its networks."),
            "environment": {**_FACTS["environment"], "description": "What it is used for, unless the tenant says."},
            "people": _named(
                _names("Keystone roles of this part, in the project."),
                "The parts that people play. Each becomes a group TENANT-PART with these roles.",
            ),
        },
        required=("title", "description", "cloud", "sites", "sensitivities", "size", "sizes", "blueprint", "people"),
    )
    return {
        "title": "The catalogue of an estate",
        "description": "Clouds, sensitivities, network blueprints and offers.",
        **_object(
            {
                "clouds": _named(cloud, "The clouds.", minProperties=1),
                "sensitivities": {
                    "description": "What each sensitivity means, and which clouds may hold it.",
                    **_object(dict.fromkeys(SENSITIVITIES, sensitivity), SENSITIVITIES),
                },
                "roles": {
                    **_names(
                        "Keystone roles that an estate may give. The role admin reaches the whole cloud.", minItems=1
                    ),
                    "items": {"type": "string", "minLength": 1, "not": {"const": "admin"}},
                },
                "egress_profiles": _named(egress_profile, "What servers may reach, for baselines to name."),
                "blueprints": _named(blueprint, "Networks, routers and rules that offers share."),
                "offers": _named(offer, "What tenants can order.", minProperties=1),
            },
            required=("clouds", "sensitivities", "roles", "blueprints", "offers"),
        ),
        "$defs": {"site": _site(), "baseline": _baseline()},
    }


def _baseline() -> Schema:
    site = _options(Level.SITE)["properties"]
    networks = site["networks"]["items"]["properties"]
    fields = {
        "networks": networks,
        "subnets": networks["subnets"]["items"]["properties"],
        "routers": site["routers"]["items"]["properties"],
        "security_groups": site["security_groups"]["items"]["properties"],
    }
    each = {
        name: {
            "description": f"Fields of each of its {name.replace('_', ' ')}.",
            # What is an object of its own is no field, and names and tags are each one's own.
            **_object({key: value for key, value in found.items() if key not in _OWN}),
        }
        for name, found in fields.items()
    }
    tags = ("sensitivity", *_FACTS)
    return _object(
        {
            "required": {
                **_names("What the tenant has to say of itself, in its file, its ministry's or its offer."),
                "items": {"enum": list(_FACTS)},
            },
            "labels": {
                **_names("What networks, subnets, routers and security groups say in tags of their own."),
                "items": {"enum": list(tags)},
            },
            "options": _options(Level.TENANT)["properties"]["options"],
            "each": {"description": "What each object of a list says.", **_object(each)},
            "egress": _text(
                "The egress profile of the default security group. Security groups let out nothing that is not "
                "declared, and the default one lets nobody in but its own members."
            ),
            "images_in_domain": {
                "description": "Whether images may be shared only with tenants of the same ministry.",
                "type": "boolean",
            },
            "quotas": {
                **site["quotas"],
                "description": "The most that a tenant may have, and what it has where its size says nothing.",
            },
            "volume_type": _text(
                "The volume type that volumes get when nobody names one, on the sites that have it by_site."
            ),
            "multi_factor_auth_rules": {
                "description": (
                    "Lists of methods, all of any one of which people need, where the cloud takes them all. One of "
                    "them is application_credential alone, for programs."
                ),
                "type": "array",
                "items": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            },
        }
    )


def _ministry() -> Schema:
    amount = {"type": "integer", "minimum": 0}
    envelope = _object(
        {
            "cores": {"description": "Virtual processors of all its tenants together.", **amount},
            "ram": {"description": "Memory of all its tenants together, in MiB.", **amount},
            "gigabytes": {"description": "Volumes and snapshots of all its tenants together, in GiB.", **amount},
        }
    )
    domain = _options(Level.DOMAIN)["properties"]
    return {
        "title": "A ministry or public body of an estate",
        "description": "The domain of the same name, and the capacity that its tenants share.",
        **_object(
            {
                "title": _bilingual("Its full name; the French one describes the domain."),
                "contacts": _contacts("Who answers for it."),
                "adopted": {
                    "description": "Whether the domain was there before this file and keeps its description.",
                    "type": "boolean",
                },
                "envelope": _named(
                    envelope, "The most that its tenants may ask for on each site. What is not named has no limit."
                ),
                **{name: domain[name] for name in DOMAIN},
                **{name: fact for name, fact in _FACTS.items() if name != "environment"},
            },
            required=("title", "contacts"),
        ),
    }


def _tenant() -> Schema:
    tenant = _options(Level.TENANT)["properties"]
    site = {"$ref": "#/$defs/site"}
    overrides = _object(
        {
            **{name: {"$ref": f"#/$defs/site/properties/{name}"} for name in SITE},
            **{name: tenant[name] for name in PROJECT},
        }
    )
    return {
        "title": "A tenant of an estate",
        "description": "Two lines are enough, offer and sensitivity: the offer supplies the rest.",
        **_object(
            {
                "offer": _text("Its offer, by the name in the catalogue."),
                "sensitivity": {
                    "description": "How sensitive its data are; this decides which clouds may hold it.",
                    "enum": list(SENSITIVITIES),
                },
                "cloud": _text("Its cloud; that of the offer when not named."),
                "size": _text("Its size; that of the offer when not named."),
                "sites": _names("Its sites; those of the offer when not named.", minItems=1),
                "adopted": {
                    "description": "Whether the tenant was there before this file and keeps its tags and description.",
                    "type": "boolean",
                },
                "end_date": _text("The last day on which it is needed, such as 2027-08-31.", format="date"),
                "people": _named(
                    _names("Names of users of the ministry's domain."),
                    "Who plays which part; the offer says which parts there are, and their roles.",
                ),
                "contacts": _contacts("Who answers for it."),
                "description": _text("What it is for."),
                "overrides": {"description": "What differs from the offer, on every site.", **overrides},
                "overrides_by_site": _named(site, "What differs from the offer on one site."),
                **_FACTS,
            },
            required=("offer", "sensitivity"),
        ),
        "$defs": {"site": _site()},
    }


def _waiver() -> Schema:
    tenants = _names("The tenants that it covers; all of the ministry, and its domain, when not named.", minItems=1)
    return {
        "title": "A waiver of an estate",
        "description": "A dated exception to one control, for tenants of one ministry.",
        **_exception("ETAT-NET-001", tenants=tenants),
    }


def _cloud_waiver() -> Schema:
    return {
        "title": "A waiver of a cloud of an estate",
        "description": "A dated exception to one control, for what belongs to the cloud itself and to no tenant.",
        **_exception("ETAT-IAM-013"),
    }


def _exception(example: str, **whom: Schema) -> Schema:
    """Return what every waiver says: whom it is about, of what, until when, and who answers for it."""
    return _object(
        {
            "control": _text(f"The id of the control, such as {example}.", pattern=CONTROL),
            **whom,
            "objects": _names("Ids or names of the objects that it covers; all when not named.", minItems=1),
            "owner": _text("Who answers for it."),
            "reason": _text("Why the exception is there, and what is done instead."),
            "until": _text("The last day on which it holds, such as 2027-08-31.", format="date"),
        },
        required=("control", "owner", "reason", "until"),
    )
