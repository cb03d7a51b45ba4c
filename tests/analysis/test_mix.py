"""Rate and mix: a worked Simpson's paradox, and an independent implementation."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpitools.analysis.mix import kitagawa
from kpitools.errors import NotSupportedError, UnknownNameError


def rows(values, counts, names=("chat", "email", "phone")):
    return pd.DataFrame({"channel": names, "value": values, "n": counts})


@pytest.fixture
def paradox():
    """CSAT rises 2 points in every channel; work moves to chat, where it is lowest."""
    before = rows([0.70, 0.85, 0.95], [200, 400, 400])
    after = rows([0.72, 0.87, 0.97], [600, 200, 200])
    return before, after


def test_csat_rises_in_every_channel_and_falls_in_total(paradox):
    found = kitagawa(*paradox, "channel")

    # before .2*.70 + .4*.85 + .4*.95 = .86; after .6*.72 + .2*.87 + .2*.97 = .80
    assert (found.before, found.after) == (pytest.approx(0.86), pytest.approx(0.80))
    assert found.rate == pytest.approx(0.02)
    assert found.mix == pytest.approx(-0.08)
    chat = found.parts.set_index("segment").loc["chat"]
    # rate (.2+.6)/2 * .02 = .008; mix (.6-.2) * (.71 - .83) = -.048
    assert (chat["rate"], chat["mix"]) == (pytest.approx(0.008), pytest.approx(-0.048))


def test_the_split_equals_the_oaxaca_blinder_decomposition(paradox):
    from statsmodels.stats.oaxaca import OaxacaBlinder

    data = []
    for period, frame in enumerate(paradox):
        for row in frame.itertuples():
            answers = np.zeros(row.n)
            answers[: round(row.value * row.n)] = 1
            part = pd.DataFrame({"y": answers, "period": period, "channel": row.channel})
            data.append(part)
    data = pd.concat(data, ignore_index=True)
    design = pd.get_dummies(data["channel"], dtype=float)[["email", "phone"]].assign(period=data["period"])
    design.insert(0, "const", 1.0)
    fit = OaxacaBlinder(data["y"], design, "period", hasconst=True, swap=False)
    endowments, coefficients, interaction, gap = fit.three_fold().params

    found = kitagawa(*paradox, "channel")
    assert found.change == pytest.approx(-gap, rel=1e-9)
    assert found.rate == pytest.approx(-(coefficients + interaction / 2), rel=1e-9)
    assert found.mix == pytest.approx(-(endowments + interaction / 2), rel=1e-9)


def test_a_segment_of_one_period_only_is_all_mix():
    before = rows([0.8], [100], ["email"])
    after = rows([0.8, 0.6], [100, 100], ["email", "chat"])
    found = kitagawa(before, after, "channel")

    assert found.rate == pytest.approx(0)
    assert found.mix == pytest.approx(-0.1)
    assert found.change == pytest.approx(-0.1)


def test_segments_with_fewer_than_30_cases_are_taken_together():
    before = rows([0.8, 0.5, 1.0], [100, 10, 10])
    after = rows([0.8, 0.5, 1.0], [100, 30, 10])
    found = kitagawa(before, after, "channel")

    other = found.parts.set_index("segment").loc["other"]
    assert (other["n_before"], other["value_before"]) == (20, 0.75)  # (5 + 10) / 20
    assert (other["n_after"], other["value_after"]) == (40, 0.625)  # (15 + 10) / 40
    assert "khác" in kitagawa(before, after, "channel", language="vi").parts["segment"].tolist()


def test_ratios_are_weighted_by_their_denominators():
    kpi = SimpleNamespace(name="average_handle_time", statistic="ratio")
    before = rows([2.0, 4.0, 6.0], [9, 9, 9]).assign(denominator=[100, 100, 200])
    found = kitagawa(before, before, "channel", kpi)

    assert found.before == 4.5  # (200 + 400 + 1200) / 400
    assert found.change == 0


def test_medians_cannot_be_split(paradox):
    kpi = SimpleNamespace(name="resolution_time", statistic="median")
    with pytest.raises(NotSupportedError, match="resolution_time is a median: rate and mix .* weighted means"):
        kitagawa(*paradox, "channel", kpi)


def test_an_unknown_dimension_is_named(paradox):
    with pytest.raises(UnknownNameError, match="no column named 'chanel'. Did you mean 'channel'"):
        kitagawa(*paradox, "chanel")


def test_periods_without_cases_are_refused(paradox):
    with pytest.raises(NotSupportedError, match="cases in both periods"):
        kitagawa(paradox[0], paradox[1].assign(n=0), "channel")


figures = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 999), st.integers(1, 999)),
    min_size=1,
    max_size=6,
)


@given(figures)
def test_rate_and_mix_add_up_to_the_change(drawn):
    old, new, n_old, n_new = zip(*drawn, strict=True)
    names = [f"s{i}" for i in range(len(drawn))]
    found = kitagawa(rows(old, n_old, names), rows(new, n_new, names), "channel", pool_below=0)

    assert found.rate + found.mix == pytest.approx(found.change, abs=1e-12)
    assert found.parts["total"].sum() == pytest.approx(found.change, abs=1e-12)


@given(figures, st.randoms())
def test_the_order_of_segments_does_not_matter(drawn, random):
    old, new, n_old, n_new = zip(*drawn, strict=True)
    names = [f"s{i}" for i in range(len(drawn))]
    before, after = rows(old, n_old, names), rows(new, n_new, names)
    order = list(range(len(drawn)))
    random.shuffle(order)
    one, other = kitagawa(before, after, "channel"), kitagawa(before.iloc[order], after, "channel")

    assert one.rate == pytest.approx(other.rate, abs=1e-12)
    assert one.mix == pytest.approx(other.mix, abs=1e-12)
