# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of data on volumes: who can read them, whether they can be brought back, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .._audit.fixes import deleted
from .._audit.model import (
    PASSED,
    Control,
    Fix,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    manual,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View, day, tag_values

FAMILY = "volume"
#: What Nova encrypts a volume with, by the names of os-brick, the old names of its classes included. What is called
#: plain has neither a header nor a second key.
#: https://docs.openstack.org/cinder/latest/configuration/block-storage/volume-encryption.html
LUKS = (
    *("luks", "luks2", "LuksEncryptor", "nova.volume.encryptors.luks.LuksEncryptor"),
    *("os_brick.encryptors.luks.LuksEncryptor", "os_brick.encryptors.luks.Luks2Encryptor"),
)
#: Names under which nothing is encrypted at all.
NOTHING = ("", "NoOpEncryptor", "nova.volume.encryptors.nop.NoopEncryptor", "os_brick.encryptors.nop.NoopEncryptor")
CIPHER, LOCATION = "aes-xts-plain64", "front-end"
#: XTS splits the key in two: these are two of 128 bits each.
KEY_BITS = 256
#: The most days that are kept: a snapshot; a volume that nothing uses; a backup of a volume that is gone.
SNAPSHOT_DAYS, UNATTACHED_DAYS, ORPHAN_DAYS = 90, 30, 365
#: The most days between two backups, and between two full ones.
BACKUP_DAYS = {"public": 31, "internal": 7, "sensitive": 1, "restricted": 1}
FULL_DAYS = 30
#: The most days between two trials of a restore, and the tag of the project that tells the last one.
RESTORE_DAYS, RESTORED = 366, "restore_test"
#: Since then Cinder knows transfers by this address.
TRANSFERS = "3.55"
#: The most days that a transfer is open, or that something is neither ready nor gone.
TRANSFER_DAYS, STUCK_DAYS = 1, 1
#: States in which a backup holds its data whole.
USABLE = ("available", "restoring")
#: States in which something may stay. A volume is reserved for as long as its server is shelved.
SETTLED = ("available", "in-use", "reserved", "awaiting-transfer")
METADATA = "metadata"
NOT_SAID = Text("not said", "non indiqué")
NOT_SEEN = Text("the volume that it was made of was not seen", "le volume dont il est issu n'a pas été vu")
BACK_IT_UP = Text("Make a backup.", "Faire une sauvegarde.")
DECIDE = Text(
    "Ask its owner, and delete it when nobody needs the data.",
    "Interroger son responsable, et la supprimer si personne n'a besoin des données.",
)


# --- objects


def _volumes(view: View) -> Iterable[Row]:
    return view.rows("volumes")


def _snapshots(view: View) -> Iterable[Row]:
    return view.rows("snapshots")


def _backups(view: View) -> Iterable[Row]:
    return view.rows("backups")


def _usable(view: View, volume: Row) -> list[Row]:
    """Return the backups that a volume can be brought back from."""
    return [backup for backup in view.by("backups", "volume_id", volume["id"]) if backup["status"] in USABLE]


def _days(view: View, backup: Row) -> int | None:
    # A backup of a snapshot holds what the volume was then.
    return view.age(backup.get("data_timestamp") or backup["created_at"])


def _backed_up(view: View) -> list[Row]:
    return [volume for volume in view.rows("volumes") if _usable(view, volume)]


# --- VOL-001, VOL-002, VOL-003, VOL-005


def _judge_encrypted(_view: View, volume: Row) -> Verdict:
    return passed_or_failed(volume["encrypted"] is True, volume_type=volume.get("volume_type") or "")


def _default_type(view: View) -> Iterator[Row]:
    """Yield the type that a volume of the project gets when nobody names one."""
    own = [row["volume_type_id"] for row in view.rows("default_volume_types")]
    # What an administrator reads is the default of all who have none of their own.
    common = view.rows("default_volume_type") or view.by("default_volume_type", "project_id", "")
    for id in (own or [row["id"] for row in common])[:1]:
        yield view.one("volume_types", id) or {"id": id, "name": ""}


def _encryption(view: View, type_id: str) -> Row | None:
    found = view.by("volume_type_encryptions", "parent_id", type_id)
    return found[0] if found and found[0].get("provider") not in (None, *NOTHING) else None


def _judge_default_type(view: View, volume_type: Row) -> Verdict:
    return passed_or_failed(_encryption(view, volume_type["id"]) is not None, volume_type=volume_type["name"])


def _encrypted_types(view: View) -> Iterator[Row]:
    """Yield the types of the encrypted volumes, each once. encryption is None where it was not seen."""
    names = {volume.get("volume_type") or "" for volume in view.rows("volumes") if volume["encrypted"]}
    for name in sorted(names):
        found = view.by("volume_types", "name", name)
        row = found[0] if name and found else {"id": name or "unknown", "name": name}
        yield {**row, "encryption": _encryption(view, row["id"])}


def _judge_parameters(_view: View, volume_type: Row) -> Verdict:
    encryption = volume_type["encryption"]
    if encryption is None:
        return not_evaluable(Text("the encryption of the type was not seen", "le chiffrement du type n'a pas été vu"))
    provider, cipher = str(encryption["provider"]), encryption.get("cipher")
    location, bits = str(encryption.get("control_location")), encryption.get("key_size")
    weak = provider not in LUKS or location.lower() != LOCATION or (cipher and str(cipher).lower() != CIPHER)
    if weak or (bits and int(bits) < KEY_BITS):
        return failed(
            provider=provider,
            cipher=str(cipher) if cipher else NOT_SAID,
            key_size=str(bits) if bits else NOT_SAID,
            control_location=location,
        )
    return (
        PASSED
        if cipher and bits
        else not_evaluable(
            Text(
                "the type leaves cipher or key size to what the host has",
                "le type laisse l'hôte choisir l'algorithme ou la taille de clé",
            )
        )
    )


def _judge_snapshot_source(view: View, snapshot: Row) -> Verdict:
    volume = view.one("volumes", snapshot["volume_id"])
    if volume is None:
        return not_evaluable(NOT_SEEN)
    return passed_or_failed(volume["encrypted"] is True, volume=volume["id"], volume_name=volume.get("name") or "")


# --- VOL-004, VOL-006, VOL-016


def _judge_snapshot_age(view: View, snapshot: Row) -> Verdict:
    days = view.age(snapshot.get("created_at"))
    if days is None:
        return not_evaluable(Text("when it was made is not known", "sa date de création n'est pas connue"))
    return passed_or_failed(days <= SNAPSHOT_DAYS, days=days, volume=snapshot["volume_id"])


def _judge_unattached(view: View, volume: Row) -> Verdict:
    if volume["attachments"] or volume["status"] != "available":
        return PASSED
    # Whatever is written to a volume's record counts as an update: nothing has used it for as long at least.
    days = view.age(volume.get("updated_at") or volume.get("created_at"))
    if days is None:
        return not_evaluable(
            Text("since when nothing uses it is not known", "la date de sa dernière utilisation n'est pas connue")
        )
    return passed_or_failed(days <= UNATTACHED_DAYS, days=days, size=volume.get("size", 0))


def _judge_orphan(view: View, backup: Row) -> Verdict:
    if view.one("volumes", backup["volume_id"]) is not None:
        return not_applicable(Text("its volume is there", "son volume existe"))
    days = _days(view, backup)
    if days is None:
        return not_evaluable(Text("when it was made is not known", "sa date de création n'est pas connue"))
    return passed_or_failed(days <= ORPHAN_DAYS, days=days, volume=backup["volume_id"], status=backup["status"])


# --- VOL-007, VOL-008, VOL-009, VOL-010, VOL-011


def _judge_backup(view: View, volume: Row) -> Verdict:
    most = BACKUP_DAYS[view.sensitivity]
    ages = [days for backup in _usable(view, volume) if (days := _days(view, backup)) is not None]
    if ages:
        return passed_or_failed(min(ages) <= most, days=min(ages), most=most, backups=len(ages))
    since = view.age(volume.get("created_at"))
    if since is not None and since <= most:
        return not_applicable(Text("it is too young to have a backup", "il est trop récent pour avoir une sauvegarde"))
    others = view.by("backups", "volume_id", volume["id"])
    return failed(backups=0, most=most, other_states=", ".join(sorted({backup["status"] for backup in others})))


def _judge_full_backup(view: View, volume: Row) -> Verdict:
    full = [backup for backup in _usable(view, volume) if not backup["is_incremental"]]
    ages = [days for backup in full if (days := _days(view, backup)) is not None]
    if not ages:
        return failed(days_since_full="unknown", full_backups=len(full))
    return passed_or_failed(min(ages) <= FULL_DAYS, days_since_full=min(ages), full_backups=len(full))


def _zones(view: View) -> frozenset[str]:
    """Return all zones in which a volume or a backup was seen, whoever owns it."""
    rows = (*view.all("volumes"), *view.all("backups"))
    return frozenset(row["availability_zone"] for row in rows if row.get("availability_zone"))


def _judge_backup_zone(view: View, volume: Row) -> Verdict:
    zone = volume.get("availability_zone")
    zones = {str(backup["availability_zone"]) for backup in _usable(view, volume) if backup.get("availability_zone")}
    if not zone or not zones:
        return not_evaluable(
            Text(
                "the zone of the volume or of its backups is not known",
                "la zone du volume ou de ses sauvegardes n'est pas connue",
            )
        )
    if zones - {zone}:
        return PASSED
    if len(view.facts.once(("storage zones", view.region), lambda: _zones(view))) < 2:
        return not_evaluable(Text("only one availability zone was seen", "une seule zone de disponibilité a été vue"))
    return failed(availability_zone=zone)


def _judge_backup_key(view: View, backup: Row) -> Verdict:
    if backup.get("encryption_key_id"):
        return PASSED
    volume = view.one("volumes", backup["volume_id"])
    if volume is None:
        return not_evaluable(NOT_SEEN)
    if not volume["encrypted"]:
        return not_applicable(Text("its volume is not encrypted", "son volume n'est pas chiffré"))
    # Cinder does not show the one key of a cloud without a key manager.
    if not volume.get("encryption_key_id"):
        return not_evaluable(
            Text("the cloud does not show the key of the volume", "le cloud ne montre pas la clé du volume")
        )
    return failed(volume=volume["id"], volume_name=volume.get("name") or "")


def _project_with_backups(view: View) -> Iterable[Row]:
    return (view.project,) if any(view.rows("backups", region) for region in view.regions) else ()


def _judge_restore(view: View, project: Row) -> Verdict:
    dates = [found for said in tag_values(project, RESTORED) if (found := day(said)) and found <= view.today]
    if not dates:
        return manual(
            Text(
                "nothing says when data were last restored for trial",
                "rien ne dit quand des données ont été restaurées à titre d'essai pour la dernière fois",
            )
        )
    days = (view.today - max(dates)).days
    return passed_or_failed(days <= RESTORE_DAYS, last=max(dates).isoformat(), days=days)


# --- VOL-012, VOL-013, VOL-014, VOL-015


def _transfers(view: View) -> Iterable[Row]:
    return view.rows("volume_transfers")


def _judge_transfer(view: View, transfer: Row) -> Verdict:
    to = transfer.get("destination_project_id") or ""
    foreign = view.foreign(to) if to else False
    days = view.age(transfer.get("created_at"))
    # Whoever holds its key takes the volume, from whatever project.
    if foreign or (not transfer.get("accepted") and days is not None and days > TRANSFER_DAYS):
        return failed(volume=transfer["volume_id"], days="unknown" if days is None else days, to=to)
    if foreign is None:
        return not_evaluable(Text("the project that took it was not seen", "le projet qui l'a reçu n'a pas été vu"))
    return (
        not_evaluable(Text("since when it is open is not known", "la date de son ouverture n'est pas connue"))
        if days is None
        else PASSED
    )


def _withdraw(_view: View, transfer: Row) -> tuple[Fix, ...]:
    lasting = Text(
        "its key is shown to nobody; the owner offers the volume again",
        "sa clé n'est montrée à personne ; le propriétaire propose le volume de nouveau",
    )
    path, volume = f"/volume-transfers/{transfer['id']}", transfer["volume_id"]
    fix = deleted("block-storage", "volume_transfer", transfer, path, {"volume": volume}, None, lasting)
    return (replace(fix, calls=(replace(fix.calls[0], microversion=TRANSFERS),)),)


def _judge_multiattach(_view: View, volume: Row) -> Verdict:
    return passed_or_failed(not volume["multiattach"], attachments=len(volume["attachments"]))


def _with_metadata(view: View) -> Iterator[Row]:
    for source in ("volumes", "snapshots"):
        for row in view.rows(source):
            yield {**row, "what": source.removesuffix("s")}


def _judge_metadata(_view: View, row: Row) -> Verdict:
    if METADATA not in row["scanned"]:
        return not_evaluable(
            Text("the metadata are not shown to the account", "les métadonnées ne sont pas montrées au compte")
        )
    found: Sequence[Row] = row["found"]
    return passed_or_failed(
        not found,
        kind=row["what"],
        where=", ".join(sorted({secret["field"] for secret in found})),
        rules=", ".join(sorted({secret["rule"] for secret in found})),
        sha256=", ".join(sorted({secret["sha256"] for secret in found})),
    )


def _with_states(view: View) -> Iterator[Row]:
    for source in ("volumes", "snapshots", "backups"):
        for row in view.rows(source):
            yield {**row, "what": source.removesuffix("s")}


def _judge_state(view: View, row: Row) -> Verdict:
    if row["status"] in SETTLED:
        return PASSED
    days = view.age(row.get("updated_at") or row.get("created_at"))
    if days is None:
        return not_evaluable(
            Text("since when it is in its state is not known", "la date de son passage à cet état n'est pas connue")
        )
    return passed_or_failed(days <= STUCK_DAYS, kind=row["what"], status=row["status"], days=days)


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-VOL-001",
        family=FAMILY,
        title=Text("Volumes are encrypted", "Les volumes sont chiffrés"),
        criterion=Text("Cinder says of the volume that it is encrypted.", "Cinder dit du volume qu'il est chiffré."),
        type="volume",
        reads=("volumes",),
        level=Level.SITE,
        severity=severities("low", "medium", "critical"),
        references=references(
            pssie="EXP-PROT-INF", anssi_hygiene="31", iso27001="8.24", secnumcloud="10.1", nis2="21.2.h"
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make a volume of an encrypted type, copy the data, and delete the old one.",
                "Créer un volume d'un type chiffré, copier les données et supprimer l'ancien.",
            ),
        ),
        caution=Text(
            "The provider may encrypt all disks below, which Cinder does not tell.",
            "Le fournisseur peut chiffrer tous les disques en dessous, ce que Cinder ne dit pas.",
        ),
        objects=_volumes,
        judge=_judge_encrypted,
    ),
    Control(
        id="ETAT-VOL-002",
        family=FAMILY,
        title=Text("A volume is encrypted unless asked otherwise", "Un volume est chiffré sauf demande contraire"),
        criterion=Text(
            "The volume type that the project gets by default is encrypted.",
            "Le type de volume que le projet obtient par défaut est chiffré.",
        ),
        type="volume_type",
        reads=("default_volume_type", "volume_types", "volume_type_encryptions", "default_volume_types"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="31", iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "The provider sets an encrypted type as the default of the project.",
                "Le fournisseur définit un type chiffré par défaut pour le projet.",
            ),
        ),
        caution=Text(
            "An auditor of the cloud whose own project has a default of its own sees that one instead.",
            "Un auditeur du cloud dont le projet a son propre type par défaut voit celui-ci à la place.",
        ),
        objects=_default_type,
        judge=_judge_default_type,
    ),
    Control(
        id="ETAT-VOL-003",
        family=FAMILY,
        title=Text("Encryption of volumes is strong", "Le chiffrement des volumes est fort"),
        criterion=Text(
            "The types of the encrypted volumes say LUKS, aes-xts-plain64, at least 256 bits, and front-end.",
            "Les types des volumes chiffrés disent LUKS, aes-xts-plain64, au moins 256 bits et front-end.",
        ),
        type="volume_type",
        reads=("volumes", "volume_types", "volume_type_encryptions"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(anssi_crypto="RègleCléSym", iso27001="8.24", secnumcloud="10.1"),
        repair=Repair(
            Mode.NONE,
            Text(
                "The provider makes a new type; the volumes are copied to it.",
                "Le fournisseur crée un nouveau type ; les volumes y sont copiés.",
            ),
        ),
        caution=Text(
            "A type with back-end lets the storage encrypt, and the data travel in the clear to it.",
            "Un type back-end fait chiffrer par le stockage, et les données y voyagent en clair.",
        ),
        objects=_encrypted_types,
        judge=_judge_parameters,
    ),
    Control(
        id="ETAT-VOL-004",
        family=FAMILY,
        title=Text("Snapshots are not kept for ever", "Les instantanés ne sont pas gardés sans fin"),
        criterion=Text(
            f"A snapshot is at most {SNAPSHOT_DAYS} days old.", f"Un instantané a au plus {SNAPSHOT_DAYS} jours."
        ),
        type="snapshot",
        reads=("snapshots",),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.10"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Delete it, or make a backup of it first.",
                "Le supprimer, au besoin après en avoir fait une sauvegarde.",
            ),
        ),
        caution=Text(
            "The image of a server on volumes needs the snapshots that it names.",
            "L'image d'un serveur sur volumes a besoin des instantanés qu'elle nomme.",
        ),
        objects=_snapshots,
        judge=_judge_snapshot_age,
    ),
    Control(
        id="ETAT-VOL-005",
        family=FAMILY,
        title=Text("Snapshots are of encrypted volumes", "Les instantanés sont de volumes chiffrés"),
        criterion=Text(
            "The volume that a snapshot was made of is encrypted.",
            "Le volume dont un instantané est issu est chiffré.",
        ),
        type="snapshot",
        reads=("snapshots", "volumes"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(pssie="EXP-PROT-INF", anssi_hygiene="31", iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Move the data to an encrypted volume, then delete the snapshot.",
                "Déplacer les données vers un volume chiffré, puis supprimer l'instantané.",
            ),
        ),
        caution=Text(
            "The provider may encrypt all disks below, which Cinder does not tell.",
            "Le fournisseur peut chiffrer tous les disques en dessous, ce que Cinder ne dit pas.",
        ),
        objects=_snapshots,
        judge=_judge_snapshot_source,
    ),
    Control(
        id="ETAT-VOL-006",
        family=FAMILY,
        title=Text("Every volume is used", "Chaque volume sert"),
        criterion=Text(
            f"A volume is attached, or has been without a server for at most {UNATTACHED_DAYS} days.",
            f"Un volume est attaché, ou sans serveur depuis au plus {UNATTACHED_DAYS} jours.",
        ),
        type="volume",
        reads=("volumes",),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.10"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Ask its owner; delete it when nobody needs the data.",
                "Interroger son responsable ; le supprimer si personne n'a besoin des données.",
            ),
        ),
        caution=Text(
            "Clusters at rest and volumes that Kubernetes keeps on purpose take a waiver.",
            "Les grappes au repos et les volumes que Kubernetes garde exprès relèvent d'une dérogation.",
        ),
        objects=_volumes,
        judge=_judge_unattached,
    ),
    Control(
        id="ETAT-VOL-007",
        family=FAMILY,
        title=Text("Every volume has a recent backup", "Chaque volume a une sauvegarde récente"),
        criterion=Text(
            "A usable backup holds the data of at most 31 days ago; 7 for internal data, 1 from sensitive on.",
            "Une sauvegarde utilisable date d'au plus 31 jours ; 7 si interne, 1 à partir de sensible.",
        ),
        type="volume",
        reads=("volumes", "backups"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(
            pssie="PCA-SAUVE", anssi_hygiene="37", iso27001="8.13", nis2="21.2.c", secnumcloud="17.6"
        ),
        repair=Repair(Mode.SAFE, BACK_IT_UP),
        caution=Text(
            "A volume that can be built again, or is backed up from within its server, takes a waiver.",
            "Un volume reconstructible, ou sauvegardé depuis son serveur, relève d'une dérogation.",
        ),
        objects=_volumes,
        judge=_judge_backup,
    ),
    Control(
        id="ETAT-VOL-008",
        family=FAMILY,
        title=Text("Backups begin anew every month", "Les sauvegardes repartent de zéro chaque mois"),
        criterion=Text(
            f"Of a volume with backups, a usable one is full and holds data of at most {FULL_DAYS} days ago.",
            f"D'un volume sauvegardé, une sauvegarde utilisable est complète et date d'au plus {FULL_DAYS} jours.",
        ),
        type="volume",
        reads=("volumes", "backups"),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="PCA-SAUVE", anssi_hygiene="37", iso27001="8.13"),
        repair=Repair(Mode.SAFE, Text("Make a full backup.", "Faire une sauvegarde complète.")),
        caution=Text(
            "Some storage, such as Ceph, makes increments itself and calls each of them full.",
            "Certains stockages, comme Ceph, font eux-mêmes des incréments et les disent complets.",
        ),
        objects=_backed_up,
        judge=_judge_full_backup,
    ),
    Control(
        id="ETAT-VOL-009",
        family=FAMILY,
        title=Text("A backup lies away from its volume", "Une sauvegarde est loin de son volume"),
        criterion=Text(
            "Of a volume with backups, a usable one is in another availability zone.",
            "D'un volume sauvegardé, une sauvegarde utilisable est dans une autre zone de disponibilité.",
        ),
        type="volume",
        reads=("volumes", "backups"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(pssie="PCA-PROT", iso27001="8.13 8.14", secnumcloud="12.5"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make backups with the service of another zone.",
                "Faire les sauvegardes par le service d'une autre zone.",
            ),
        ),
        caution=Text(
            "The zone is that of the service that wrote the backup; its storage may be elsewhere.",
            "La zone est celle du service qui a écrit la sauvegarde ; son stockage peut être ailleurs.",
        ),
        objects=_backed_up,
        judge=_judge_backup_zone,
    ),
    Control(
        id="ETAT-VOL-010",
        family=FAMILY,
        title=Text("Backups of encrypted volumes are encrypted", "Les sauvegardes de volumes chiffrés sont chiffrées"),
        criterion=Text(
            "The backup of an encrypted volume names an encryption key.",
            "La sauvegarde d'un volume chiffré nomme une clé de chiffrement.",
        ),
        type="backup",
        reads=("backups", "volumes"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(pssie="PCA-PROT", iso27001="8.13 8.24", secnumcloud="10.1"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make a new backup, then delete the one from before the volume was encrypted.",
                "Refaire une sauvegarde, puis supprimer celle d'avant le chiffrement du volume.",
            ),
        ),
        objects=_backups,
        judge=_judge_backup_key,
    ),
    Control(
        id="ETAT-VOL-011",
        family=FAMILY,
        title=Text("Restoring is tried every year", "La restauration est essayée chaque année"),
        criterion=Text(
            "A tag restore_test:DATE of the project names a day in the last twelve months.",
            "Une étiquette restore_test:DATE du projet donne un jour des douze derniers mois.",
        ),
        type="project",
        reads=("projects", "backups"),
        level=Level.TENANT,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="PCA-EXERC", anssi_hygiene="37", iso27001="8.13"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Restore a backup on trial, keep the record, and write the day into the tag.",
                "Restaurer une sauvegarde à l'essai, garder le procès-verbal et noter le jour dans l'étiquette.",
            ),
        ),
        caution=Text(
            "OpenStack does not tell: the tag is what people say, and where there is none, they have to show a record.",
            "OpenStack ne le dit pas : l'étiquette est déclarative ; sans elle, un procès-verbal est à présenter.",
        ),
        objects=_project_with_backups,
        judge=_judge_restore,
    ),
    Control(
        id="ETAT-VOL-012",
        family=FAMILY,
        title=Text("No volume is left on offer", "Aucun volume ne reste offert"),
        criterion=Text(
            "A transfer of a volume is open for at most one day, and does not go to another domain.",
            "Un transfert de volume est ouvert depuis un jour au plus et ne va pas vers un autre domaine.",
        ),
        type="volume_transfer",
        reads=("volume_transfers", "projects"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="5.14"),
        repair=Repair(
            Mode.SAFE,
            Text("Delete the transfer; the volume stays.", "Supprimer le transfert ; le volume reste."),
            _withdraw,
        ),
        caution=Text(
            "Cinder no longer lists a transfer that was taken.", "Cinder ne liste plus un transfert qui a été accepté."
        ),
        objects=_transfers,
        judge=_judge_transfer,
    ),
    Control(
        id="ETAT-VOL-013",
        family=FAMILY,
        title=Text("A volume has one server", "Un volume n'a qu'un serveur"),
        criterion=Text(
            "The volume cannot be attached to several servers.",
            "Le volume ne peut pas être attaché à plusieurs serveurs.",
        ),
        type="volume",
        reads=("volumes",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="8.3"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Copy the data to a volume of an ordinary type, or have the cluster file system approved.",
                "Copier les données sur un volume ordinaire, ou faire approuver le système de fichiers en grappe.",
            ),
        ),
        caution=Text(
            "A cluster file system needs it, and takes a waiver.",
            "Un système de fichiers en grappe en a besoin et relève d'une dérogation.",
        ),
        objects=_volumes,
        judge=_judge_multiattach,
    ),
    Control(
        id="ETAT-VOL-014",
        family=FAMILY,
        title=Text("No secrets lie in the metadata of volumes", "Aucun secret dans les métadonnées des volumes"),
        criterion=Text(
            "No password, private key or token was found in the metadata of a volume or a snapshot.",
            "Aucun mot de passe, clé privée ou jeton n'a été trouvé dans les métadonnées d'un volume ou instantané.",
        ),
        type="resource",
        reads=("volumes", "snapshots"),
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(pssie="EXP-CONF-AUTH", anssi_hygiene="11", iso27001="5.17 8.24", secnumcloud="10.5"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Change the secret, keep it in a safe, and delete the key of the metadata.",
                "Changer le secret, le garder dans un coffre et supprimer la clé des métadonnées.",
            ),
        ),
        caution=Text(
            "Found by form, name and entropy; an example may look like a secret.",
            "Trouvé par forme, nom et entropie ; un exemple peut ressembler à un secret.",
        ),
        objects=_with_metadata,
        judge=_judge_metadata,
    ),
    Control(
        id="ETAT-VOL-015",
        family=FAMILY,
        title=Text("No data are stuck", "Aucune donnée n'est bloquée"),
        criterion=Text(
            "No volume, snapshot or backup is in error, or in the middle of something, for more than one day.",
            "Aucun volume, instantané ou sauvegarde n'est en erreur, ou en cours d'opération, depuis plus d'un jour.",
        ),
        type="resource",
        reads=("volumes", "snapshots", "backups"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.10"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have the provider look at the storage, then reset the state or delete it.",
                "Faire examiner le stockage par le fournisseur, puis rétablir l'état ou supprimer.",
            ),
        ),
        caution=Text(
            "The backup or the copy of a very large volume may take longer than a day.",
            "La sauvegarde ou la copie d'un très gros volume peut durer plus d'un jour.",
        ),
        objects=_with_states,
        judge=_judge_state,
    ),
    Control(
        id="ETAT-VOL-016",
        family=FAMILY,
        title=Text(
            "Backups of deleted volumes are not kept for ever",
            "Les sauvegardes de volumes supprimés ne sont pas gardées sans fin",
        ),
        criterion=Text(
            f"The backup of a volume that is gone is at most {ORPHAN_DAYS} days old.",
            f"La sauvegarde d'un volume disparu a au plus {ORPHAN_DAYS} jours.",
        ),
        type="backup",
        reads=("backups", "volumes"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.10", secnumcloud="19.4"),
        repair=Repair(Mode.GUARDED, DECIDE),
        caution=Text(
            "An archive that the law demands takes a waiver.", "Une archive exigée par la loi relève d'une dérogation."
        ),
        objects=_backups,
        judge=_judge_orphan,
    ),
)
