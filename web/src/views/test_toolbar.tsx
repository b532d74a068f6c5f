// Search field and outcome filters of the test list. The counts are those of the search, so a filter says what it would show.
import { SearchOutlined } from '@ant-design/icons';
import { Input, type InputRef } from 'antd';
import { OUTCOMES, outcomeLabel, type Outcome } from '../model/outcome';
import { formatCount } from '../text/format';
import { OutcomeIcon } from './outcome_mark';
import './test_toolbar.css';

interface TestToolbarProps {
  query: string;
  search: (query: string) => void;
  counts: Record<Outcome, number>;
  outcomes: readonly Outcome[];
  chooseOutcomes: (outcomes: Outcome[]) => void;
  shown: number;
  inputRef: React.Ref<InputRef>;
}

export function TestToolbar({ query, search, counts, outcomes, chooseOutcomes, shown, inputRef }: TestToolbarProps): React.ReactNode {
  const toggle = (outcome: Outcome): void => chooseOutcomes(outcomes.includes(outcome) ? outcomes.filter((one) => one !== outcome) : [...outcomes, outcome]);
  const total = OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
  const visible = OUTCOMES.filter((outcome) => counts[outcome] > 0 || outcomes.includes(outcome));
  return (
    <div className="test-toolbar" role="search">
      <Input
        ref={inputRef} className="test-search" prefix={<SearchOutlined className="soft" />} value={query} onChange={(event) => search(event.target.value)} allowClear
        placeholder="Search title, path, @tag or error" aria-label="Search tests" aria-keyshortcuts="/" spellCheck={false} autoComplete="off"
        suffix={query === '' ? <kbd aria-hidden="true">/</kbd> : undefined}
      />
      <div className="outcome-chips" role="group" aria-label="Filter by outcome">
        <button type="button" aria-pressed={outcomes.length === 0} onClick={() => chooseOutcomes([])}>all <b>{formatCount(total)}</b></button>
        {visible.map((outcome) => (
          <button key={outcome} type="button" aria-pressed={outcomes.includes(outcome)} onClick={() => toggle(outcome)}>
            <OutcomeIcon outcome={outcome} /> {outcomeLabel(outcome)} <b>{formatCount(counts[outcome])}</b>
          </button>
        ))}
      </div>
      <span className="visually-hidden" role="status">{`${formatCount(shown)} ${shown === 1 ? 'test' : 'tests'} shown`}</span>
    </div>
  );
}
