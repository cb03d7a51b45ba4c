"""The course's glossary: terms in both languages with their meaning, as words/glossary.yml has them."""

from kpitools.cards import Table
from kpitools.words import check_language, keys, say


def glossary(language: str = "en") -> Table:
    """All terms, sorted by their English name: both languages, and the meaning in `language`."""
    check_language(language)
    names = [key for key in keys("glossary.") if not key.endswith(".means")]
    rows = [[say(name, "en"), say(name, "vi"), say(f"{name}.means", language)] for name in names]
    heads = [say(f"lessons.glossary.{name}", language) for name in ("term_en", "term_vi", "meaning")]
    return Table(heads, sorted(rows, key=lambda row: row[0].lower()), say("lessons.glossary", language), [False] * 3)
