// Entry of report.html. The data is inside the page; while developing, a made-up report takes its place.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readEmbeddedReport, type ReportSource } from './api/report_source';
import { Page } from './routes/page';
import './ui/tokens.css';

async function findReport(): Promise<ReportSource> {
  const embedded = readEmbeddedReport(document);
  if (!import.meta.env.DEV || embedded.kind !== 'empty') return embedded;
  const { demoReport } = await import('./test/factories/demo_report');
  return { kind: 'report', report: demoReport() };
}

const root = document.getElementById('root');
if (root === null) throw new Error("the page has no element 'root'");
const source = await findReport();
if (source.kind === 'report') document.title = `${source.report.run.headline} · ${source.report.run.project} · Tamarack`;
createRoot(root).render(<StrictMode><Page source={source} /></StrictMode>);
