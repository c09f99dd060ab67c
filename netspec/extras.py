"""Packages that netspec uses where they are installed, and how one gets them."""

import importlib
from typing import Any

from netspec.errors import NetspecError


def needed(module: str, purpose: str, extra: str = "analysis") -> Any:
    """The module; NetspecError that says which extra of netspec brings it where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise NetspecError(f"{purpose} needs {package}: pip install 'netspec[{extra}]'") from error
