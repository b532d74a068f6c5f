import { Input, Table, type TableProps } from 'antd';
import { Link, useSearchParams } from 'react-router';
import { useActions, useSession } from '../api/queries';
import { roles, type Action } from '../api/types';
import { PageHead } from '../parts/page_head';
import { PermissionSwitch } from '../parts/permission_switch';
import { StatusTag } from '../parts/tags';

const page_size = 12;

export default function PermissionsPage() {
  const [parameters, set_parameters] = useSearchParams();
  const q = parameters.get('q') ?? '';
  const page = Number(parameters.get('page')) || 1;
  const can_edit = useSession().data?.role !== 'viewer';
  const actions = useActions({ q, page, page_size });
  const columns: TableProps<Action>['columns'] = [
    { title: 'Action', render: (_, action) => <Link to={`/actions/${action.name}/permissions`}>{action.name}</Link> },
    { title: 'Status', width: 130, render: (_, action) => <StatusTag status={action.status} /> },
    ...roles.map((role) => ({
      title: role,
      width: 120,
      align: 'center' as const,
      render: (_: unknown, action: Action) => <PermissionSwitch action={action} role={role} disabled={!can_edit} />,
    })),
  ];
  return (
    <>
      <PageHead title="Permissions" note="Which roles may call which action. Admins may call all of them." />
      <div className="filters">
        <Input.Search
          allowClear
          style={{ width: 280 }}
          aria-label="Search actions"
          placeholder="Search name or description"
          defaultValue={q}
          onSearch={(value) => set_parameters(value.trim() ? { q: value.trim() } : {}, { replace: true })}
        />
      </div>
      <Table<Action>
        rowKey="name"
        size="middle"
        columns={columns}
        dataSource={actions.data?.items}
        loading={actions.isPending}
        pagination={{
          current: page,
          pageSize: page_size,
          total: actions.data?.total,
          showSizeChanger: false,
          hideOnSinglePage: true,
          onChange: (next) => set_parameters({ ...(q ? { q } : {}), page: String(next) }),
        }}
      />
    </>
  );
}
