import { Alert, App, Button, Card, Form, Input, InputNumber, Spin } from 'antd';
import { useEffect } from 'react';
import { call } from '../api/client';
import { useChange, useSession, useSettings } from '../api/queries';
import type { Settings } from '../api/types';
import { PageHead } from '../parts/page_head';

function SettingsForm({ settings, is_read_only }: { settings: Settings; is_read_only: boolean }) {
  const [form] = Form.useForm<Settings>();
  const { message } = App.useApp();
  // Only what was touched is sent, so two admins with different fields in mind do not undo each other.
  const save = useChange((values: Settings) => {
    const touched = Object.entries(values).filter(([key]) => form.isFieldTouched(key as keyof Settings));
    return call<Settings>('PUT', '/api/settings', Object.fromEntries(touched));
  });
  useEffect(() => {
    const fields = Object.entries(save.error?.fields ?? {}) as [keyof Settings, string][];
    form.setFields(fields.map(([name, text]) => ({ name, errors: [text] })));
  }, [form, save.error]);
  return (
    <Form<Settings>
      form={form}
      layout="vertical"
      initialValues={settings}
      disabled={is_read_only}
      style={{ maxWidth: 480 }}
      onFinish={(values) => save.mutate(values, { onSuccess: () => message.success('Settings saved') })}
    >
      {is_read_only && <Alert type="info" showIcon title="Only admins can change the settings." style={{ marginBottom: 20 }} />}
      <Form.Item name="workspace_name" label="Workspace name">
        <Input />
      </Form.Item>
      <Form.Item name="default_timeout_s" label="Timeout of new actions">
        <InputNumber suffix="seconds" style={{ width: 180 }} />
      </Form.Item>
      <Form.Item name="notify_address" label="Notify about failed calls" extra="One address; usually a list of the team.">
        <Input />
      </Form.Item>
      {!is_read_only && (
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          Save settings
        </Button>
      )}
    </Form>
  );
}

export default function SettingsPage() {
  const settings = useSettings().data;
  const user = useSession().data;
  return (
    <>
      <PageHead title="Settings" note="These hold for everybody in the workspace." />
      <Card>{settings ? <SettingsForm settings={settings} is_read_only={user?.role !== 'admin'} /> : <Spin />}</Card>
    </>
  );
}
