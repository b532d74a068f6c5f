// Refuses a dashboard that the binary could not serve under its policy: exactly three files of fixed names, no script inside the page, nothing
// loaded from elsewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

export const DASHBOARD_FILES = ['dashboard.css', 'dashboard.html', 'dashboard.js'];
const ADDRESSES = ['/assets/dashboard.css', '/assets/dashboard.js'];

export function dashboardFaults(html: string, css: string, files: readonly string[]): string[] {
  const faults: string[] = [];
  const listed = [...files].sort().join(', ');
  if (listed !== DASHBOARD_FILES.join(', ')) faults.push(`expected the files '${DASHBOARD_FILES.join("', '")}', got '${listed}'`);
  const loaded = [...html.matchAll(/\s(?:src|href)\s*=\s*["']([^"']+)/g)].map((match) => match[1] ?? '').filter((address) => !address.startsWith('data:'));
  if ([...loaded].sort().join(' ') !== ADDRESSES.join(' ')) faults.push(`expected the page to load '${ADDRESSES.join("' and '")}', got '${loaded.join("', '")}'`);
  if (/<script(?![^>]*\ssrc=)[^>]*>/.test(html)) faults.push('the page holds a script, which the policy forbids to run');
  for (const match of css.matchAll(/url\(\s*["']?([^"')]+)/g)) {
    if (!match[1]?.startsWith('data:')) faults.push(`the style loads '${match[1]}', expected it inlined`);
  }
  if (css.includes('@import')) faults.push('the style imports another');
  return faults;
}

export function threeFiles(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'tamarack-three-files',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      const folder = join(config.root, config.build.outDir);
      const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
      if (!existsSync(join(folder, 'dashboard.html'))) return;  // The build itself failed and has said so.
      const files = readdirSync(folder);
      const faults = dashboardFaults(read('dashboard.html'), files.includes('dashboard.css') ? read('dashboard.css') : '', files);
      if (faults.length > 0) throw new Error(`failed to make the dashboard: ${faults.join('; ')}`);
    },
  };
}
