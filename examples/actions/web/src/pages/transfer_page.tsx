import { DownloadOutlined, InboxOutlined } from '@ant-design/icons';
import { Alert, App, Button, Card, Flex, Input, Radio, Space, Table, Tag, Typography, Upload } from 'antd';
import { useState } from 'react';
import { call } from '../api/client';
import { query_text, useChange, useSession } from '../api/queries';
import type { ImportLine } from '../api/types';
import { PageHead } from '../parts/page_head';

const outcome_colours = { create: 'success', replace: 'processing', skip: 'default', invalid: 'error' };

function Export() {
  const [q, set_q] = useState('');
  return (
    <Card title="Export">
      <Typography.Paragraph type="secondary">A JSON file with definitions, handlers and permissions; comments and activity stay here.</Typography.Paragraph>
      <Space wrap>
        <Input style={{ width: 260 }} aria-label="Only actions with" placeholder="Only names or descriptions with …" value={q} onChange={(event) => set_q(event.target.value)} />
        <Button icon={<DownloadOutlined />} href={`/api/export?${query_text({ q: q.trim() })}`} download="actions.json">
          Download JSON
        </Button>
      </Space>
    </Card>
  );
}

interface Choice {
  document: unknown;
  on_conflict: 'skip' | 'replace';
}

function Import() {
  const { message } = App.useApp();
  const [on_conflict, set_on_conflict] = useState<Choice['on_conflict']>('skip');
  const [document, set_document] = useState<unknown>();
  const [problem, set_problem] = useState('');
  const preview = useChange((choice: Choice) => call<{ plan: ImportLine[] }>('POST', '/api/import', { ...choice, dry_run: true }));
  const apply = useChange((choice: Choice) => call<{ plan: ImportLine[] }>('POST', '/api/import', choice));
  const clear = () => {
    set_document(undefined);
    preview.reset();
  };
  const show = (choice: Choice) => {
    set_problem('');
    preview.mutate(choice, {
      onError: (error) => {
        set_problem(error.message);
        set_document(undefined);
      },
    });
  };
  const read = async (file: File) => {
    clear();
    try {
      const value: unknown = JSON.parse(await file.text());
      set_document(value);
      show({ document: value, on_conflict });
    } catch {
      set_problem(`'${file.name}' is not a JSON file.`);
    }
  };
  const plan = document === undefined ? undefined : preview.data?.plan;
  const is_valid = plan?.every((line) => line.outcome !== 'invalid');
  const run = () =>
    apply.mutate(
      { document, on_conflict },
      {
        onSuccess: ({ plan: done }) => {
          message.success(`${done.filter((line) => line.outcome !== 'skip').length} of ${done.length} actions imported`);
          clear();
        },
        onError: (error) => set_problem(error.message),
      },
    );
  return (
    <Card title="Import">
      <Space orientation="vertical" size="middle" style={{ display: 'flex' }}>
        <Upload.Dragger accept=".json,application/json" showUploadList={false} beforeUpload={(file) => (void read(file), false)}>
          <p className="ant-upload-drag-icon">
            <InboxOutlined />
          </p>
          <p>Drop an export here, or click to choose the file</p>
        </Upload.Dragger>
        <Flex gap={12} align="center">
          <span id="on-conflict">Actions that exist already:</span>
          <Radio.Group
            aria-labelledby="on-conflict"
            value={on_conflict}
            onChange={(event) => {
              set_on_conflict(event.target.value);
              if (document !== undefined) show({ document, on_conflict: event.target.value });
            }}
            options={[
              { value: 'skip', label: 'keep them' },
              { value: 'replace', label: 'replace them' },
            ]}
          />
        </Flex>
        {problem && <Alert type="error" showIcon title={problem} />}
        {plan && (
          <>
            <Table<ImportLine>
              rowKey={(line) => `${line.name} ${line.problem ?? ''}`}
              size="small"
              dataSource={plan}
              pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
              columns={[
                { title: 'Action', dataIndex: 'name' },
                { title: 'Outcome', width: 120, render: (_, line) => <Tag color={outcome_colours[line.outcome]}>{line.outcome}</Tag> },
                { title: 'Problem', dataIndex: 'problem' },
              ]}
            />
            <Space>
              <Button type="primary" disabled={!is_valid} loading={apply.isPending} onClick={run}>
                Import {plan.length} {plan.length === 1 ? 'action' : 'actions'}
              </Button>
              <Button onClick={clear}>Cancel</Button>
            </Space>
          </>
        )}
      </Space>
    </Card>
  );
}

export default function TransferPage() {
  const can_edit = useSession().data?.role !== 'viewer';
  return (
    <>
      <PageHead title="Import / export" note="Move actions between workspaces, or keep them under version control." />
      <Space orientation="vertical" size="large" style={{ display: 'flex' }}>
        <Export />
        {can_edit && <Import />}
      </Space>
    </>
  );
}
