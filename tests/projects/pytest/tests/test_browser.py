"""One test in a real browser, through Debian's chromedriver and a data: URL, without any server."""

import os

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By


@pytest.fixture
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-quic", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--no-first-run"):
        options.add_argument(argument)
    driver = webdriver.Chrome(service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")), options=options)
    yield driver
    driver.quit()


def test_counts_clicks(driver):
    driver.get('data:text/html,<button onclick="this.textContent=Number(this.textContent)+1">0</button>')
    button = driver.find_element(By.CSS_SELECTOR, "button")
    button.click()
    button.click()
    assert button.text == "2"
