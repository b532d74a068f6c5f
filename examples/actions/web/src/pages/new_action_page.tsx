import { App, Card, Spin } from 'antd';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../api/client';
import { useChange, useSettings } from '../api/queries';
import type { Action, ActionInput } from '../api/types';
import { ActionForm, empty_definition } from '../parts/action_form';
import { PageHead } from '../parts/page_head';

export default function NewActionPage() {
  const navigate = useNavigate();
  const { message } = App.useApp();
  const timeout_s = useSettings().data?.default_timeout_s;
  const create = useChange((values: ActionInput) => call<Action>('POST', '/api/actions', values));
  const initial = useMemo<ActionInput>(
    () => ({ name: '', type: 'mutation', handler: '', definition: empty_definition, description: '', timeout_s: timeout_s ?? 30 }),
    [timeout_s],
  );
  const submit = (values: ActionInput) =>
    create.mutate(values, {
      onSuccess: (action) => {
        message.success(`${action.name} created`);
        navigate(`/actions/${action.name}`);
      },
    });
  return (
    <>
      <PageHead title="New action" note="It starts as a draft: nobody can call it before it is published." />
      <Card>
        {timeout_s === undefined ? (
          <Spin />
        ) : (
          <ActionForm
            initial={initial}
            submit_label="Create action"
            is_saving={create.isPending}
            error={create.error}
            on_submit={submit}
            on_cancel={() => navigate('/actions')}
          />
        )}
      </Card>
    </>
  );
}
