import { Input, Select } from 'antd';
import { useSearchParams } from 'react-router';
import { ActivityTable, kinds } from '../parts/activity_table';
import { PageHead } from '../parts/page_head';

export default function ActivityPage() {
  const [parameters, set_parameters] = useSearchParams();
  const action = parameters.get('action') ?? '';
  const kind = parameters.get('kind') ?? '';
  const change = (changes: Record<string, string>) => {
    const entries = Object.entries({ action, kind, ...changes }).filter(([, value]) => value);
    set_parameters(Object.fromEntries(entries), { replace: true });
  };
  return (
    <>
      <PageHead title="Activity" note="Who did what, newest first." />
      <div className="filters">
        <Input.Search
          allowClear
          style={{ width: 280 }}
          aria-label="Action"
          placeholder="Filter by action"
          defaultValue={action}
          onSearch={(value) => change({ action: value.trim() })}
        />
        <Select
          aria-label="Kind"
          style={{ width: 180 }}
          value={kind}
          onChange={(value) => change({ kind: value })}
          options={[{ value: '', label: 'All kinds' }, ...Object.entries(kinds).map(([value, label]) => ({ value, label }))]}
        />
      </div>
      <ActivityTable key={`${action}|${kind}`} query={{ action, kind }} />
    </>
  );
}
