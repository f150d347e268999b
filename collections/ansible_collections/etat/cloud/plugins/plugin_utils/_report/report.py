# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every renderer is given: the document, what its controls mean, what the estate adds, and the former audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...module_utils._audit.model import Control
from .document import Document, Subject
from .trend import Trend
from .words import Language, Tongue


@dataclass(frozen=True, slots=True)
class About:
    """What the estate says of a tenant and the document does not."""

    ministry: str
    ministry_title: Mapping[str, str]
    end_date: str
    contacts: tuple[str, ...]
    #: Where it is declared in the estate's folder, and in which line.
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Framework:
    """A text to which controls refer."""

    title: str
    version: str
    source: str
    #: It binds others than tenants, and is named for information.
    informative: bool
    #: The language of the title and of the requirements'.
    language: str
    #: The title of each requirement, by its id; empty where none is given.
    requirements: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """One audit, ready to be rendered."""

    document: Document
    #: By id. A control that is not known here, such as one of another release, is shown by its id.
    controls: Mapping[str, Control]
    trend: Trend | None = None
    about: Mapping[Subject, About] = field(default_factory=dict)
    #: By key.
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    #: Of the collection that renders.
    version: str = ""

    def title(self, control: str, tongue: Tongue) -> str:
        """Return the title of a control."""
        known = self.controls.get(control)
        return tongue.text(known.title) if known else control

    @cached_property
    def _states(self) -> Mapping[str, str]:
        if self.trend is None:
            return {}
        return {
            **{change.key: "new" for change in self.trend.new},
            **{change.key: "worse" for change in self.trend.worse},
        }

    def state(self, key: str) -> str:
        """Return whether what bears this key is new or worse since the former audit; empty when it is neither."""
        return self._states.get(key, "")

    def ministry(self, subject: Subject) -> str:
        """Return the ministry of a subject: the one that the estate names, or its domain."""
        return self.about[subject].ministry if subject in self.about else subject.domain

    def called(self, subject: Subject, tongue: Tongue) -> str:
        """Return the name of a subject for people."""
        if subject.tenant:
            return f"{self.ministry(subject)}/{subject.tenant}"
        return tongue.say("the_domain", subject.domain) if subject.domain else tongue.say("the_cloud")


def framework(given: Mapping[str, Any]) -> Framework:
    """Return what the file of a framework says."""
    tongue = Tongue(Language(given.get("language", Language.FR)))
    return Framework(
        title=tongue.typeset(given["title"]),
        version=given["version"],
        source=given["source"],
        informative=given["informative"],
        language=tongue.language,
        requirements={identity: tongue.typeset(title) for identity, title in given["requirements"].items()},
    )


def about(estate: Mapping[str, Mapping[str, Any]]) -> dict[Subject, About]:
    """Return what lookup estate says of its tenants, by their domain and project."""
    return {
        Subject(said["domain"], said["project"]): About(
            ministry=said["ministry"],
            ministry_title=said["ministry_title"],
            end_date=said["end_date"],
            contacts=tuple(f"{contact['name']} <{contact['email']}>" for contact in said["contacts"]),
            file=said["file"],
            line=said["line"],
        )
        for said in estate.values()
    }
