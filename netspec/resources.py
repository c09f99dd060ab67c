"""Where the folders that ship beside the code are: `cells`, `mod`, `batch`."""

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """The folder `name`: inside the installed package, or beside it in a checkout."""
    package = Path(str(files("netspec")))
    packaged = package / "share" / name
    return packaged if packaged.is_dir() else package.parent / name
