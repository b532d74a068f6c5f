import { describe, expect, it } from 'vitest';
import { reaches, readSession, readTokenRow, tokenState } from './access';
import { agentState, listAgents, readAgentRow } from './agent_row';
import { progressOf, readRunRow, updateRuns, verdictChanges, verdictClass } from './run_row';
import { errorGroups, listSpecs, readExecution, readSpecFigures, readTestFigures, readTestHistory } from './test_history';

const run = (run_id: string, verdict = 'running', headline = '') => readRunRow({ run_id, verdict, headline, project: 'shop' });

describe('runs', () => {
  it('change in their place', () => {
    const updated = updateRuns([run('b'), run('a')], [run('c'), run('b', 'failed')]);
    expect(updated.map((one) => `${one.run_id} ${one.verdict}`)).toEqual(['b failed', 'a running']);
  });
  it('tell a change of verdict once, and nothing of new ones', () => {
    expect(verdictChanges([run('a'), run('b')], [run('c'), run('a', 'failed', '1 of 9 tests failed'), run('b')])).toEqual(['shop: 1 of 9 tests failed']);
  });
  it('know how far they are', () => {
    expect(progressOf(readRunRow({ planned: 8, ledger: { passed: 1, failed: 1 } }))).toBe(0.25);
    expect(progressOf(readRunRow({}))).toBe(0);
  });
  it('with an unknown verdict never look green', () => expect([verdictClass('passed'), verdictClass('odd'), verdictClass('')]).toEqual(['verdict-passed', 'verdict-invalid', 'verdict-invalid']));
});

describe('history', () => {
  it('fills in what was left out', () => {
    expect(readTestHistory({ test_id: 't' })).toMatchObject({ test_id: 't', title_path: [], quarantine: null, executions: [] });
    expect(readTestFigures({ quarantine: { owner: 'ada' } }).quarantine).toEqual({ owner: 'ada', reason: '', expires_at: '' });
    expect(readExecution({}).counted).toBe(true);
  });
  it('groups errors by their first line, the most frequent first', () => {
    const executions = ['Error: a\nx', '', '\u001b[31mError: b\u001b[39m\ny', 'Error: b\nz'].map((error, at) => readExecution({ error, run_id: `r${at}` }));
    expect(errorGroups(executions).map((one) => [one.message, one.count, one.latest.run_id])).toEqual([['Error: b', 2, 'r2'], ['Error: a', 1, 'r0']]);
  });
  it('lists specs as asked, equal ones by name', () => {
    const specs = [{ spec: 'tests/b.ts', failed: 1, p50_ms: 5 }, { spec: 'tests/a.ts', failed: 1, p50_ms: 9 }, { spec: 'tests/c.ts', failed: 4, p50_ms: 1 }].map(readSpecFigures);
    const names = (...rest: [string[], Parameters<typeof listSpecs>[2]]): string[] => listSpecs(specs, ...rest).map((one) => one.spec.slice(6, 7));
    expect(names([], 'failed')).toEqual(['c', 'a', 'b']);
    expect(names([], 'slow')).toEqual(['a', 'b', 'c']);
    expect(names([], 'name')).toEqual(['a', 'b', 'c']);
    expect(names(['tests', 'b'], 'failed')).toEqual(['b']);
  });
});

describe('agents', () => {
  const agent = (name: string, state: string, draining = false) => readAgentRow({ agent: name, state, draining });
  it('in an unknown state are not taken for working', () => expect([agentState(agent('a', 'odd')), agentState(agent('a', 'idle', true)), agentState(agent('a', 'away', true))]).toEqual(['away', 'draining', 'away']));
  it('that need a look come first, then by number', () => {
    expect(listAgents([agent('ci-10', 'working'), agent('ci-2', 'working'), agent('x', 'away'), agent('y', 'idle', true)]).map((one) => one.agent)).toEqual(['x', 'y', 'ci-2', 'ci-10']);
  });
});

describe('access', () => {
  it('grows with the role, and an unknown one reaches nothing', () => {
    expect([reaches('admin', 'runner'), reaches('viewer', 'runner'), reaches('odd', 'viewer')]).toEqual([true, false, false]);
    expect(readSession({}).role).toBe('viewer');
  });
  it('knows when a token has ended', () => {
    const token = readTokenRow({ expires_at: '2026-11-21T00:00:00Z', last_used_at: null });
    expect(tokenState(token, Date.UTC(2026, 10, 20))).toBe('valid');
    expect(tokenState(token, Date.UTC(2026, 10, 22))).toBe('expired');
    expect(tokenState({ ...token, revoked: true }, 0)).toBe('revoked');
    expect(tokenState(readTokenRow({ expires_at: null }), Date.UTC(2030, 0))).toBe('valid');
  });
});
