"""What differs between two pieces of plain data, said by path."""

import math

MOST = 6


def differences(expected, found, tolerance=0.0):
    """Sentences 'path: expected, found'; empty if equal (numbers: to within tolerance, nan equals nan)."""
    said = []
    _compare(expected, found, tolerance, "", said)
    if len(said) > MOST:
        said[MOST:] = [f"... and {len(said) - MOST} more"]
    return said


def _compare(a, b, tolerance, path, said):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            if key not in a or key not in b:
                said.append(
                    f"{path}/{key}: only {'expected' if key in a else 'found'}: {a.get(key, b.get(key))}"
                )
            else:
                _compare(a[key], b[key], tolerance, f"{path}/{key}", said)
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            said.append(f"{path}: {len(a)} expected, {len(b)} found")
        for i, (x, y) in enumerate(zip(a, b, strict=False)):
            _compare(x, y, tolerance, f"{path}/{i}", said)
    elif not _same(a, b, tolerance):
        said.append(f"{path}: {a!r} expected, {b!r} found")


def _same(a, b, tolerance):
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b or abs(a - b) <= tolerance or (math.isnan(a) and math.isnan(b))
    return a == b
