"""Dicts whose keys are attributes, and attributes that are items: the stuff of netParams and simConfig."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Self

from netspec.errors import did_you_mean

NESTED = frozenset({"secs", "geom", "topol", "mechs", "ions", "pointps", "secLists"})
"""Keys of cell rules whose values are dicts: scripts add to imported cells without looking for them first."""


class Dict(dict[Any, Any]):
    """A dict whose keys are attributes too, at any depth.

    A missing attribute can be written into (d.secs.soma.geom = {...} makes what is missing) but not used, and
    so can a missing item that holds a dict in cell rules; any other is a KeyError. A plain dict is stored as
    it is, so that a script may go on filling it; it becomes a Dict when looked at.
    """

    def __getitem__(self, name: Any) -> Any:
        value = super().__getitem__(name)
        seen = wrapped(value, Dict)
        if seen is not value:
            super().__setitem__(name, seen)
        return seen

    def __missing__(self, name: Any) -> Any:
        if name in NESTED:
            return Missing(self, name)
        raise KeyError(name)

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        if name.startswith("_"):  # what copy, pickle and notebooks ask of any object
            raise AttributeError(name)
        return Missing(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Missing):
            value._refuse()
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise AttributeError(f"no key {name!r}. {did_you_mean(name, self)}")
        del self[name]

    def get(self, name: Any, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return self[name] if name in self else default  # noqa: SIM401  (get itself)

    def values(self) -> Any:
        """The values, nested dicts as Dicts."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """Pairs of key and value, nested dicts as Dicts."""
        return [(name, self[name]) for name in self]

    def setdefault(self, name: Any, default: Any = None) -> Any:
        """The value of a key, after it was set to the default where it was missing."""
        if name not in self:
            self[name] = default
        return self[name]

    def copy(self) -> Self:
        """A shallow copy of the same type."""
        return type(self)(self)

    def rename(self, old: Any, new: Any, label: Any = None) -> bool:
        """Whether key `old` was there; it is now `new`. label: key or keys that lead to the dict."""
        place: dict[Any, Any] = self
        for step in [] if label is None else [label] if isinstance(label, str) else label:
            place = place[step]
        if old not in place:
            return False
        pairs = [(new if name == old else name, value) for name, value in place.items()]
        place.clear()
        place.update(pairs)
        return True

    def todict(self) -> dict[Any, Any]:
        """Plain dicts all the way down."""
        plain: dict[Any, Any] = plain_data(self)
        return plain

    toOrderedDict = undotify = todict

    def fromdict(self, values: Mapping[Any, Any]) -> Self:
        """Itself, with the given keys added."""
        self.update(values)
        return self

    fromOrderedDict = dotify = fromdict

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class ImportedGeometry(Dict):
    """The geom of a section that was imported: without 3-D points there is an empty row of them to read."""

    def __missing__(self, name: Any) -> Any:
        return () if name == "pt3d" else super().__missing__(name)


class ODict(Dict):
    """The same as Dict: every dict is ordered. A missing attribute is an error, as in NetPyNE."""

    def __missing__(self, name: Any) -> Any:
        raise KeyError(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self:
            raise AttributeError(f"no key {name!r}. {did_you_mean(name, self)}")
        return self[name]


class Missing:
    """A key that a Dict does not have: something can be put into it, which makes it; any use is an error."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, parent: Any, name: str):
        object.__setattr__(self, "_place", (parent, name))

    def _made(self) -> Dict:
        parent, name = object.__getattribute__(self, "_place")
        place = parent if isinstance(parent, Dict) else parent._made()
        place.setdefault(name, Dict())
        made: Dict = place[name]
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Missing(self, name)

    def __getitem__(self, name: Any) -> Any:
        return Missing(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._made()[name] = value

    __setitem__ = __setattr__

    def _refuse(self, *_: Any) -> Any:
        parent, name = object.__getattribute__(self, "_place")
        known = parent if isinstance(parent, Dict) else ()
        raise AttributeError(f"no key {name!r}. {did_you_mean(name, known)}")

    __bool__ = __len__ = __iter__ = __call__ = __eq__ = __ne__ = __lt__ = __gt__ = __contains__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __float__ = __int__ = __index__ = __str__ = __repr__ = __format__ = _refuse


class Attributes:
    """A bag of attributes that can be read and set as items too."""

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = wrapped(value, Dict)

    def __getattr__(self, name: str) -> Any:
        known = [other for other in dir(self) if other[0] != "_"]
        raise AttributeError(f"no {name!r}. {did_you_mean(name, known)}")

    def __getitem__(self, name: str) -> Any:
        try:
            return self.__dict__[name]
        except KeyError:
            raise KeyError(f"{name!r}. {did_you_mean(name, self.__dict__)}") from None

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __delitem__(self, name: str) -> None:
        del self.__dict__[name]

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __repr__(self) -> str:
        return repr(self.__dict__)

    def _repr_html_(self) -> str:
        from netspec.markup import notebook, table

        usual = {name: repr(value) for name, value in type(self)().__dict__.items()}
        own = {name: value for name, value in self.__dict__.items() if repr(value) != usual.get(name)}
        rows = [(name, _short(value)) for name, value in own.items()]
        return notebook(f"{type(self).__name__}, what is not the default:", table(["", ""], rows))

    def keys(self) -> Iterable[str]:
        """Names of all attributes."""
        return self.__dict__.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of name and value."""
        return self.__dict__.items()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an attribute, or the default."""
        return self.__dict__.get(name, default)

    def setParam(self, name: str, value: Any) -> None:
        """Set an attribute."""
        setattr(self, name, value)

    def todict(self) -> dict[str, Any]:
        """Plain dicts all the way down."""
        plain: dict[str, Any] = plain_data(self.__dict__)
        return plain


def _short(value: Any, most: int = 100) -> str:
    """A value in one line; of a long dict the keys."""
    whole = repr(value)
    shown = ", ".join(map(str, value)) if isinstance(value, Mapping) and len(whole) > most else whole
    return shown if len(shown) <= most else f"{shown[:most]} ..."


def plain_data(value: Any) -> Any:
    """The same with plain dicts and lists all the way down; stimuli, models of masses and arrays too."""
    if is_dataclass(value) and not isinstance(value, type):
        return _described(value)
    if type(value).__name__ == "ndarray" and value.dtype.kind in "fiu":
        return value.tolist()
    if isinstance(value, Mapping):
        return {name: plain_data(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain_data(item) for item in value) if type(value) in (list, tuple) else value
    return value


def _described(value: Any) -> Any:
    """A stimulus or the model of a mass as a dictionary that can be read again; any other value as it is."""
    from netspec.masses import Mass
    from netspec.stimulus import Stimulus, to_plain  # imported here: the face is quick to import

    if isinstance(value, Mass):
        return plain_data({one.name: getattr(value, one.name) for one in fields(value)})
    return to_plain(value) if isinstance(value, Stimulus) else value


def wrapped(value: Any, kind: type[Dict]) -> Any:
    """The value; a plain dict as a `kind`, and so the dicts in a list, in place."""
    if type(value) is dict:
        return kind(value)
    if type(value) is list:
        for i, item in enumerate(value):
            if type(item) is dict:
                value[i] = Dict(item)
    return value
