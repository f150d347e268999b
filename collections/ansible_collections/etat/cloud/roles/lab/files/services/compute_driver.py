# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nova's fake hypervisor, which also keeps its servers when nova-compute is started again."""

import io

from nova.image import glance
from nova.virt import fake

SNAPSHOT = bytes(64 * 1024)


class LabDriver(fake.FakeDriverWithoutFakeNodes):
    """One host whose servers consist of a name and a state."""

    def snapshot(self, context, instance, image_id, update_task_state):
        """Give the image some bytes: without them it would stay queued for ever."""
        super().snapshot(context, instance, image_id, update_task_state)
        known = glance.API().get(context, image_id)
        facts = {"name": known["name"], "disk_format": "raw", "container_format": "bare", "properties": {}}
        glance.API().update(context, image_id, facts, io.BytesIO(SNAPSHOT), purge_props=False)

    def resume_state_on_host_boot(
        self,
        context,
        instance,
        network_info,
        share_info,
        block_device_info=None,
    ):
        """Take back a server that ran before this process did."""
        if instance.uuid not in self.instances:
            self.spawn(context, instance, None, None, None, {}, network_info, block_device_info)
