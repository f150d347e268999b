# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes as sparse files: real bytes, on a machine that has no device-mapper."""

# Cinder's drivers are not annotated, and neither are the values that it passes to them.

import shutil
import subprocess
from pathlib import Path

from cinder import exception, interface
from cinder.volume import configuration, driver
from oslo_config import cfg
from oslo_utils import units

OPTIONS = [cfg.StrOpt("volume_folder", help="Where the files of this backend lie.")]
cfg.CONF.register_opts(OPTIONS, group=configuration.SHARED_CONF_GROUP)


@interface.volumedriver
class FileDriver(driver.VolumeDriver):
    """One folder of sparse files for each backend."""

    VERSION = "1.0.0"

    def __init__(self, *args, **kwargs):
        """Read this backend's own options too."""
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTIONS)

    def do_setup(self, context):
        """Make the folder."""
        self._folder = Path(self.configuration.volume_folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def check_for_setup_error(self):
        """Nothing else can be missing."""

    def _path(self, thing) -> Path:
        return self._folder / thing.name

    @staticmethod
    def _resize(path: Path, size: int) -> None:
        with path.open("ab") as file:
            file.truncate(size * units.Gi)

    def _copy(self, source: Path, target: Path) -> None:
        # Holes stay holes: a volume of 100 GiB that holds nothing costs nothing.
        subprocess.run(["/bin/cp", "--sparse=always", str(source), str(target)], check=True)  # noqa: S603

    def create_volume(self, volume):
        """Make an empty file of this size."""
        self._resize(self._path(volume), volume.size)

    def delete_volume(self, volume):
        """Forget the file."""
        self._path(volume).unlink(missing_ok=True)

    def extend_volume(self, volume, new_size):
        """Lengthen the file."""
        self._resize(self._path(volume), new_size)

    def create_snapshot(self, snapshot):
        """Copy the volume as it is now."""
        self._copy(self._path(snapshot.volume), self._path(snapshot))

    def delete_snapshot(self, snapshot):
        """Forget the copy."""
        self._path(snapshot).unlink(missing_ok=True)

    def revert_to_snapshot(self, context, volume, snapshot):
        """Give the volume the bytes of its snapshot."""
        self._copy(self._path(snapshot), self._path(volume))
        self._resize(self._path(volume), volume.size)

    def create_volume_from_snapshot(self, volume, snapshot):
        """Copy a snapshot."""
        self._copy(self._path(snapshot), self._path(volume))
        self._resize(self._path(volume), volume.size)

    def create_cloned_volume(self, volume, src_vref):
        """Copy a volume."""
        self._copy(self._path(src_vref), self._path(volume))
        self._resize(self._path(volume), volume.size)

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        """Write a raw image into a new volume; Cinder's own way for other formats needs root."""
        if image_meta["disk_format"] != "raw":
            raise exception.ImageUnacceptable(
                image_id=image_meta["id"], reason="the lab's volumes take raw images only"
            )
        with self._path(volume).open("wb") as file:
            image_service.download(context, image_meta["id"], file)
        self._resize(self._path(volume), volume.size)
        return {}, True

    def copy_image_to_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        """Write an image over an existing volume."""
        with self._path(volume).open("r+b") as file:
            image_service.download(context, image_id, file)

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        """Send the volume's bytes to an image."""
        if image_meta["disk_format"] != "raw":
            raise exception.ImageUnacceptable(
                image_id=image_meta["id"], reason="the lab's volumes give raw images only"
            )
        with self._path(volume).open("rb") as file:
            image_service.update(context, image_meta["id"], {}, file)

    def manage_existing(self, volume, existing_ref):
        """Take a file that is there under the volume's name."""
        self._existing(existing_ref).rename(self._path(volume))

    def manage_existing_get_size(self, volume, existing_ref):
        """Whole gibibytes of a file that is there."""
        return -(-self._existing(existing_ref).stat().st_size // units.Gi)

    def _existing(self, reference) -> Path:
        path = self._folder / Path(reference.get("source-name", "")).name
        if not path.is_file():
            raise exception.ManageExistingInvalidReference(existing_ref=reference, reason="there is no such file")
        return path

    def unmanage(self, volume):
        """Leave the file where it is."""

    def local_path(self, volume):
        """Where the bytes are."""
        return str(self._path(volume))

    def ensure_export(self, context, volume):
        """A file needs no export."""

    def create_export(self, context, volume, connector):
        """A file needs no export."""

    def remove_export(self, context, volume):
        """A file needs no export."""

    def initialize_connection(self, volume, connector):
        """Say where the file is."""
        return {"driver_volume_type": "local", "data": {"device_path": self.local_path(volume)}}

    def terminate_connection(self, volume, connector, **kwargs):
        """Nothing was connected."""

    def _update_volume_stats(self):
        usage = shutil.disk_usage(self._folder)
        self._stats = {
            "volume_backend_name": self.configuration.volume_backend_name,
            "vendor_name": "etat.cloud",
            "driver_version": self.VERSION,
            "storage_protocol": "local",
            "total_capacity_gb": usage.total // units.Gi,
            "free_capacity_gb": usage.free // units.Gi,
            "reserved_percentage": 0,
            "thin_provisioning_support": True,
            "thick_provisioning_support": False,
            # A lab promises far more than its disk holds: nobody fills its volumes.
            "max_over_subscription_ratio": 1000,
            "multiattach": True,
            "QoS_support": False,
        }
