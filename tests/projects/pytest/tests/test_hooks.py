"""Fixtures that fail before or after a test when the environment asks for it."""


def test_with_setup(breaks_before):
    pass


def test_with_teardown(breaks_afterwards):
    pass
