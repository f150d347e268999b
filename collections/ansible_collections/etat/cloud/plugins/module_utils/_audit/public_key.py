# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an SSH public key is, told by its bytes."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass

RSA, DSA = "ssh-rsa", "ssh-dss"
#: The other types of keys that OpenSSH takes, with their bits.
CURVES = {
    "ssh-ed25519": 256,
    "ecdsa-sha2-nistp256": 256,
    "ecdsa-sha2-nistp384": 384,
    "ecdsa-sha2-nistp521": 521,
    "sk-ssh-ed25519@openssh.com": 256,
    "sk-ecdsa-sha2-nistp256@openssh.com": 256,
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What an SSH public key is: its type, and how many bits it has; 0 where the type says nothing of it."""

    type: str
    bits: int


def public_key(text: str) -> PublicKey | None:
    """Return what an SSH public key is, of its own bytes and not of the words around them; None for anything else.

    https://www.rfc-editor.org/rfc/rfc4253#section-6.6
    """
    for word in text.split():
        try:
            type, *numbers = _fields(base64.b64decode(word, validate=True))
            name = type.decode("ascii")
        except (binascii.Error, struct.error, ValueError):
            continue
        if name == RSA and len(numbers) > 1:
            return PublicKey(name, int.from_bytes(numbers[1]).bit_length())
        if name == DSA and numbers:
            return PublicKey(name, int.from_bytes(numbers[0]).bit_length())
        if name in CURVES and numbers:
            return PublicKey(name, CURVES[name])
    return None


def _fields(blob: bytes) -> Iterator[bytes]:
    """Yield the fields of an SSH key, each with its length in front. Raises struct.error when one is cut off."""
    place = 0
    while place < len(blob):
        (length,) = struct.unpack_from(">I", blob, place)
        (field,) = struct.unpack_from(f"{length}s", blob, place + 4)
        yield field
        place += 4 + length
