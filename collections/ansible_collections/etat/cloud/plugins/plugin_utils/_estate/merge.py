# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merging what an offer says with what a tenant says, and finding who said what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .files import Document
from .mistakes import Path


def merge(base: Any, over: Any) -> Any:
    """Return base with what over says: mappings deeply, lists of named objects by name, all else replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merge(base[key], value) if key in base else value for key, value in over.items()}}
    if isinstance(base, list) and isinstance(over, list) and base and all(map(_has_name, base)):
        found = {item["name"]: item for item in base}
        # An item without a name is a mistake, which is said elsewhere, and no reason to lose the others.
        for item in filter(_has_name, over):
            found[item["name"]] = merge(found.get(item["name"], {}), item)
        return list(found.values())
    return over


def _has_name(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str)


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of a merged value: the part of a document that stands at a path."""

    document: Document
    path: Path
    value: Any


def source(merged: Any, path: Path, layers: Sequence[Layer]) -> tuple[int, Layer, Path]:
    """Return the layer that says what stands at a path of a merged value, with its rank, and where in its document.

    Later layers win, as they do in the merge. Where no layer has the whole path, the one that has most of it counts.
    """
    found = [_follow(merged, path, layer.value) for layer in layers]
    rank = max(range(len(layers)), key=lambda rank: (len(found[rank]), rank))
    return rank, layers[rank], (*layers[rank].path, *found[rank], *path[len(found[rank]) :])


def _follow(merged: Any, path: Path, value: Any) -> Path:
    """Return how far a path of a merged value leads in one of its layers, by names where items have them."""
    found: list[str | int] = []
    for step in path:
        here: str | int | None = step
        if isinstance(step, int):
            item = merged[step]
            if isinstance(item, dict) and "name" in item and isinstance(value, list):
                named = (
                    i for i, other in enumerate(value) if isinstance(other, dict) and other.get("name") == item["name"]
                )
                here = next(named, None)
            elif not isinstance(value, list) or step >= len(value):
                here = None
        elif not isinstance(value, dict) or step not in value:
            here = None
        if here is None:
            break
        found.append(here)
        merged, value = merged[step], value[here]
    return tuple(found)
