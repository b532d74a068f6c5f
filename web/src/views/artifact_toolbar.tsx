// Search and filters of the artifacts. The counts are those of the search, so a filter says what it would show.
import { ATTACHMENT_KINDS, type AttachmentKind } from '../model/attachments';
import type { FoundArtifacts } from '../model/artifacts';
import { formatCount, plural } from '../text/format';
import { SearchField } from '../ui/fields';
import { KIND_ICONS, KINDS_LABELS } from './artifact_kind';
import { OutcomeIcon } from './outcome_mark';
import './test_toolbar.css';

interface ArtifactToolbarProps {
  text: string;
  search: (text: string) => void;
  found: FoundArtifacts;
  kinds: readonly AttachmentKind[];
  chooseKinds: (kinds: AttachmentKind[]) => void;
  of_failed: boolean;
  chooseOfFailed: (of_failed: boolean) => void;
  inputRef: React.Ref<HTMLInputElement>;
}

export function ArtifactToolbar({ text, search, found, kinds, chooseKinds, of_failed, chooseOfFailed, inputRef }: ArtifactToolbarProps): React.ReactNode {
  const { counts } = found;
  const toggle = (kind: AttachmentKind): void => chooseKinds(kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind]);
  const total = ATTACHMENT_KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  const visible = ATTACHMENT_KINDS.filter((kind) => counts[kind] > 0 || kinds.includes(kind));
  return (
    <div className="test-toolbar" role="search" aria-label="Artifacts">
      <SearchField label="Search artifacts" placeholder="Search file, test or path" value={text} change={search} inputRef={inputRef} />
      <div className="outcome-chips" role="group" aria-label="Filter by kind">
        <button type="button" aria-pressed={kinds.length === 0} onClick={() => chooseKinds([])}>all <b>{formatCount(total)}</b></button>
        {visible.map((kind) => (
          <button key={kind} type="button" aria-pressed={kinds.includes(kind)} onClick={() => toggle(kind)}>
            <span className="soft" aria-hidden="true">{KIND_ICONS[kind]}</span> {KINDS_LABELS[kind]} <b>{formatCount(counts[kind])}</b>
          </button>
        ))}
        <button type="button" aria-pressed={of_failed} onClick={() => chooseOfFailed(!of_failed)}><OutcomeIcon outcome="failed" /> only of failed tests <b>{formatCount(found.failed)}</b></button>
      </div>
      <span className="visually-hidden" role="status">{`${plural(found.shown.length, 'artifact')} shown`}</span>
    </div>
  );
}
