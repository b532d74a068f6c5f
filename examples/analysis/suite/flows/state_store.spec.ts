// A wait within a test, and not at the web server but where the state is kept: Redis announces each change of the job's hash, so the end is seen
// when it happens. The agent waits; the test holds its worker, as every test does.
import { expect, test } from 'tamarack-playwright';
import { upload } from '../support/upload';

test.describe('the state store', () => {
  test('tells when a job is done', async ({ page, tamarack }) => {
    test.skip(!tamarack.isPresent || !process.env.ANALYSIS_REDIS, 'needs Tamarack and the address of Redis; run.sh has both');
    const { job_id } = await upload(page, { seconds: 2 });
    const answer = await tamarack.waitFor({
      name: 'the job in Redis',
      timeout_ms: 60_000,
      conditions: [
        {
          redis: { url: process.env.ANALYSIS_REDIS!, hash: `job:${job_id}`, notify: true },
          field: '$.status',
          map: { PENDING: 'going_on', QUEUED: 'going_on', INITIALIZING: 'going_on', RUNNING: 'going_on', COMPLETED: 'satisfied', FAILED: 'failed', LOST: 'lost' },
          error_field: '$.error',
          capture: { result: '$.result' },
        },
      ],
    });
    expect(JSON.parse(answer.captures.result as string).rows).toBe(3);
    await expect(page.getByTestId('analysis-result')).toBeVisible();
  });
});
