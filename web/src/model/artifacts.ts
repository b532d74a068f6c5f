// Every attachment of a run in one list, those of failed tests first, and the search over them.
import { ATTACHMENT_KINDS, attachmentFileName, attachmentKind, type AttachmentKind } from './attachments';
import { needsAttention, outcomeOf } from './outcome';
import type { AttachmentView, AttemptView, TestView } from './report';
import { listOrder } from './test_list';
import { fullTitle } from './titles';

export interface Artifact {
  key: string;
  /** Index into the report's tests. */
  test: number;
  attempt: AttemptView;
  attachment: AttachmentView;
  kind: AttachmentKind;
}

export interface ArtifactFilter {
  /** Lower case; all of them must occur. */
  words: readonly string[];
  /** None: all kinds. */
  kinds: readonly AttachmentKind[];
  failed_only: boolean;
}

export interface FoundArtifacts {
  shown: Artifact[];
  /** How many fit the words, by kind: what each choice of a kind would show. */
  counts: Record<AttachmentKind, number>;
  /** How many of the words and kinds belong to tests that failed. */
  failed: number;
}

export function countArtifacts(tests: readonly TestView[]): number {
  let count = 0;
  for (const { attempts } of tests) {
    for (const { attachments } of attempts) count += attachments.length;
  }
  return count;
}

/** In the order of the test list, then as the attempts left them. */
export function listArtifacts(tests: readonly TestView[]): Artifact[] {
  const artifacts: Artifact[] = [];
  for (const test of listOrder(tests)) {
    tests[test]?.attempts.forEach((attempt, at) => attempt.attachments.forEach((attachment, place) => {
      artifacts.push({ key: `${test} ${at} ${place}`, test, attempt, attachment, kind: attachmentKind(attachment) });
    }));
  }
  return artifacts;
}

/** What each artifact is searched by, in the order of the list. */
export function artifactTexts(artifacts: readonly Artifact[], tests: readonly TestView[]): string[] {
  return artifacts.map(({ test, attachment }) => {
    const view = tests[test];
    return `${attachment.name}\n${attachmentFileName(attachment)}\n${attachment.content_type}\n${view === undefined ? '' : fullTitle(view)}`.toLowerCase();
  });
}

/** `texts`: those of `artifactTexts`; without words they are not looked at. */
export function findArtifacts(artifacts: readonly Artifact[], tests: readonly TestView[], texts: readonly string[], filter: ArtifactFilter): FoundArtifacts {
  const { words, kinds, failed_only } = filter;
  const counts = Object.fromEntries(ATTACHMENT_KINDS.map((kind) => [kind, 0])) as Record<AttachmentKind, number>;
  const shown: Artifact[] = [];
  let failed = 0;
  artifacts.forEach((artifact, at) => {
    const text = texts[at] ?? '';
    if (!words.every((word) => text.includes(word))) return;
    const view = tests[artifact.test];
    const of_failed = view !== undefined && needsAttention(outcomeOf(view));
    const of_kind = kinds.length === 0 || kinds.includes(artifact.kind);
    if (of_failed && of_kind) failed += 1;
    if (failed_only && !of_failed) return;
    counts[artifact.kind] += 1;
    if (of_kind) shown.push(artifact);
  });
  return { shown, counts, failed };
}
