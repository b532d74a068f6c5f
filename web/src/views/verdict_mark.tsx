// A verdict as icon and word, so that no reader has to tell colours apart.
import { CheckCircleFilled, ClockCircleFilled, CloseCircleFilled, ExclamationCircleFilled, PauseCircleFilled, StopOutlined, SyncOutlined, ToolFilled, WarningFilled } from '@ant-design/icons';
import { isVerdict, type Verdict } from '../model/outcome';
import { verdictClass } from '../model/run_row';
import './verdict_mark.css';

const ICONS: Record<Verdict, React.ReactNode> = {
  passed: <CheckCircleFilled />,
  failed: <CloseCircleFilled />,
  timed_out: <ClockCircleFilled />,
  incomplete: <ExclamationCircleFilled />,
  invalid: <WarningFilled />,
  infrastructure: <ToolFilled />,
  cancelled: <StopOutlined />,
  running: <SyncOutlined spin />,
  interrupted: <PauseCircleFilled />,
};

/** An unknown verdict comes from a newer writer; it must never look green. */
export function VerdictIcon({ verdict }: { verdict: string }): React.ReactNode {
  return <span className={`verdict-icon ${verdictClass(verdict)}`} aria-hidden="true">{ICONS[isVerdict(verdict) ? verdict : 'invalid']}</span>;
}
