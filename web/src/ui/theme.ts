// One theme for Ant Design and our own styles: light or dark follows the system until the reader chooses, and the choice is kept.
import { theme as antd, type ThemeConfig } from 'antd';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useMedia } from './use_media';
import { useScale } from './use_scale';

export type ThemeChoice = 'system' | 'light' | 'dark';

/** Also read by the page before its first paint. */
const STORAGE_KEY = 'tamarack.theme';

function storedChoice(): ThemeChoice {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';  // Browsers may refuse storage to a page opened from a file.
  }
}

/** Before the first paint, where no script in the page itself could do it. */
export function applyStoredTheme(): void {
  const choice = storedChoice();
  const dark = choice === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : choice === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export function useTheme(): { choice: ThemeChoice; dark: boolean; choose: (choice: ThemeChoice) => void } {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const system_dark = useMedia('(prefers-color-scheme: dark)');
  const dark = choice === 'system' ? system_dark : choice === 'dark';
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  const choose = useCallback((next: ThemeChoice) => {
    setChoice(next);
    try {
      if (next === 'system') localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, next);
    } catch {
      // The choice then lasts as long as the page.
    }
  }, []);
  return { choice, dark, choose };
}

/** Ant Design's part of the theme, for this screen and for who wants nothing to move. */
export function useAntdTheme(dark: boolean): ThemeConfig {
  const scale = useScale();
  const still = useMedia('(prefers-reduced-motion: reduce)');
  return useMemo(() => antdTheme(dark, scale, still), [dark, scale, still]);
}

/** `scale` as of `useScale`; `still`: without motion, so that nothing waits for the end of one that was over too soon to be seen. */
export function antdTheme(dark: boolean, scale = 1, still = false): ThemeConfig {
  return {
    cssVar: { key: 'tamarack' },
    hashed: false,
    algorithm: dark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: dark ? '#7cc0e0' : '#1d5f80',
      colorBgBase: dark ? '#181d1b' : '#ffffff',
      colorBgContainer: dark ? '#181d1b' : '#ffffff',
      colorBgElevated: dark ? '#1e2422' : '#ffffff',
      colorTextBase: dark ? '#e6eae8' : '#1d2421',
      colorBorder: dark ? '#3a423f' : '#cfd4cc',
      colorError: dark ? '#ff8583' : '#b9232b',
      colorWarning: dark ? '#e6b84d' : '#8a5a00',
      colorSuccess: dark ? '#63cc98' : '#1d7549',
      colorTextDescription: dark ? '#a0aba6' : '#56615b',
      colorTextPlaceholder: dark ? '#939e98' : '#66716b',
      fontFamily: 'var(--sans)',
      fontFamilyCode: 'var(--mono)',
      fontSize: Math.round(14 * scale),
      controlHeight: Math.round(32 * scale),
      borderRadius: 8,
      wireframe: false,
      motion: !still,
    },
    components: {
      Table: { headerBg: 'transparent', cellPaddingBlock: 9, cellPaddingInline: 12, headerSplitColor: 'transparent' },
      Button: { primaryShadow: 'none', defaultShadow: 'none', primaryColor: dark ? '#0d1a20' : '#ffffff' },
    },
  };
}
