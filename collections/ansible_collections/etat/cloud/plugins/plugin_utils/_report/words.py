# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the reports in English and French, and how each language sets dates, numbers and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from .terms import Text


class Language(StrEnum):
    """A language of the reports, by its code in HTML."""

    FR = "fr"
    EN = "en"


#: U+202F stands before ; ! ? and inside guillemets, U+00A0 before a colon, as the Imprimerie nationale sets them.
_NARROW, _WIDE = "\u202f", "\u00a0"
_FRENCH = (
    (re.compile(r"«[ \u00a0]?"), f"«{_NARROW}"),
    (re.compile(r"[ \u00a0]?»"), f"{_NARROW}»"),
    (re.compile(r" ([;!?])"), _NARROW + r"\1"),
    (re.compile(r" :"), _WIDE + ":"),
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
)
_MONTHS = {
    Language.FR: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    Language.EN: "January February March April May June July August September October November December".split(),
}

#: What every report says, by the name of the sentence; {} are filled in. A plural stands after a bar.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # Terms
        "outcome.pass": ("passed", "satisfait"),
        "outcome.fail": ("failed", "écart"),
        "outcome.not_applicable": ("not applicable", "sans objet"),
        "outcome.not_evaluable": ("not evaluable", "non évaluable"),
        "outcome.exempt": ("exempt", "dérogation"),
        "outcome.manual": ("to check by hand", "à vérifier à la main"),
        "severity.critical": ("critical", "critique"),
        "severity.high": ("high", "élevée"),
        "severity.medium": ("medium", "moyenne"),
        "severity.low": ("low", "faible"),
        "severity.info": ("information", "information"),
        "relation.contributes": ("contributes", "contribue"),
        "relation.partial": ("partial", "partiel"),
        "relation.evidence": ("evidence", "preuve"),
        "repair.none": ("by hand", "à la main"),
        "repair.safe": ("automatic and safe", "automatique et sûre"),
        "repair.guarded": ("automatic where allowed by name", "automatique sur autorisation nommée"),
        "sensitivity.public": ("public", "publique"),
        "sensitivity.internal": ("internal", "interne"),
        "sensitivity.sensitive": ("sensitive", "sensible"),
        "sensitivity.restricted": ("restricted", "Diffusion Restreinte"),
        "level.cloud": ("cloud", "cloud"),
        "level.domain": ("domain", "domaine"),
        "level.tenant": ("tenant", "espace"),
        "level.site": ("site", "site"),
        # Things, counted
        "count.tenants": ("{} tenant|{} tenants", "{} espace|{} espaces"),
        "count.ministries": ("{} ministry|{} ministries", "{} ministère|{} ministères"),
        "count.sites": ("{} site|{} sites", "{} site|{} sites"),
        "count.controls": ("{} control|{} controls", "{} contrôle|{} contrôles"),
        "count.objects": ("{} object|{} objects", "{} objet|{} objets"),
        "count.failures": ("{} failure|{} failures", "{} écart|{} écarts"),
        "count.critical": ("{} critical|{} critical", "{} critique|{} critiques"),
        "count.high": ("{} high|{} high", "{} élevé|{} élevés"),
        "count.medium": ("{} medium|{} medium", "{} moyen|{} moyens"),
        "count.low": ("{} low|{} low", "{} faible|{} faibles"),
        "count.info": ("{} for information|{} for information", "{} pour information|{} pour information"),
        "count.unseen": ("{} reading refused or absent|{} readings refused or absent", "{} lecture refusée ou absente|{} lectures refusées ou absentes"),
        "count.not_evaluable": ("{} result not evaluable|{} results not evaluable", "{} résultat non évaluable|{} résultats non évaluables"),
        "count.exempt": ("{} result exempt|{} results exempt", "{} résultat sous dérogation|{} résultats sous dérogation"),
        "count.manual": ("{} result to check by hand|{} results to check by hand", "{} résultat à vérifier à la main|{} résultats à vérifier à la main"),
        "count.calls": ("{} call|{} calls", "{} appel|{} appels"),
        "count.more": ("and {} more object, in the CSV file|and {} more objects, in the CSV file", "et {} autre objet, dans le fichier CSV|et {} autres objets, dans le fichier CSV"),
        # Headings
        "title": ("Security audit of the cloud {}", "Audit de sécurité du cloud {}"),
        "skip": ("Skip to the results", "Aller aux résultats"),
        "contents": ("Contents", "Sommaire"),
        "essentials": ("At a glance", "L'essentiel"),
        "audited": ("What was audited", "Ce qui a été audité"),
        "as_whom": ("With which role", "Avec quel rôle"),
        "unseen": ("What could not be seen", "Ce qui n'a pas pu être vu"),
        "failures_by_severity": ("Failures by severity", "Écarts par gravité"),
        "results_by_outcome": ("All results", "Tous les résultats"),
        "worst": ("Tenants to treat first", "Espaces à traiter d'abord"),
        "trend": ("Since the last audit", "Depuis le dernier audit"),
        "all_tenants": ("All tenants", "Tous les espaces"),
        "by_control": ("Failures by control", "Écarts par contrôle"),
        "failures": ("Failures, ministry by ministry", "Écarts, ministère par ministère"),
        "the_cloud": ("The cloud itself", "Le cloud lui-même"),
        "the_domain": ("The domain {}", "Le domaine {}"),
        "exempt": ("Exceptions in force", "Dérogations en vigueur"),
        "not_evaluable": ("What could not be evaluated", "Ce qui n'a pas pu être évalué"),
        "manual": ("To check by hand", "À vérifier à la main"),
        "method": ("How to read this report", "Comment lire ce rapport"),
        # Labels
        "cloud": ("Cloud", "Cloud"),
        "date": ("Date", "Date"),
        "scope": ("Scope", "Périmètre"),
        "tenants": ("Tenants", "Espaces"),
        "tenant": ("Tenant", "Espace"),
        "ministry": ("Ministry", "Ministère"),
        "sites": ("Sites", "Sites"),
        "site": ("Site", "Site"),
        "controls": ("Controls", "Contrôles"),
        "control": ("Control", "Contrôle"),
        "judged": ("Objects judged", "Objets jugés"),
        "calls": ("API calls", "Appels aux API"),
        "account": ("Account", "Compte"),
        "roles": ("Roles", "Rôles"),
        "token_scope": ("Scope of the token", "Portée du jeton"),
        "severity": ("Severity", "Gravité"),
        "outcome": ("Outcome", "Issue"),
        "number": ("Number", "Nombre"),
        "total": ("Total", "Total"),
        "objects": ("Objects", "Objets"),
        "object": ("Object", "Objet"),
        "evidence": ("Evidence", "Éléments constatés"),
        "criterion": ("Criterion", "Critère"),
        "references": ("References", "Références"),
        "repair": ("How to repair", "Comment corriger"),
        "caution": ("Before you conclude", "Avant de conclure"),
        "sensitivity": ("Sensitivity", "Sensibilité"),
        "contacts": ("Contacts", "Contacts"),
        "end_date": ("End date", "Date de fin"),
        "reason": ("Reason", "Motif"),
        "owner": ("Owner", "Responsable"),
        "until": ("Until", "Jusqu'au"),
        "source": ("Reading", "Lecture"),
        "needed_role": ("Role that would see it", "Rôle qui le verrait"),
        "subjects": ("Where", "Où"),
        "new": ("new", "nouveau"),
        "worse": ("worse", "aggravé"),
        "repaired": ("repaired", "corrigé"),
        "new.title": ("New", "Nouveaux"),
        "worse.title": ("Worse", "Aggravés"),
        "repaired.title": ("Repaired", "Corrigés"),
        "same.title": ("Unchanged", "Inchangés"),
        "since": ("Compared with the audit of {}.", "Comparé à l'audit du {}."),
        "first": ("This is the first audit that is kept; the next one is compared with it.", "C'est le premier audit conservé ; le prochain lui sera comparé."),
        "none": ("none", "aucun"),
        "everything_seen": ("Everything that the controls read was seen.", "Tout ce que lisent les contrôles a été vu."),
        "no_failures": ("No failure.", "Aucun écart."),
        "no_exempt": ("No exception is in force.", "Aucune dérogation n'est en vigueur."),
        "all_evaluated": ("Every control could be evaluated.", "Tous les contrôles ont pu être évalués."),
        "no_manual": ("Nothing is left to check by hand.", "Rien ne reste à vérifier à la main."),
        "passed_list": ("{} control passed|{} controls passed", "{} contrôle satisfait|{} contrôles satisfaits"),
        "inapplicable_list": ("{} control not applicable|{} controls not applicable", "{} contrôle sans objet|{} contrôles sans objet"),
        "verdict.fail": ("{} to treat", "{} à traiter"),
        "verdict.blind": ("; {}", " ; {}"),
        "verdict.pass": ("Nothing fails", "Aucun écart"),
        "and": ("and", "et"),
        "colon": (": ", " : "),
        # Method
        "method.outcomes": (
            "A control passes, fails, is not applicable (there is nothing to judge), not evaluable (what it reads was refused or is absent), exempt (a dated exception is in force) or to be checked by hand. What was refused never passes.",
            "Un contrôle est satisfait, en écart, sans objet (rien à juger), non évaluable (ce qu'il lit a été refusé ou manque), sous dérogation (une exception datée est en vigueur) ou à vérifier à la main. Ce qui a été refusé n'est jamais compté comme satisfait.",
        ),
        "method.severities": (
            "The severity of a control depends on the declared sensitivity of the tenant.",
            "La gravité d'un contrôle dépend de la sensibilité déclarée de l'espace.",
        ),
        "method.references": (
            "A reference says how a control relates to a requirement: it contributes to it, covers a part of it, or yields evidence for it. This report never states that a tenant complies with a text; that judgement belongs to the auditor.",
            "Une référence dit le lien entre un contrôle et une exigence : il y contribue, en couvre une partie (partiel) ou en fournit une preuve. Ce rapport n'affirme jamais qu'un espace est conforme à un texte ; ce jugement revient à l'auditeur.",
        ),
        "method.facts": (
            "Evidence is shown as the API of the cloud gives it. No secret is read or shown. All results are also in the file {}.",
            "Les éléments constatés sont montrés tels que l'API du cloud les donne. Aucun secret n'est lu ni montré. Tous les résultats sont aussi dans le fichier {}.",
        ),
        # On a terminal
        "by": ("Account {} ({}, scope {})", "Compte {} ({}, portée {})"),
        "next": ("What to do next", "Et maintenant"),
        "next.fail": ("Repair {} first: {} fails there.", "Corriger d'abord {} : {} y est en écart."),
        "next.blind": ("Audit again with {} to see what was refused.", "Refaire l'audit avec {} pour voir ce qui a été refusé."),
        "next.manual": ("Check by hand what no API shows ({}).", "Vérifier à la main ce qu'aucune API ne montre ({})."),
        "next.nothing": ("Nothing to repair. Keep the document; the next audit is compared with it.", "Rien à corriger. Conserver le document ; le prochain audit lui sera comparé."),
    }
)


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, and everything that is said in it."""

    language: Language

    def say(self, name: str, *parts: object) -> str:
        """Return a sentence of the reports, with what is filled in. Raises KeyError for a sentence that is not there."""
        english, french = WORDS[name]
        text = english if self.language is Language.EN else french
        return self.typeset(text.format(*parts))

    def count(self, name: str, number: int) -> str:
        """Return how many of a thing there are, in the singular or the plural."""
        english, french = WORDS[f"count.{name}"] if f"count.{name}" in WORDS else WORDS[name]
        one, many = (english if self.language is Language.EN else french).split("|")
        # French counts nought in the singular.
        singular = number == 1 or (number == 0 and self.language is Language.FR)
        return self.typeset((one if singular else many).replace("{} ", f"{{}}{_WIDE}").format(self.number(number)))

    def number(self, value: int) -> str:
        """Return a whole number with its thousands set apart."""
        return f"{value:,}".replace(",", _NARROW) if self.language is Language.FR else f"{value:,}"

    def text(self, both: Text) -> str:
        """Return what a control says, in this language."""
        return self.typeset(both.en if self.language is Language.EN else both.fr)

    def day(self, iso: str) -> str:
        """Return a day such as 2026-11-25 in words; what is no day stays as it is."""
        try:
            when = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        return self._date(when)

    def moment(self, when: datetime) -> str:
        """Return a moment in words, in UTC."""
        if self.language is Language.EN:
            return f"{self._date(when)} at {when:%H:%M}{_WIDE}UTC"
        return f"{self._date(when)} à {when:%H}{_WIDE}h{_WIDE}{when:%M}{_WIDE}UTC"

    def listing(self, parts: list[str]) -> str:
        """Return several things in one sentence."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.say('and')} {parts[-1]}"

    def _date(self, when: datetime) -> str:
        month = _MONTHS[self.language][when.month - 1]
        first = self.language is Language.FR and when.day == 1
        return f"{when.day}{'er' if first else ''}{_WIDE}{month} {when.year}"

    def typeset(self, text: str) -> str:
        """Return a text of this language with its signs set as the language has them."""
        if self.language is Language.FR:
            for sign, put in _FRENCH:
                text = sign.sub(put, text)
        return text
