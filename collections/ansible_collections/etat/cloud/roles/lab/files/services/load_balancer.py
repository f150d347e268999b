# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Octavia's API and worker. Their no-op drivers keep notes, which would lie in /tmp, the same for all labs."""

import os
import sys

import sqlalchemy
from octavia.compute.drivers.noop_driver import driver as compute
from octavia.network.drivers.noop_driver import driver as network
from oslo_log import log

LOG = log.getLogger("load_balancer")


def engine(url, **options):
    """Open the notes in the lab's folder."""
    return sqlalchemy.create_engine(f"sqlite:///{os.environ['OCTAVIA_NOTES']}", **options)


compute.create_engine = network.create_engine = engine


def api():
    """Octavia's API, once it may read its arguments."""
    from octavia.wsgi import api as wsgi

    return wsgi.application


def main() -> None:
    """Run the worker, which also says when it can be asked."""
    from octavia.cmd import octavia_worker
    from octavia.controller.queue.v2 import consumer

    class Consumer(consumer.ConsumerService):
        def run(self):
            super().run()
            LOG.info("the worker listens")

    consumer.ConsumerService = Consumer
    sys.argv[0] = "octavia-worker"
    octavia_worker.main()


if __name__ == "__main__":
    main()
