import pytest

from netspec.units import UNIT, number


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("5 ms", "ms", 5.0), ("0.1 nS", "uS", 0.0001), ("5", "ms", 5.0), (5, "ms", 5.0), ("-65mV", "mV", -65.0),
     ("0.2s", "ms", 200.0), ("1e-3 S/cm2", "S/cm2", 0.001), ("10 pS/um2", "S/cm2", 0.001),
     ("1 uF/cm^2", "uF/cm2", 1.0),
     ("100 ohm*cm", "ohm*cm", 100.0), ("1 Mohm", "Mohm", 1.0), ("3 /s", "Hz", 3.0), ("3 kHz", "Hz", 3000.0),
     ("2 M", "mM", 2000.0), ("1 m", "um", 1e6), (".5 um/ms", "um/ms", 0.5), ("0.7", "", 0.7)],
)  # fmt: skip
def test_numbers_with_units(text, unit, value):
    assert number(text, unit) == value


@pytest.mark.parametrize("nano", [0.1, 0.3, 0.7, 1.1, 123.456])
def test_conversion_gives_the_number_that_one_would_write(nano):
    assert number(f"{nano} nS", "uS") == float(f"{nano}e-3")


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [("five ms", "ms", "not a number"), ("5 mss", "ms", "unknown unit 'mss'. Did you mean 'ms'?"),
     ("5 mV", "ms", "should be in ms, not in 'mV'"), ("5 ms", "", "should be in no unit"),
     ("5 ms?", "ms", "is not a unit")],
)  # fmt: skip
def test_wrong_units(text, unit, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        number(text, unit)


def test_every_unit_in_the_table_can_be_read():
    for unit in UNIT.values():
        assert number(f"2 {unit}", unit) == 2.0
