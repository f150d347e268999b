# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Designate's API, with the paste file of the virtualenv: its own module wants it beside its configuration."""

import sys

from oslo_service import backend

# Designate's other programs choose threads by themselves, and before anything else is imported.
backend.init_backend(backend.BackendType.THREADING)

from designate.api import wsgi  # noqa: E402

wsgi.CONFIG_FILES = [f"{sys.prefix}/etc/designate/api-paste.ini", "designate.conf"]
application = wsgi.init_application()
