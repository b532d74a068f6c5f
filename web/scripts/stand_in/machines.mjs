// Agents and tokens of the stand-in, which its requests may change.
import { hex, share } from './arithmetic.mjs';

const DAY_MS = 86_400_000;

export function makeAgents(count, live_run_id) {
  return Array.from({ length: count }, (_, at) => {
    const state = at === 4 ? 'away' : at < 3 ? 'working' : 'idle';
    return {
      agent: `ci-${at + 1}`, machine: `runner-${hex(at, 4)}.eu-west.example`, platform: at % 4 === 3 ? 'linux-aarch64' : 'linux-x86_64', tamarack: at === 5 ? '0.0.9' : '0.1.0', workers: at % 2 === 0 ? 4 : 8,
      labels: { zone: at % 3 === 2 ? 'us' : 'eu', ...(at === 1 ? { gpu: 'yes', browser: 'chromium' } : {}) }, state, run_id: state === 'working' ? live_run_id : '',
      last_seen_ms: state === 'away' ? 240_000 : Math.round(share(at, 5) * 9_000), load_percent: Math.round(state === 'working' ? 40 + share(at, 6) * 60 : 1 + share(at, 7) * 6), memory_free_mb: 4_096 * (1 + (at % 4)), draining: at === 5,
    };
  });
}

export function makeTokens(now_ms) {
  const token = (id, name, project, role, made_days, ends_days, used_days, revoked = false) => ({
    id, name, project, role, created_at: new Date(now_ms - made_days * DAY_MS).toISOString(), expires_at: ends_days === null ? null : new Date(now_ms + ends_days * DAY_MS).toISOString(),
    last_used_at: used_days === null ? null : new Date(now_ms - used_days * DAY_MS).toISOString(), revoked,
  });
  return [
    token('k1', 'ada', '*', 'admin', 120, 245, 0.01), token('k2', 'github-actions storefront', 'storefront', 'runner', 90, 4, 0.002), token('k3', 'wall display', '*', 'viewer', 60, null, 0.001),
    token('k4', 'nightly payments', 'payments-api', 'runner', 400, -35, 36), token('k5', 'a laptop that was lost', '*', 'admin', 200, 100, 21, true), token('k6', 'back-office trial', 'back-office', 'viewer', 2, 28, null),
  ];
}
