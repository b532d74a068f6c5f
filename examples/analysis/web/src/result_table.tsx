import { Card, Table, Tag } from 'antd';
import type { Column, Job } from './api';

const figure = (value?: number) => (value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: 4 }));

const columns = [
  { title: 'Column', dataIndex: 'name' },
  { title: 'Kind', dataIndex: 'kind', render: (kind: Column['kind']) => <Tag color={kind === 'number' ? 'blue' : 'default'}>{kind}</Tag> },
  { title: 'Values', dataIndex: 'count', align: 'right' as const, render: figure },
  { title: 'Distinct', dataIndex: 'distinct', align: 'right' as const, render: figure },
  { title: 'Smallest', dataIndex: 'min', align: 'right' as const, render: figure },
  { title: 'Mean', dataIndex: 'mean', align: 'right' as const, render: figure },
  { title: 'Largest', dataIndex: 'max', align: 'right' as const, render: figure },
];

export const ResultTable = ({ result }: { result: NonNullable<Job['result']> }) => (
  <Card title="Result" extra={`${figure(result.rows)} rows`} data-testid="analysis-result" styles={{ body: { padding: '0 16px' } }}>
    <Table rowKey="name" size="middle" columns={columns} dataSource={result.columns} pagination={false} scroll={{ x: 'max-content' }} />
  </Card>
);
