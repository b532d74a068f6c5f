import { FileTextOutlined, InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Flex, Typography, Upload } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { submit_file, type ApiError } from './api';

const bytes_max = 5 * 1024 * 1024;
const sample = new File(
  ['city,visitors,rating\nLisbon,1840,4.6\nPorto,1210,4.7\nBraga,420,4.2\nÉvora,365,4.4\nFaro,980,3.9\n'],
  'visitors.csv',
  { type: 'text/csv' },
);

export function UploadPage() {
  const navigate = useNavigate();
  const [file, set_file] = useState<File>();
  const [error, set_error] = useState<string>();
  const [sending, set_sending] = useState(false);
  useEffect(() => {
    document.title = 'Analysis';
  }, []);

  const choose = (chosen?: File) => {
    set_error(chosen && chosen.size > bytes_max ? 'The file is larger than 5 MB.' : undefined);
    set_file(chosen && chosen.size <= bytes_max ? chosen : undefined);
    return false; // It is sent by the button, not by choosing it.
  };
  const submit = async () => {
    if (!file) return;
    set_sending(true);
    set_error(undefined);
    try {
      const { job_id } = await submit_file(file);
      await navigate(`/jobs/${job_id}`);
    } catch (problem) {
      set_error((problem as ApiError).message);
      set_sending(false);
    }
  };

  return (
    <>
      <Typography.Title level={1}>Analyse a file</Typography.Title>
      <Typography.Paragraph className="note" type="secondary">
        Counts the rows of a table and describes every column. You can leave the page while it works.
      </Typography.Paragraph>
      <Card>
        <Upload.Dragger
          data-testid="data-file-uploader"
          accept=".csv,text/csv"
          maxCount={1}
          beforeUpload={choose}
          onRemove={() => choose()}
          fileList={file ? [{ uid: 'file', name: file.name, size: file.size }] : []}
          disabled={sending}
        >
          <p className="ant-upload-drag-icon">
            <InboxOutlined />
          </p>
          <p className="ant-upload-text">Drop a CSV file here, or choose one</p>
          <p className="ant-upload-hint">The first line names the columns. 5 MB at most.</p>
        </Upload.Dragger>
        {error && <Alert type="error" showIcon title={error} data-testid="upload-error" style={{ marginTop: 16 }} />}
        <Flex gap={12} wrap style={{ marginTop: 20 }}>
          <Button type="primary" size="large" data-testid="submit-button" disabled={!file} loading={sending} onClick={submit}>
            Start the analysis
          </Button>
          <Button size="large" icon={<FileTextOutlined />} disabled={sending} onClick={() => choose(sample)}>
            Use a sample file
          </Button>
        </Flex>
      </Card>
    </>
  );
}
