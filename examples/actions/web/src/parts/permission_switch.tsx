import { App, Switch } from 'antd';
import { action_path, call } from '../api/client';
import { useChange } from '../api/queries';
import type { Action, Role } from '../api/types';

export function PermissionSwitch({ action, role, disabled }: { action: Action; role: Role; disabled: boolean }) {
  const { message } = App.useApp();
  const change = useChange((allowed: boolean) => call('PUT', action_path(action.name, '/permissions'), { role, allowed }));
  return (
    <Switch
      size="small"
      aria-label={`${role} may call ${action.name}`}
      checked={action.permissions.includes(role)}
      loading={change.isPending}
      disabled={disabled}
      onChange={(allowed) => change.mutate(allowed, { onError: (error) => message.error(error.message) })}
    />
  );
}
