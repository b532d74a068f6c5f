import { Layout, Result } from 'antd';
import { Link, Route, Routes } from 'react-router';
import { JobPage } from './job_page';
import { UploadPage } from './upload_page';

const NotFound = () => <Result status="404" title="There is no such page" extra={<Link to="/">Analyse a file</Link>} />;

export const Pages = () => (
  <Layout style={{ background: 'none' }}>
    <header className="top-bar">
      <Link to="/">
        <img src="/icon.svg" alt="" />
        Analysis
      </Link>
    </header>
    <main className="content">
      <Routes>
        <Route path="/" element={<UploadPage />} />
        <Route path="/jobs/:job_id" element={<JobPage />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </main>
  </Layout>
);
