# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that counts its calls and that writes only when it is told to."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

try:
    from keystoneauth1.session import Session
except ImportError:
    Session = object  # type: ignore[assignment, misc]  # SDK_ERROR says so.

READS = ("GET", "HEAD")


class WriteRefused(Exception):
    """A call that would write came before writing was allowed; the message names it."""


class CountingSession(Session):
    """A session of keystoneauth that knows how many calls went to each service.

    writable: while it is False, every method but GET and HEAD is refused, tokens aside. Check mode never sets it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls: Counter[str] = Counter()
        self.writable = False
        self._lock = threading.Lock()

    def request(self, url: str, method: str, **kwargs: Any) -> Any:  # type: ignore[override]
        """Send one request; see keystoneauth1.session.Session.request.

        Raises WriteRefused when the request would write and writing is not allowed.
        """
        asks_token = url.endswith("/auth/tokens")
        if method.upper() not in READS and not asks_token and not self.writable:
            raise WriteRefused(f"{method} {url}")
        filter = kwargs.get("endpoint_filter") or {}
        with self._lock:
            self.calls["tokens" if asks_token else filter.get("service_type", "discovery")] += 1
        return super().request(url, method, **kwargs)
