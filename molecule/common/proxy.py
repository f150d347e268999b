# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy on loopback between the product and one service of the lab, which fails on command."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import urlsplit

#: What a proxy does with a request, instead of passing it on: answer with this status, or hang up without an answer.
Fault = int | None
HANG_UP = -1
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a service, except for those that it makes fail.

    upstream: the base address of the service. fault: says of a method and a path how it fails, or None. rewrite: texts
    that are replaced in answers, such as addresses in the service catalogue. seen: every request so far.
    """

    daemon_threads = True

    def __init__(
        self,
        upstream: str,
        fault: Callable[[str, str], Fault] = lambda method, path: None,
        rewrite: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.fault = fault
        self.rewrite = rewrite or {}
        self.seen: list[tuple[str, str]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client goes away."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def handle_any(self) -> None:
        """Pass a request on, or fail."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.command, self.path))
        fault = self.server.fault(self.command, self.path)
        if fault == HANG_UP:
            self.close_connection = True
            return
        if fault is not None:
            said = json.dumps({"NeutronError": {"type": "Planted", "message": "planted failure", "detail": ""}})
            self.answer(fault, [("x-openstack-request-id", "req-planted")], said.encode())
            return
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        # What is packed cannot be rewritten.
        upstream.request(self.command, self.path, body, {**headers, "Accept-Encoding": "identity"})
        answer = upstream.getresponse()
        content = answer.read()
        for old, new in self.server.rewrite.items():
            content = content.replace(old.encode(), new.encode())
        self.answer(answer.status, answer.getheaders(), content)
        upstream.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: tests ask for what was seen."""
