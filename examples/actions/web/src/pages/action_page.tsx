import { App, Button, Card, Space, Spin, Tabs, Typography } from 'antd';
import { useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { action_path, call } from '../api/client';
import { useAction, useChange, useSession } from '../api/queries';
import type { Action, ActionInput } from '../api/types';
import { ActionForm } from '../parts/action_form';
import { ActivityTable } from '../parts/activity_table';
import { Comments } from '../parts/comments';
import { DeleteDialog } from '../parts/delete_dialog';
import { PageHead } from '../parts/page_head';
import { PermissionSwitch } from '../parts/permission_switch';
import { Sandbox } from '../parts/sandbox';
import { Ago, StatusTag, TypeTag } from '../parts/tags';
import { roles } from '../api/types';
import { NotFoundPage } from './not_found_page';

function Definition({ action, can_edit }: { action: Action; can_edit: boolean }) {
  const navigate = useNavigate();
  const { message } = App.useApp();
  const save = useChange((values: ActionInput) => call<Action>('PUT', action_path(action.name), { ...values, version: action.version }));
  // A new version from the server refills the form; a refetch of the same version must not undo what is being typed.
  const initial = useMemo(() => {
    const { name, type, handler, definition, description, timeout_s } = action;
    return { name, type, handler, definition, description, timeout_s };
  }, [action.name, action.version]); // eslint-disable-line react-hooks/exhaustive-deps
  const submit = (values: ActionInput) =>
    save.mutate(values, {
      onSuccess: (saved) => {
        message.success('Saved');
        if (saved.name !== action.name) navigate(`/actions/${saved.name}`, { replace: true });
      },
    });
  return (
    <ActionForm
      initial={initial}
      submit_label="Save"
      is_saving={save.isPending}
      is_read_only={!can_edit || action.status === 'archived' || action.status === 'publishing'}
      error={save.error}
      on_submit={submit}
    />
  );
}

const Permissions = ({ action, can_edit }: { action: Action; can_edit: boolean }) => (
  <Space orientation="vertical" size="middle">
    <Typography.Text type="secondary">Admins may always call an action. Who else?</Typography.Text>
    {roles.map((role) => (
      <Space key={role}>
        <PermissionSwitch action={action} role={role} disabled={!can_edit} />
        {role}
      </Space>
    ))}
  </Space>
);

function StatusButtons({ action, on_delete }: { action: Action; on_delete: () => void }) {
  const { message } = App.useApp();
  const move = useChange((verb: string) => call<Action>('POST', action_path(action.name, `/${verb}`)));
  const run = (verb: string) => move.mutate(verb, { onError: (error) => message.error(error.message) });
  return (
    <Space>
      {action.status === 'archived' && <Button onClick={() => run('restore')}>Restore</Button>}
      {(action.status === 'draft' || action.status === 'published') && <Button onClick={() => run('archive')}>Archive</Button>}
      <Button danger onClick={on_delete}>
        Delete
      </Button>
      {(action.status === 'draft' || action.status === 'publishing') && (
        <Button type="primary" loading={action.status === 'publishing' || move.isPending} onClick={() => run('publish')}>
          Publish
        </Button>
      )}
    </Space>
  );
}

export default function ActionPage() {
  const { name = '', tab = 'definition' } = useParams();
  const navigate = useNavigate();
  const [is_deleting, set_deleting] = useState(false);
  const can_edit = useSession().data?.role !== 'viewer';
  const { data: action, error } = useAction(name);
  if (error) return <NotFoundPage what={`Action '${name}'`} />;
  if (!action) {
    return (
      <div className="centre">
        <Spin size="large" />
      </div>
    );
  }
  const tabs = [
    { key: 'definition', label: 'Definition', children: <Definition action={action} can_edit={can_edit} /> },
    { key: 'permissions', label: 'Permissions', children: <Permissions action={action} can_edit={can_edit} /> },
    ...(can_edit ? [{ key: 'sandbox', label: 'Try it', children: <Sandbox action={action} /> }] : []),
    { key: 'comments', label: 'Comments', children: <Comments name={name} /> },
    { key: 'activity', label: 'Activity', children: <ActivityTable query={{ action: name }} /> },
  ];
  return (
    <>
      <PageHead
        title={action.name}
        note={
          <Space size={4}>
            <StatusTag status={action.status} />
            <TypeTag type={action.type} />
            changed by {action.updated_by} <Ago at={action.updated_at} />
          </Space>
        }
        extra={can_edit && <StatusButtons action={action} on_delete={() => set_deleting(true)} />}
      />
      <Card>
        <Tabs
          activeKey={tab}
          destroyOnHidden
          items={tabs}
          onChange={(key) => navigate(`/actions/${name}${key === 'definition' ? '' : `/${key}`}`, { replace: true })}
        />
      </Card>
      {is_deleting && <DeleteDialog name={name} on_close={() => set_deleting(false)} />}
    </>
  );
}
