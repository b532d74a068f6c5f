// Work on one action, as people do it.
import { expect, fill_form, sign_in, test, unique } from './support/fixtures';
import { create_in_form, publish } from './support/steps';

test.describe('journeys', () => {
  test('an action from the first idea to its end', async ({ page, api }) => {
    const name = unique('journey');
    await test.step('create', async () => {
      await page.goto('/actions');
      await create_in_form(page, name, 'Sends the monthly statement');
    });
    await test.step('try', async () => {
      await page.getByRole('tab', { name: 'Try it' }).click();
      await page.getByLabel('Input').fill('{"id": "customer-7"}');
      await page.getByRole('button', { name: 'Run' }).click();
      await expect(page.getByTestId('sandbox-output')).toContainText('customer-7');
    });
    await test.step('permit', async () => {
      await page.getByRole('tab', { name: 'Permissions' }).click();
      for (const role of ['user', 'manager', 'partner']) {
        await page.getByRole('switch', { name: `${role} may call ${name}` }).click();
        await expect(page.getByRole('switch', { name: `${role} may call ${name}` })).toBeChecked();
      }
    });
    await test.step('discuss', async () => {
      await page.getByRole('tab', { name: 'Comments' }).click();
      for (const text of ['Ready for review.', 'Reviewed, go ahead.']) {
        await page.getByLabel('New comment').fill(text);
        await page.getByRole('button', { name: 'Comment' }).click();
        await expect(page.getByText(text)).toBeVisible();
        await expect(page.getByLabel('New comment')).toHaveValue('');
      }
    });
    await test.step('publish', () => publish(page));
    await test.step('change', async () => {
      await page.getByRole('tab', { name: 'Definition' }).click();
      await fill_form(page, { description: 'Sends the quarterly statement' });
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('Saved')).toBeVisible();
    });
    await test.step('archive and delete', async () => {
      await page.getByRole('button', { name: 'Archive' }).click();
      await expect(page.getByTestId('status')).toHaveText('archived');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByLabel('Name of the action').fill(name);
      await page.getByRole('button', { name: 'Delete action' }).click();
      await expect(page.getByRole('heading', { name: 'Actions' })).toBeVisible();
    });
    expect(await api.exists(name)).toBe(false);
  });

  test('two people work on one action in turns', async ({ page, api, browser, baseURL }) => {
    const name = unique('turns');
    await api.create(name);
    const context = await browser.newContext({ baseURL });
    await sign_in(context.request, 'eli');
    const other = await context.newPage();
    for (const [round, people] of [[1, [page, other]], [2, [other, page]]] as const) {
      const [first, second] = people;
      await first.goto(`/actions/${name}`);
      await fill_form(first, { description: `Round ${round}` });
      await first.getByRole('button', { name: 'Save' }).click();
      await expect(first.getByText('Saved')).toBeVisible();
      await second.goto(`/actions/${name}/comments`);
      await second.getByLabel('New comment').fill(`Seen in round ${round}`);
      await second.getByRole('button', { name: 'Comment' }).click();
      await expect(second.getByText(`Seen in round ${round}`)).toBeVisible();
      await second.getByRole('tab', { name: 'Definition' }).click();
      await expect(second.getByLabel('Description')).toHaveValue(`Round ${round}`);
    }
    await context.close();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await expect(page.getByRole('row', { name: /Eli Editor/ })).toHaveCount(2);
  });
});
