"""What people write in YAML is read with its lines, and what would choke a program is refused in a sentence."""

import pytest

from kpitools.errors import ConfigError
from kpitools.yaml_file import read_yaml


def read(folder, text):
    path = folder / "plan.yml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path, joint=":")


def test_every_value_has_its_line_also_below_a_list(tmp_path):
    said, source = read(tmp_path, "a: 1\nb:\n  - x\n  - {c: 2}\n")

    assert said == {"a": 1, "b": ["x", {"c": 2}]}
    assert source.at("b", 1, "c") == "plan.yml:4"
    assert source.at("b", 0, "not there") == "plan.yml:3"
    assert source.at("nowhere") == "plan.yml"


def test_an_anchor_may_be_used_again_and_merged(tmp_path):
    said, _ = read(tmp_path, "a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n")

    assert said == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}


def bomb(levels: int) -> str:
    """Nine to the power of `levels` values in as many lines."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]" for i in range(levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(12), "plan.yml: nested too deeply or too long. Write values out, without anchors."),
        ("a: &a [*a]", "nested too deeply or too long"),
        ('a: &a "' + "x" * 10_000 + '"\nb: [' + ", ".join(["*a"] * 200) + "]", "nested too deeply or too long"),
        ("a: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ("a: " + "x" * 1_000_001, "nested too deeply or too long"),
        ("b: 1\na: 1\nb: 2", "plan.yml:3: 'b' stands twice, first on line 1. Keep one."),
        ("a: {x: 1,\n x: 2}", "plan.yml:2: 'x' stands twice, first on line 1"),
        ("a: 1\n[b]: 2", "plan.yml:2: a key is a text or a number, not a list or a mapping"),
        ("a: 1\nb: 2025-02-30", "plan.yml:2: a value cannot be read: '2025-02-30': day is out of range for month"),
        ("a: 1\nb: !!int many", "plan.yml:2: a value cannot be read: 'many'"),
        ("a: 1\nb: *none", "plan.yml:2: not valid YAML: found undefined alias"),
        ("a: !!python/name:os.system", "plan.yml:1: not valid YAML"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(tmp_path, text, message):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)

    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_file_that_is_no_text_says_so(tmp_path):
    (tmp_path / "plan.yml").write_bytes(b"a: \xff")

    with pytest.raises(ConfigError, match="plan.yml: not UTF-8 text"):
        read_yaml(tmp_path / "plan.yml")
