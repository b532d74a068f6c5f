"""The pure parts: reading a table, counting silence."""
import pytest

import work
from monitor import LOST_AFTER_S, Silence


def test_numbers_are_told_from_texts():
    summary = work.summarise(*work.parse("city,visitors\nLisbon,10\nPorto,\n"))
    assert summary["rows"] == 2
    assert [column["kind"] for column in summary["columns"]] == ["text", "number"]
    assert summary["columns"][1]["count"] == 1


@pytest.mark.parametrize("text, message", [("", "the file has no header line"), ("a,b\n1,2\n\n1\n", "line 4 has 1 values, expected 2")])
def test_what_is_no_table(text, message):
    with pytest.raises(ValueError, match=message):
        work.parse(text)


def looks(silence, heartbeats, start, count, every):
    return [silence.look(heartbeats, start + index * every) for index in range(count)][-1]


def test_a_job_without_heartbeat_is_lost_after_two():
    silence = Silence()
    assert looks(silence, {"a": "1"}, 0, 8, LOST_AFTER_S / 8) == []
    assert silence.look({"a": "1"}, LOST_AFTER_S) == ["a"]


def test_another_heartbeat_begins_the_silence_anew():
    silence = Silence()
    looks(silence, {"a": "1"}, 0, 8, LOST_AFTER_S / 8)
    assert silence.look({"a": "2"}, LOST_AFTER_S) == []


def test_a_machine_that_stood_still_loses_no_job():
    silence = Silence()
    silence.look({"a": "1"}, 0)
    assert silence.look({"a": "1"}, 100) == [], "one look after a long pause says nothing of the worker"
