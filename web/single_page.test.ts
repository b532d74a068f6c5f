import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageFaults } from './single_page.ts';

const DATA = '<script type="application/json" id="tamarack-report">null</script>';

describe('a single page', () => {
  it('is fine when all is inside', () => {
    expect(pageFaults(`<link href="data:image/svg+xml,x"><style>a{background:url(data:x)}</style>${DATA}<script>const a = ' src="https://x"'</script>`)).toEqual([]);
  });
  it.each([
    ['no data element', '<p></p>', /exactly once, got 0/], ['two data elements', DATA + DATA, /got 2/], ['lost placeholder', DATA.replace('null', ''), /placeholder/],
    ['a script from elsewhere', `${DATA}<script src="./a.js"></script>`, /loads '\.\/a\.js'/], ['a style from elsewhere', `${DATA}<style>a{background:url(x.png)}</style>`, /loads 'x\.png'/],
  ])('is refused with %s', (_, page, fault) => expect(pageFaults(page).join()).toMatch(fault));
  it('the source page holds the data element', () => expect(readFileSync('report.html', 'utf8').split(DATA)).toHaveLength(2));
});
