# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report knows of a control, and the terms in which an audit speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    """How grave a failure is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Outcome(StrEnum):
    """How a control ended for one subject."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    NOT_EVALUABLE = "not_evaluable"
    EXEMPT = "exempt"
    MANUAL = "manual"


class Text(Protocol):
    """A sentence in both languages."""

    @property
    def en(self) -> str: ...
    @property
    def fr(self) -> str: ...


class Reference(Protocol):
    """A requirement of a text, and what a control says about it."""

    @property
    def framework(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def relation(self) -> str: ...


class Repair(Protocol):
    """Whether and how a failure can be repaired."""

    @property
    def mode(self) -> str: ...
    @property
    def text(self) -> Text: ...


class Control(Protocol):
    """One checkable rule."""

    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def criterion(self) -> Text: ...
    @property
    def caution(self) -> Text: ...
    @property
    def references(self) -> Sequence[Reference]: ...
    @property
    def repair(self) -> Repair: ...
    @property
    def severity(self) -> Mapping[str, str]: ...
