import { describe, expect, it } from 'vitest';
import { DASHBOARD_FILES, dashboardFaults } from './three_files.ts';

const PAGE = '<link rel="icon" href="data:x"><script type="module" crossorigin src="/assets/dashboard.js"></script><link rel="stylesheet" crossorigin href="/assets/dashboard.css">';

describe('the three files of the dashboard', () => {
  it('are fine as the server expects them', () => expect(dashboardFaults(PAGE, 'a{background:url(data:x)}', DASHBOARD_FILES)).toEqual([]));
  it.each([
    ['another file', PAGE, '', [...DASHBOARD_FILES, 'chunk.js'], /got 'chunk\.js, dashboard/],
    ['a script in the page', `${PAGE}<script>go()</script>`, '', DASHBOARD_FILES, /holds a script/],
    ['a font from elsewhere', `${PAGE}<link href="https://fonts.example/a.css">`, '', DASHBOARD_FILES, /fonts\.example/],
    ['a style that loads', PAGE, 'a{background:url(/x.png)}', DASHBOARD_FILES, /loads '\/x\.png'/],
    ['a style that imports', PAGE, '@import "x.css";', DASHBOARD_FILES, /imports/],
  ])('are refused with %s', (_, page, style, files, fault) => expect(dashboardFaults(page, style, files).join()).toMatch(fault));
});
