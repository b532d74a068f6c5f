import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { listArtifacts } from '../model/artifacts';
import type { TestView } from '../model/report';
import { attempt, failedTest, passedTest, screenshot, trace } from '../test/factories/test_factory';
import { ArtifactTable } from './artifact_table';
import { PlacesProvider, servedPlaces } from './places';

const show = (tests: TestView[], over: Partial<Parameters<typeof ArtifactTable>[0]> = {}): ReturnType<typeof render> =>
  render(<ArtifactTable artifacts={listArtifacts(tests)} tests={tests} words={[]} testLink={(test) => `#test=${test}`} show={vi.fn()} empty="nothing" {...over} />);

describe('ArtifactTable', () => {
  it('names the file, its test, its attempt, its kind and its size', () => {
    show([failedTest({ attempts: [attempt(), attempt({ number: 2, status: 'failed', attachments: [screenshot()] })] })]);
    const cells = screen.getAllByRole('cell').map((cell) => cell.textContent.replaceAll('\u202f', ' '));
    expect(cells).toEqual(['', 'screenshottest-failed-1.png', 'failed: Checkout › applies a voucher to the totaltests/checkout.spec.ts', '2 of 2', 'image', '48 kB', '']);
    expect(screen.getByRole('link', { name: 'failed: Checkout › applies a voucher to the total' }).getAttribute('href')).toBe('#test=0');
  });
  it('shows a picture small, and large on request', async () => {
    const look = vi.fn();
    const { container } = show([failedTest()], { show: look });
    expect(container.querySelector('img')?.getAttribute('src')).toBe('artifacts/checkout-voucher/test-failed-1.png');
    await userEvent.click(screen.getByRole('button', { name: "Show 'screenshot' large" }));
    expect(look).toHaveBeenCalledOnce();
  });
  it('a picture that cannot be had is shown as a file', () => {
    const { container } = show([failedTest()]);
    for (const picture of container.querySelectorAll('img')) fireEvent.error(picture);
    expect(container.querySelector('img')).toBeNull();
    expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull();
    expect(screen.getByRole('link', { name: /^Download 'screenshot'/ })).toBeTruthy();
  });
  it('a trace comes with the command that opens it', () => {
    show([failedTest()]);
    expect(screen.getByText('npx playwright show-trace artifacts/checkout-voucher/trace.zip')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy the command that opens the trace' })).toBeTruthy();
    expect(screen.getByRole('link', { name: "Download 'trace' of Checkout › applies a voucher to the total" }).getAttribute('download')).toBe('trace.zip');
  });
  it('takes the links of a server as they are', () => {
    const path = '/blobs/shop/ab/receipt.txt?expires=1&signature=2';
    const tests = [failedTest({ attempts: [attempt({ attachments: [screenshot({ name: 'receipt', content_type: 'text/plain', path })] })] })];
    render(<PlacesProvider value={servedPlaces('https://host', 'shop')}><ArtifactTable artifacts={listArtifacts(tests)} tests={tests} words={[]} testLink={() => '#'} show={vi.fn()} empty="" /></PlacesProvider>);
    const link = screen.getByRole('link', { name: /^Download 'receipt'/ });
    expect([link.getAttribute('href'), link.getAttribute('download')]).toEqual([path, 'receipt.txt']);
  });
  it('links nothing it must not reach, and says that the bytes are not there', () => {
    show([passedTest({ attempts: [attempt({ attachments: [trace({ name: 'evil', content_type: 'image/png', path: 'javascript:alert(1)', size: 0 })] })] })]);
    expect(screen.getByText('its bytes were not kept')).toBeTruthy();
    expect(screen.getAllByRole('link')).toHaveLength(1);
    expect(screen.getByTitle('unknown').textContent).toBe('–');
  });
});
