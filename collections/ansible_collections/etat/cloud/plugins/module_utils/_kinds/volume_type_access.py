# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects may use a volume type that is not public."""

from __future__ import annotations

from ._access import Access


class VolumeTypeAccess(Access):
    """https://docs.openstack.org/api-ref/block-storage/v3/#volume-type-access-types-action-types-os-volume-type-access"""

    name = "volume_type_access"
    service = "block-storage"
    section = ("volume_types", "access")
    heading = {"description": ["Projects that may use a volume type that is not public; others are left alone."]}
    needs = ("volume_type", "project")
    parent = "volume_type"
    collection, listed, plural, project = "/types", "os-volume-type-access", "volume_type_access", "project_id"
    actions, acted = ("addProjectAccess", "removeProjectAccess"), "project"
