// Submits a job: a file, and who is to work on it.
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { Labelled } from '../../ui/fields';
import { formatBytes } from '../../text/format';
import './job_form.css';

export interface NewJob {
  file: File;
  processor: string;
}

interface JobFormProps {
  submit: (job: NewJob) => void;
  submitting: boolean;
  /** Names seen on other jobs. */
  processors: readonly string[];
}

export function JobForm({ submit, submitting, processors }: JobFormProps): React.ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [processor, setProcessor] = useState('');
  return (
    <form
      className="job-form panel" aria-label="New job"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null) submit({ file, processor: processor.trim() });
      }}
    >
      <Labelled label="File" hint={file === null ? 'what is to be worked on' : `${file.name}, ${formatBytes(file.size)}`}>
        {(id) => <input ref={field} id={id} className="field" type="file" required data-testid="data-file-uploader" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />}
      </Labelled>
      <Labelled label="Processor" hint="empty: the application works on it and reports">
        {(id) => (
          <>
            <input id={id} className="field" list={`${id}-known`} value={processor} maxLength={100} placeholder="as agents call it" autoComplete="off" spellCheck={false} onChange={(event) => setProcessor(event.target.value)} />
            <datalist id={`${id}-known`}>{processors.map((one) => <option key={one} value={one} />)}</datalist>
          </>
        )}
      </Labelled>
      <Button type="primary" htmlType="submit" loading={submitting} disabled={file === null} data-testid="submit-button">Submit</Button>
    </form>
  );
}
