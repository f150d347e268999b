# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets the images of a tenant, what is in them, and how old that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from .._audit.fixes import deleted, patched_image, quoted
from .._audit.model import (
    PASSED,
    Call,
    Control,
    Fix,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View, day, labels

FAMILY = "image"
#: A tag, golden:yes, or a property of that name: others build on the image.
GOLDEN = "golden"
#: How people and services write yes in labels, properties and extra specs.
YES = ("yes", "true", "1")
#: What Nova calls the images that it makes of servers.
COPIES = ("snapshot", "backup")
#: The most days since an image was built, where nothing promises more or less.
MOST_DAYS = 180
#: The most days between two builds, by what an image promises.
#: https://docs.scs.community/standards/scs-0102-v1-image-metadata
PROMISES = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
#: How many days late a promise may be kept, by the same standard: weekends.
LATE = 3
#: The most days that a copy of a server is kept.
COPY_DAYS = 90
#: All that Glance and Nova need for checking a signature, in the order of the documentation.
#: https://docs.openstack.org/glance/latest/user/signature.html
HASH_METHOD, KEY_TYPE = "img_signature_hash_method", "img_signature_key_type"
CERTIFICATE = "img_signature_certificate_uuid"
SIGNATURE = ("img_signature", HASH_METHOD, KEY_TYPE, CERTIFICATE)
STRONG_HASH_METHODS = ("SHA-256", "SHA-384", "SHA-512")
#: The beginnings of the types of signing keys that are no DSA.
STRONG_KEY_TYPES = ("RSA-PSS", "ECC_")
#: Digests of at least 256 bits, by Glance's names.
STRONG_HASHES = ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s")
#: What KVM and Ceph take as it is. Others can name further files of the host, as CVE-2022-47951 showed of VMDK.
DISK_FORMATS = ("qcow2", "raw")
CONTAINER_FORMATS = ("bare", "compressed")
#: The id that stands for the one key of a cloud without a key manager.
FIXED_KEY = "00000000-0000-0000-0000-000000000000"

#: Until when anybody gets security updates, by os_distro and the beginning of os_version: of Ubuntu without Pro, of
#: Debian with LTS, of Red Hat and Microsoft without what is paid for on top. https://endoflife.date, November 2026.
_END_OF_SUPPORT: Mapping[str, Mapping[str, str]] = {
    "ubuntu": {
        "14.04": "2019-04-02",
        "16.04": "2021-04-02",
        "18.04": "2023-05-31",
        "20.04": "2025-05-31",
        "22.04": "2027-04-01",
        "23.04": "2024-01-20",
        "23.10": "2024-07-12",
        "24.04": "2029-05-31",
        "24.10": "2025-07-10",
        "25.04": "2026-01-17",
        "25.10": "2026-07-01",
        "26.04": "2031-04-30",
    },
    "debian": {
        "7": "2018-05-31",
        "8": "2020-06-30",
        "9": "2022-07-01",
        "10": "2024-06-30",
        "11": "2026-08-31",
        "12": "2028-06-30",
        "13": "2030-06-30",
    },
    "rhel": {
        "5": "2017-03-31",
        "6": "2020-11-30",
        "7": "2024-06-30",
        "8": "2029-05-31",
        "9": "2032-05-31",
        "10": "2035-05-31",
    },
    # From 9 on there is Stream alone.
    "centos": {
        "6": "2020-11-30",
        "7": "2024-06-30",
        "8": "2021-12-31",
        "9": "2027-05-31",
        "10": "2030-01-01",
    },
    "rocky": {"8": "2029-05-31", "9": "2032-05-31", "10": "2035-05-31"},
    "almalinux": {"8": "2029-03-01", "9": "2032-05-31", "10": "2035-05-31"},
    "windows": {
        "2003": "2015-07-14",
        "2008": "2020-01-14",
        "2012": "2023-10-10",
        "2016": "2027-01-12",
        "2019": "2029-01-09",
        "2022": "2031-10-14",
        "2025": "2034-10-10",
    },
}
REPLACE = Text(
    "Build a new image under the same name, hide the old one, and rebuild the servers that run it.",
    "Construire une nouvelle image du même nom, masquer l'ancienne et reconstruire les serveurs qui en sont issus.",
)
WITHDRAW = Text("Set its visibility to private.", "Rendre sa visibilité privée.")
PUBLISHER = Text(
    "A project whose task is to publish images for the cloud takes a waiver.",
    "Un projet chargé de publier des images pour le cloud relève d'une dérogation.",
)


# --- what servers want to know as well


def yes(value: Any) -> bool:
    """Return whether a label, a property or an extra spec says yes."""
    return str(value).lower() in YES


def end_of_support(image: Mapping[str, Any]) -> date | None:
    """Return the last day with security updates for the operating system of an image, or None where it is not known.

    What the image promises itself, by maintained_until, comes first: somebody may pay for more.
    """
    promised = day(image.get("maintained_until"))
    if promised:
        return promised
    distribution = str(image.get("os_distro") or "").lower()
    number = re.search(r"\d+(?:\.\d+)*", str(image.get("os_version") or ""))
    known = _END_OF_SUPPORT.get("windows" if distribution.startswith("windows") else distribution, {})
    parts = number.group().split(".") if number else []
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return day(next((known[name] for name in names if name in known), None))


def built(image: Mapping[str, Any]) -> date | None:
    """Return the day an image was built; the one it was uploaded where it does not say, or None."""
    return day(image.get("image_build_date")) or day(image.get("created_at"))


def offered(view: View, spec: str, value: str) -> bool | None:
    """Return whether a public flavor has an extra spec; None where flavors do not show theirs."""
    public = [flavor for flavor in view.all("flavors") if flavor.get("os-flavor-access:is_public")]
    shown = [flavor["extra_specs"] for flavor in public if "extra_specs" in flavor]
    if any(str(specs.get(spec, "")).lower() == value for specs in shown):
        return True
    return False if len(shown) == len(public) else None


# --- objects


def _images(view: View) -> Iterable[Row]:
    return view.rows("images")


def _with_data(view: View) -> list[Row]:
    # One that waits for its data has neither a digest nor a format yet.
    return [image for image in view.rows("images") if image.get("status") == "active"]


def _is_copy(image: Row) -> bool:
    # What Nova makes of a server on volumes has no type, but names the snapshots of its volumes.
    return image.get("image_type") in COPIES or bool(image.get("block_device_mapping"))


def _originals(view: View) -> list[Row]:
    return [image for image in _with_data(view) if not _is_copy(image)]


def _copies(view: View) -> list[Row]:
    return [image for image in _with_data(view) if _is_copy(image)]


def _shared(view: View) -> list[Row]:
    return [image for image in view.rows("images") if image.get("visibility") == "shared"]


def _of_encrypted_volumes(view: View) -> list[Row]:
    return [image for image in view.rows("images") if image.get("cinder_encryption_key_id")]


def _regions(view: View) -> Iterator[Row]:
    for region in view.regions:
        images = view.all("images", region)
        if images:
            yield {"id": region, "name": region, "images": images}


# --- judges


def _judge_public(_view: View, image: Row) -> Verdict:
    return passed_or_failed(image["visibility"] != "public", visibility=image["visibility"])


def _judge_community(_view: View, image: Row) -> Verdict:
    return passed_or_failed(image["visibility"] != "community", visibility=image["visibility"])


def _withdraw(_view: View, image: Row) -> tuple[Fix, ...]:
    return (patched_image(image, visibility="private"),)


def _judge_members(view: View, image: Row) -> Verdict:
    # One that refused the offer still reads the image by its id, so that every member counts.
    members = [row["member_id"] for row in view.by("image_members", "parent_id", image["id"])]
    outside = [id for id in members if view.foreign(id)]
    if outside:
        return failed(projects=", ".join(sorted(outside)), members=len(members))
    unseen = any(view.foreign(id) is None for id in members)
    return (
        not_evaluable(
            Text(
                "a project that it is shared with was not seen",
                "un projet avec lequel elle est partagée n'a pas été vu",
            )
        )
        if unseen
        else PASSED
    )


def _take_members_away(view: View, image: Row) -> tuple[Fix, ...]:
    return tuple(
        _taken_away(image, member)
        for member in view.by("image_members", "parent_id", image["id"])
        if view.foreign(member["member_id"])
    )


def _taken_away(image: Row, member: Row) -> Fix:
    id, path = member["member_id"], f"/images/{image['id']}/members"
    row = {**member, "name": f"{image.get('name') or image['id']} with project {id}"}
    back = Call("POST", path, {"member": id}, same_if_exists=True)
    fix = deleted("image", "image_member", row, f"{path}/{quoted(id)}", {"status": member.get("status")}, back)
    # Who was offered it answers anew; an administrator answers for it.
    status = Call("PUT", f"{path}/{quoted(id)}", {"status": member.get("status")})
    return fix if member.get("status") in (None, "pending") else replace(fix, undo=(*fix.undo, status))


def _protect(_view: View, image: Row) -> tuple[Fix, ...]:
    return (patched_image(image, protected=True),)


def _hide(_view: View, image: Row) -> tuple[Fix, ...]:
    return (patched_image(image, os_hidden=True),)


def _ask_for_secure_boot(_view: View, image: Row) -> tuple[Fix, ...]:
    return (patched_image(image, hw_firmware_type="uefi", os_secure_boot="required"),)


def _judge_protected(_view: View, image: Row) -> Verdict:
    said = GOLDEN in (image.get("tags") or ()) or yes(labels(image).get(GOLDEN)) or yes(image.get(GOLDEN))
    return (
        passed_or_failed(image["protected"] is True)
        if said
        else not_applicable(Text("no others build on it", "aucun autre projet ne s'appuie sur elle"))
    )


def _judge_signature(view: View, image: Row) -> Verdict:
    missing = [name for name in SIGNATURE if not image.get(name)]
    if missing:
        return failed(missing=", ".join(missing))
    method, key_type = str(image[HASH_METHOD]), str(image[KEY_TYPE])
    if method not in STRONG_HASH_METHODS or not key_type.startswith(STRONG_KEY_TYPES):
        return failed(hash_method=method, key_type=key_type)
    certificate = view.one("secrets", image[CERTIFICATE])
    if certificate is None:
        return not_evaluable(
            Text(
                "its certificate is not among the secrets of the project",
                "son certificat n'est pas parmi les secrets du projet",
            )
        )
    last = day(certificate.get("expiration"))
    return passed_or_failed(
        last is None or last >= view.today, certificate=certificate["id"], expired=str(certificate.get("expiration"))
    )


def _judge_digest(_view: View, image: Row) -> Verdict:
    named = image.get("os_hash_algo") or ""
    return passed_or_failed(named in STRONG_HASHES and bool(image.get("os_hash_value")), algorithm=named or "md5")


def _judge_age(view: View, image: Row) -> Verdict:
    if image.get("os_hidden"):
        return not_applicable(Text("it is hidden", "elle est masquée"))
    until = day(image.get("provided_until"))
    if until and until < view.today:
        return failed(provided_until=until.isoformat())
    since = built(image)
    if since is None:
        return not_evaluable(Text("when it was built is not known", "sa date de construction n'est pas connue"))
    promised = str(image.get("replace_frequency") or "")
    most = PROMISES[promised] + LATE if promised in PROMISES else MOST_DAYS
    days = (view.today - since).days
    return passed_or_failed(days <= most, days=days, most=most, replace_frequency=promised)


def _judge_support(view: View, image: Row) -> Verdict:
    if image.get("os_hidden"):
        return not_applicable(Text("it is hidden", "elle est masquée"))
    last = end_of_support(image)
    if last is None:
        return not_evaluable(
            Text(
                "until when its operating system is supported is not known",
                "la fin de maintenance de son système d'exploitation n'est pas connue",
            )
        )
    return passed_or_failed(
        last >= view.today,
        os_distro=str(image.get("os_distro") or ""),
        os_version=str(image.get("os_version") or ""),
        supported_until=last.isoformat(),
    )


def _judge_secure_boot(_view: View, image: Row) -> Verdict:
    firmware, secure = str(image.get("hw_firmware_type") or ""), str(image.get("os_secure_boot") or "")
    return passed_or_failed(
        firmware == "uefi" and secure == "required", hw_firmware_type=firmware, os_secure_boot=secure
    )


def _judge_memory(view: View, image: Row) -> Verdict:
    if yes(image.get("hw_mem_encryption")):
        return PASSED
    offer = offered(view, "hw:mem_encryption", "true")
    if offer is None:
        return not_evaluable(
            Text("the flavors do not show their extra specs", "les gabarits ne montrent pas leurs extra specs")
        )
    return (
        failed(hw_mem_encryption=False)
        if offer
        else not_applicable(Text("no public flavor offers it", "aucun gabarit public ne l'offre"))
    )


def _judge_properties(_view: View, image: Row) -> Verdict:
    found = []
    if yes(image.get("hw_boot_menu")):
        found.append("hw_boot_menu")
    # The agent is what makes snapshots consistent; without that purpose it only lets the host into the machine.
    if yes(image.get("hw_qemu_guest_agent")) and not yes(image.get("os_require_quiesce")):
        found.append("hw_qemu_guest_agent")
    count = str(image.get("hw_serial_port_count") or "")
    if count.isdigit() and int(count) > 1:
        found.append("hw_serial_port_count")
    return passed_or_failed(not found, properties=", ".join(found))


def _judge_copy(view: View, image: Row) -> Verdict:
    days = view.age(image.get("created_at"))
    if days is None:
        return not_evaluable(Text("when it was made is not known", "sa date de création n'est pas connue"))
    members = len(view.by("image_members", "parent_id", image["id"]))
    private = image["visibility"] == "private" or (image["visibility"] == "shared" and not members)
    source = image.get("instance_uuid")
    gone = bool(source) and view.one("servers", source) is None
    return passed_or_failed(
        private and days <= COPY_DAYS and not gone,
        visibility=image["visibility"],
        members=members,
        days=days,
        server_is_gone=gone,
    )


def _judge_locations(_view: View, region: Row) -> Verdict:
    shown = [name for name in ("direct_url", "locations") if any(image.get(name) for image in region["images"])]
    count = sum(bool(image.get("direct_url") or image.get("locations")) for image in region["images"])
    return passed_or_failed(not shown, fields=", ".join(shown), images=count)


def _judge_key(view: View, image: Row) -> Verdict:
    id = str(image["cinder_encryption_key_id"])
    if id == FIXED_KEY:
        return not_evaluable(
            Text(
                "the cloud encrypts with one key of its own", "le cloud chiffre avec une clé unique qui lui est propre"
            )
        )
    refusal = view.facts.refusal("secrets", view.region, view.owners)
    if refusal:
        why = refusal.why
        return not_evaluable(Text(f"its key was not seen: {why.en}", f"sa clé n'a pas été vue : {why.fr}"))
    key = view.one("secrets", id)
    last = day(key.get("expiration")) if key else None
    policy = str(image.get("cinder_encryption_key_deletion_policy") or "")
    return passed_or_failed(
        key is not None and (last is None or last >= view.today),
        key=id,
        key_exists=key is not None,
        deletion_policy=policy,
    )


def _judge_format(_view: View, image: Row) -> Verdict:
    if image.get("block_device_mapping"):
        return not_applicable(Text("its data lie in volumes", "ses données sont dans des volumes"))
    disk, container = str(image.get("disk_format") or ""), str(image.get("container_format") or "")
    return passed_or_failed(
        disk in DISK_FORMATS and container in CONTAINER_FORMATS, disk_format=disk, container_format=container
    )


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-IMG-001",
        family=FAMILY,
        title=Text("No image of the tenant is for everybody", "Aucune image de l'espace n'est publique"),
        criterion=Text(
            "No image that the project owns has the visibility public.",
            "Aucune image appartenant au projet n'a la visibilité public.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="5.15 8.3", secnumcloud="9.7"),
        repair=Repair(Mode.GUARDED, WITHDRAW, _withdraw),
        caution=PUBLISHER,
        objects=_images,
        judge=_judge_public,
    ),
    Control(
        id="ETAT-IMG-002",
        family=FAMILY,
        title=Text("No image of the tenant is for the community", "Aucune image de l'espace n'est communautaire"),
        criterion=Text(
            "No image that the project owns has the visibility community, by which every project may use it.",
            "Aucune image du projet n'a la visibilité community, qui laisse tout projet l'utiliser.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="5.15 8.3"),
        repair=Repair(Mode.GUARDED, WITHDRAW, _withdraw),
        caution=PUBLISHER,
        objects=_images,
        judge=_judge_community,
    ),
    Control(
        id="ETAT-IMG-003",
        family=FAMILY,
        title=Text("Images are shared within the domain", "Les images sont partagées au sein du domaine"),
        criterion=Text(
            "Every project that an image is shared with belongs to the domain, whether or not it has accepted.",
            "Chaque projet avec lequel une image est partagée est du domaine, qu'il ait accepté ou non.",
        ),
        type="image",
        reads=("images", "image_members", "projects"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="5.14 5.15 8.3"),
        repair=Repair(
            Mode.GUARDED,
            Text("Take the member away from the image.", "Retirer ce membre de l'image."),
            _take_members_away,
        ),
        caution=Text(
            "Shared is Glance's default: an image without members is shared with nobody, and passes.",
            "Shared est la valeur par défaut de Glance : sans membre, l'image n'est partagée avec personne et passe.",
        ),
        objects=_shared,
        judge=_judge_members,
    ),
    Control(
        id="ETAT-IMG-005",
        family=FAMILY,
        title=Text("Golden images cannot be deleted by mistake", "Une image de référence ne s'efface pas par erreur"),
        criterion=Text(
            "An image with the tag golden, the tag golden:yes or the property golden=yes is protected.",
            "Une image portant l'étiquette golden ou golden:yes, ou la propriété golden=yes, est protégée.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="8.32"),
        repair=Repair(Mode.SAFE, Text("Set protected on the image.", "Poser protected sur l'image."), _protect),
        objects=_images,
        judge=_judge_protected,
    ),
    Control(
        id="ETAT-IMG-006",
        family=FAMILY,
        title=Text("Images bear a complete and strong signature", "Les images portent une signature complète et forte"),
        criterion=Text(
            "The four properties of the signature are there, with SHA-256 or longer and RSA-PSS or elliptic curves, "
            "and the certificate is a secret of the project that has not expired.",
            "Les quatre propriétés de la signature sont là, avec SHA-256 ou plus et RSA-PSS ou courbes elliptiques, et "
            "le certificat est un secret du projet, non expiré.",
        ),
        type="image",
        reads=("images", "secrets"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(iso27001="8.24:partial"),
        repair=Repair(
            Mode.NONE,
            Text("Sign the image and upload it again.", "Signer l'image et la déposer à nouveau."),
        ),
        caution=Text(
            "That the signature is there does not say that it is right: nothing is verified here, and the certificate "
            "is not opened. Whether Nova and Glance verify is for the provider to attest.",
            "La présence de la signature ne dit pas sa validité : rien n'est vérifié ici, et le certificat n'est pas "
            "ouvert. Que Nova et Glance vérifient est à attester par le fournisseur.",
        ),
        objects=_originals,
        judge=_judge_signature,
    ),
    Control(
        id="ETAT-IMG-007",
        family=FAMILY,
        title=Text("Images have a strong digest", "Les images ont une empreinte forte"),
        criterion=Text(
            "The image has os_hash_value, by an algorithm of at least 256 bits; the MD5 checksum alone is not enough.",
            "L'image a os_hash_value, par un algorithme d'au moins 256 bits ; la somme MD5 seule ne suffit pas.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Upload the image again, so that Glance computes the digest.",
                "Déposer à nouveau l'image, pour que Glance calcule l'empreinte.",
            ),
        ),
        objects=_originals,
        judge=_judge_digest,
    ),
    Control(
        id="ETAT-IMG-008",
        family=FAMILY,
        title=Text("Images on offer are recent", "Les images proposées sont récentes"),
        criterion=Text(
            "An image that is not hidden was built within what its replace_frequency promises, or within 180 days, and "
            "its provided_until is not past.",
            "Une image non masquée a été construite dans le délai promis par replace_frequency, ou dans les 180 jours, "
            "et son provided_until n'est pas passé.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="34", iso27001="8.8"),
        repair=Repair(Mode.GUARDED, REPLACE, _hide),
        caution=Text(
            "Without image_build_date the day of the upload counts, and what was uploaded may be older.",
            "Sans image_build_date, le jour du dépôt compte, et ce qui a été déposé peut être plus ancien.",
        ),
        objects=_originals,
        judge=_judge_age,
    ),
    Control(
        id="ETAT-IMG-009",
        family=FAMILY,
        title=Text("Images hold supported systems", "Les images portent des systèmes maintenus"),
        criterion=Text(
            "The operating system that os_distro and os_version name gets security updates today, by its publisher's "
            "dates or by the maintained_until of the image.",
            "Le système nommé par os_distro et os_version reçoit aujourd'hui des mises à jour de sécurité, selon son "
            "éditeur ou selon le maintained_until de l'image.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-OBSOLET", anssi_hygiene="35", iso27001="8.8"),
        repair=Repair(Mode.GUARDED, REPLACE, _hide),
        caution=Text(
            "Extended support that is paid for counts once maintained_until says so.",
            "Un support étendu payant compte dès que maintained_until le dit.",
        ),
        objects=_originals,
        judge=_judge_support,
    ),
    Control(
        id="ETAT-IMG-010",
        family=FAMILY,
        title=Text("Images ask for secure boot", "Les images demandent le démarrage sécurisé"),
        criterion=Text(
            "The image has hw_firmware_type=uefi and os_secure_boot=required.",
            "L'image a hw_firmware_type=uefi et os_secure_boot=required.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("info", "low", "medium"),
        references=references(iso27001="8.9"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Set both properties after a trial: an unsigned loader no longer starts.",
                "Poser les deux propriétés après essai : un chargeur non signé ne démarre plus.",
            ),
            _ask_for_secure_boot,
        ),
        caution=Text(
            "Some systems, and some appliances, cannot do it; a flavor may ask for it instead.",
            "Certains systèmes et boîtiers ne le savent pas ; un gabarit peut le demander à la place.",
        ),
        objects=_originals,
        judge=_judge_secure_boot,
    ),
    Control(
        id="ETAT-IMG-011",
        family=FAMILY,
        title=Text("Images ask for encrypted memory where it is offered", "Les images demandent la mémoire chiffrée"),
        criterion=Text(
            "Where a public flavor has hw:mem_encryption, the image has hw_mem_encryption=true.",
            "Là où un gabarit public a hw:mem_encryption, l'image a hw_mem_encryption=true.",
        ),
        type="image",
        reads=("images", "flavors"),
        level=Level.SITE,
        severity=severities("info", "info", "low"),
        references=references(iso27001="8.9"),
        repair=Repair(
            Mode.NONE,
            Text("Set the property after a trial.", "Poser la propriété après essai."),
        ),
        caution=Text(
            "Servers of a flavor that asks for it have it whatever the image says.",
            "Les serveurs d'un gabarit qui la demande l'ont, quoi que dise l'image.",
        ),
        objects=_originals,
        judge=_judge_memory,
    ),
    Control(
        id="ETAT-IMG-012",
        family=FAMILY,
        title=Text("Images open no needless way in", "Les images n'ouvrent pas d'accès inutile"),
        criterion=Text(
            "The image asks for no boot menu, for one serial port at most, and for the guest agent only together with "
            "os_require_quiesce.",
            "L'image ne demande ni menu de démarrage, ni second port série, ni agent invité sans os_require_quiesce.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("info", "low", "low"),
        references=references(iso27001="8.9"),
        repair=Repair(Mode.NONE, Text("Take the properties away.", "Retirer ces propriétés.")),
        caution=Text(
            "An appliance may need several serial ports.", "Un boîtier virtuel peut avoir besoin de plusieurs ports."
        ),
        objects=_originals,
        judge=_judge_properties,
    ),
    Control(
        id="ETAT-IMG-013",
        family=FAMILY,
        title=Text("Copies of servers are private and short-lived", "Les copies de serveurs sont privées et brèves"),
        criterion=Text(
            "An image that was made of a server is shared with nobody, is at most 90 days old, and its server exists.",
            "Une image tirée d'un serveur n'est partagée avec personne, a 90 jours au plus, et son serveur existe.",
        ),
        type="image",
        reads=("images", "image_members", "servers"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.10"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Delete it once its owner agrees, or keep the data in a backup.",
                "La supprimer avec l'accord de son responsable, ou garder les données dans une sauvegarde.",
            ),
        ),
        caution=Text(
            "One that serves as a model for other servers takes a waiver, or is built anew.",
            "Celle qui sert de modèle à d'autres serveurs relève d'une dérogation, ou se reconstruit.",
        ),
        objects=_copies,
        judge=_judge_copy,
    ),
    Control(
        id="ETAT-IMG-014",
        family=FAMILY,
        title=Text("Glance does not show where it stores", "Glance ne montre pas où il stocke"),
        criterion=Text(
            "No image shows direct_url or locations.",
            "Aucune image ne montre direct_url ou locations.",
        ),
        type="region",
        reads=("images",),
        level=Level.CLOUD,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.3"),
        repair=Repair(
            Mode.NONE,
            Text(
                "The provider unsets show_image_direct_url and show_multiple_locations, or gives the services a Glance "
                "of their own.",
                "Le fournisseur retire show_image_direct_url et show_multiple_locations, ou donne aux services leur "
                "propre Glance.",
            ),
        ),
        caution=Text(
            "The cloud's policy may show them to administrators alone; try with a reader.",
            "La politique du cloud peut ne les montrer qu'aux administrateurs ; essayer avec un lecteur.",
        ),
        objects=_regions,
        judge=_judge_locations,
    ),
    Control(
        id="ETAT-IMG-015",
        family=FAMILY,
        title=Text("Images of encrypted volumes keep their key", "L'image d'un volume chiffré garde sa clé"),
        criterion=Text(
            "The key that cinder_encryption_key_id names is a secret of the project that has not expired.",
            "La clé nommée par cinder_encryption_key_id est un secret du projet, non expiré.",
        ),
        type="image",
        reads=("images", "secrets"),
        level=Level.SITE,
        severity=severities("-", "low", "medium"),
        references=references(iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make the image again from its volume while that still exists.",
                "Refaire l'image depuis son volume tant qu'il existe.",
            ),
        ),
        caution=Text(
            "By the policy on_image_deletion the key goes with the image; deletion_policy says which one holds.",
            "Avec la politique on_image_deletion, la clé part avec l'image ; deletion_policy dit laquelle vaut.",
        ),
        objects=_of_encrypted_volumes,
        judge=_judge_key,
    ),
    Control(
        id="ETAT-IMG-016",
        family=FAMILY,
        title=Text("Images have a plain format", "Les images ont un format simple"),
        criterion=Text(
            "The disk format is qcow2 or raw, and the container format is bare or compressed.",
            "Le format de disque est qcow2 ou raw, et le conteneur bare ou compressed.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.19"),
        repair=Repair(
            Mode.NONE,
            Text("Convert the image and upload it again.", "Convertir l'image et la déposer à nouveau."),
        ),
        caution=Text(
            "An ISO file may be there for one installation, and VMware needs VMDK.",
            "Un fichier ISO peut servir à une installation, et VMware exige VMDK.",
        ),
        objects=_with_data,
        judge=_judge_format,
    ),
)
