import numpy as np
import pytest

from netspec.analysis import causality

RANDOM = np.random.default_rng(5)


def driven(n=6000, gain=0.6, delay=2):
    """x drives y, which does nothing to x."""
    x, noise = RANDOM.normal(size=n), RANDOM.normal(size=n)
    y = noise + gain * np.r_[np.zeros(delay), x[:-delay]]
    return x, y


def test_coefficients_of_a_known_process():
    true = np.array([[[-0.5, 0.0], [-0.4, 0.3]], [[0.2, 0.0], [0.0, 0.1]]])
    noise = RANDOM.normal(size=(2, 20000)) * [[1.0], [2.0]]
    x = np.zeros((2, 20000))
    for t in range(2, 20000):
        x[:, t] = noise[:, t] - true[0] @ x[:, t - 1] - true[1] @ x[:, t - 2]
    coefficients, covariance = causality.autoregression(x, 4)
    np.testing.assert_allclose(coefficients[:2], true, atol=0.04)
    np.testing.assert_allclose(coefficients[2:], 0, atol=0.04)
    np.testing.assert_allclose(covariance, [[1, 0], [0, 4]], atol=0.1)


def test_the_driver_is_found():
    found = causality.granger(*driven(), rate=200)
    assert found.freqs.tolist() == list(range(101))
    # log(power / power without the driver), as the driver is white and reaches y alone
    assert found.x_to_y.mean() == pytest.approx(np.log(1 + 0.6**2), abs=0.05)
    assert found.y_to_x.mean() < 0.02
    assert np.abs(found.together.mean()) < 0.05
    score, p = causality.granger_test(*driven()[::-1], rate=200, shuffles=20)
    assert score > 5
    assert p < 1e-6
    assert causality.granger_test(*driven(), rate=200, shuffles=20)[1] > 0.001


def test_nothing_can_be_told_of_silence():
    with pytest.raises(ValueError, match="does not vary"):
        causality.granger(np.zeros(500), RANDOM.normal(size=500), 200)
    with pytest.raises(ValueError, match="too few"):
        causality.granger(np.ones(15), np.ones(15), 200)


def test_transfer_entropy_of_a_copy_is_its_entropy():
    x = RANDOM.integers(0, 2, 20000)
    y = np.r_[0, x[:-1]]
    there, back = causality.transfer_entropy(x, y), causality.transfer_entropy(y, x)
    assert there.bits == pytest.approx(1, abs=0.01)
    assert there.normalised == pytest.approx(1, abs=0.01)
    assert there.p == 0
    assert back.bits < 0.001
    assert abs(back.normalised) < 0.001


def test_noise_takes_its_share():
    """With a tenth of the copies wrong, 1 - H(0.1) bits are left."""
    x = RANDOM.integers(0, 2, 50000)
    wrong = RANDOM.random(50000) < 0.1
    y = np.r_[0, (x ^ wrong)[:-1]]
    lost = -(0.1 * np.log2(0.1) + 0.9 * np.log2(0.9))
    assert causality.transfer_entropy(x, y).bits == pytest.approx(1 - lost, abs=0.01)


def test_a_silent_train_transfers_nothing():
    found = causality.transfer_entropy(np.zeros(100), RANDOM.integers(0, 3, 100))
    assert (found.bits, found.normalised) == (0, 0)
