import type { Page } from '@playwright/test';
import { expect, test, unique } from './support/fixtures';

async function run(page: Page, input: string) {
  await page.getByLabel('Input').fill(input);
  await page.getByRole('button', { name: 'Run' }).click();
}

test.describe('try an action', () => {
  test('input that fits gets a sample answer', async ({ page, api }) => {
    const name = unique('try');
    await api.create(name);
    await page.goto(`/actions/${name}/sandbox`);
    await run(page, '{"id": "a-1", "amount": 5}');
    await expect(page.getByTestId('sandbox-output')).toContainText('"__typename": "Receipt"');
    await expect(page.getByTestId('sandbox-output')).toContainText('"amount": 5');
  });

  test('every problem of the input is named', async ({ page, api }) => {
    const name = unique('try');
    await api.create(name);
    await page.goto(`/actions/${name}/sandbox`);
    await run(page, '{"amount": "five", "colour": "red"}');
    await expect(page.getByRole('alert').getByRole('listitem')).toHaveText([
      "'id' is required",
      "'amount' must be Int",
      "'colour' is not an argument",
    ]);
  });

  test('text that is not JSON cannot be run', async ({ page, api }) => {
    const name = unique('try');
    await api.create(name);
    await page.goto(`/actions/${name}/sandbox`);
    await page.getByLabel('Input').fill('{"id": ');
    await expect(page.getByText('Enter a JSON object.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run' })).toBeDisabled();
  });

  test('lists are checked item by item', async ({ page, api }) => {
    const name = unique('try');
    await api.create(name, { type: 'query', definition: `type Query { ${name}(ids: [Int!]!): [String!]! }` });
    await page.goto(`/actions/${name}/sandbox`);
    await run(page, '{"ids": [1, "two"]}');
    await expect(page.getByRole('alert')).toContainText("'ids' must be a list of Int");
    await run(page, '{"ids": [1, 2]}');
    await expect(page.getByTestId('sandbox-output')).toContainText('"text"');
  });
});
