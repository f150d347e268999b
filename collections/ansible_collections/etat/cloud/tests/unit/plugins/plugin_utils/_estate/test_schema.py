# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schemas: current, valid, and helpful in an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.schema import FILES, generated, published
from jsonschema import Draft202012Validator


def descriptions(schema: Any) -> Iterator[str]:
    """Yield the description of each value of a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for inner in schema.values():
            yield from descriptions(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from descriptions(inner)


@pytest.mark.parametrize("name", FILES)
def test_published_schemas_are_current(name: str) -> None:
    assert published(name) == generated()[name]


@pytest.mark.parametrize("name", FILES)
def test_published_schemas_are_schemas(name: str) -> None:
    schema = published(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:etat.cloud:schema:{name}"


@pytest.mark.parametrize("name", FILES)
def test_descriptions_are_plain_sentences(name: str) -> None:
    for description in descriptions(published(name)):
        assert description.endswith(".")
        assert not re.search(r"\b[A-Z]\(", description)


@pytest.mark.parametrize("name", FILES)
def test_every_property_at_the_top_is_described(name: str) -> None:
    assert all(property.get("description") for property in published(name)["properties"].values())
