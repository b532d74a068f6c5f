import { describe, expect, it } from 'vitest';
import { NO_FILTER, formatPlace, parsePlace, runsPlace, testInRun, type Place } from './place';

const parse = (address: string): Place => {
  const { pathname, search } = new URL(address, 'http://server');
  return parsePlace(pathname, search);
};

describe('the address', () => {
  const places: readonly Place[] = [
    { page: 'runs', filter: NO_FILTER },
    { page: 'runs', filter: { project: 'shop & co', branch: 'feature/a b', verdict: 'timed_out', text: '50 % #1' } },
    { page: 'run', run: 'r-20261121-120035-ae06' },
    { page: 'tests', project: 'back office', text: '"a b"', sort: 'slow' },
    { page: 'test', project: 'a/b', test: 't 1/2?' },
    { page: 'test', project: 'shop', test: 't1', run: 'r-20261121-120035-ae06' },
    { page: 'specs', project: 'shop', text: 'cart', sort: 'name' },
    { page: 'jobs' }, { page: 'job', job: 'j-1/2' }, { page: 'waits', state: '' }, { page: 'waits', state: 'over' }, { page: 'wait', wait: 'r-1-f0-p1' },
    { page: 'agents' }, { page: 'tokens' },
    { page: 'login', back: '/runs?verdict=failed#tab=units' },
  ];
  it.each(places.map((place) => [formatPlace(place), place] as const))('%s survives', (address, place) => expect(parse(address)).toEqual(place));
  it('says nothing of defaults', () => {
    expect(formatPlace({ page: 'runs', filter: NO_FILTER })).toBe('/runs');
    expect(formatPlace({ page: 'tests', project: 'p', text: '', sort: 'flaky' })).toBe('/projects/p/tests');
    expect(formatPlace({ page: 'login', back: '/' })).toBe('/login');
    expect(runsPlace({ branch: 'feature/x' })).toBe('/runs?branch=feature/x');
  });
  it('is read leniently', () => {
    expect(parse('/')).toEqual({ page: 'runs', filter: NO_FILTER });
    expect(parse('/projects/p/tests?sort=odd&x=1')).toEqual({ page: 'tests', project: 'p', text: '', sort: 'flaky' });
    expect(parse('/runs/%zz')).toEqual({ page: 'run', run: '%zz' });
  });
  it.each(['/nowhere', '/runs/a/b', '/projects/p', '/projects/p/odd', '/agents/x'])('%s is no page', (path) => expect(parse(path).page).toBe('unknown'));
  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', '/login?back=/x', ''])('never leads back to %j', (back) => {
    expect(parsePlace('/login', `?${new URLSearchParams({ back }).toString()}`)).toEqual({ page: 'login', back: '/' });
  });
  it('finds a test inside a run', () => expect(testInRun('r-1', 'a|b › c')).toBe('/runs/r-1#test=a%7Cb+%E2%80%BA+c'));
});
