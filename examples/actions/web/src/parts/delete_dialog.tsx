import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Input, Modal, Typography } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { action_path, call } from '../api/client';

// Deleting asks for the name: a click too many must not take a published action away.
export function DeleteDialog({ name, on_close }: { name: string; on_close: () => void }) {
  const [typed, set_typed] = useState('');
  const navigate = useNavigate();
  const { message } = App.useApp();
  const client = useQueryClient();
  // Not one of the shared changes: those refetch what is on the page, and this page's action is gone.
  const remove = useMutation({
    mutationFn: () => call('DELETE', action_path(name)),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['actions'] });
      navigate('/actions');
      message.success(`${name} deleted`);
    },
    onError: (error) => message.error(error.message),
  });
  return (
    <Modal
      open
      title={`Delete ${name}?`}
      okText="Delete action"
      okButtonProps={{ danger: true, disabled: typed !== name, loading: remove.isPending }}
      onOk={() => remove.mutate()}
      onCancel={on_close}
    >
      <Typography.Paragraph>
        Its permissions and comments go with it, and callers get an error at once. Type <Typography.Text code>{name}</Typography.Text> to go on.
      </Typography.Paragraph>
      <Input aria-label="Name of the action" value={typed} onChange={(event) => set_typed(event.target.value)} autoFocus />
    </Modal>
  );
}
