# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second check of an estate: what its files say of each other. Everything wrong is found in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Level
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID
from ansible_collections.etat.cloud.plugins.module_utils._controls.governance import HORIZON

from .baseline import APPLICATION_CREDENTIAL, CONTROLS, FIELDS, Weakness, excesses, weaknesses
from .files import CLOUD_WAIVERS, WAIVERS, Document, Files
from .merge import Layer, source
from .mistakes import Mistake, Path, allowed, meant, said, unknown
from .schema import DOMAINS, PROJECT, PROJECTS, SENSITIVITIES
from .shape import check_shape
from .site import DEFAULT_GROUP, Finding, check_site, names, objects
from .tenant import Tenant, blueprint_layers, egress_rules, merged, settle
from .values import listing, mapping, word

#: Where the quotas are that an envelope limits.
ENVELOPE = {"cores": ("compute", "cores"), "ram": ("compute", "ram"), "gigabytes": ("volume", "gigabytes")}
#: Tags that are written from the fields of a tenant, and from nowhere else.
TAGS = ("end_date", "managed_by", "offer", "sensitivity", "size", *FIELDS.values())


def check(files: Files, today: date) -> list[Mistake]:
    """Return everything that is wrong in an estate."""
    shapes = [*files.mistakes, *_shapes(files)]
    # A value of a wrong shape is often wrong in other ways too; one message is enough for it.
    said_already = {(mistake.file, mistake.line, mistake.column, mistake.field) for mistake in shapes}
    return shapes + [
        mistake
        for mistake in _meanings(files, today)
        if (mistake.file, mistake.line, mistake.column, mistake.field) not in said_already
    ]


def _shapes(files: Files) -> Iterator[Mistake]:
    for schema, documents in (
        ("catalogue", [files.catalogue]),
        ("ministry", files.ministries.values()),
        ("tenant", files.tenants.values()),
        ("waiver", files.waivers.values()),
        ("cloud_waiver", files.cloud_waivers.values()),
    ):
        for document in documents:
            if document.node is not None:
                yield from check_shape(document, schema)


def _meanings(files: Files, today: date) -> Iterator[Mistake]:
    yield from _catalogue(files.catalogue, today)
    tenants: dict[str, list[Tenant]] = {name: [] for name in files.ministries}
    for name, document in files.tenants.items():
        # Without a catalogue nothing can be said of what a tenant chose.
        if document.node is not None and files.catalogue.node is not None:
            tenant = settle(files, *name)
            tenants.setdefault(tenant.ministry, []).append(tenant)
            yield from _tenant(tenant, files, today)
    for ministry, document in files.ministries.items():
        yield from _ministry(files, document, tenants[ministry])
    for (ministry, _name), document in files.waivers.items():
        yield from _waiver(document, ministry, [name for owner, name in files.tenants if owner == ministry])
    for document in files.cloud_waivers.values():
        yield from _control(document, of_cloud=True)


# --- the catalogue


def _catalogue(document: Document, today: date) -> Iterator[Mistake]:
    value = document.value
    clouds = mapping(value, "clouds")
    taken: dict[str, str] = {}
    for name, cloud in clouds.items():
        for index, site in enumerate(listing(cloud, "sites")):
            if isinstance(site, str) and taken.setdefault(site, name) != name:
                text = f"{said(site)} is a site of cloud {taken[site]} already; allowed: a name for each site"
                yield document.mistake(("clouds", name, "sites", index), text)
        yield from _projects(document, name, cloud)
        yield from _cloud(document, name, cloud)
        made = mapping(cloud, "cartography").get("made")
        if isinstance(made, str) and _is_date(made) and date.fromisoformat(made) > today:
            text = f"{said(made)} is to come (today is {today}); allowed: {today} or earlier"
            yield document.mistake(("clouds", name, "cartography", "made"), text)
    for name, sensitivity in mapping(value, "sensitivities").items():
        yield from _references(document, ("sensitivities", name, "clouds"), sensitivity, "a cloud", clouds)
        yield from _places(document, name, sensitivity)
    for name, blueprint in mapping(value, "blueprints").items():
        yield from _blueprint(document, name, blueprint, list(taken))
    for name, offer in mapping(value, "offers").items():
        yield from _offer(document, name, offer)
    yield from _baselines(document)


def _places(document: Document, name: str, sensitivity: Any) -> Iterator[Mistake]:
    """Yield the sites that a sensitivity speaks of and that may not hold its data."""
    clouds = mapping(document.value, "clouds")
    sites = [site for cloud in listing(sensitivity, "clouds") for site in listing(mapping(clouds, str(cloud)), "sites")]
    for site in mapping(sensitivity, "by_site"):
        if sites and site not in sites:
            text = unknown(site, f"a site of a cloud that may hold {name} data", map(str, sites))
            yield document.mistake(("sensitivities", name, "by_site", site), text, key=True)


def _baselines(document: Document) -> Iterator[Mistake]:
    """Yield what is wrong in baselines and egress profiles, and what blueprints take back of a baseline."""
    value = document.value
    profiles = mapping(value, "egress_profiles")
    for name in profiles:
        path: Path = ("egress_profiles", name)
        rules = listing(profiles[name], "rules")
        for index, rule in enumerate(rules):
            if mapping(rule).get("direction") == "ingress":
                yield document.mistake((*path, "rules", index, "direction"), "'ingress' lets in; allowed: egress")
        for finding in check_site({"security_groups": [{"name": DEFAULT_GROUP, "rules": rules}]}):
            yield document.mistake((*path, *finding.path[2:]), finding.text)
    for name, sensitivity in mapping(value, "sensitivities").items():
        baseline = mapping(sensitivity, "baseline")
        egress = word(baseline.get("egress"))
        if egress and egress not in profiles:
            where = ("sensitivities", name, "baseline", "egress")
            yield document.mistake(where, unknown(egress, "an egress profile", profiles))
        yield from _means(document, ("sensitivities", name, "baseline"), baseline)
        for offer in mapping(value, "offers").values():
            if baseline and name in listing(offer, "sensitivities"):
                yield from _taken_back_by_blueprint(document, offer, baseline)


def _means(document: Document, path: Path, baseline: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what a baseline asks for and no cloud gives, and rules that would lock programs out."""
    clouds = mapping(document.value, "clouds").values()
    types = [
        name for cloud in clouds for site in mapping(cloud, "by_site").values() for name in names(site, "volume_types")
    ]
    volume_type = baseline.get("volume_type")
    if isinstance(volume_type, str) and volume_type not in types:
        text = unknown(volume_type, "a volume type that a cloud has by_site", dict.fromkeys(types))
        yield document.mistake((*path, "volume_type"), text)
    rules = listing(baseline, "multi_factor_auth_rules")
    if rules and [APPLICATION_CREDENTIAL] not in rules:
        text = f"would lock programs out; allowed: rules with one more, of {APPLICATION_CREDENTIAL} alone"
        yield document.mistake((*path, "multi_factor_auth_rules"), text)


def _taken_back_by_blueprint(document: Document, offer: Any, baseline: Mapping[str, Any]) -> Iterator[Mistake]:
    for cloud in mapping(offer, "sites"):
        for site in listing(mapping(document.value, "clouds", cloud), "sites"):
            layers = blueprint_layers(document, word(mapping(offer).get("blueprint")), str(site))
            # A blueprint has no domain of its own, so it shares no image either.
            found = weaknesses(merged(layers), baseline, egress_rules(document, baseline), (), "")
            yield from _where(merged(layers), layers, (Finding(weak.path, weak.text) for weak in found))


def _references(document: Document, path: Path, holder: Any, what: str, there: Any) -> Iterator[Mistake]:
    """Yield the names of a list that stand for nothing; the path ends with the key of the list."""
    for index, name in enumerate(listing(holder, str(path[-1]))):
        if isinstance(name, str) and there and name not in there:
            yield document.mistake((*path, index), unknown(name, what, there))


def _projects(document: Document, name: str, cloud: Any) -> Iterator[Mistake]:
    path = ("clouds", name, "projects")
    projects = mapping(cloud, "projects")
    if projects and mapping(document.value, "clouds", name).get("gives") == DOMAINS:
        yield document.mistake(
            path, f"cloud {name} gives domains; allowed: projects where a cloud gives projects", key=True
        )
    taken: dict[tuple[str, str], str] = {}
    for tenant, project in projects.items():
        where = (word(mapping(project).get("domain"), "Default"), word(mapping(project).get("project")).casefold())
        if where[1] and taken.setdefault(where, tenant) != tenant:
            text = f"{said(project['project'])} is the project of {taken[where]} already; allowed: one for each tenant"
            yield document.mistake((*path, tenant, "project"), text)


def _cloud(document: Document, name: str, cloud: Any) -> Iterator[Mistake]:
    """Yield what is wrong in what a cloud holds for all tenants, as a whole and on its sites."""
    path: Path = ("clouds", name)
    sites = listing(cloud, "sites")
    for site in mapping(cloud, "by_site"):
        if site not in sites:
            text = unknown(site, f"a site of cloud {name}", sites)
            yield document.mistake((*path, "by_site", site), text, key=True)
    identity, path = mapping(cloud, "identity"), (*path, "identity")
    if identity and mapping(cloud).get("gives") == PROJECTS:
        text = f"cloud {name} gives projects, and its provider keeps its identity; allowed: where a cloud gives domains"
        yield document.mistake(path, text, key=True)
        return
    yield from _limits(document, path, "registered_limits", identity, sites)
    for index, item in objects(identity, "implied_roles"):
        roles = listing(document.value, "roles")
        implies = (*path, "implied_roles", index, "implies")
        yield from _references(document, implies, item, "a role that this estate may give", roles)
    for index, item in objects(identity, "endpoint_groups"):
        region = mapping(item, "filters").get("region")
        if isinstance(region, str) and region not in sites:
            here = (*path, "endpoint_groups", index, "filters", "region")
            yield document.mistake(here, unknown(region, f"a site of cloud {name}", sites))
    yield from _role_assignments(document, path, identity, [], document)


def _limits(document: Document, path: Path, key: str, holder: Any, sites: Any) -> Iterator[Mistake]:
    """Yield the limits of a list that are about no site, and those that stand twice."""
    taken: set[tuple[Any, ...]] = set()
    for index, item in objects(holder, key):
        here, region = (*path, key, index), item.get("region")
        if isinstance(region, str) and sites and region not in sites:
            yield document.mistake((*here, "region"), unknown(region, "a site of the cloud", sites))
        resource = tuple(str(item.get(name, "")) for name in ("service", "region", "resource_name"))
        if resource in taken:
            yield document.mistake(here, f"{' '.join(filter(None, resource))} is limited already; allowed: once")
        taken.add(resource)


def _blueprint(document: Document, name: str, blueprint: Any, sites: list[str]) -> Iterator[Mistake]:
    differing = mapping(blueprint, "by_site")
    for site in differing:
        if sites and site not in sites:
            text = unknown(site, "a site of any cloud", sites)
            yield document.mistake(("blueprints", name, "by_site", site), text, key=True)
    # A blueprint is whole on each site on which an offer may put it: a subnet may have its addresses there only.
    offered = [
        site
        for offer in mapping(document.value, "offers").values()
        if mapping(offer).get("blueprint") == name
        for cloud in mapping(offer, "sites")
        for site in listing(mapping(document.value, "clouds", cloud), "sites")
    ]
    for site in sorted({site for site in (*offered, *differing) if isinstance(site, str)}):
        yield from _site(blueprint_layers(document, name, site))


def _offer(document: Document, name: str, offer: Any) -> Iterator[Mistake]:
    value, path = document.value, ("offers", name)
    clouds, here = mapping(value, "clouds"), mapping(offer, "sites")
    for key, what, there in (
        ("cloud", "a cloud of this offer, which its sites name", here),
        ("size", "a size of this offer", mapping(offer, "sizes")),
        ("blueprint", "a blueprint", mapping(value, "blueprints")),
    ):
        chosen = mapping(offer).get(key)
        if isinstance(chosen, str) and there and chosen not in there:
            yield document.mistake((*path, key), unknown(chosen, what, there))
    for cloud in here:
        if clouds and cloud not in clouds:
            yield document.mistake((*path, "sites", cloud), unknown(cloud, "a cloud", clouds), key=True)
        sites = listing(mapping(clouds, cloud), "sites")
        yield from _references(document, (*path, "sites", cloud), here, f"a site of cloud {cloud}", sites)
    people = mapping(offer, "people")
    for part in people:
        roles = listing(value, "roles")
        yield from _references(document, (*path, "people", part), people, "a role that this estate may give", roles)


# --- ministries


def _ministry(files: Files, document: Document, tenants: list[Tenant]) -> Iterator[Mistake]:
    value = document.value
    groups = [*names(value, "groups"), *(group for tenant in tenants for group in _groups(tenant))]
    yield from _role_assignments(document, (), value, groups, files.catalogue)
    clouds = mapping(files.catalogue.value, "clouds")
    sites = [
        site for cloud in clouds.values() if mapping(cloud).get("gives") == DOMAINS for site in listing(cloud, "sites")
    ]
    yield from _limits(document, (), "limits", value, sites)
    yield from _single_factors(files, document, tenants)
    for site, envelope in mapping(value, "envelope").items():
        if sites and site not in sites:
            text = unknown(site, "a site of a cloud that gives domains", sites)
            yield document.mistake(("envelope", site), text, key=True)
            continue
        for amount, most in mapping(envelope).items():
            if amount in ENVELOPE and isinstance(most, int):
                asked = {tenant.name: _quota(tenant, site, amount) for tenant in tenants if site in tenant.sites}
                yield from _envelope(document, ("envelope", site, amount), most, asked)


def _single_factors(files: Files, document: Document, tenants: list[Tenant]) -> Iterator[Mistake]:
    """Yield what a ministry says of users against what the baselines of their tenants ask of them."""
    asked = {name: tenant for tenant in tenants if tenant.second_factors for name in tenant.people}
    for index, user in objects(document.value, "users"):
        tenant = asked.get(word(user.get("name")))
        if tenant is None:
            continue
        wanted = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": tenant.second_factors}
        for option, value in mapping(user, "options").items():
            if wanted.get(option, value) == value:
                continue
            control = CONTROLS["users", "options"]
            weak = Weakness(("users", index, "options", option), "", control, str(user["name"]))
            if not _waived(weak, tenant, files):
                text = f"{said(value)} differs from what {tenant.name} asks of {user['name']}; allowed: nothing here"
                yield document.mistake(weak.path, text + _unless(control))


def _quota(tenant: Tenant, site: str, amount: str) -> int:
    service, limit = ENVELOPE[amount]
    value = mapping(merged(tenant.layers(site)), "quotas", service).get(limit, 0)
    return value if isinstance(value, int) and value >= -1 else 0


def _envelope(document: Document, path: Path, most: int, asked: Mapping[str, int]) -> Iterator[Mistake]:
    endless = sorted(name for name, value in asked.items() if value < 0)
    total = sum(asked.values())
    if endless:
        yield document.mistake(path, f"{most} cannot hold {', '.join(endless)}, without limit; allowed: limited quotas")
    elif total > most:
        shares = sorted(
            ((name, value) for name, value in asked.items() if value), key=lambda share: (-share[1], share[0])
        )
        shown = ", ".join(f"{name} {value}" for name, value in shares[:8])
        more = f" and {len(shares) - 8} more" if len(shares) > 8 else ""
        yield document.mistake(
            path, f"{most} is less than the {total} that its tenants ask for ({shown}{more}); allowed: {total} or more"
        )


def _role_assignments(
    document: Document, path: Path, holder: Any, groups: list[str], catalogue: Document
) -> Iterator[Mistake]:
    roles = listing(catalogue.value, "roles")
    for index, item in objects(holder, "role_assignments"):
        here = (*path, "role_assignments", index)
        role, group = item.get("role"), item.get("group")
        if isinstance(role, str) and roles and role not in roles:
            yield document.mistake((*here, "role"), unknown(role, "a role that this estate may give", roles))
        # Of another domain, only that domain knows.
        if (
            isinstance(group, str)
            and "group_domain" not in item
            and group not in groups
            and item.get("state") != "absent"
        ):
            yield document.mistake((*here, "group"), unknown(group, "a group that is declared", sorted(groups)))
        if ("group" in item) == ("user" in item):
            names_it = "names both group and user" if group else "names neither group nor user"
            yield document.mistake(here, f"{names_it}; allowed: one of them")


def _groups(tenant: Tenant) -> list[str]:
    """Return the names of the groups of a tenant."""
    own = names(mapping(tenant.document.value, "overrides"), "groups")
    return [*(f"{tenant.name}-{part}" for part in mapping(tenant.offer, "people")), *own]


# --- waivers


def _waiver(document: Document, ministry: str, tenants: list[str]) -> Iterator[Mistake]:
    """Yield the control and the tenants that are not there. One that has run out is no mistake: the audit finds it."""
    yield from _control(document, of_cloud=False)
    yield from _references(document, ("tenants",), document.value, f"a tenant of {ministry}", tenants or [""])


def _control(document: Document, *, of_cloud: bool) -> Iterator[Mistake]:
    """Yield a control that is not there, and one that is not asked of whom the waiver is about."""
    control = document.value.get("control")
    if not isinstance(control, str):
        return
    if control not in BY_ID:
        text = f"{said(control)} is not a control{meant(control, BY_ID)}; allowed: the id of a control in force"
        yield document.mistake(("control",), text)
    elif of_cloud and BY_ID[control].level is not Level.CLOUD:
        text = f"{said(control)} is asked of tenants or domains, whose waivers stand in {WAIVERS}/"
        of_it = (id for id, known in BY_ID.items() if known.level is Level.CLOUD)
        yield document.mistake(("control",), f"{text}{allowed(of_it)}")
    elif not of_cloud and BY_ID[control].level is Level.CLOUD:
        text = f"{said(control)} is asked of the cloud itself, whose waivers stand in {CLOUD_WAIVERS}/"
        yield document.mistake(("control",), f"{text}; allowed: a control of tenants or domains")


# --- tenants


def _tenant(tenant: Tenant, files: Files, today: date) -> Iterator[Mistake]:
    document = tenant.document
    yield from _choices(tenant)
    ends = document.value.get("end_date")
    if isinstance(ends, str) and len(ends) == 10 and _is_date(ends) and date.fromisoformat(ends) < today:
        text = f"{said(ends)} is in the past (today is {today}); allowed: {today} or later"
        yield document.mistake(("end_date",), text)
    for site in mapping(document.value, "overrides_by_site"):
        if site not in tenant.sites:
            text = unknown(site, "a site of this tenant", tenant.sites)
            yield document.mistake(("overrides_by_site", site), text, key=True)
    yield from _facts(tenant, today)
    yield from _identity(tenant, files)
    yield from _taken_back(tenant, files)
    if tenant.overrides:
        for site in tenant.sites:
            yield from _site(tenant.layers(site))


def _facts(tenant: Tenant, today: date) -> Iterator[Mistake]:
    """Yield what a tenant has to say of itself and does not, and a review that comes too late."""
    document = tenant.document
    for field in listing(tenant.baseline, "required"):
        if field not in tenant.facts:
            where = f"offer {tenant.offer_name}" if field == "environment" else f"ministries/{tenant.ministry}.yml"
            text = f"is missing, and {tenant.sensitivity} data ask for it; allowed: here, or in {where}"
            yield document.mistake((field,), text)
    latest = today + timedelta(days=HORIZON)
    for holder in (document, tenant.ministry_document):
        review = holder.value.get("review_date")
        if isinstance(review, str) and _is_date(review) and date.fromisoformat(review) > latest:
            text = f"{said(review)} is more than {HORIZON} days ahead; allowed: {latest} or earlier"
            yield holder.mistake(("review_date",), text)


def _taken_back(tenant: Tenant, files: Files) -> Iterator[Mistake]:
    """Yield what a tenant declares against its baseline, but where a waiver covers it."""
    if not tenant.baseline:
        return
    document = tenant.document
    here = mapping(document.value, "overrides", "options")
    for option, value in mapping(tenant.baseline, "options").items():
        if option in here and here[option] != value:
            control = CONTROLS.get(("options", option), "")
            weak = Weakness(("overrides", "options", option), _against(here[option], value), control)
            if not _waived(weak, tenant, files):
                yield document.mistake(weak.path, weak.text + _unless(control))
    for site in tenant.sites if tenant.overrides else ():
        for where in (("overrides", "quotas"), ("overrides_by_site", site, "quotas")):
            for weak in excesses(mapping(document.value, *where), tenant.baseline_at(site)["quotas"]):
                if not _waived(weak, tenant, files):
                    yield document.mistake((*where, *weak.path), weak.text + _unless(weak.control))
        layers = tenant.layers(site)
        whole = merged(layers)
        found = weaknesses(whole, tenant.baseline_at(site), tenant.egress, tenant.labels, tenant.domain)
        left = [weak for weak in found if not _waived(weak, tenant, files)]
        yield from _where(whole, layers, (Finding(weak.path, weak.text + _unless(weak.control)) for weak in left))


def _against(value: Any, wanted: Any) -> str:
    return f"{said(value)} differs from the baseline; allowed: {said(wanted)}"


def _unless(control: str) -> str:
    return f", or a waiver of {control}" if control else ""


def _waived(weak: Weakness, tenant: Tenant, files: Files) -> bool:
    """Return whether a waiver covers a weakness. One that has run out does too: the audit tells of it."""
    return any(
        ministry == tenant.ministry
        and waiver.value.get("control") == weak.control
        and tenant.name in (listing(waiver.value, "tenants") or [tenant.name])
        and weak.name in (listing(waiver.value, "objects") or [weak.name])
        for (ministry, _name), waiver in files.waivers.items()
    )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _choices(tenant: Tenant) -> Iterator[Mistake]:
    """Yield what a tenant chose and cannot have: its offer, cloud, size, sites, and a cloud for its sensitivity."""
    document, catalogue = tenant.document, tenant.catalogue.value
    offers = mapping(catalogue, "offers")
    if tenant.offer_name and offers and tenant.offer_name not in offers:
        yield document.mistake(("offer",), unknown(tenant.offer_name, "an offer", offers))
    offered, sizes = mapping(tenant.offer, "sites"), mapping(tenant.offer, "sizes")
    chosen = word(document.value.get("cloud"))
    if chosen and offered and chosen not in offered:
        yield document.mistake(("cloud",), unknown(chosen, f"a cloud of offer {tenant.offer_name}", offered))
    chosen = word(document.value.get("size"))
    if chosen and sizes and chosen not in sizes:
        yield document.mistake(("size",), unknown(chosen, f"a size of offer {tenant.offer_name}", sizes))
    sites = listing(tenant.cloud, "sites")
    what = f"a site of cloud {tenant.cloud_name}"
    yield from _references(document, ("sites",), document.value, what, sites)
    if tenant.sensitivity in SENSITIVITIES:
        yield from _sensitivity(tenant)
    projects = mapping(tenant.cloud, "projects")
    if tenant.in_ready_project and tenant.full_name not in projects:
        text = (
            f"no project is ready for {tenant.full_name} on cloud {tenant.cloud_name}, says clouds.{tenant.cloud_name}"
        )
        where = "cloud" if "cloud" in document.value else "offer"
        yield document.mistake((where,), f"{text}.projects of the catalogue; ready: {', '.join(projects) or 'none'}")


def _sensitivity(tenant: Tenant) -> Iterator[Mistake]:
    document, catalogue = tenant.document, tenant.catalogue.value
    accepted = listing(tenant.offer, "sensitivities")
    if accepted and tenant.sensitivity not in accepted:
        what = f"a sensitivity that offer {tenant.offer_name} is made for"
        yield document.mistake(("sensitivity",), unknown(tenant.sensitivity, what, map(str, accepted)))
    clouds = listing(mapping(catalogue, "sensitivities", tenant.sensitivity), "clouds")
    if clouds and tenant.cloud and tenant.cloud_name not in clouds:
        held = [
            name
            for name in SENSITIVITIES
            if tenant.cloud_name in listing(mapping(catalogue, "sensitivities", name), "clouds")
        ]
        text = (
            f"{said(tenant.sensitivity)} may not lie on cloud {tenant.cloud_name}, but on {', '.join(map(str, clouds))}"
        )
        yield document.mistake(("sensitivity",), f"{text}; allowed on {tenant.cloud_name}: {', '.join(held) or 'none'}")


def _identity(tenant: Tenant, files: Files) -> Iterator[Mistake]:
    """Yield what a tenant asks for of people and of its project, and cannot have."""
    document, overrides = tenant.document, mapping(tenant.document.value, "overrides")
    if tenant.in_ready_project:
        asked = [("people",), *(("overrides", name) for name in PROJECT)]
        for path in asked:
            if path[-1] in mapping(document.value, *path[:-1]):
                text = f"cloud {tenant.cloud_name} gives ready projects, where this is its provider's"
                yield document.mistake(path, f"{text}; allowed on a cloud that gives domains", key=True)
        return
    parts = mapping(tenant.offer, "people")
    for part in mapping(document.value, "people"):
        if tenant.offer and part not in parts:
            text = unknown(part, f"a part that people play in offer {tenant.offer_name}", parts)
            yield document.mistake(("people", part), text, key=True)
    written = {tag: field for field, tag in FIELDS.items()}
    for index, tag in enumerate(listing(overrides, "tags")):
        if isinstance(tag, str) and tag.partition(":")[0] in TAGS:
            field = written.get(tag.partition(":")[0], "of that name")
            text = f"{said(tag)} is written from the field {field}; allowed: other tags than {', '.join(TAGS)}"
            yield document.mistake(("overrides", "tags", index), text)
    if tenant.offer:
        ministry = files.ministries.get(tenant.ministry)
        groups = [*_groups(tenant), *names(ministry.value if ministry else {}, "groups")]
        yield from _role_assignments(document, ("overrides",), overrides, groups, files.catalogue)
        yield from _limits(document, ("overrides",), "limits", overrides, listing(tenant.cloud, "sites"))


# --- sites


def _site(layers: list[Layer]) -> Iterator[Mistake]:
    """Yield what is wrong in a merged site, each in the file that says it."""
    site = merged(layers)
    yield from _where(site, layers, check_site(site))


def _where(site: Mapping[str, Any], layers: list[Layer], findings: Iterable[Finding]) -> Iterator[Mistake]:
    """Yield findings on a merged site as mistakes of the files that say it."""
    for finding in findings:
        at, layer, where = source(site, finding.path, layers)
        other = finding.or_else
        if other is not None:
            later, its_layer, its_place = source(site, other.path, layers)
            if later > at:
                finding, layer, where = other, its_layer, its_place
        yield layer.document.mistake(where, finding.text)
