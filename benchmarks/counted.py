#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a Python program as it is, and write down what it asks over HTTP with requests; no token, and no body.

    counted.py RECORD PROGRAM ARGUMENTS...

Each record has method, url, status, headers (those that say what is asked for), and project: that of the token it was
asked with, empty for the first token. It needs nothing but requests, so that it serves in any virtualenv.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from threading import Lock
from typing import Any, Self

from requests.adapters import HTTPAdapter

#: Headers of a request that change what is answered.
TELLING = (
    "openstack-api-version",
    "x-openstack-nova-api-version",
    "x-openstack-manila-api-version",
    "x-auth-all-projects",
)


class Recorder:
    """What was asked, in the order of the answers."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self._projects: dict[str, str] = {}
        self._lock = Lock()
        self._send = HTTPAdapter.send

    def __enter__(self) -> Self:
        recorder = self

        def send(adapter: HTTPAdapter, request: Any, *arguments: Any, **options: Any) -> Any:
            answer = recorder._send(adapter, request, *arguments, **options)
            recorder._keep(request, answer)
            return answer

        HTTPAdapter.send = send  # type: ignore[method-assign]
        return self

    def __exit__(self, *_error: object) -> None:
        HTTPAdapter.send = self._send  # type: ignore[method-assign]

    def _keep(self, request: Any, answer: Any) -> None:
        with self._lock:
            token = answer.headers.get("X-Subject-Token")
            project = self._projects.get(request.headers.get("X-Auth-Token", ""), "")
            if token and request.method == "POST":
                scope = answer.json()["token"].get("project", {}).get("id", "")
                project = scope if self._projects else ""
                self._projects[token] = project
            told = {name: value for name, value in request.headers.items() if name.lower() in TELLING}
            self.records.append(
                {
                    "method": request.method,
                    "url": request.url,
                    "status": answer.status_code,
                    "headers": {name: v.decode() if isinstance(v, bytes) else v for name, v in told.items()},
                    "project": project,
                }
            )


def main() -> None:
    record, program, *arguments = sys.argv[1:]
    sys.argv = [program, *arguments]
    with Recorder() as recorder:
        try:
            runpy.run_path(program, run_name="__main__")
        finally:
            file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as output:
                json.dump(recorder.records, output)


if __name__ == "__main__":
    main()
