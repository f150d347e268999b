# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are found in what people write, and nothing is taken for one that is none."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.secrets import (
    DIGITS,
    MASK,
    digest,
    masked,
    scan,
)

HASH = "$6$rounds=4096$saltsalt$" + "Ab1/" * 20
WITH_SECRETS = {
    "password: Ete2026!x": "assigned_secret",
    "export OS_PASSWORD='hunter22'": "assigned_secret",
    '{"db_password": "c0rrect-horse"}': "assigned_secret",
    "mot_de_passe=Toulouse31": "assigned_secret",
    "secret_key = motdepasse": "assigned_secret",
    "API_TOKEN=9f8e7d6c5b4a": "assigned_secret",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----": "private_key",
    f"passwd: {HASH}": "password_hash",
    "DATABASE=postgres://app:s3cr3tpw@db.example/app": "url_password",
    "AWS_ID AKIAIOSFODNN7EXAMPLE": "aws_access_key",
    "url = https://git.example glpat-abcdefghij0123456789": "gitlab_token",
    "X-Auth-Token gAAAAABk" + "a" * 60: "keystone_token",
    "Authorization: Bearer abcdefghijklmnop1234": "bearer_token",
}
WITHOUT_SECRETS = (
    "#cloud-config\nssh_pwauth: false\nchpasswd: {expire: false}\nusers: [default]\n",
    "password: {{ vault_password }}",
    "DB_PASSWORD=$DB_PASSWORD",
    "token_file: /etc/app/token",
    "password: ********",
    "The password must be changed at the first login.",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPmQ alice@bastion",
    "https://keystone.example/v3",
    "passwordless: true",
    "compass: north-north-west",
)


def packed(text: str) -> str:
    """Return user data as Nova gives what people packed."""
    return base64.b64encode(gzip.compress(text.encode())).decode()


@pytest.mark.parametrize(("text", "rule"), WITH_SECRETS.items(), ids=lambda value: str(value)[:30])
def test_a_secret_is_found_however_it_is_packed(text: str, rule: str) -> None:
    plain = [found.rule for found in scan("user_data", text)]
    assert plain == [rule]
    assert [found.rule for found in scan("user_data", base64.b64encode(text.encode()).decode())] == plain
    assert [found.rule for found in scan("user_data", packed(f"#cloud-config\n{text}\n"))] == plain


@pytest.mark.parametrize("text", WITHOUT_SECRETS, ids=lambda text: str(text)[:30])
def test_what_is_no_secret_is_not_taken_for_one(text: str) -> None:
    assert scan("user_data", text) == ()
    assert scan("user_data", packed(text)) == ()


@pytest.mark.parametrize(
    ("metadata", "fields"),
    [
        ({"admin_password": "Azerty123", "environment": "production"}, ["metadata.admin_password"]),
        ({"note": "login with password: Azerty123"}, ["metadata.note"]),
        # Swift's headers have hyphens where people wrote underscores.
        ({"x-account-meta-api-key": "Azerty123", "x-account-meta-key-api": "a1"}, ["metadata.x-account-meta-api-key"]),
        ({"token_url": "https://sso.example", "owner": "education", "password_policy": "strong"}, []),
    ],
)
def test_the_name_of_a_key_tells_what_its_value_is(metadata: dict[str, Any], fields: list[str]) -> None:
    assert [found.field for found in scan("metadata", metadata)] == fields


def test_nothing_of_a_secret_is_kept_but_some_digits_of_its_digest() -> None:
    (found,) = scan("metadata", {"admin_password": "Azerty123"})
    assert found.as_data() == {
        "field": "metadata.admin_password",
        "rule": "named_secret",
        "sha256": digest("Azerty123"),
    }
    assert len(found.sha256) == DIGITS == 8
    assert "Azerty" not in repr(found)


@pytest.mark.parametrize("text", WITH_SECRETS, ids=lambda text: str(text)[:30])
def test_a_text_that_is_shown_has_no_secret(text: str) -> None:
    shown = masked(f"said: {text} and more")
    assert MASK in shown
    assert scan("said", shown) == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password: Ete2026!x, of Alice", f"password: {MASK}, of Alice"),
        ("postgres://app:s3cr3tpw@db.example/app", f"postgres://app:{MASK}@db.example/app"),
        ("password=Azerty123 token=Azerty1234", f"password={MASK} token={MASK}"),
        ("account:technical, kept by alice", "account:technical, kept by alice"),
        ("", ""),
    ],
)
def test_all_but_the_secret_is_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", WITHOUT_SECRETS, ids=lambda text: str(text)[:30])
def test_a_text_without_secrets_is_shown_as_it_is(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("value", [None, 3, True, ["x"], "", "H4sIAAAA////", "\x00" * 40])
def test_what_is_no_text_has_no_secret(value: Any) -> None:
    assert scan("user_data", value) == ()
