import { Table, Tag, Typography, type TableProps } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { useActivity } from '../api/queries';
import type { ActivityEntry } from '../api/types';
import { Ago } from './tags';

export const kinds: Record<string, string> = {
  created: 'created',
  changed: 'changed',
  publish_requested: 'asked to publish',
  published: 'published',
  archived: 'archived',
  restored: 'restored',
  deleted: 'deleted',
  granted: 'granted',
  revoked: 'revoked',
  commented: 'commented on',
};

const columns: TableProps<ActivityEntry>['columns'] = [
  { title: 'When', width: 160, render: (_, entry) => <Ago at={entry.at} /> },
  { title: 'Who', width: 160, dataIndex: 'actor' },
  { title: 'What', width: 160, render: (_, entry) => <Tag color={entry.kind === 'deleted' ? 'error' : undefined}>{kinds[entry.kind] ?? entry.kind}</Tag> },
  {
    title: 'Action',
    render: (_, entry) =>
      entry.kind === 'deleted' ? <Typography.Text delete>{entry.action_name}</Typography.Text> : <Link to={`/actions/${entry.action_name}`}>{entry.action_name}</Link>,
  },
  { title: 'Detail', render: (_, entry) => <Typography.Text type="secondary">{entry.detail}</Typography.Text> },
];

const page_size = 12;

export function ActivityTable({ query }: { query: { action?: string; kind?: string } }) {
  const [page, set_page] = useState(1);
  const activity = useActivity({ ...query, page, page_size });
  return (
    <Table<ActivityEntry>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={activity.data?.items}
      loading={activity.isPending}
      pagination={{ current: page, pageSize: page_size, total: activity.data?.total, showSizeChanger: false, hideOnSinglePage: true, onChange: set_page }}
    />
  );
}
