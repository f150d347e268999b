# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed calls mean, in words for the person who has to act."""

from __future__ import annotations

import re
from contextlib import suppress

from .._engine.model import Problem

with suppress(ImportError):  # SDK_ERROR says so.
    from keystoneauth1 import exceptions as ka


def problem(error: Exception, cloud: str, what: str) -> Problem:
    """Return an error of the SDK as a problem.

    cloud: the name of the clouds.yaml entry. what: the call or the intention that failed, as a sentence's subject.
    """
    french = ""
    if isinstance(error, ka.EndpointNotFound):
        why, french, what_next = (
            "the service catalogue has no endpoint for it",
            "le catalogue des services n'en donne pas d'adresse",
            "Check the region's name, and that the cloud offers this service there.",
        )
    elif isinstance(error, (ka.ConnectFailure, ka.ConnectTimeout, ka.SSLError, ka.UnknownConnectionError)) or (
        # Where the version is not first in the address, keystoneauth tells a broken connection as a failed discovery.
        isinstance(error, ka.DiscoveryFailure) and "Unable to establish connection" in str(error)
    ):
        why, french, what_next = (
            f"no answer{_connection(error)}",
            f"aucune réponse de {address}" if (address := _address(error)) else "aucune réponse",
            "Check that the service runs and that this host reaches it, then run again.",
        )
    elif isinstance(error, ka.Unauthorized):
        why, french, what_next = (
            "the cloud refuses the user or the password (401)",
            "le cloud refuse l'utilisateur ou le mot de passe (401)",
            f"Check the entry {cloud} of clouds.yaml.",
        )
    elif isinstance(error, ka.Forbidden):
        why, french, what_next = (
            f"the account may not do it (403: {_first_line(error)})",
            "le compte n'en a pas le droit (403)",
            "Use an account with the role it needs, or have it done by one.",
        )
    elif isinstance(error, ka.HttpError) and error.http_status >= 500:
        why, french, what_next = (
            f"the service failed ({error.http_status}: {_first_line(error)}){_request(error)}",
            f"le service a échoué ({error.http_status})",
            "Run again; if it persists, give the request id to the cloud's operators.",
        )
    elif isinstance(error, ka.HttpError):
        why, french, what_next = (
            f"the cloud refuses it ({error.http_status}: {_first_line(error)}){_request(error)}",
            f"le cloud refuse la demande ({error.http_status})",
            "Correct what it names and run again.",
        )
    elif isinstance(error, (ValueError, KeyError)):
        why, french, what_next = (
            f"the answer is not one of this service ({type(error).__name__}: {_first_line(error)})",
            f"la réponse n'est pas celle de ce service ({type(error).__name__})",
            "Check that the catalogue's address leads to the service, and not to a page in front of it.",
        )
    elif isinstance(error, LookupError):
        why, what_next = _first_line(error), "Correct the declaration and run again."
    else:
        why, french, what_next = (
            f"{type(error).__name__}: {_first_line(error)}",
            f"erreur inattendue ({type(error).__name__})",
            f"Check the entry {cloud} of clouds.yaml.",
        )
    # A catalogue without the service says what a service says of a collection that it does not have.
    status = 404 if isinstance(error, ka.EndpointNotFound) else getattr(error, "http_status", 0)
    return Problem(what, why, what_next, status, french)


def _connection(error: Exception) -> str:
    """Return from where no answer came and why, out of the layers of text that wrap it."""
    text, address = str(error), _address(error)
    cause = re.search(r"\[Errno -?\d+\] ([^\"'()]+)", text) or re.search(r"timed out", text)
    where = f" from {address}" if address else ""
    return (
        f"{where} ({cause.group(cause.lastindex or 0).strip().lower()})" if cause else f"{where} ({_first_line(error)})"
    )


def _address(error: Exception) -> str:
    found = re.search(r"https?://[^/\s:]+(:\d+)?", str(error))
    return found.group() if found else ""


def _first_line(error: Exception) -> str:
    text = _message(error) or getattr(error, "message", None) or str(error) or type(error).__name__
    return str(text).strip().splitlines()[0]


def _message(error: Exception) -> str:
    """Return what a service says in the body of its answer, which keystoneauth knows for some services only."""
    answer = getattr(error, "response", None)
    try:
        body = answer.json() if answer is not None else None
    except ValueError:
        return ""
    # Each service wraps it under another name: {"NeutronError": {"type": …, "message": …}}.
    if not isinstance(body, dict):
        return ""
    inner = next(iter(body.values()), None)
    # Designate, Barbican and Octavia do not wrap it.
    found = inner if isinstance(inner, dict) else body
    said = next((found[name] for name in ("message", "description", "faultstring") if found.get(name)), None)
    return said if isinstance(said, str) else ""


def _request(error: ka.HttpError) -> str:
    return f" [request {error.request_id}]" if error.request_id else ""
