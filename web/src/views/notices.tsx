// What must not be overlooked: disagreements between the framework and the ledger, and why the run took as long as it did.
import { AlertFilled, HourglassOutlined } from '@ant-design/icons';
import type { DisagreementView } from '../model/report';
import { plural } from '../text/format';
import { Disclosure } from '../ui/disclosure';
import './notices.css';

/** More than these are folded away, so that the results stay in reach. */
const SHOWN_MAX = 8;

export function Disagreements({ disagreements, fault }: { disagreements: readonly DisagreementView[]; fault: string | null }): React.ReactNode {
  const count = disagreements.length + (fault === null ? 0 : 1);
  if (count === 0) return null;
  return (
    <section className="notice notice-bad" role="alert" aria-label="Disagreements">
      <AlertFilled className="notice-icon" aria-hidden="true" />
      <div>
        <h2>{plural(count, 'disagreement')}: the framework’s word and the ledger differ</h2>
        <ul>
          {fault !== null && <li>{fault}</li>}
          {disagreements.slice(0, SHOWN_MAX).map((one, at) => <DisagreementItem key={at} disagreement={one} />)}
        </ul>
        {disagreements.length > SHOWN_MAX && (
          <Disclosure title={plural(disagreements.length - SHOWN_MAX, 'more disagreement')}>
            <ul>{disagreements.slice(SHOWN_MAX).map((one, at) => <DisagreementItem key={at} disagreement={one} />)}</ul>
          </Disclosure>
        )}
      </div>
    </section>
  );
}

function DisagreementItem({ disagreement }: { disagreement: DisagreementView }): React.ReactNode {
  return (
    <li>
      {disagreement.message} {disagreement.unit !== '' && <span className="mono notice-unit">{disagreement.unit}</span>} <span className="mono soft">{disagreement.name}</span>
    </li>
  );
}

export function HeldBack({ sentences }: { sentences: readonly string[] }): React.ReactNode {
  if (sentences.length === 0) return null;
  return (
    <section className="notice" aria-label="What held it back">
      <HourglassOutlined className="notice-icon" aria-hidden="true" />
      <div>
        <h2>What held it back</h2>
        <ul>{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      </div>
    </section>
  );
}
