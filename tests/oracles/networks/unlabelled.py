"""String functions in cells whose rules are not named in their tags."""

from networks import cell_functions


def network():
    net, cfg = cell_functions.network()
    return net, {**cfg, "includeParamsLabel": False}
