# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first check of a file: its shape, by the published schema, in words of our own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from .files import NAME_RULE, Document
from .mistakes import Mistake, Path, allowed, meant, said
from .schema import CONTROL, TAG_VALUE, published

try:
    from jsonschema import Draft202012Validator, FormatChecker
except ImportError as error:
    JSONSCHEMA_ERROR: ImportError | None = error
else:
    JSONSCHEMA_ERROR = None

if TYPE_CHECKING:
    from jsonschema import ValidationError

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}

#: What the patterns of the schemas ask for, in words.
PATTERNS = {
    "^[a-z0-9][a-z0-9-]{0,62}$": NAME_RULE,
    "^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$": "MINISTRY/TENANT",
    TAG_VALUE: "1 to 240 characters, no comma, no slash",
    CONTROL: "the id of a control, such as ETAT-NET-001",
    "^[^,/]{1,255}$": "1 to 255 characters, no comma, no slash",
    "^[A-Za-z0-9-]+$": "the name or the number of a protocol",
    "^[0-9]{1,5}([-:][0-9]{1,5})?$": "a port such as 443, a range such as 8000-8010, for ICMP a type such as 8 or 8:0",
}


# --- formats; each returns what is wrong with a text, or an empty string


def _cidr(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"{said(text)} is no prefix; allowed: an address and a length, such as 10.10.0.0/24"
    if not re.search(r"/[0-9]+$", text):
        return f"{said(text)} has no length (did you mean '{network}'?); allowed: a prefix such as 10.10.0.0/24"
    if network.network_address != ipaddress.ip_interface(text).ip:
        return f"{said(text)} has bits set beyond its length (did you mean '{network}'?); allowed: {network}"
    return ""


def _ip(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return f"{said(text)} is no address; allowed: an IPv4 or IPv6 address"
    return ""


def _date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        valid = False
    else:
        # Python reads 20270831 and 2027-W35 too.
        valid = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    return "" if valid else f"{said(text)} is no date; allowed: a day such as 2027-08-31"


def _email(text: str) -> str:
    valid = re.fullmatch(r"[^@\s]+@[^@\s]+", text)
    return "" if valid else f"{said(text)} is no address of electronic mail; allowed: name@domain"


#: Of each format: what is wrong with a text, or an empty text.
FORMATS: Mapping[str, Callable[[str], str]] = {"cidr": _cidr, "ip": _ip, "date": _date, "email": _email}


_FORMATS = {"cidr": "a prefix", "ip": "an IPv4 or IPv6 address", "date": "a date", "email": "name@domain"}


@cache
def _validator(name: str) -> Draft202012Validator:
    checker = FormatChecker(formats=())
    for format, wrong in FORMATS.items():
        # Values that are no text are for the keyword "type" to refuse.
        checker.checks(format)(lambda value, wrong=wrong: not isinstance(value, str) or not wrong(value))
    return Draft202012Validator(published(name), format_checker=checker)


def check_shape(document: Document, schema: str) -> Iterator[Mistake]:
    """Yield what the schema of this name has against a document, and names that a list holds twice."""
    errors = list(_validator(schema).iter_errors(document.value))
    of_type = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    for error in errors:
        # Of a value of a wrong type nothing else has to be said.
        if error.validator == "type" or tuple(error.absolute_path) not in of_type:
            yield from _mistakes(document, error)
    yield from _twice(document, document.value, ())


def _mistakes(document: Document, error: ValidationError) -> Iterator[Mistake]:
    path, value, schema = tuple(error.absolute_path), cast("Any", error.instance), cast("Any", error.schema)
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        for key in value:
            if key not in known:
                text = f"unknown key '{key}'{meant(key, known)}{allowed(known)}"
                yield document.mistake((*path, key), text, key=True)
    elif error.validator == "required":
        # There is one error for each name that is missing, and it does not say which; repetitions are dropped.
        for name in schema["required"]:
            if name not in value:
                yield document.mistake((*path, name), f"is missing{allowed([_wanted(schema['properties'][name])])}")
    elif error.parent is None and "propertyNames" in error.absolute_schema_path:
        yield document.mistake((*path, value), f"{said(value)} is no name{_allowed(error)}", key=True)
    else:
        yield document.mistake(path, _text(error))


def _text(error: ValidationError) -> str:
    value, asked, schema = cast("Any", error.instance), cast("Any", error.validator_value), cast("Any", error.schema)
    match error.validator:
        case "type":
            plain = asked == "string" and isinstance(value, int | float) and not {"format", "enum"} & schema.keys()
            quoted = "; write it in quotes" if plain else ""
            return f"{said(value)} is not {_types(asked)}{_allowed(error)}{quoted}"
        case "enum":
            return f"{said(value)} is not known here{meant(value, asked)}{_allowed(error)}"
        case "format":
            return FORMATS[asked](value)
        case "minimum":
            return f"{value} is too small{_allowed(error)}"
        case "maximum":
            return f"{value} is too large{_allowed(error)}"
        case "minLength":
            return f"{said(value)} is empty{_allowed(error)}"
        case "minItems" | "minProperties":
            return f"{said(value)} that is empty{_allowed(error)}"
        case "uniqueItems":
            twice = next(item for index, item in enumerate(value) if item in value[:index])
            return f"{said(twice)} stands here twice; allowed: each once"
        case _:
            return f"{said(value)} is not possible here{_allowed(error)}"


def _allowed(error: ValidationError) -> str:
    schema = cast("Any", error.schema)
    if error.validator == "not":
        return f"; allowed: anything but {said(schema['not']['const'])}"
    return allowed([_wanted(schema)])


def _wanted(schema: Mapping[str, Any]) -> str:
    """Return in words what a schema accepts."""
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "pattern" in schema:
        return PATTERNS.get(schema["pattern"], f"text that matches {schema['pattern']}")
    if "anyOf" in schema:
        return ", or ".join(_wanted(option) for option in schema["anyOf"])
    if "format" in schema:
        return _FORMATS[schema["format"]]
    ends = [f"{schema[end]} or {word}" for end, word in (("minimum", "more"), ("maximum", "less")) if end in schema]
    if ends:
        return " and ".join(ends)
    if schema.get("minItems") or schema.get("minProperties"):
        return f"{_types(schema['type'])} of one or more"
    return _types(schema.get("type", "object"))


def _types(types: str | list[str]) -> str:
    return _TYPES[types] if isinstance(types, str) else " or ".join(_TYPES[name] for name in types)


def _twice(document: Document, value: Any, path: Path) -> Iterator[Mistake]:
    """Yield the objects of a list that bear the name of another one in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            # People may bear the same name.
            if key != "contacts":
                yield from _twice(document, inner, (*path, key))
    elif isinstance(value, list):
        seen: dict[str, int] = {}
        for index, item in enumerate(value):
            name = item.get("name") if isinstance(item, dict) else None
            if isinstance(name, str) and seen.setdefault(name, index) != index:
                line, _column = document.position((*path, seen[name]))
                text = f"{said(name)} stands in this list twice, first on line {line}; allowed: each name once"
                yield document.mistake((*path, index, "name"), text)
            yield from _twice(document, item, (*path, index))
