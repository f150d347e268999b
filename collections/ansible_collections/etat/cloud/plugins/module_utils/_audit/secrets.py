# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking for secrets in what people write, such as user data, metadata and descriptions. No secret leaves this file.

Of a secret only two things are kept: which rule found it, and the first digits of its SHA-256. They tell whether it is
the same one as last time, and are too few to tell what it is. In a text that is shown, MASK takes its place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: How many digits of the digest are kept: 32 bits, which many texts share.
DIGITS = 8
#: The most bytes of unpacked user data that are searched; Nova takes 64 KiB of packed ones.
MOST = 4 * 1024 * 1024
#: Bits for each character above which a text of unknown form looks like chance, and not like words.
ENTROPY = 2.5
#: What is shown instead of a secret.
MASK = "***"

#: Forms that only secrets have. The group, where there is one, is the secret.
_FORMS = {
    "private_key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,16384}?(?:-----END|\Z)",
    "password_hash": r"\$(?:1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d))\$[./A-Za-z0-9$=,+-]{20,}",
    "url_password": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{1,64}:([^\s/@'\"]{3,128})@",
    "aws_access_key": r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b",
    "gitlab_token": r"\b(gl(?:pat|rt|dt|cbt|ptt|ft|soat|oas)-[A-Za-z0-9_-]{20,})",
    "github_token": r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    "vault_token": r"\b(hv[sbr]\.[A-Za-z0-9_-]{24,})",
    "slack_token": r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,})",
    "json_web_token": r"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
    "keystone_token": r"\b(gAAAA[A-Za-z0-9_-]{60,}={0,2})",
    "bearer_token": r"(?i)\bauthorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{16,})",
}
#: Names that say secret. Headers of object storage have hyphens where people wrote underscores.
_NAMES = (
    r"pass(?:word|wd|phrase)?|passwd|pwd|mot[_-]?de[_-]?passe|secret(?:[_-]?key)?|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|token|credentials?"
)
#: A name that says secret, and its value: NAME=value, NAME: value, "name": "value", --name value.
_ASSIGNED = re.compile(
    rf"(?i)(?<![a-z0-9])(?:[a-z0-9]+[_.-])*?(?P<name>{_NAMES})(?:[_-]?(?:id|value|hash))?['\"]?"
    r"\s*(?:[:=]{1,2}|\s=>)\s*(?P<quote>['\"]?)(?P<value>[^\s'\",;}{]{4,256})(?P=quote)"
)
_BY_NAME = "assigned_secret"
#: The name of a key of metadata: one that ends otherwise tells something about a secret, such as where it is.
_SECRET_NAME = re.compile(
    rf"(?i)(?:^|[_.:-])(?:{_NAMES})(?:$|[_.:-])(?!.*(?:policy|file|path|ur[li]|length|expir\w*|ttl|type|rotation)$)"
)
_COMPILED = {name: re.compile(pattern) for name, pattern in _FORMS.items()}
#: Values that stand for a secret that comes from somewhere else, and words that are none.
_PLACEHOLDER = re.compile(
    r"(?i)^(?:\$|%\(|\{\{|<|@@|\*+$|x{4,}$|\.{3}|/|~/|file:|env:|vault:|https?://"
    r"|(?:true|false|null|none|yes|no|absent|present|required|optional|disabled?|enabled?|prompt|unset|empty)$)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One secret: the field and, of metadata, the key that holds it; which rule found it; digits of its digest."""

    field: str
    rule: str
    sha256: str

    def as_data(self) -> dict[str, str]:
        """Return it as a record holds it."""
        return {"field": self.field, "rule": self.rule, "sha256": self.sha256}


def scan(field: str, value: Any) -> tuple[Found, ...]:
    """Return the secrets of a field: text, or a mapping as metadata is. User data may be packed."""
    if isinstance(value, Mapping):
        return tuple(found for name, inner in value.items() for found in _named(f"{field}.{name}", str(name), inner))
    return tuple(_text(field, unpacked(value))) if isinstance(value, str) else ()


def unpacked(text: str) -> str:
    """Return user data as a person reads them: Nova gives them in Base64, and people pack them with gzip."""
    try:
        plain = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
    if plain[:2] == b"\x1f\x8b":
        try:
            plain = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(plain, MOST)
        except zlib.error:
            return text
    decoded = plain.decode("utf-8", errors="replace")
    # A word may be Base64 by chance; what it would mean is then no text.
    return text if "\ufffd" in decoded[:64] else decoded


@lru_cache(maxsize=65536)
def masked(text: str) -> str:
    """Return a text without the secrets in it. Large estates say the same things very often."""
    # One may be a part of another.
    for secret in sorted({secret for _rule, secret in _secrets(text)}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _named(field: str, name: str, value: Any) -> Iterator[Found]:
    """Yield the secrets of one key of metadata, whose name may say that its value is one."""
    if not isinstance(value, str):
        return
    found = list(_text(field, value))
    if not found and _SECRET_NAME.search(name) and _secret_value(value):
        found = [Found(field, "named_secret", digest(value))]
    yield from found


def _text(field: str, text: str) -> Iterator[Found]:
    taken: set[str] = set()
    for rule, secret in _secrets(text):
        # What a name calls secret may have been found by its form.
        parts = (secret in one or one in secret for one in taken)
        if secret not in taken and not (rule == _BY_NAME and any(parts)):
            taken.add(secret)
            yield Found(field, rule, digest(secret))


def _secrets(text: str) -> Iterator[tuple[str, str]]:
    """Yield each secret of a text with the rule that finds it, as often as it stands there."""
    for rule, pattern in _COMPILED.items():
        for match in pattern.finditer(text):
            secret = next((group for group in match.groups() if group), match.group())
            if not (rule == "url_password" and _PLACEHOLDER.match(secret)):
                yield rule, secret
    for match in _ASSIGNED.finditer(text):
        if _secret_value(match["value"]):
            yield _BY_NAME, match["value"]


def _secret_value(value: str) -> bool:
    """Return whether a value that a name calls secret looks like one: no placeholder, no path, no short plain word."""
    if len(value) < 6 or _PLACEHOLDER.match(value):
        return False
    mixed = sum(bool(re.search(part, value)) for part in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    return mixed >= 2 or entropy(value) >= ENTROPY


def entropy(text: str) -> float:
    """Return Shannon's entropy of a text's characters, in bits for each."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0


def digest(secret: str) -> str:
    """Return the first digits of the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()[:DIGITS]
