// Refuses a report page that the binary could not use: it must be one file that asks the network for nothing, and it must hold
// the data element exactly once, because the report writer finds the place for the data by that text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

const DATA_ELEMENT = '<script type="application/json" id="tamarack-report">null</script>';
const DATA_OPENING = '<script type="application/json" id="tamarack-report">';

export function pageFaults(html: string): string[] {
  const faults: string[] = [];
  const openings = html.split(DATA_OPENING).length - 1;
  if (openings !== 1) faults.push(`expected '${DATA_OPENING}' exactly once, got ${openings}`);
  else if (!html.includes(DATA_ELEMENT)) faults.push("expected the data element to hold the placeholder 'null'");
  // Only the markup counts: the inlined script and style bodies may quote addresses (licences, namespaces) without loading them.
  const markup = html.replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');
  for (const match of markup.matchAll(/\s(?:src|href)\s*=\s*["']?([^"'\s>]+)/g)) {
    const address = match[1] ?? '';
    if (!address.startsWith('data:') && !address.startsWith('#')) faults.push(`the page loads '${address}', expected it inlined`);
  }
  const styles = [...html.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/g)].map((match) => match[1] ?? '').join('\n');
  for (const match of styles.matchAll(/url\(\s*["']?([^"')]+)/g)) {
    if (!match[1]?.startsWith('data:')) faults.push(`a style loads '${match[1]}', expected it inlined`);
  }
  return faults;
}

export function singlePage(fileName: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'tamarack-single-page',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      const folder = join(config.root, config.build.outDir);
      if (!existsSync(join(folder, fileName))) return;  // The build itself failed and has said so.
      const faults = pageFaults(readFileSync(join(folder, fileName), 'utf8'));
      const others = readdirSync(folder).filter((name) => name !== fileName && name !== 'dashboard');
      if (others.length > 0) faults.push(`expected one file in '${config.build.outDir}', got also '${others.join("', '")}'`);
      if (faults.length > 0) throw new Error(`failed to make '${fileName}' a single page: ${faults.join('; ')}`);
    },
  };
}
