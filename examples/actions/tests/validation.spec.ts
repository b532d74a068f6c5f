// The rules of an action, as the form shows them. The cases share nothing, so they may run side by side.
import { action_input, expect, fill_form, test, unique, type ActionInput } from './support/fixtures';

test.describe.configure({ mode: 'parallel' });

const cases: { title: string; change: (name: string) => Partial<ActionInput>; message: string | RegExp }[] = [
  { title: 'a name with a dash', change: () => ({ name: 'with-dash' }), message: /^Use letters, digits and underscores/ },
  { title: 'a handler without a scheme', change: () => ({ handler: 'handlers.example.com' }), message: /^Enter an address that begins with/ },
  { title: 'a timeout of an hour', change: () => ({ timeout_s: 3600 }), message: 'Enter whole seconds from 1 to 300.' },
  {
    title: 'a definition of another name',
    change: (name) => ({ definition: 'type Mutation { other: Int }' , name }),
    message: /^The definition declares 'other', but the name is/,
  },
  {
    title: 'a definition of another type',
    change: (name) => ({ definition: `type Query { ${name}: Int }` }),
    message: 'The definition declares a query, but the type is mutation.',
  },
  {
    title: 'a definition that breaks off',
    change: (name) => ({ definition: `type Mutation {\n  ${name}(id: ID!` }),
    message: /line 2, column \d+: expected an argument or '\)', got the end/,
  },
];

for (const { title, change, message } of cases) {
  test(`refuses ${title}`, async ({ page, api }) => {
    const name = unique('refused');
    await page.goto('/actions/new');
    await fill_form(page, { ...action_input(name), ...change(name) });
    await page.getByRole('button', { name: 'Create action' }).click();
    await expect(page.getByText('Some fields need your attention.')).toBeVisible();
    await expect(page.locator('.ant-form-item-explain-error').filter({ hasText: message })).toBeVisible();
    expect(await api.exists(name)).toBe(false);
  });
}

test('empty fields are marked before anything is sent', async ({ page }) => {
  const requests: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && requests.push(request.url()));
  await page.goto('/actions/new');
  await fill_form(page, { definition: '' });
  await page.getByRole('button', { name: 'Create action' }).click();
  for (const message of ['Enter a name.', 'Enter a definition.', "Enter the handler's address."]) {
    await expect(page.getByText(message)).toBeVisible();
  }
  expect(requests).toEqual([]);
});
