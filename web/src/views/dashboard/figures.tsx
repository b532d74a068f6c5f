// Figures as they stand in cells: rates with a bar, the trend with its direction.
import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { formatPercent } from '../../text/format';
import './figures.css';

/** From this rate on a bar is full: a test that fails every other time is as bad as it gets. */
const RATE_FULL = 0.5;

export function Rate({ rate, kind }: { rate: number; kind: 'failed' | 'flaky' | 'lost' }): React.ReactNode {
  if (rate <= 0) return <span className="rate-none">–</span>;
  return (
    <span className="rate">
      <span className="rate-bar" aria-hidden="true"><span style={{ width: `${Math.min(1, rate / RATE_FULL) * 100}%`, background: `var(--fill-${kind})` }} /></span>
      <span style={{ color: `var(--ink-${kind})` }}>{formatPercent(rate)}</span>
    </span>
  );
}

/** Changes smaller than this are noise. */
const TREND_MIN = 0.15;

/** `trend`: the p50 of the newer half ÷ the older half's; 0: unknown. */
export function Trend({ trend }: { trend: number }): React.ReactNode {
  if (trend <= 0 || Math.abs(trend - 1) < TREND_MIN) return null;
  const slower = trend > 1;
  const words = `${formatPercent(Math.abs(trend - 1))} ${slower ? 'slower' : 'faster'} than before`;
  return <span className={slower ? 'trend trend-slower' : 'trend'} title={words}>{slower ? <ArrowUpOutlined aria-hidden="true" /> : <ArrowDownOutlined aria-hidden="true" />}<span className="visually-hidden">{words}</span></span>;
}
