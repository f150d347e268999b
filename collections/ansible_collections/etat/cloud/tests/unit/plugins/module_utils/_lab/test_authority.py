# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's certificate authority is one that signs."""

from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._lab.authority import authority
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def test_the_certificate_is_an_authority_that_signed_itself_with_its_key() -> None:
    text, key = authority("load balancers of toulouse")
    certificate = x509.load_pem_x509_certificate(text.encode())
    assert certificate.subject.rfc4514_string() == "CN=load balancers of toulouse"
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert load_pem_private_key(key.encode(), None).public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(certificate)


def test_two_authorities_have_different_keys() -> None:
    assert authority("one")[1] != authority("one")[1]
