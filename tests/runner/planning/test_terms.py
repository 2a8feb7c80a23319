from datetime import date

import pytest

from runner.allowance import Allowance
from runner.planning.exemptions import Exemption
from runner.planning.fields import FieldSelection
from runner.planning.terms import PlanTerms, decode_terms, encode_terms


@pytest.mark.parametrize(
    "terms",
    [
        PlanTerms(),
        PlanTerms(apply=True, conflicts_ours=True, max_changes=Allowance(count=0)),
        PlanTerms(max_changes=Allowance(share=0.2), fields=FieldSelection(only=("text",), excluded=("nodeList[0]",))),
        PlanTerms(
            exemptions=(
                Exemption(key="299", field=None, until=date(2026, 6, 30), reason="客户要求 =1+1"),
                Exemption(key=None, field="text", until=date(2026, 7, 1)),
            )
        ),
    ],
)
def test_a_resumed_run_goes_by_the_terms_that_it_began_with(terms: PlanTerms) -> None:
    assert decode_terms(encode_terms(terms)) == terms


def test_terms_of_a_version_that_knew_less_can_be_read() -> None:
    assert decode_terms("{}") == PlanTerms()
