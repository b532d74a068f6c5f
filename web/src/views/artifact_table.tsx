// The artifacts of a run as a table of which only the rows in sight exist: a small picture of what is one, the test it belongs to, and the ways
// to its bytes. A row leads to its test; a picture opens over the page, and from there to the next.
import { DownloadOutlined } from '@ant-design/icons';
import { useState } from 'react';
import type { Artifact } from '../model/artifacts';
import { attachmentFileName, attachmentSize } from '../model/attachments';
import { outcomeLabel, outcomeOf, outcomeOfStatus } from '../model/outcome';
import type { TestView } from '../model/report';
import { spokenTitle, titleParts } from '../model/titles';
import { formatBytes } from '../text/format';
import { CopyButton } from '../ui/copy_button';
import { DataTable, type Column } from '../ui/data_table';
import { Link } from '../ui/link';
import { MarkedText } from '../ui/marked_text';
import { KIND_ICONS, KIND_LABELS } from './artifact_kind';
import { OutcomeIcon } from './outcome_mark';
import { usePlaces } from './places';
import { TitlePath } from './title_path';
import './artifact_table.css';

interface ArtifactTableProps {
  artifacts: readonly Artifact[];
  tests: readonly TestView[];
  words: readonly string[];
  /** The address that opens a test beside what is seen now. */
  testLink: (test: number) => string;
  /** Shows a picture large. */
  show: (artifact: Artifact) => void;
  empty: React.ReactNode;
}

export function ArtifactTable({ artifacts, tests, words, testLink, show, empty }: ArtifactTableProps): React.ReactNode {
  const test = (artifact: Artifact, second: boolean): React.ReactNode => {
    const view = tests[artifact.test];
    return view === undefined ? null : <TestCell test={view} words={words} to={testLink(artifact.test)} second={second} />;
  };
  const columns: readonly Column<Artifact>[] = [
    { name: 'preview', title: 'Preview', width: '84px', render: (one) => <Preview artifact={one} show={show} /> },
    { name: 'name', title: 'Name', width: 'minmax(120px, 3fr)', render: (one) => <NameCell artifact={one} words={words} /> },
    { name: 'test', title: 'Test', width: 'minmax(160px, 5fr)', render: (one) => test(one, true) },
    { name: 'attempt', title: 'Attempt', width: '92px', from_px: 900, render: (one) => <Attempt artifact={one} of={tests[one.test]?.attempts.length ?? 1} /> },
    { name: 'kind', title: 'Kind', width: '64px', from_px: 1000, render: (one) => KIND_LABELS[one.kind] },
    { name: 'size', title: 'Size', width: '80px', align: 'right', render: (one) => <Size artifact={one} /> },
    { name: 'bytes', title: 'Download', width: '76px', align: 'right', render: (one) => <Ways artifact={one} test={tests[one.test]} /> },
  ];
  const narrow = (one: Artifact): React.ReactNode => (
    <span className="artifact-narrow">
      <Preview artifact={one} show={show} />
      <span className="artifact-narrow-body">
        <b className="cell-one"><MarkedText text={one.attachment.name} words={words} /></b>
        {test(one, false)}
        <span className="artifact-narrow-line soft"><span>{KIND_LABELS[one.kind]}</span><Size artifact={one} />{(tests[one.test]?.attempts.length ?? 1) > 1 && <span>attempt {one.attempt.number}</span>}</span>
      </span>
      <Ways artifact={one} test={tests[one.test]} />
    </span>
  );
  return <DataTable<Artifact> label="Artifacts" columns={columns} rows={artifacts} rowKey={(one) => one.key} row_px={64} narrow={{ row_px: 92, render: narrow }} empty={empty} />;
}

/** A picture that cannot be had (a report without its folder, a link that has ended) is shown as the file it is. */
function Preview({ artifact, show }: { artifact: Artifact; show: (artifact: Artifact) => void }): React.ReactNode {
  const address = usePlaces().address(artifact.attachment);
  const [broken, setBroken] = useState(false);
  if (artifact.kind !== 'image' || address === null || broken) return <span className="artifact-preview" aria-hidden="true">{KIND_ICONS[artifact.kind]}</span>;
  return (
    <button type="button" className="artifact-preview" aria-label={`Show '${artifact.attachment.name}' large`} onClick={() => show(artifact)}>
      <img src={address} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
    </button>
  );
}

function NameCell({ artifact, words }: { artifact: Artifact; words: readonly string[] }): React.ReactNode {
  const { attachment, kind } = artifact;
  const places = usePlaces();
  const file_name = attachmentFileName(attachment);
  const kept = places.address(attachment) !== null;
  const second = !kept ? 'its bytes were not kept' : kind === 'trace' ? places.trace(attachment) : file_name !== attachment.name && file_name !== '' ? file_name : attachment.content_type;
  return (
    <span className="cell-two" title={second}>
      <b><MarkedText text={attachment.name} words={words} /></b>
      <span className={kept ? 'mono' : undefined}>{kind === 'trace' ? second : <MarkedText text={second} words={words} />}</span>
    </span>
  );
}

function TestCell({ test, words, to, second }: { test: TestView; words: readonly string[]; to: string; second: boolean }): React.ReactNode {
  const outcome = outcomeOf(test);
  return (
    <span className="artifact-test">
      <OutcomeIcon outcome={outcome} />
      <span className="cell-two" title={`${spokenTitle(test)}, ${test.spec}`}>
        <Link className="row-link" to={to}><span className="visually-hidden">{outcomeLabel(outcome)}: </span><TitlePath parts={titleParts(test)} words={words} />{test.parameters !== '' && <span className="soft"> <MarkedText text={test.parameters} words={words} /></span>}</Link>
        {second && <span className="mono"><MarkedText text={test.spec} words={words} /></span>}
      </span>
    </span>
  );
}

function Attempt({ artifact, of }: { artifact: Artifact; of: number }): React.ReactNode {
  const { attempt } = artifact;
  return <span className="artifact-attempt" title={attempt.status.replaceAll('_', ' ')}><OutcomeIcon outcome={outcomeOfStatus(attempt.status)} />{attempt.number}{of > 1 && ` of ${of}`}</span>;
}

function Size({ artifact }: { artifact: Artifact }): React.ReactNode {
  const size = attachmentSize(artifact.attachment);
  return size === null ? <span className="soft" title="unknown">–</span> : <span>{formatBytes(size)}</span>;
}

function Ways({ artifact, test }: { artifact: Artifact; test: TestView | undefined }): React.ReactNode {
  const { attachment, kind } = artifact;
  const places = usePlaces();
  const address = places.address(attachment);
  if (address === null) return null;
  return (
    <span className="artifact-ways">
      {kind === 'trace' && <CopyButton text={places.trace(attachment)} what="the command that opens the trace" />}
      <a href={address} download={attachmentFileName(attachment)} title="Download" aria-label={`Download '${attachment.name}'${test === undefined ? '' : ` of ${spokenTitle(test)}`}`}><DownloadOutlined aria-hidden="true" /></a>
    </span>
  );
}
