"""Dicts whose keys are attributes, and attributes that are items: the stuff of netParams and simConfig."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from netspec.errors import did_you_mean


class Dict(dict[Any, Any]):
    """A dict whose keys are attributes too, at any depth. A missing key is an error, never an empty Dict.

    A plain dict is stored as it is, so that a script may go on filling it; it becomes a Dict when looked at.
    """

    def __getitem__(self, name: Any) -> Any:
        value = super().__getitem__(name)
        seen = wrapped(value, Dict)
        if seen is not value:
            super().__setitem__(name, seen)
        return seen

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no key {name!r}. {did_you_mean(name, self)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
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


class ODict(Dict):
    """The same as Dict: every dict is ordered."""


class Attributes:
    """A bag of attributes that can be read and set as items too."""

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = wrapped(value, Dict)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no {name!r}. {did_you_mean(name, self.__dict__)}")

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


def plain_data(value: Any) -> Any:
    """The same with plain dicts and lists all the way down."""
    if isinstance(value, Mapping):
        return {name: plain_data(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain_data(item) for item in value) if type(value) in (list, tuple) else value
    return value


def wrapped(value: Any, kind: type[Dict]) -> Any:
    """The value; a plain dict as a `kind`, and so the dicts in a list, in place."""
    if type(value) is dict:
        return kind(value)
    if type(value) is list:
        for i, item in enumerate(value):
            if type(item) is dict:
                value[i] = Dict(item)
    return value
