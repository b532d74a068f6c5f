// One test in a real browser, through Debian's chromedriver and a data: URL, without any server.
const assert = require('node:assert/strict');
const { Builder, By } = require('selenium-webdriver');
const chrome = require('selenium-webdriver/chrome');

describe('browser', () => {
  let driver;

  before(async () => {
    const options = new chrome.Options();
    options.setChromeBinaryPath(process.env.CHROMIUM || '/usr/bin/chromium');
    options.addArguments(
      '--headless=new', '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run',
    );
    const service = new chrome.ServiceBuilder(process.env.CHROMEDRIVER || '/usr/bin/chromedriver');
    driver = await new Builder().forBrowser('chrome').setChromeOptions(options).setChromeService(service).build();
  });

  after(async () => {
    if (driver) await driver.quit();
  });

  it('counts clicks', async () => {
    await driver.get('data:text/html,<button onclick="this.textContent=Number(this.textContent)+1">0</button>');
    const button = await driver.findElement(By.css('button'));
    await button.click();
    await button.click();
    assert.equal(await button.getText(), '2');
  });
});
