import pytest

from rewound.worlds.sentences import tell_of_worlds


@pytest.mark.parametrize(
    ("worlds", "reason", "text"),
    [
        (["w5", "w9"], "has failed", "worlds w[5,9] have failed"),
        (["w5"], "has failed in fleet new", "world w5 has failed in fleet new"),
        (["w5", "w6"], "is stopped", "worlds w[5-6] are stopped"),
        (["w5", "w6"], "was interrupted", "worlds w[5-6] were interrupted"),
        (["w5", "w6"], "MySQL error 2013: is gone", "worlds w[5-6]: MySQL error 2013: is gone"),
        (["w5"], "hashes differ", "world w5: hashes differ"),
    ],
)
def test_a_reason_goes_on_a_sentence_or_follows_a_colon(worlds, reason, text):
    assert tell_of_worlds(worlds, reason) == text
