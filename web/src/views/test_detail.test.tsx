import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { TestView } from '../model/report';
import { attempt, errorView, failedTest, flakyTest, neverRanTest, passedTest, screenshot, step, trace } from '../test/factories/test_factory';
import { TestDetail } from './test_detail';

const show = (test: TestView, over: Partial<Parameters<typeof TestDetail>[0]> = {}): HTMLElement =>
  render(<TestDetail test={test} close={vi.fn()} previous={null} next={null} {...over} />).container;

describe('TestDetail', () => {
  it('shows the error in plain words with its line of code', () => {
    const page = show(failedTest());
    expect(screen.getByLabelText('error message').textContent).toContain('expect(locator).toHaveText(expected) failed');
    expect(page.querySelector('[style*="ansi-red"]')?.textContent).toBe('locator');
    expect([...page.querySelectorAll('.snippet-hit')].map((line) => line.textContent.trim().slice(0, 4).trim())).toEqual(['> 48', '|']);
    expect(page.textContent).toContain('tests/checkout.spec.ts:48:44');
    expect(page.querySelector('.stack-foreign')?.textContent).toContain('node_modules');
  });

  it('shows pictures, and traces with the command that opens them', () => {
    show(failedTest({ attempts: [attempt({ status: 'failed', attachments: [screenshot({ data_uri: 'data:image/png;base64,AA==' }), trace()] })] }));
    expect(screen.getByAltText("Screenshot 'screenshot'").getAttribute('src')).toBe('data:image/png;base64,AA==');
    expect(screen.getByRole('link', { name: /trace/ }).getAttribute('href')).toBe('artifacts/checkout-voucher/trace.zip');
    expect(screen.getByText('npx playwright show-trace artifacts/checkout-voucher/trace.zip')).toBeTruthy();
  });

  it('plays videos and does not link what it must not reach', () => {
    const page = show(failedTest({
      attempts: [attempt({ attachments: [screenshot({ name: 'video', content_type: 'video/webm', path: 'v.webm' }), trace({ name: 'evil', content_type: 'text/html', path: 'javascript:alert(1)' })] })],
    }));
    expect(page.querySelector('video')?.getAttribute('src')).toBe('v.webm');
    expect(screen.queryByRole('link')).toBeNull();
    expect(page.textContent).toContain('its bytes were not kept');
  });

  it('opens at the attempt that failed and switches to the others', async () => {
    const page = show(flakyTest());
    expect(page.textContent).toContain('Timed out 5000ms');
    await userEvent.click(screen.getByText('Attempt 2'));
    expect(page.textContent).not.toContain('Timed out 5000ms');
    expect(page.textContent).toContain('passed after');
  });

  it('says when a result was not counted', () => {
    expect(show(passedTest({ attempts: [attempt({ counted: false })] })).textContent).toContain('it is recorded, but not counted');
  });

  it('says why a test never ran', () => {
    const page = show(neverRanTest());
    expect(page.textContent).toContain('the framework ended before this test began');
    expect(page.textContent).toContain('No attempt of this test was recorded.');
  });

  it('shows logs, steps and annotations; only http becomes a link', () => {
    const page = show(passedTest({
      annotations: [{ type: 'issue', description: 'https://tracker.example/1' }, { type: 'note', description: 'javascript:alert(1)' }],
      attempts: [attempt({ output: 'out', errput: 'err', app_log: 'log', steps: [step('click', 1_000, 100, { failed: true })] })],
    }));
    expect([...page.querySelectorAll('summary')].map((one) => one.textContent)).toEqual(['Application log during this attempt', 'Standard output ', 'Standard error ']);
    expect(page.querySelector('.waterfall-failed')?.textContent).toContain('failed: click');
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual(['https://tracker.example/1']);
  });

  it('offers the command to run it again, its neighbours and the way out', async () => {
    const close = vi.fn();
    const next = vi.fn();
    show(failedTest(), { close, next });
    expect(screen.getByText('tamarack run --only "tests/checkout.spec.ts › Checkout › applies a voucher to the total"')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Next test (j)' }));
    await userEvent.click(screen.getByRole('button', { name: 'Close (Esc)' }));
    expect([next.mock.calls.length, close.mock.calls.length]).toEqual([1, 1]);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Previous test (k)' }).disabled).toBe(true);
  });

  it('an error without place, snippet or stack is just its message', () => {
    const page = show(failedTest({ attempts: [attempt({ errors: [errorView({ message: 'boom', file: '', line: 0, column: 0, snippet: '', stack: '' })] })] }));
    expect(page.querySelector('.error-block')?.textContent).toBe('boom');
  });
});
