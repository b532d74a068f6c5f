import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { startLive, type LiveWorker } from '../../model/live_run';
import { demoReport } from '../../test/factories/demo_report';
import { LiveLanes } from './live_lanes';

it('a worker’s name gives way at its agent, never at its number', () => {
  const worker = (name: string): LiveWorker => ({ name, state: 'idle', test: -1, unit: -1, since_ms: 0 });
  const live = { ...startLive(demoReport(), 1, 0), workers: [worker('ci/runner-17.eu-west.example/12'), worker('local')] };
  render(<LiveLanes live={live} now_ms={1_000} dark={false} narrow open={vi.fn()} />);
  const parts = screen.getAllByRole('listitem').map((line) => [...line.querySelectorAll('.live-name > *')].map((part) => part.textContent));
  expect(parts).toEqual([['ci/runner-17.eu-west.example', '/12'], ['local', '']]);
});
