import { PlayCircleOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input, Space, Typography } from 'antd';
import { useState } from 'react';
import { action_path, call } from '../api/client';
import { useChange } from '../api/queries';
import type { Action, SandboxAnswer } from '../api/types';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Answer({ answer }: { answer: SandboxAnswer }) {
  if (answer.ok) {
    return (
      <pre className="output mono" data-testid="sandbox-output">
        {JSON.stringify(answer.output, null, 2)}
      </pre>
    );
  }
  return (
    <Alert
      type="warning"
      showIcon
      title="The input does not fit the definition"
      description={
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          {answer.problems?.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      }
    />
  );
}

export function Sandbox({ action }: { action: Action }) {
  const [text, set_text] = useState('{}');
  const run = useChange((input: unknown) => call<SandboxAnswer>('POST', action_path(action.name, '/sandbox'), { input }));
  const input = parse(text);
  const is_valid = input !== null && typeof input === 'object' && !Array.isArray(input);
  return (
    <Space orientation="vertical" size="middle" style={{ display: 'flex', maxWidth: 720 }}>
      <Typography.Text type="secondary">
        Checks the input against the definition and answers with sample data. The handler is not called.
      </Typography.Text>
      <Form.Item layout="vertical" label="Input" htmlFor="sandbox-input" style={{ margin: 0 }} validateStatus={is_valid ? '' : 'error'} help={is_valid ? undefined : 'Enter a JSON object.'}>
        <Input.TextArea id="sandbox-input" className="mono" autoSize={{ minRows: 4, maxRows: 12 }} value={text} onChange={(event) => set_text(event.target.value)} spellCheck={false} />
      </Form.Item>
      <Button type="primary" icon={<PlayCircleOutlined />} disabled={!is_valid} loading={run.isPending} onClick={() => run.mutate(input)}>
        Run
      </Button>
      {run.error && <Alert type="error" showIcon title={run.error.message} />}
      {run.data && !run.isPending && <Answer answer={run.data} />}
    </Space>
  );
}
