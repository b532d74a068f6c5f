"""A module in a folder of its own, with a fixture that its tests share."""


def test_starts_empty(basket):
    assert not [item for item in basket if item == "tea"]


def test_takes_an_item(basket):
    basket.append("cup")
    assert "cup" in basket
