import { DeleteOutlined, InboxOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Empty, Input, Segmented, Select, Space, Table, Tag, Typography, type TableProps } from 'antd';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { call } from '../api/client';
import { useActions, useChange, useSession } from '../api/queries';
import type { Action } from '../api/types';
import { PageHead } from '../parts/page_head';
import { Ago, StatusTag, TypeTag } from '../parts/tags';

const page_size = 10;
const search_delay_ms = 200;

const columns: TableProps<Action>['columns'] = [
  {
    title: 'Name',
    key: 'name',
    sorter: true,
    width: '34%',
    render: (_, action) => (
      <>
        <Link to={`/actions/${action.name}`}>
          <Typography.Text strong style={{ color: 'inherit' }}>
            {action.name}
          </Typography.Text>
        </Link>
        <Typography.Paragraph type="secondary" ellipsis style={{ margin: 0, fontSize: 13 }}>
          {action.description || 'No description'}
        </Typography.Paragraph>
      </>
    ),
  },
  { title: 'Type', key: 'type', width: 110, render: (_, action) => <TypeTag type={action.type} /> },
  { title: 'Status', key: 'status', width: 130, render: (_, action) => <StatusTag status={action.status} /> },
  {
    title: 'Permitted roles',
    key: 'permissions',
    render: (_, action) =>
      action.permissions.length > 0 ? (
        <Space size={4} wrap>
          {action.permissions.map((role) => (
            <Tag key={role}>{role}</Tag>
          ))}
        </Space>
      ) : (
        <Typography.Text type="secondary">admin only</Typography.Text>
      ),
  },
  { title: 'Updated', key: 'updated_at', sorter: true, width: 150, render: (_, action) => <Ago at={action.updated_at} /> },
];

// The address of the page holds the whole view, so a list can be sent to a colleague.
function useListView() {
  const [parameters, set_parameters] = useSearchParams();
  const read = (key: string) => parameters.get(key) ?? '';
  const change = (changes: Record<string, string>) =>
    set_parameters(
      (before) => {
        const after = new URLSearchParams(before);
        if (!('page' in changes)) after.delete('page');
        for (const [key, value] of Object.entries(changes)) value ? after.set(key, value) : after.delete(key);
        return after;
      },
      { replace: true },
    );
  const view = { q: read('q'), type: read('type'), status: read('status'), sort: read('sort') || 'name', page: Number(read('page')) || 1 };
  return { view, change };
}

function SearchBox({ value, on_change }: { value: string; on_change: (value: string) => void }) {
  const [text, set_text] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => on_change(text), search_delay_ms);
    return () => clearTimeout(timer);
  }, [text, value, on_change]);
  return (
    <Input.Search
      allowClear
      style={{ width: 280 }}
      placeholder="Search name or description"
      aria-label="Search actions"
      value={text}
      onChange={(event) => set_text(event.target.value)}
    />
  );
}

function BulkBar({ names, on_done }: { names: string[]; on_done: () => void }) {
  const { message, modal } = App.useApp();
  const bulk = useChange((operation: 'archive' | 'delete') => call<{ count: number }>('POST', '/api/actions/bulk', { names, operation }));
  const run = async (operation: 'archive' | 'delete') => {
    try {
      const { count } = await bulk.mutateAsync(operation);
      message.success(`${count} actions ${operation}d`);
      on_done();
    } catch (error) {
      message.error((error as Error).message);
    }
  };
  const ask = () =>
    modal.confirm({
      title: `Delete ${names.length} actions?`,
      content: 'Their permissions and comments go with them. This cannot be undone.',
      okText: 'Delete',
      okButtonProps: { danger: true },
      onOk: () => run('delete'),
    });
  return (
    <Space role="toolbar" aria-label="Selected actions">
      <Typography.Text type="secondary">{names.length} selected</Typography.Text>
      <Button icon={<InboxOutlined />} onClick={() => run('archive')}>
        Archive
      </Button>
      <Button danger icon={<DeleteOutlined />} onClick={ask}>
        Delete
      </Button>
    </Space>
  );
}

export default function ActionsPage() {
  const { view, change } = useListView();
  const [selected, set_selected] = useState<string[]>([]);
  const can_edit = useSession().data?.role !== 'viewer';
  const actions = useActions({ ...view, page_size });
  const descending = view.sort.startsWith('-');
  const sorted_key = view.sort.replace(/^-/, '');
  const is_filtered = Boolean(view.q || view.type || view.status);
  return (
    <>
      <PageHead
        title="Actions"
        note={actions.data ? `${actions.data.total} ${is_filtered ? 'found' : 'in this workspace'}` : ' '}
        extra={
          can_edit && (
            <Link to="/actions/new">
              <Button type="primary" icon={<PlusOutlined />}>
                New action
              </Button>
            </Link>
          )
        }
      />
      <div className="filters">
        <SearchBox value={view.q} on_change={(q) => change({ q })} />
        <Select
          aria-label="Type"
          style={{ width: 140 }}
          value={view.type}
          onChange={(type) => change({ type })}
          options={[
            { value: '', label: 'All types' },
            { value: 'query', label: 'Queries' },
            { value: 'mutation', label: 'Mutations' },
          ]}
        />
        <Segmented
          aria-label="Status"
          value={view.status}
          onChange={(status) => change({ status })}
          options={[
            { value: '', label: 'All' },
            { value: 'draft', label: 'Draft' },
            { value: 'published', label: 'Published' },
            { value: 'archived', label: 'Archived' },
          ]}
        />
        {selected.length > 0 && <BulkBar names={selected} on_done={() => set_selected([])} />}
      </div>
      <Table<Action>
        rowKey="name"
        size="middle"
        dataSource={actions.data?.items}
        loading={actions.isPending}
        columns={columns?.map((column) => ({
          ...column,
          sortOrder: column.key === sorted_key ? (descending ? 'descend' : 'ascend') : null,
          sortDirections: ['ascend', 'descend', 'ascend'],
        }))}
        rowSelection={can_edit ? { selectedRowKeys: selected, onChange: (keys) => set_selected(keys as string[]) } : undefined}
        locale={{ emptyText: <Empty description={is_filtered ? 'No action fits these filters' : 'No actions yet'} /> }}
        pagination={{ current: view.page, pageSize: page_size, total: actions.data?.total, showSizeChanger: false, hideOnSinglePage: true }}
        onChange={(pagination, _, sorter, { action }) => {
          if (action === 'paginate') change({ page: String(pagination.current) });
          if (action === 'sort' && !Array.isArray(sorter)) change({ sort: `${sorter.order === 'descend' ? '-' : ''}${String(sorter.columnKey)}` });
        }}
      />
    </>
  );
}
