import { describe, expect, it } from 'vitest';
import { attempt, carriedTest, failedTest, flakyTest, passedTest, screenshot, testView, textFile, trace, video } from '../test/factories/test_factory';
import { artifactTexts, countArtifacts, findArtifacts, listArtifacts, type ArtifactFilter } from './artifacts';
import { attachmentSize } from './attachments';
import { countCarried } from './carried';
import { noteOf } from './test_list';
import { formatViewState, parseViewState, VIEW_STATE_DEFAULT } from './view_state';

const tests = [
  passedTest({ attempts: [attempt({ attachments: [video({ name: 'walk through' })] })] }),
  passedTest({ title_path: ['Orders', 'leaves nothing'] }),
  flakyTest({ attempts: [attempt({ status: 'failed', attachments: [screenshot({ name: 'first try' })] }), attempt({ number: 2, attachments: [trace({ name: 'second trace' })] })] }),
  failedTest({ attempts: [attempt({ status: 'failed', attachments: [screenshot(), trace(), textFile()] })] }),
];
const all = listArtifacts(tests);
const find = (filter: Partial<ArtifactFilter>): ReturnType<typeof findArtifacts> =>
  findArtifacts(all, tests, artifactTexts(all, tests), { words: [], kinds: [], failed_only: false, ...filter });
const names = (filter: Partial<ArtifactFilter>): string[] => find(filter).shown.map((one) => one.attachment.name);

describe('artifacts', () => {
  it('are listed failure first, then as the attempts left them', () => {
    expect(all.map((one) => one.attachment.name)).toEqual(['screenshot', 'trace', 'server answer', 'first try', 'second trace', 'walk through']);
    expect(all.map((one) => one.attempt.number)).toEqual([1, 1, 1, 1, 2, 1]);
    expect(new Set(all.map((one) => one.key)).size).toBe(all.length);
    expect(countArtifacts(tests)).toBe(all.length);
  });
  it('are found by name, file, type and test', () => {
    expect(names({ words: ['answer.json'] })).toEqual(['server answer']);
    expect(names({ words: ['webm'] })).toEqual(['walk through']);
    expect(names({ words: ['suggests', 'trace'] })).toEqual(['second trace']);
    expect(names({ words: ['nobody'] })).toEqual([]);
  });
  it('are narrowed by kind and to tests that failed; what passed after a retry did not', () => {
    expect(names({ kinds: ['image', 'trace'] })).toEqual(['screenshot', 'trace', 'first try', 'second trace']);
    expect(names({ failed_only: true })).toEqual(['screenshot', 'trace', 'server answer']);
    expect(names({ failed_only: true, kinds: ['video'] })).toEqual([]);
  });
  it('each filter says what it would show', () => {
    expect(find({ kinds: ['image'] }).counts).toEqual({ image: 2, video: 1, trace: 2, other: 1 });
    expect(find({ failed_only: true }).counts).toEqual({ image: 1, video: 0, trace: 1, other: 1 });
    expect([find({}).failed, find({ kinds: ['image'] }).failed, find({ words: ['suggests'] }).failed]).toEqual([3, 1, 0]);
  });
  it('a size that nobody told is not called zero', () => {
    expect([attachmentSize(screenshot()), attachmentSize(screenshot({ size: 0 }))]).toEqual([48_213, null]);
    expect(attachmentSize(textFile({ size: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }))).toBe(0);
  });
  it('their view survives the address', () => {
    const state = { ...VIEW_STATE_DEFAULT, tab: 'artifacts', file: 'a "b"&c', kinds: ['image', 'trace'], of_failed: true, query: 'of the tests' } as const;
    expect(parseViewState(formatViewState(state))).toEqual(state);
    expect(formatViewState(state)).toContain('kind=image,trace&of=failed');
    expect(parseViewState('#tab=artifacts&kind=odd,video&of=passed')).toEqual({ ...VIEW_STATE_DEFAULT, tab: 'artifacts', kinds: ['video'] });
  });
});

describe('carried verdicts', () => {
  it('are counted by word, and their run is known', () => {
    const counts = countCarried([passedTest(), carriedTest(), carriedTest({ outcome: 'flaky' }), carriedTest(), testView({ reason: "carried forward from run 'r-1'" })]);
    expect(counts).toEqual({ total: 3, by_outcome: { passed: 2, flaky: 1 }, from: 'r-20261121-094411-02bd' });
    expect(countCarried([passedTest()])).toEqual({ total: 0, by_outcome: {}, from: '' });
  });
  it('have a mark, so they need no note', () => {
    expect(noteOf(carriedTest({ outcome: 'flaky' }))).toBe('');
  });
});
