"""Clauses against their evidence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.compliance import SERVES, Evidence, Source, Standing, judged, serves
from netwatch.domain.regulation import SHIPPED, Clause, clauses, order

C2, C5, T2 = (Clause(name, {"en": name}) for name in ("C2", "C5", "T2"))


def standing(*evidence: Evidence) -> Standing:
    (line,) = judged([C5], evidence)
    return line.standing


def register(due: int, done: int, *wanting: str, clauses: tuple[str, ...] = ("C5",)) -> Evidence:
    return Evidence(Source.REGISTER, due, done, wanting, clauses=clauses)


def test_what_was_due_and_done_is_kept():
    assert standing(register(3, 3)) is Standing.KEPT


def test_one_thing_missing_outweighs_all_that_was_done():
    assert standing(register(3, 3), register(9, 8, "#7"), register(0, 0)) is Standing.WANTING


def test_nothing_due_is_neither_kept_nor_missing():
    assert standing(register(0, 0)) is Standing.QUIET


def test_without_any_mechanism_evidence_is_kept_elsewhere():
    assert standing() is Standing.ELSEWHERE
    assert standing(register(3, 1, "#1", clauses=("C6",))) is Standing.ELSEWHERE


def test_evidence_stands_under_each_clause_that_it_serves():
    both = register(1, 1, clauses=("C2", "C5"))
    assert [line.evidence for line in judged([C2, C5, T2], [both])] == [(both,), (both,), ()]


def test_the_programs_own_records_serve_clauses_that_there_are():
    assert {clause for served in SERVES.values() for clause in served} <= set(SHIPPED)
    assert serves(Evidence(Source.UNAPPROVED, 0, 0)) == ("C5", "D2")


def test_every_clause_of_the_regulation_is_there_once_in_its_order():
    parts = ["".join(filter(str.isalpha, name)) for name in SHIPPED]
    assert list(dict.fromkeys(parts)) == ["C", "A", "S", "L", "T", "M", "D"]
    for part in dict.fromkeys(parts):
        numbers = [order(name) for name in SHIPPED if name[0] == part]
        assert numbers == [(part, number) for number in range(1, len(numbers) + 1)]


def test_a_site_names_its_own_clauses_in_place_of_shipped_ones():
    shipped = [Clause("C2", {"en": "duty"}), Clause("C5", {"en": "approval"})]
    found = clauses(shipped, [Clause("C5", {"en": "ours"}), Clause("X1", {"en": "more"})], ["C2", "Z10", "Z9"])
    assert [(each.id, each.titles.get("en")) for each in found] == [
        ("C2", "duty"),
        ("C5", "ours"),
        ("X1", "more"),
        ("Z9", None),
        ("Z10", None),
    ]


evidence = st.builds(
    Evidence,
    st.sampled_from(Source),
    st.integers(0, 5),
    st.integers(0, 5),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
    clauses=st.lists(st.sampled_from(["C2", "C5"]), max_size=2).map(tuple),
)


@given(st.lists(evidence, max_size=6))
def test_a_clause_is_red_exactly_when_something_of_it_is_missing(found):
    for line in judged([C2, C5, T2], found):
        assert (line.standing is Standing.WANTING) == any(each.wanting for each in line.evidence)
        assert line.evidence == tuple(each for each in found if line.clause in serves(each))
