// The artifacts of a run: what the address narrows them to, and the picture that is looked at.
import { Image } from 'antd';
import { useMemo, useState } from 'react';
import { artifactTexts, findArtifacts, listArtifacts, type Artifact } from '../model/artifacts';
import { countCarried } from '../model/carried';
import { isUnfinished } from '../model/outcome';
import type { ReportView, TestView } from '../model/report';
import { queryWords } from '../model/test_search';
import { spokenTitle } from '../model/titles';
import { formatViewState, type ViewState } from '../model/view_state';
import { formatCount } from '../text/format';
import { Link } from '../ui/link';
import type { History } from '../ui/navigation';
import { ArtifactTable } from '../views/artifact_table';
import { ArtifactToolbar } from '../views/artifact_toolbar';
import { usePlaces } from '../views/places';
import { useSearchField } from './use_search_field';

interface ArtifactsTabProps {
  report: ReportView;
  state: ViewState;
  update: (change: Partial<ViewState>, history?: History) => void;
}

const NO_TEXTS: readonly string[] = [];

export function ArtifactsTab({ report, state, update }: ArtifactsTabProps): React.ReactNode {
  const { tests } = report;
  const field = useSearchField(state.file, (file) => update({ file }, 'replace'));
  const [looked_at, lookAt] = useState<string | null>(null);
  const all = useMemo(() => listArtifacts(tests), [tests]);
  const words = useMemo(() => queryWords(state.file), [state.file]);
  const searched = words.length > 0;
  const texts = useMemo(() => searched ? artifactTexts(all, tests) : NO_TEXTS, [all, tests, searched]);
  // The list of kinds is made anew for every change of the address; its content, not its identity, decides whether to look again.
  const chosen = state.kinds.join(',');
  const found = useMemo(
    () => findArtifacts(all, tests, texts, { words, kinds: state.kinds, failed_only: state.of_failed }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [all, tests, texts, words, chosen, state.of_failed],
  );
  if (all.length === 0) return <div className="artifacts"><div className="list-empty panel"><NoArtifacts report={report} /></div></div>;
  return (
    <div className="artifacts">
      <div className="tests-toolbar">
        <ArtifactToolbar
          text={field.text} search={field.search} inputRef={field.inputRef} found={found} kinds={state.kinds} chooseKinds={(kinds) => update({ kinds }, 'replace')}
          of_failed={state.of_failed} chooseOfFailed={(of_failed) => update({ of_failed }, 'replace')}
        />
      </div>
      <ArtifactTable
        artifacts={found.shown} tests={tests} words={words} show={(artifact) => lookAt(artifact.key)} testLink={(test) => formatViewState({ ...state, test: tests[test]?.id ?? '' })}
        empty="No artifact matches this search and filter."
      />
      {looked_at !== null && <Pictures artifacts={found.shown} tests={tests} at={looked_at} move={lookAt} />}
    </div>
  );
}

/** One picture large, and the ways to those before and after it. */
function Pictures({ artifacts, tests, at, move }: { artifacts: readonly Artifact[]; tests: readonly TestView[]; at: string; move: (key: string | null) => void }): React.ReactNode {
  const { address } = usePlaces();
  const pictures = useMemo(() => artifacts.flatMap((artifact) => {
    const src = artifact.kind === 'image' ? address(artifact.attachment) : null;
    const test = tests[artifact.test];
    return src === null ? [] : [{ key: artifact.key, src, title: `'${artifact.attachment.name}' of ${test === undefined ? 'a test' : spokenTitle(test)}` }];
  }), [artifacts, tests, address]);
  const current = Math.max(0, pictures.findIndex((one) => one.key === at));
  const title = pictures[current]?.title ?? '';
  return (
    <Image.PreviewGroup
      items={pictures.map(({ src }) => src)}
      preview={{
        open: true, current, alt: title, rootClassName: 'artifact-large', countRender: (place, count) => `${formatCount(place)} of ${formatCount(count)}: ${title}`, onChange: (to) => move(pictures[to]?.key ?? null),
        onOpenChange: (open) => {
          if (!open) move(null);
        },
      }}
    />
  );
}

function NoArtifacts({ report }: { report: ReportView }): React.ReactNode {
  const places = usePlaces();
  const { from } = countCarried(report.tests);
  const there = from === '' ? null : places.run(from);
  return (
    <div className="artifacts-none">
      <b>{isUnfinished(report.run.verdict) ? 'There are no artifacts yet.' : 'This run left no artifacts.'}</b>
      <p>Here is what a framework attaches to its tests (screenshots, videos, traces) and the files that <code>watch</code> under <code>[artifacts]</code> in tamarack.toml names.</p>
      {from !== '' && <p>Tests that were carried forward left theirs in {there === null ? <span className="mono">{from}</span> : <Link className="mono" to={there}>{from}</Link>}.</p>}
    </div>
  );
}
