// The fields of an action, used to create and to edit. The server owns the rules; its answers appear at the fields. The
// form itself checks only what needs no knowledge: that something was entered.
import { Alert, Button, Form, Input, InputNumber, Radio, Space } from 'antd';
import { useEffect } from 'react';
import type { ApiError } from '../api/client';
import type { ActionInput } from '../api/types';

interface Properties {
  initial: ActionInput;
  submit_label: string;
  is_saving: boolean;
  is_read_only?: boolean;
  error: ApiError | null;
  on_submit: (values: ActionInput) => void;
  on_cancel?: () => void;
}

export const empty_definition = 'type Mutation {\n  name(argument: String!): Output\n}';

// antd names a field's input after its path; a field keeps the server's message until it is changed.
export function ActionForm({ initial, submit_label, is_saving, is_read_only, error, on_submit, on_cancel }: Properties) {
  const [form] = Form.useForm<ActionInput>();
  useEffect(() => form.setFieldsValue(initial), [form, initial]);
  useEffect(() => {
    const fields = Object.entries(error?.fields ?? {}) as [keyof ActionInput, string][];
    form.setFields(fields.map(([name, message]) => ({ name, errors: [message] })));
  }, [form, error]);
  return (
    <Form<ActionInput> form={form} layout="vertical" initialValues={initial} onFinish={on_submit} disabled={is_read_only} style={{ maxWidth: 720 }}>
      {error && <Alert type="error" showIcon title={error.message} style={{ marginBottom: 20 }} />}
      <Form.Item name="name" label="Name" rules={[{ required: true, message: 'Enter a name.' }]}>
        <Input placeholder="place_order" className="mono" />
      </Form.Item>
      <Form.Item name="type" label="Type">
        <Radio.Group
          optionType="button"
          options={[
            { value: 'query', label: 'Query' },
            { value: 'mutation', label: 'Mutation' },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="definition"
        label="Definition"
        rules={[{ required: true, message: 'Enter a definition.' }]}
        extra="One field of Query or Mutation; its name is the action's name."
      >
        <Input.TextArea className="mono" autoSize={{ minRows: 4, maxRows: 14 }} spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="handler"
        label="Handler"
        rules={[{ required: true, message: "Enter the handler's address." }]}
        extra="Templates such as {{BASE_URL}} are filled in by each deployment."
      >
        <Input className="mono" placeholder="https://example.com/place-order" />
      </Form.Item>
      <Form.Item name="timeout_s" label="Timeout">
        <InputNumber suffix="seconds" style={{ width: 180 }} />
      </Form.Item>
      <Form.Item name="description" label="Description">
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} placeholder="What it does, for the people who call it" />
      </Form.Item>
      {!is_read_only && (
        <Space>
          <Button type="primary" htmlType="submit" loading={is_saving}>
            {submit_label}
          </Button>
          {on_cancel && <Button onClick={on_cancel}>Cancel</Button>}
        </Space>
      )}
    </Form>
  );
}
