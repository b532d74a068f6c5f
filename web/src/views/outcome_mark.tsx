// A word of the ledger as icon and word, so that no reader has to tell colours apart.
import {
  CheckCircleFilled, ClockCircleFilled, ClockCircleOutlined, CloseCircleFilled, DisconnectOutlined, ExclamationCircleFilled, MinusCircleOutlined, StopOutlined, SyncOutlined, WarningFilled,
} from '@ant-design/icons';
import { outcomeLabel, type Outcome } from '../model/outcome';
import './outcome.css';

const ICONS: Record<Outcome, React.ReactNode> = {
  passed: <CheckCircleFilled />,
  failed: <CloseCircleFilled />,
  flaky: <WarningFilled />,
  running: <SyncOutlined spin />,
  pending: <ClockCircleOutlined />,
  skipped: <MinusCircleOutlined />,
  timed_out: <ClockCircleFilled />,
  lost: <DisconnectOutlined />,
  cancelled: <StopOutlined />,
  never_ran: <ExclamationCircleFilled />,
};

export function OutcomeIcon({ outcome }: { outcome: Outcome }): React.ReactNode {
  return <span className="outcome-icon" aria-hidden="true" style={{ color: `var(--ink-${outcome})` }}>{ICONS[outcome]}</span>;
}

export function OutcomeWord({ outcome }: { outcome: Outcome }): React.ReactNode {
  return (
    <span className="outcome-word" style={{ color: `var(--ink-${outcome})` }}>
      <OutcomeIcon outcome={outcome} />
      {outcomeLabel(outcome)}
    </span>
  );
}
