"""Random numbers as a function of what they are for: Philox4x32-10, the generator of NEURON's Random123."""

from netspec.streams.draws import Draws, OneStream
from netspec.streams.philox import Ids, stacked, uniforms
from netspec.streams.purposes import (
    CellKeys,
    NamedStreams,
    NetpyneStreams,
    Streams,
    hash_gids,
    hash_text,
    streams_for,
)

__all__ = [
    "CellKeys",
    "Draws",
    "Ids",
    "NamedStreams",
    "NetpyneStreams",
    "OneStream",
    "Streams",
    "hash_gids",
    "hash_text",
    "stacked",
    "streams_for",
    "uniforms",
]
