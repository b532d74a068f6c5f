import { expect, test, unique } from './support/fixtures';

test.describe('comments', () => {
  test('a comment appears at once, with its author', async ({ page, api }) => {
    const name = unique('comment');
    await api.create(name);
    await page.goto(`/actions/${name}/comments`);
    await expect(page.getByText('No comments yet')).toBeVisible();
    await page.getByLabel('New comment').fill('Please raise the timeout\nbefore the sale starts.');
    await page.getByRole('button', { name: 'Comment' }).click();
    const comment = page.getByRole('article', { name: 'Comment by Ada Admin' });
    await expect(comment).toContainText('before the sale starts.');
    await expect(page.getByLabel('New comment')).toHaveValue('');
  });

  test('an empty comment is not sent', async ({ page, api }) => {
    const name = unique('comment');
    await api.create(name);
    await page.goto(`/actions/${name}/comments`);
    await page.getByLabel('New comment').fill('   ');
    await page.getByRole('button', { name: 'Comment' }).click();
    await expect(page.getByText('Write something first.')).toBeVisible();
    await expect(page.getByRole('article')).toHaveCount(0);
  });

  test('a comment can be deleted after a question', async ({ page, api }) => {
    const name = unique('comment');
    await api.create(name);
    await api.comment(name, 'the first');
    await api.comment(name, 'the second');
    await page.goto(`/actions/${name}/comments`);
    await page.getByRole('article').filter({ hasText: 'the first' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('tooltip').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(page.getByRole('article')).toContainText('the second');
  });
});
