// What the two phases of a flow hand each other.
import type { Page } from '@playwright/test';
import type { Tamarack } from 'tamarack-playwright';

// The backend's own address: the web server of the worker that prepares is gone when Tamarack waits.
const backend = process.env.ANALYSIS_BACKEND ?? process.env.BASE_URL ?? 'http://127.0.0.1:4180';

// To see how a flow fails: BREAK=job makes the job of a flow fail, BREAK=typo reads `jobId` where the API says `job_id`.
export const broken_job = process.env.BREAK === 'job' ? 'station 7 sent no figures' : undefined;

export function capture_job(tamarack: Tamarack, answer: { job_id: string; status_url: string }) {
  const { job_id, status_url } = answer;
  const misspelt = answer as { jobId?: string };
  tamarack.capture('job_id', job_id);
  const path = process.env.BREAK === 'typo' ? `/api/v1/jobs/${misspelt.jobId}` : status_url.replace(/\/status$/, '');
  tamarack.capture('job_url', new URL(path, backend).href);
}

export const open_job = (page: Page, tamarack: Tamarack) => page.goto(`/jobs/${tamarack.captured<string>('job_id')}`);
