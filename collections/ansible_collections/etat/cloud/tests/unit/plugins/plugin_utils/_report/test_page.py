# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page says all that the audit says, holds nothing that runs, and can be read by everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Outcome, Severity
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Subject, at_least, read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.page import MOST_OBJECTS, page
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue

#: Elements without an end.
VOID = {"meta", "br"}
#: Everything that a page of ours is made of.
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "nav",
        "section",
        "article",
        "div",
        "p",
        "br",
    ),
    *("h1", "h2", "h3", "h4", "h5", "ul", "ol", "li", "dl", "dt", "dd", "a", "span", "strong", "em", "code"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
HOSTILE = """<script>alert('x')</script>"' onmouseover=alert(1) {{ 7 * 7 }} {% raw %} &lt; \u202egnp \x1b[31m"""


class Page(HTMLParser):
    """A page taken apart; fails where elements are not closed in their order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        #: That of each of the words.
        self.languages: list[str | None] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            around = self._open[-1][1] if self._open else None
            self._open.append((tag, dict(attrs).get("lang", around)))
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag
        if tag in {"dt", "li", "td", "th"}:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        tag, language = self._open[-1] if self._open else ("", None)
        self.words.append((tag, data))
        self.languages.append(language)

    @property
    def text(self) -> str:
        """What a reader sees."""
        return " ".join("".join(data for tag, data in self.words if tag != "style").split())

    def attributes(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [attributes[name] or "" for _tag, attributes in self.elements if name in attributes]


def test_every_failing_object_is_shown_with_its_evidence(report: Report, tongue: Tongue) -> None:
    text = Page(page(report, tongue, "audit.csv")).text
    for result in report.document.ended(Outcome.FAIL):
        assert result.control in text
        assert " ".join(report.title(result.control, tongue).split()) in text
        for finding in result.findings:
            assert finding.name in text
            assert finding.id in text
            for key in finding.evidence:
                assert key in text


def test_each_failure_says_criterion_references_and_repair(report: Report, tongue: Tongue) -> None:
    text = Page(page(report, tongue, "audit.csv")).text
    control = report.controls["ETAT-NET-001"]
    for said in (control.criterion, control.repair.text, control.caution):
        assert " ".join(tongue.text(said).split()) in text
    relation = {Language.FR: "partiel", Language.EN: "partial"}[tongue.language]
    assert f"{' '.join(tongue.framework('anssi_hygiene').split())} 23 ({relation})" in text


def test_the_page_never_says_that_a_tenant_complies(report: Report, tongue: Tongue) -> None:
    text = Page(page(report, tongue, "audit.csv")).text
    denial = {
        Language.FR: "n\u2019affirme jamais qu\u2019un espace est conforme",
        Language.EN: "never states that a tenant complies",
    }
    assert denial[tongue.language] in text
    assert len(re.findall(r"conforme|compli", text)) == 1


def test_the_first_screen_tells_who_looked_and_what_was_not_seen(report: Report, french: Tongue) -> None:
    text = Page(page(report, french, "audit.csv")).text
    start = text[: text.index("Sommaire")]
    for said in (
        "Audit de sécurité du cloud interne",
        "8 espaces, 3 ministères, 2 sites, 12 contrôles",
        "14 écarts à traiter : 6 critiques, 4 élevés, 2 moyens, 1 faible et 1 pour information ; 5 résultats non",
        "Compte auditor Rôles reader Portée du jeton system",
        "3 lectures refusées ou absentes load_balancers (paris)",
        "Nouveaux 2 Aggravés 1 Corrigés 1 N\u2019ont pas pu être cherchés de nouveau 1 Inchangés 14",
        "1er octobre 2026",
        "education/moodle 2 critiques, 2 élevés et 1 moyen",
    ):
        assert said in start


def test_exceptions_are_listed_with_owner_and_end_and_the_next_to_end_first(report: Report, french: Tongue) -> None:
    text = Page(page(report, french, "audit.csv")).text
    first, second = text.index("31 décembre 2026"), text.index("31 janvier 2027")
    assert text.rindex("Dérogations en vigueur") < first < second
    assert "Claire Petit" in text
    assert "Alice Martin" in text


def test_every_account_that_looked_is_named(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    given["run"]["accounts"] += [{"account": f"ready-{number}", "roles": ["member"], "scope": "x"} for number in (1, 2)]
    text = Page(page(rendered(given), french, "audit.csv")).text
    assert "Compte auditor et 2 autres comptes" in text
    assert "ready-1 member x ready-2 member x" in text


def test_readings_beyond_the_first_are_counted(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    given["unseen"] *= 3
    assert "secrets (paris) et 5 autres lectures" in Page(page(rendered(given), french, "audit.csv")).text


def test_a_fact_that_is_empty_says_so(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    for row in given["results"]:
        for finding in row["findings"]:
            finding["evidence"] = {"tags": ""}
    assert "tags vide" in Page(page(rendered(given), french, "audit.csv")).text


def test_requirements_and_texts_bear_their_titles_in_their_own_language(report: Report, tongue: Tongue) -> None:
    html = page(report, tongue, "audit.csv")
    french, english = (
        {"fr": "<span>Cloisonner le SI</span>", "en": '<span lang="fr">Cloisonner le SI</span>'},
        {"fr": '<span lang="en">Networks security</span>', "en": "<span>Networks security</span>"},
    )
    assert french[tongue.language] in html
    assert english[tongue.language] in html
    text = Page(html).text
    assert "Politique de sécurité des systèmes d\u2019information de l\u2019État 1.0 https://pssie.example" in text
    assert "ISO/IEC 27001:2022, Annex A 2022 https://iso.example" in text
    # No failing control of this audit refers to it.
    assert "SecNumCloud" not in text


def test_one_refused_listing_is_one_line_however_many_tenants_it_concerns(report: Report, french: Tongue) -> None:
    html = page(report, french, "audit.csv")
    assert html.count("les secrets de la région toulouse n\u2019ont pas pu être lus (403)") == 1
    reason = Page(html).text.partition("les secrets de la région toulouse n\u2019ont pas pu être lus")[2]
    assert "agriculture/alertes-sanitaires, education/examens, education/moodle" in reason


def test_what_could_not_be_seen_is_said_beside_a_tenant_without_failures(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    given["results"] = [
        row for row in given["results"] if (row["tenant"], row["control"]) == ("examens", "ETAT-KEY-001")
    ]
    text = Page(page(rendered(given), french, "audit.csv")).text
    assert "Aucun écart ; 1 résultat non évaluable." in text
    assert re.search(r"examens Sensibilité .* 1 résultat non évaluable\. Aucun écart\.", text)


def test_an_audit_without_failures_says_so(given: dict[str, Any], tongue: Tongue) -> None:
    given.update(results=[], unseen=[], tenants=[])
    report = Report(read(given), {})
    text = Page(page(report, tongue, "audit.csv")).text
    assert {Language.FR: "Aucun écart.", Language.EN: "Nothing fails."}[tongue.language] in text
    assert {Language.FR: "premier audit", Language.EN: "first audit"}[tongue.language] in text


@pytest.mark.parametrize("field", ["name", "id", "type"])
def test_a_hostile_object_is_text(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue, field: str
) -> None:
    for row in given["results"]:
        row["reason"] = HOSTILE
        for finding in row["findings"]:
            finding[field] = HOSTILE
            finding["evidence"] = {HOSTILE: HOSTILE}
    given["unseen"] = [{"source": HOSTILE, "region": HOSTILE, "why": HOSTILE, "role": HOSTILE, "owners": [HOSTILE]}]
    given["run"].update(account=HOSTILE, roles=[HOSTILE], scope=HOSTILE)
    html = page(rendered(given), tongue, "audit.csv")
    parts = Page(html)
    assert {tag for tag, _attributes in parts.elements} <= ELEMENTS
    assert not [name for _tag, attributes in parts.elements for name in attributes if name.startswith("on")]
    assert "{{ 7 * 7 }}" in parts.text
    assert "49" not in parts.text.replace("2049", "")
    assert not set(html) & {"\x1b", "\u202e"}


def test_a_hostile_tenant_is_text(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    for row in given["tenants"]:
        row["name"] = row["name"].replace("moodle", HOSTILE)
    for row in given["results"]:
        row["tenant"] = row["tenant"].replace("moodle", HOSTILE)
    parts = Page(page(rendered(given), tongue, "audit.csv"))
    assert {tag for tag, _attributes in parts.elements} <= ELEMENTS


def test_the_page_fetches_and_runs_nothing(report: Report, tongue: Tongue) -> None:
    html = page(report, tongue, "audit.csv")
    parts = Page(html)
    assert {tag for tag, _attributes in parts.elements} <= ELEMENTS
    assert not parts.attributes("src") + parts.attributes("style")
    assert all(target.startswith("#") for target in parts.attributes("href"))
    (style,) = (data for tag, data in parts.words if tag == "style")
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = (said for said in parts.attributes("content") if "default-src" in said)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_link_leads_somewhere_and_every_anchor_is_one(report: Report, tongue: Tongue) -> None:
    parts = Page(page(report, tongue, "audit.csv"))
    anchors = parts.attributes("id")
    assert len(anchors) == len(set(anchors))
    assert {target.removeprefix("#") for target in parts.attributes("href")} <= set(anchors)
    assert set(parts.attributes("aria-labelledby")) <= set(anchors)


def test_every_landmark_has_a_name_of_its_own(report: Report, tongue: Tongue) -> None:
    parts = Page(page(report, tongue, "audit.csv"))
    landmarks = [
        attributes["aria-labelledby"]
        for tag, attributes in parts.elements
        if tag in {"section", "nav"} and "aria-labelledby" in attributes
    ]
    assert len(landmarks) > 8
    assert len(landmarks) == len(set(landmarks))


def test_links_stay_the_same_from_one_audit_to_the_next(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    before = Page(page(rendered(given), tongue, "audit.csv")).attributes("id")
    given["run"]["at"] = "2027-01-01T05:00:00Z"
    assert Page(page(rendered(given), tongue, "audit.csv")).attributes("id") == before


def test_the_page_says_reasons_and_roles_in_its_own_language(report: Report, tongue: Tongue) -> None:
    text = Page(page(report, tongue, "audit.csv")).text
    reasons = {result.reason for result in report.document.ended(Outcome.NOT_EVALUABLE, Outcome.MANUAL)}
    reasons |= {row.why for row in report.document.unseen}
    assert reasons
    for reason in reasons:
        assert " ".join(tongue.text(reason).split()) in text
        assert (reason.en in text) is (tongue.language is Language.EN)
    assert {Language.FR: "membre du projet", Language.EN: "member of the project"}[tongue.language] in text


def test_a_statement_in_the_evidence_is_said_in_the_language_of_the_page(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    (finding, *_others) = (
        finding for row in given["results"] if row["outcome"] == "fail" for finding in row["findings"]
    )
    finding.update(evidence={"bits": 7, "why": "it is gone"}, evidence_fr={"why": "il n'existe plus"})
    text = Page(page(rendered(given), tongue, "audit.csv")).text
    english, french = "bits 7 why it is gone", "bits 7 why il n\u2019existe plus"
    assert (english in text, french in text) == (tongue.language is Language.EN, tongue.language is Language.FR)


def test_the_page_names_its_language_and_that_of_what_is_in_another(report: Report, tongue: Tongue) -> None:
    parts = Page(page(report, tongue, "audit.csv"))
    assert parts.elements[0] == ("html", {"lang": tongue.language})
    spoken = zip(parts.words, parts.languages, strict=True)
    others = {data for (tag, data), language in spoken if tag and language != tongue.language}
    # What this collection says itself is in the language of the page.
    titles = {title for framework in report.frameworks.values() for title in framework.requirements.values()}
    titles |= {framework.title for framework in report.frameworks.values()}
    assert others
    assert others <= titles


def test_a_reason_of_an_earlier_release_is_in_english_and_marked_so(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    for row in (*given["results"], *given["unseen"]):
        row.pop("reason_fr", None)
        row.pop("why_fr", None)
    html = page(rendered(given), french, "audit.csv")
    assert '<span lang="en">the API does not show how consoles are served</span>' in html
    assert '<span lang="en">Barbican refuses this list (403) to a reader of the system</span>' in html


def test_headings_step_down_one_level_at_a_time(report: Report, tongue: Tongue) -> None:
    levels = [
        int(tag[1])
        for tag, _attributes in Page(page(report, tongue, "audit.csv")).elements
        if re.fullmatch(r"h\d", tag)
    ]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_headers_with_a_scope(report: Report, tongue: Tongue) -> None:
    tables = page(report, tongue, "audit.csv").split("<table")[1:]
    assert len(tables) > 10
    for table in tables:
        inside = table.partition("</table>")[0]
        assert 'scope="col"' in inside.partition("</thead>")[0]
        columns = inside.partition("</thead>")[0].count("<th ")
        rows = inside.partition("</thead>")[2].split("<tr")[1:]
        assert all(len(re.findall(r"<t[hd][ >]", row)) == columns for row in rows if "rowgroup" not in row)


def test_colours_are_told_apart_from_their_ground(report: Report, french: Tongue) -> None:
    (style,) = (data for tag, data in Page(page(report, french, "audit.csv")).words if tag == "style")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    assert {*Severity} <= colours.keys()
    # White words on each severity, and words in ink, soft and accent on paper and on the ground of headers.
    pairs = [("#ffffff", colours[severity]) for severity in Severity]
    pairs += [(colours[front], colours[back]) for front in ("ink", "soft", "accent") for back in ("paper", "ground")]
    for rule in re.findall(r"\{([^}]*)\}", style):
        said = dict(re.findall(r"(?<![-\w])(color|background): ((?:#|var\(--)[0-9a-z]+)", rule))
        if len(said) == 2:
            pairs.append(tuple(colours.get(value.removeprefix("var(--"), value) for value in said.values()))
    assert len(pairs) > 14
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def contrast(front: str, back: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_french_is_set_with_its_own_spaces(report: Report, french: Tongue) -> None:
    html = page(report, french, "audit.csv")
    text = " ".join(data for tag, data in Page(html).words if tag not in ("style", "code"))
    assert "«\u202fdefault\u202f»" in text
    assert not re.findall(r" [;!?»]|« ", text)
    assert not re.findall(r"\w :(?!:)", text)


def test_what_is_left_out_is_counted(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    row = next(row for row in given["results"] if row["findings"])
    row["findings"] = [
        {"type": "port", "id": str(number), "name": f"port-{number}", "evidence": {}}
        for number in range(MOST_OBJECTS + 7)
    ]
    text = Page(page(rendered(given), french, "audit.csv")).text
    assert f"port-{MOST_OBJECTS - 1}" in text
    assert f"port-{MOST_OBJECTS}" not in text
    assert "et 7 autres objets, dans le fichier audit.csv" in text


def test_a_control_that_is_not_known_is_shown_by_its_id(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    for row in given["results"]:
        row["control"] = row["control"].replace("ETAT-NET-001", "ETAT-NEW-999")
    assert "ETAT-NEW-999" in Page(page(rendered(given), tongue, "audit.csv")).text


def test_a_ready_project_stands_under_its_ministry(report: Report, french: Tongue) -> None:
    subject = Subject("education", "moodle")
    other = {**report.about, subject: report.about[Subject("dila", "demarches")]}
    moved = Report(report.document, report.controls, None, other)
    assert moved.called(subject, french) == "dila/moodle"
    text = Page(page(moved, french, "audit.csv")).text
    assert text.rindex("information légale") < text.rindex("moodle Sensibilité")


def test_the_gravest_failure_of_a_tenant_comes_first(report: Report, french: Tongue) -> None:
    html = page(report, french, "audit.csv")
    moodle = html[html.index('<h4 id="subject-education-moodle') :].partition("</section>")[0]
    shown = [Severity(severity) for severity in re.findall(r'<article class="failure (\w+)">', moodle)]
    assert len(shown) == 4
    assert all(at_least(before, after) for before, after in pairwise(shown))
