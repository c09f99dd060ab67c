"""The models that come along, by the name they have in popParams."""

from netspec.masses.aln import ALN
from netspec.masses.fitzhugh_nagumo import FITZHUGH_NAGUMO
from netspec.masses.hopf import HOPF
from netspec.masses.jansen_rit import JANSEN_RIT
from netspec.masses.kuramoto import KURAMOTO
from netspec.masses.model import Mass
from netspec.masses.thalamus import THALAMUS
from netspec.masses.wilson_cowan import WILSON_COWAN
from netspec.masses.wong_wang import REDUCED_WONG_WANG, WONG_WANG

MODELS: dict[str, Mass] = {
    model.name: model
    for model in (
        *(WILSON_COWAN, HOPF, FITZHUGH_NAGUMO, WONG_WANG, REDUCED_WONG_WANG, THALAMUS, KURAMOTO),
        *(JANSEN_RIT, ALN),
    )
}
