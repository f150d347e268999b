# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Designate's central, producer, worker and name server: children of one process, which share what they load."""

import sys

# First, as it chooses between threads and eventlet.
import designate.cmd  # isort: skip
import designate.conf
from designate import utils
from designate.central import service as central
from designate.mdns import service as mdns
from designate.producer import service as producer
from designate.worker import service as worker
from oslo_log import log
from oslo_service import service

LOG = log.getLogger("dns_services")


class Central(central.Service):
    """Designate's central, which also says when it can be asked."""

    def start(self):
        """Listen, then say so."""
        super().start()
        LOG.info("central listens")


def main() -> None:
    """Start the four, and wait for their end."""
    configuration = designate.conf.CONF
    utils.read_config("designate", sys.argv)
    log.setup(configuration, "designate")
    launcher = service.ServiceLauncher(configuration, restart_method="mutate")
    for part in (Central, worker.Service, producer.Service, mdns.Service):
        launcher.launch_service(part())
    launcher.wait()


if __name__ == "__main__":
    main()
