// What axe has to say about a page as it stands in the browser: contrast of text (WCAG AA), names of controls, roles, landmarks.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Sentences; empty when there is nothing to complain about. */
export async function accessibilityFaults(page) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
      resultTypes: ['violations'],
      // An experimental rule, which wants the times and badges of a row in its spoken name, too.
      rules: { 'label-content-name-mismatch': { enabled: false } },
    });
    return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.failureSummary})`) }));
  });
  return violations.map(({ id, nodes }) => `axe ${id}: ${nodes.slice(0, 4).join(', ')}${nodes.length > 4 ? ` and ${nodes.length - 4} more` : ''}`);
}
